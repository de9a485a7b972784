package dev.remora.net;

import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Port;
import dev.remora.net.Topology.Route;
import dev.remora.net.Topology.RouteTable;
import dev.remora.net.Topology.Rule;
import dev.remora.net.Topology.Subnet;
import dev.remora.net.Topology.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Builds topologies: a VPC 10.0.0.0/16 with the subnets a (10.0.1.0/24) and b (10.0.2.0/24) and one route table. */
final class TestVpc {
    static final Ipv4 DATABASE = Ipv4.parse("10.0.2.10");
    static final Ipv4 ENI = Ipv4.parse("10.0.1.50");

    private final String router;
    private final Map<String, Group> groups = new TreeMap<>();
    private final Map<String, Port> ports = new TreeMap<>();

    TestVpc(String router) {
        this.router = router;
    }

    /** Functions in {@code sg-fn} may reach databases in {@code sg-db} at 5432. */
    static TestVpc withDatabase(String router, NatKey key) {
        return new TestVpc(router)
                .group("sg-fn")
                .egress("sg-fn", everything())
                .group("sg-db")
                .egress("sg-db", everything())
                .ingress("sg-db", fromFunctions(5432))
                .database("eni-db", DATABASE, "sg-db")
                .eni("eni-fn", ENI, key, "sg-fn");
    }

    static Rule everything() {
        return new Rule(-1, -1, -1, new Peer.Block(Cidr.parse("0.0.0.0/0")));
    }

    static Rule fromFunctions(int port) {
        return new Rule(6, port, port, new Peer.Members("sg-fn"));
    }

    TestVpc group(String id) {
        groups.put(id, new Group(id, Set.of(), Set.of()));
        return this;
    }

    TestVpc ingress(String id, Rule rule) {
        Group group = named(id);
        groups.put(id, new Group(id, with(group.ingress(), rule), group.egress()));
        return this;
    }

    TestVpc revokeIngress(String id, Rule rule) {
        Group group = named(id);
        Set<Rule> less = new HashSet<>(group.ingress());
        less.remove(rule);
        groups.put(id, new Group(id, less, group.egress()));
        return this;
    }

    TestVpc egress(String id, Rule rule) {
        Group group = named(id);
        groups.put(id, new Group(id, group.ingress(), with(group.egress(), rule)));
        return this;
    }

    TestVpc revokeEgress(String id) {
        groups.put(id, new Group(id, named(id).ingress(), Set.of()));
        return this;
    }

    TestVpc database(String id, Ipv4 address, String... in) {
        ports.put(id, new Port(id, "b", address, Set.of(in), true, new Attachment.Workload()));
        return this;
    }

    TestVpc eni(String id, Ipv4 address, NatKey key, String... in) {
        ports.put(id, new Port(id, "a", address, Set.of(in), true, new Attachment.Hyperplane(key)));
        return this;
    }

    TestVpc without(String port) {
        ports.remove(port);
        return this;
    }

    Topology topology() {
        return new Topology(
                router,
                List.of(Cidr.parse("10.0.0.0/16")),
                Map.of(
                        "a", new Subnet("a", Cidr.parse("10.0.1.0/24"), "main"),
                        "b", new Subnet("b", Cidr.parse("10.0.2.0/24"), "main")),
                Map.of("main", new RouteTable("main", List.of(new Route(Cidr.parse("10.0.0.0/16"), new Target.Local())))),
                groups,
                ports);
    }

    private Group named(String id) {
        return Objects.requireNonNull(groups.get(id), id);
    }

    private static Set<Rule> with(Set<Rule> rules, Rule rule) {
        Set<Rule> more = new HashSet<>(rules);
        more.add(rule);
        return more;
    }
}
