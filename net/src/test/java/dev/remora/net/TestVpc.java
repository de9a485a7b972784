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
import java.util.LinkedHashMap;
import dev.remora.sharing.SharedSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Builds topologies: a VPC 10.0.0.0/16 with the subnets a (10.0.1.0/24) and b (10.0.2.0/24) and one route table; with {@link
 * #six}, also 2001:db8:1000::/56 with the subnets a (2001:db8:1000:a::/64) and b (2001:db8:1000:b::/64).
 */
final class TestVpc {
    static final Ipv4 DATABASE = Ipv4.parse("10.0.2.10");
    static final Ipv4 ENI = Ipv4.parse("10.0.1.50");
    static final Cidr6 SIX = Cidr6.parse("2001:db8:1000::/56");

    private final String router;
    private final Map<String, Group> groups = new TreeMap<>();
    private final Map<String, Port> ports = new TreeMap<>();
    private final Map<IpBlock, Target> routes = new LinkedHashMap<>();
    private final Map<IpBlock, Target> privateRoutes = new LinkedHashMap<>();
    private final Map<IpBlock, Target> edgeRoutes = new LinkedHashMap<>();
    private final Map<String, Topology.Gateway> gateways = new TreeMap<>();
    private final Map<String, Topology.Acl> acls = new TreeMap<>();
    private final Map<String, String> aclOf = new TreeMap<>();
    private final Map<String, SharedSet<Ip>> foreign = new TreeMap<>();
    private Topology.Dns dns = Topology.Dns.PLAIN;
    private boolean six;

    TestVpc(String router) {
        this.router = router;
        routes.put(Cidr.parse("10.0.0.0/16"), new Target.Local());
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

    static Rule everything6() {
        return new Rule(-1, -1, -1, new Peer.Block(Cidr6.parse("::/0")));
    }

    static Rule tcp(int port, String block) {
        return new Rule(6, port, port, new Peer.Block(IpBlock.parse(block)));
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

    TestVpc port(String id, String subnet, Attachment attachment, List<? extends Ip> addresses, String... in) {
        boolean checked = !(attachment instanceof Attachment.Translator);
        ports.put(id, new Port(id, subnet, List.copyOf(addresses), Set.of(in), checked, attachment));
        return this;
    }

    /** Without the source check. */
    TestVpc appliance(String id, Ipv4 address, String... in) {
        return appliance(id, List.of(address), in);
    }

    TestVpc appliance(String id, List<Ip> addresses, String... in) {
        ports.put(id, new Port(id, "b", addresses, Set.of(in), false, new Attachment.Workload()));
        return this;
    }

    TestVpc route(String block, Target target) {
        routes.put(IpBlock.parse(block), target);
        return this;
    }

    /** Of a table that the subnet a has for itself. */
    TestVpc privateRoute(String block, Target target) {
        privateRoutes.putIfAbsent(Cidr.parse("10.0.0.0/16"), new Target.Local());
        privateRoutes.put(IpBlock.parse(block), target);
        return this;
    }

    /** Of the table {@code edge}, which is there for a gateway. */
    TestVpc edgeRoute(String block, Target target) {
        edgeRoutes.putIfAbsent(Cidr.parse("10.0.0.0/16"), new Target.Local());
        edgeRoutes.put(IpBlock.parse(block), target);
        return this;
    }

    TestVpc withoutRoute(String block) {
        routes.remove(IpBlock.parse(block));
        return this;
    }

    TestVpc gateway(String id, Topology.Gateway gateway) {
        gateways.put(id, gateway);
        return this;
    }

    TestVpc withoutGateway(String id) {
        gateways.remove(id);
        return this;
    }

    TestVpc acl(String subnet, Topology.Acl acl) {
        acls.put(acl.id(), acl);
        aclOf.put(subnet, acl.id());
        return this;
    }

    TestVpc withoutAcls() {
        acls.clear();
        aclOf.clear();
        return this;
    }

    TestVpc foreign(String group, Ip... members) {
        foreign.put(group, SharedSet.copyOf(List.of(members)));
        return this;
    }

    TestVpc dns(boolean support, Map<String, List<Ip>> names) {
        dns = new Topology.Dns(support, names);
        return this;
    }

    TestVpc six() {
        six = true;
        routes.put(SIX, new Target.Local());
        return this;
    }

    TestVpc without(String port) {
        ports.remove(port);
        return this;
    }

    Topology topology() {
        return new Topology(
                router,
                six ? List.of(Cidr.parse("10.0.0.0/16"), SIX) : List.of(Cidr.parse("10.0.0.0/16")),
                Map.of(
                        "a", subnet("a", "10.0.1.0/24", "2001:db8:1000:a::/64"),
                        "b", subnet("b", "10.0.2.0/24", "2001:db8:1000:b::/64")),
                tables(),
                acls,
                groups,
                foreign,
                ports,
                gateways,
                dns,
                false);
    }

    private Map<String, RouteTable> tables() {
        Map<String, RouteTable> tables = new TreeMap<>();
        Map.of("main", routes, "private", privateRoutes, "edge", edgeRoutes).forEach((id, some) -> {
            if (!some.isEmpty()) {
                tables.put(id, table(id, some));
            }
        });
        return tables;
    }

    private static RouteTable table(String id, Map<IpBlock, Target> routes) {
        return new RouteTable(
                id, routes.entrySet().stream().map(route -> new Route(route.getKey(), route.getValue())).toList());
    }

    private Subnet subnet(String id, String block, String block6) {
        List<IpBlock> blocks = six ? List.of(Cidr.parse(block), Cidr6.parse(block6)) : List.of(Cidr.parse(block));
        String table = id.equals("a") && !privateRoutes.isEmpty() ? "private" : "main";
        return new Subnet(id, blocks, table, Optional.ofNullable(aclOf.get(id)));
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
