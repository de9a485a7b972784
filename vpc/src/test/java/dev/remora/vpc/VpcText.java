package dev.remora.vpc;

import static java.util.Objects.requireNonNull;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Route;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a VPC from a text. One thing a line; what is indented belongs to the line above:
 *
 * <pre>
 * vpc 10.0.0.0/16
 * subnet a 10.0.1.0/24 [by TABLE]
 * table isolated
 *   10.0.0.0/16 local | 0.0.0.0/0 igw-1 [gone]
 * group db
 *   ingress tcp 5432 from app | egress all to 0.0.0.0/0
 * interface fn in a at 10.0.1.4 of app,db behind nothing|workload|KEY [unchecked]
 * </pre>
 *
 * Names are ids. The main table is called {@code main}; unless given it has the local route alone.
 */
final class VpcText {
    private final List<Cidr> blocks = new ArrayList<>();
    private final List<Subnet> subnets = new ArrayList<>();
    private final Map<String, List<Association>> associations = new LinkedHashMap<>();
    private final Map<String, List<Route>> routes = new LinkedHashMap<>();
    private final Map<String, List<GroupRule>> groups = new LinkedHashMap<>();
    private final List<NetworkInterface> interfaces = new ArrayList<>();

    static VpcContents parse(String text) {
        var parser = new VpcText();
        String above = "";
        for (String line : text.split("\n")) {
            String[] words = line.replaceAll("#.*", "").strip().split(" +");
            if (words[0].isEmpty()) {
                continue;
            }
            if (line.startsWith(" ")) {
                parser.inner(above, words);
            } else {
                above = words[0] + " " + words[1];
                parser.outer(words);
            }
        }
        return parser.contents();
    }

    private void outer(String[] w) {
        switch (w[0]) {
            case "vpc" -> {
                for (int i = 1; i < w.length; i++) {
                    blocks.add(Cidr.parse(w[i]));
                }
            }
            case "subnet" -> {
                subnets.add(new Subnet(
                        w[1], "vpc", Optional.of(Cidr.parse(w[2])), Optional.empty(), "eu-west-1a", false, false, false,
                        Subnet.LaunchNames.BY_ADDRESS, new Subnet.AclAssociation("aclassoc-" + w[1], "acl"), AddressPool.UNUSED,
                        Map.of()));
                if (w.length > 3) {
                    associations.computeIfAbsent(w[4], t -> new ArrayList<>()).add(new Association("rtbassoc-" + w[1], w[1]));
                }
            }
            case "table" -> routes.put(w[1], new ArrayList<>());
            case "group" -> groups.put(w[1], new ArrayList<>());
            case "interface" -> interfaces.add(networkInterface(w));
            default -> throw new IllegalArgumentException(String.join(" ", w));
        }
    }

    private static NetworkInterface networkInterface(String[] w) {
        Topology.Attachment behind =
                switch (w[9]) {
                    case "nothing" -> new Topology.Attachment.None();
                    case "workload" -> new Topology.Attachment.Workload();
                    default -> new Topology.Attachment.Hyperplane(new NatKey(w[9]));
                };
        return new NetworkInterface(
                w[1], "vpc", w[3], "eu-west-1a", Ipv4.parse(w[5]), List.of(), List.of(), List.of(w[7].split(",")), "", "interface",
                w.length == 10, "", false, Optional.empty(), behind, Optional.empty(), Map.of());
    }

    private void inner(String above, String[] w) {
        String name = above.substring(above.indexOf(' ') + 1);
        if (above.startsWith("table ")) {
            requireNonNull(routes.get(name)).add(new Route(Cidr.parse(w[0]), w[1], "CreateRoute", w.length > 2));
        } else {
            List<GroupRule> rules = requireNonNull(groups.get(name));
            rules.add(rule("sgr-" + name + "-" + rules.size(), w));
        }
    }

    private static GroupRule rule(String id, String[] w) {
        Direction direction = Direction.valueOf(w[0].toUpperCase(java.util.Locale.ROOT));
        Peer peer = peer(w[w.length - 1]);
        int[] ports = w.length == 5 ? ports(w[2]) : new int[] {GroupRule.ALL, GroupRule.ALL};
        int protocol =
                switch (w[1]) {
                    case "all" -> GroupRule.ALL;
                    case "tcp" -> GroupRule.TCP;
                    case "udp" -> GroupRule.UDP;
                    case "icmp" -> GroupRule.ICMP;
                    default -> Integer.parseInt(w[1]);
                };
        return new GroupRule(id, direction, protocol, ports[0], ports[1], peer, "", Map.of());
    }

    private static int[] ports(String text) {
        int hyphen = text.indexOf('-');
        return hyphen < 0
                ? new int[] {Integer.parseInt(text), Integer.parseInt(text)}
                : new int[] {Integer.parseInt(text.substring(0, hyphen)), Integer.parseInt(text.substring(hyphen + 1))};
    }

    private static Peer peer(String text) {
        if (text.indexOf(':') >= 0) {
            return new Peer.Block(Cidr6.parse(text));
        }
        return text.indexOf('/') >= 0 ? new Peer.Block(Cidr.parse(text)) : new Peer.Members(text);
    }

    private VpcContents contents() {
        routes.putIfAbsent("main", blocks.stream().map(Route::local).toList());
        associations.computeIfAbsent("main", t -> new ArrayList<>()).add(new Association("rtbassoc-main", ""));
        var vpcBlocks = blocks.stream().map(b -> new Vpc.Block("vpc-cidr-assoc-" + b, b)).toList();
        var vpc = new Vpc(
                "vpc", vpcBlocks, List.of(), "default", false, true, false, false, "dopt", "acl", "main", "default", Map.of());
        return new VpcContents(
                "000000000000/eu-west-1/vpc",
                "eu-west-1.compute.internal",
                vpc,
                subnets,
                groups.entrySet().stream()
                        .map(g -> new SecurityGroup(g.getKey(), "vpc", g.getKey(), "", g.getValue(), Map.of()))
                        .toList(),
                interfaces,
                routes.entrySet().stream()
                        .map(t -> new RouteTable(
                                t.getKey(), "vpc", associations.getOrDefault(t.getKey(), List.of()), t.getValue(), Map.of()))
                        .toList(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of());
    }
}
