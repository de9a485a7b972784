package dev.remora.benchmark;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.net.Topology.Attachment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A VPC with one Hyperplane interface and one server that lets only that interface's group in; both subnets have an ACL. */
final class OneVpc {
    static final String ROUTER = "000000000000/us-east-1/vpc-0bench";
    static final NatKey KEY = new NatKey("bench");
    static final String SERVER = "10.0.2.10";

    /** As many as AWS lets a group have. */
    static final int RULES = 60;

    private static final Cidr ALL = Cidr.parse("0.0.0.0/0");
    private static final Topology.Rule EVERYWHERE = new Topology.Rule(-1, -1, -1, new Topology.Peer.Block(ALL));

    static Topology topology() {
        return topology(0, Map.of());
    }

    /**
     * The same with more of what a packet must not notice.
     *
     * @param functions further ones, each with an interface, a key and a group of {@link #RULES} rules of its own
     * @param more ports, in the group {@code sg-app}
     */
    static Topology topology(int functions, Map<String, Topology.Port> more) {
        var fromApp = new Topology.Rule(6, 7000, 7000, new Topology.Peer.Members("sg-app"));
        var local = new Topology.Route(Cidr.parse("10.0.0.0/16"), new Topology.Target.Local());
        Map<String, Topology.Group> groups = new HashMap<>();
        groups.put("sg-app", new Topology.Group("sg-app", Set.of(), Set.of(EVERYWHERE)));
        groups.put("sg-db", new Topology.Group("sg-db", Set.of(fromApp), Set.of(EVERYWHERE)));
        Map<String, Topology.Port> ports = new HashMap<>(more);
        ports.put("eni-function", port("eni-function", "subnet-a", "10.0.1.10", "sg-app", new Attachment.Hyperplane(KEY)));
        ports.put("eni-server", port("eni-server", "subnet-b", SERVER, "sg-db", new Attachment.Workload()));
        for (int i = 0; i < functions; i++) {
            String address = "10.0." + (64 + i / 200) + "." + (10 + i % 200);
            groups.put("sg-" + i, new Topology.Group("sg-" + i, Set.of(), rules(i)));
            var attachment = new Attachment.Hyperplane(new NatKey("bench" + i));
            ports.put("eni-" + i, port("eni-" + i, "subnet-c", address, "sg-" + i, attachment));
        }
        return new Topology(
                ROUTER,
                List.of(Cidr.parse("10.0.0.0/16")),
                Map.of(
                        "subnet-a", subnet("subnet-a", "10.0.1.0/24"),
                        "subnet-b", subnet("subnet-b", "10.0.2.0/24"),
                        "subnet-c", subnet("subnet-c", "10.0.64.0/18")),
                Map.of("rtb-main", new Topology.RouteTable("rtb-main", List.of(local))),
                Map.of("acl-1", new Topology.Acl("acl-1", aclRules(), aclRules())),
                groups,
                Map.of(),
                ports,
                Map.of(),
                Topology.Dns.PLAIN,
                false);
    }

    static Topology.Port port(String id, String subnet, String address, String group, Attachment attachment) {
        return new Topology.Port(id, subnet, Ipv4.parse(address), Set.of(group), true, attachment);
    }

    private static Topology.Subnet subnet(String id, String block) {
        return new Topology.Subnet(id, List.of(Cidr.parse(block)), "rtb-main", Optional.of("acl-1"));
    }

    private static Set<Topology.Rule> rules(int of) {
        Set<Topology.Rule> rules = new HashSet<>();
        for (int i = 0; i < RULES; i++) {
            Cidr block = Cidr.parse("10." + of % 250 + "." + i + ".0/24");
            rules.add(new Topology.Rule(6, 1000 + i, 1000 + i, new Topology.Peer.Block(block)));
        }
        return rules;
    }

    /** Two that do not match, and one that lets everything pass. */
    private static List<Topology.AclRule> aclRules() {
        return List.of(
                new Topology.AclRule(100, 6, 22, 22, Cidr.parse("203.0.113.0/24"), false),
                new Topology.AclRule(110, 17, 53, 53, Cidr.parse("198.51.100.0/24"), false),
                new Topology.AclRule(200, -1, -1, -1, ALL, true));
    }

    private OneVpc() {}
}
