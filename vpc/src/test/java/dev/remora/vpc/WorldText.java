package dev.remora.vpc;

import dev.remora.vpc.VpcContents.Neighbour;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads several VPCs from a text: each begins with a line {@code world NAME}, then {@link VpcText}. Equal {@code peer} lines join
 * them.
 */
final class WorldText {
    private WorldText() {}

    static List<VpcContents> parse(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        String name = "";
        for (String line : text.split("\n")) {
            if (line.startsWith("world ")) {
                name = line.substring("world ".length()).strip();
                parts.put(name, "");
            } else if (!line.isBlank()) {
                parts.merge(name, line + "\n", String::concat);
            }
        }
        List<VpcContents> alone = parts.entrySet().stream().map(p -> VpcText.parse(p.getKey(), p.getValue())).toList();
        return alone.stream().map(contents -> joined(contents, alone)).toList();
    }

    private static VpcContents joined(VpcContents c, List<VpcContents> all) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (Neighbour n : c.neighbours()) {
            for (VpcContents other : all) {
                if (other != c && other.neighbours().contains(n)) {
                    neighbours.add(new Neighbour(
                            n.connection(), other.region(), other.vpc().allBlocks(), false, other.population()));
                }
            }
        }
        TestContents t = TestContents.of(c);
        return new TestContents(
                        t.vpc(), t.subnets(), t.groups(), t.interfaces(), t.elasticIps(), t.routeTables(), t.acls(),
                        t.internetGateway(), t.egressOnlyGateway(), t.natGateways(), neighbours, t.endpoints(), t.prefixLists(),
                        t.metered())
                .contents();
    }
}
