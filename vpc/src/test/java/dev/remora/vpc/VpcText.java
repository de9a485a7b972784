package dev.remora.vpc;

import static java.util.Objects.requireNonNull;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.sharing.SharedMap;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a VPC from a text. One thing a line; what is indented belongs to the line above:
 *
 * <pre>
 * vpc 10.0.0.0/16 [2001:db8:1000::/56]
 * subnet a 10.0.1.0/24 [2001:db8:1000::/64] [by TABLE] [acl ACL]
 * table isolated
 *   10.0.0.0/16 local | 0.0.0.0/0 igw-1 [gone]
 * acl strict
 *   in 100 allow tcp 443 from 10.0.0.0/8 | out 110 deny all to 0.0.0.0/0
 * group db
 *   ingress tcp 5432 from app | egress all to 0.0.0.0/0
 * internet igw-1 [by TABLE]
 * egress-only eigw-1
 * interface fn in a at 10.0.1.4[,2001:db8:1000::4] of app,db behind nothing|workload|nat|KEY [unchecked] [public 198.18.64.1]
 * nat nat-1 on INTERFACE
 * peer pcx-1
 * </pre>
 *
 * Names are ids. The main table is called {@code main}; unless given it has the local routes alone. The ACL {@code acl} lets
 * everything pass. What is peered is joined by {@link WorldText}.
 */
final class VpcText {
    private final String name;
    private final List<IpBlock> blocks = new ArrayList<>();
    private final List<Subnet> subnets = new ArrayList<>();
    private final Map<String, List<Association>> associations = new LinkedHashMap<>();
    private final Map<String, List<Route>> routes = new LinkedHashMap<>();
    private final Map<String, List<GroupRule>> groups = new LinkedHashMap<>();
    private final Map<String, List<NetworkAcl.Entry>> acls = new LinkedHashMap<>();
    private final List<NetworkInterface> interfaces = new ArrayList<>();
    private final List<NatGateway> natGateways = new ArrayList<>();
    private final List<VpcContents.Neighbour> neighbours = new ArrayList<>();
    private Optional<InternetGateway> internet = Optional.empty();
    private Optional<EgressOnlyGateway> egressOnly = Optional.empty();

    private VpcText(String name) {
        this.name = name;
        acls.put("acl", List.of(
                NetworkAcl.Entry.all(false, 100, Cidr.parse("0.0.0.0/0")), NetworkAcl.Entry.all(false, 101, Cidr6.parse("::/0")),
                NetworkAcl.Entry.all(true, 100, Cidr.parse("0.0.0.0/0")), NetworkAcl.Entry.all(true, 101, Cidr6.parse("::/0"))));
    }

    static VpcContents parse(String text) {
        return parse("vpc", text);
    }

    static VpcContents parse(String name, String text) {
        var parser = new VpcText(name);
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
                    blocks.add(IpBlock.parse(w[i]));
                }
            }
            case "subnet" -> subnets.add(subnet(w));
            case "table" -> routes.put(w[1], new ArrayList<>());
            case "acl" -> acls.put(w[1], new ArrayList<>());
            case "group" -> groups.put(w[1], new ArrayList<>());
            case "interface" -> interfaces.add(networkInterface(w));
            case "internet" -> {
                internet = Optional.of(new InternetGateway(w[1], name, Map.of()));
                if (w.length > 2) {
                    associations
                            .computeIfAbsent(w[3], t -> new ArrayList<>())
                            .add(new Association("rtbassoc-" + w[1], "", w[1]));
                }
            }
            case "egress-only" -> egressOnly = Optional.of(new EgressOnlyGateway(w[1], name, Map.of()));
            case "nat" ->
                natGateways.add(new NatGateway(
                        w[1], name, "", "", true, "", w[3], List.of(),
                        NatGateway.State.AVAILABLE, Optional.empty(), Instant.EPOCH,
                        Optional.empty(), Map.of()));
            case "peer" -> neighbours.add(new VpcContents.Neighbour(
                        w[1], TestContents.REGION, List.of(), false,
                        new VpcContents.Population("", SharedMap.empty(), SharedMap.empty(), SharedMap.empty())));
            default -> throw new IllegalArgumentException(String.join(" ", w));
        }
    }

    private Subnet subnet(String[] w) {
        Optional<Subnet.Block6> block6 = Optional.empty();
        String acl = "acl";
        for (int i = 3; i < w.length; i++) {
            switch (w[i]) {
                case "by" ->
                    associations
                            .computeIfAbsent(w[++i], t -> new ArrayList<>())
                            .add(new Association("rtbassoc-" + w[1], w[1]));
                case "acl" -> acl = w[++i];
                default -> block6 = Optional.of(new Subnet.Block6("subnet-cidr-assoc-" + w[1], Cidr6.parse(w[i])));
            }
        }
        return new Subnet(
                w[1], name, Optional.of(Cidr.parse(w[2])), block6, "eu-west-1a", false, false, false,
                Subnet.LaunchNames.BY_ADDRESS, new Subnet.AclAssociation("aclassoc-" + w[1], acl), AddressPool.UNUSED, Map.of());
    }

    private NetworkInterface networkInterface(String[] w) {
        Topology.Attachment behind =
                switch (w[9]) {
                    case "nothing" -> new Topology.Attachment.None();
                    case "workload" -> new Topology.Attachment.Workload();
                    case "nat" -> new Topology.Attachment.Translator();
                    default -> new Topology.Attachment.Hyperplane(new NatKey(w[9]));
                };
        boolean checked = !(behind instanceof Topology.Attachment.Translator);
        Optional<Ipv4> outside = Optional.empty();
        for (int i = 10; i < w.length; i++) {
            if (w[i].equals("public")) {
                outside = Optional.of(Ipv4.parse(w[++i]));
            } else {
                checked = false;
            }
        }
        String[] at = w[5].split(",");
        List<Ipv6> ipv6 = at.length > 1 ? List.of(Ipv6.parse(at[1])) : List.of();
        return new NetworkInterface(
                w[1], name, w[3], "eu-west-1a", Ipv4.parse(at[0]), List.of(), ipv6, List.of(w[7].split(",")), "", "interface",
                checked, "", false, Optional.empty(), behind, outside, Map.of());
    }

    private void inner(String above, String[] w) {
        String owner = above.substring(above.indexOf(' ') + 1);
        if (above.startsWith("table ")) {
            requireNonNull(routes.get(owner)).add(new Route(IpBlock.parse(w[0]), w[1], "CreateRoute", w.length > 2));
        } else if (above.startsWith("acl ")) {
            int[] ports = w.length == 7 ? ports(w[4]) : new int[] {GroupRule.ALL, GroupRule.ALL};
            requireNonNull(acls.get(owner)).add(new NetworkAcl.Entry(
                    w[0].equals("out"), Integer.parseInt(w[1]), protocol(w[3]), ports[0], ports[1],
                    IpBlock.parse(w[w.length - 1]), w[2].equals("allow")));
        } else {
            List<GroupRule> rules = requireNonNull(groups.get(owner));
            rules.add(rule("sgr-" + owner + "-" + rules.size(), w));
        }
    }

    private static GroupRule rule(String id, String[] w) {
        Direction direction = Direction.valueOf(w[0].toUpperCase(Locale.ROOT));
        Peer peer = peer(w[w.length - 1]);
        int[] ports = w.length == 5 ? ports(w[2]) : new int[] {GroupRule.ALL, GroupRule.ALL};
        return new GroupRule(id, direction, protocol(w[1]), ports[0], ports[1], peer, "", Map.of());
    }

    private static int protocol(String word) {
        return switch (word) {
            case "all" -> GroupRule.ALL;
            case "tcp" -> GroupRule.TCP;
            case "udp" -> GroupRule.UDP;
            case "icmp" -> GroupRule.ICMP;
            default -> Integer.parseInt(word);
        };
    }

    private static int[] ports(String text) {
        int hyphen = text.indexOf('-');
        return hyphen < 0
                ? new int[] {Integer.parseInt(text), Integer.parseInt(text)}
                : new int[] {Integer.parseInt(text.substring(0, hyphen)), Integer.parseInt(text.substring(hyphen + 1))};
    }

    private static Peer peer(String text) {
        return text.indexOf('/') >= 0 ? new Peer.Block(IpBlock.parse(text)) : new Peer.Members(text);
    }

    private VpcContents contents() {
        routes.putIfAbsent("main", blocks.stream().map(Route::local).toList());
        associations.computeIfAbsent("main", t -> new ArrayList<>()).add(new Association("rtbassoc-main", ""));
        var blocks4 = new ArrayList<Vpc.Block>();
        var blocks6 = new ArrayList<Vpc.Block6>();
        for (IpBlock block : blocks) {
            switch (block) {
                case Cidr ipv4 -> blocks4.add(new Vpc.Block("vpc-cidr-assoc-" + ipv4, ipv4));
                case Cidr6 ipv6 -> blocks6.add(new Vpc.Block6("vpc-cidr-assoc-" + ipv6, ipv6));
            }
        }
        var vpc = new Vpc(
                name, blocks4, blocks6, "default", false, true, false, false, "dopt", "acl", "main", "default", Map.of());
        return new TestContents(
                        vpc,
                        TestContents.byId(subnets, Subnet::id),
                        TestContents.byId(
                                groups.entrySet().stream()
                                        .map(g -> new SecurityGroup(g.getKey(), name, g.getKey(), "", g.getValue(), Map.of()))
                                        .toList(),
                                SecurityGroup::id),
                        TestContents.byId(interfaces, NetworkInterface::id),
                        Map.of(),
                        TestContents.byId(
                                routes.entrySet().stream()
                                        .map(t -> new RouteTable(
                                                t.getKey(), name, associations.getOrDefault(t.getKey(), List.of()),
                                                t.getValue(), Map.of()))
                                        .toList(),
                                RouteTable::id),
                        TestContents.byId(
                                acls.entrySet().stream()
                                        .map(a -> new NetworkAcl(
                                                a.getKey(), name, a.getKey().equals("acl"), a.getValue(), Map.of()))
                                        .toList(),
                                NetworkAcl::id),
                        internet,
                        egressOnly,
                        TestContents.byId(natGateways, NatGateway::id),
                        neighbours,
                        Map.of(),
                        Map.of(),
                        false)
                .contents();
    }
}
