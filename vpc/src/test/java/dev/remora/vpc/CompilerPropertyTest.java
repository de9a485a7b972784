package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.VpcContents.Neighbour;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CompilerPropertyTest {
    private static final int STEPS = 12;
    private static final String LIST = "pl-1";

    @Property(tries = 200)
    void a_topology_does_not_depend_on_what_was_before_it(@ForAll Random random) {
        VpcContents contents = some(random);
        Topology made = Compiler.compile(contents);
        for (int step = 0; step < STEPS; step++) {
            VpcContents next = mixed(contents, some(random), random, 1 + random.nextInt(20));
            Topology compiled = Compiler.next(contents, made, next);
            assertThat(compiled).isEqualTo(Compiler.compile(next));
            contents = next;
            made = compiled;
        }
    }

    @Property(tries = 50)
    void what_does_not_change_is_shared(@ForAll Random random) {
        VpcContents contents = some(random);
        Topology made = Compiler.compile(contents);
        Topology again = Compiler.next(contents, made, TestContents.of(contents).contents());
        assertThat(again.ports()).isSameAs(made.ports());
        assertThat(again.groups()).isSameAs(made.groups());
        assertThat(again.routeTables()).isSameAs(made.routeTables());
        assertThat(again.subnets()).isSameAs(made.subnets());
        assertThat(again.gateways()).isSameAs(made.gateways());
        assertThat(again.dns().names()).isSameAs(made.dns().names());
        assertThat(again.foreignMembers()).isSameAs(made.foreignMembers());
    }

    /** The VPC a of a random world, with some of what such a world does not have. */
    private static VpcContents some(Random random) {
        List<VpcContents> world = WorldText.parse(RandomWorld.text(random));
        TestContents c = TestContents.of(world.getFirst());
        Map<String, ElasticIp> elasticIps = elasticIps(c.interfaces(), random);
        List<Neighbour> neighbours = c.neighbours().stream()
                .map(n -> new Neighbour(n.connection(), n.region(), n.blocks(), random.nextBoolean(), n.population()))
                .toList();
        Vpc vpc = c.vpc().withAttributes(random.nextInt(8) > 0, random.nextInt(8) > 0, false);
        return new TestContents(
                        vpc, c.subnets(), listing(c.groups(), random), c.interfaces(), elasticIps,
                        routing(c.routeTables(), random), c.acls(), c.internetGateway(), c.egressOnlyGateway(),
                        c.natGateways(), neighbours,
                        endpoints(c.interfaces(), random), lists(random), random.nextBoolean())
                .contents();
    }

    private static Map<String, ElasticIp> elasticIps(Map<String, NetworkInterface> interfaces, Random random) {
        Map<String, ElasticIp> ips = new TreeMap<>();
        interfaces.values().forEach(i -> {
            if (random.nextInt(3) == 0) {
                String id = "eipalloc-" + i.id();
                var association = new ElasticIp.Association("eipassoc-" + i.id(), i.vpcId(), i.id(), i.address());
                ips.put(id, new ElasticIp(
                        id, Ipv4.parse("198.18.65.1").plus(i.address().bits() & 0xffff), Optional.of(association), Map.of()));
            }
        });
        return ips;
    }

    private static Map<String, VpcEndpoint> endpoints(Map<String, NetworkInterface> interfaces, Random random) {
        Map<String, VpcEndpoint> endpoints = new TreeMap<>();
        if (random.nextBoolean()) {
            List<String> ids = interfaces.keySet().stream().filter(id -> random.nextInt(3) == 0).toList();
            endpoints.put("vpce-12345678", new VpcEndpoint(
                    "vpce-12345678", "a", VpcEndpoint.Type.INTERFACE, "com.amazonaws.eu-west-1.lambda", List.of(), List.of(),
                    List.of(), ids, random.nextBoolean(), "", Instant.EPOCH, Map.of()));
        }
        return endpoints;
    }

    private static Map<String, PrefixList> lists(Random random) {
        if (random.nextInt(4) == 0) {
            return Map.of();
        }
        List<PrefixList.Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            entries.add(new PrefixList.Entry(Cidr.parse("10." + random.nextInt(4) + ".0.0/16"), ""));
        }
        return Map.of(LIST, new PrefixList(
                LIST, LIST, "IPv4", 9, "create-complete", List.of(new PrefixList.Version(1, entries)), Map.of()));
    }

    private static Map<String, SecurityGroup> listing(Map<String, SecurityGroup> groups, Random random) {
        Map<String, SecurityGroup> more = new TreeMap<>(groups);
        groups.forEach((id, group) -> {
            if (random.nextInt(3) == 0) {
                List<GroupRule> rules = new ArrayList<>(group.rules());
                rules.add(GroupRule.all("sgr-" + id, Direction.INGRESS, new GroupRule.Peer.Listed(LIST)));
                more.put(id, group.withRules(rules));
            }
        });
        return more;
    }

    private static Map<String, RouteTable> routing(Map<String, RouteTable> tables, Random random) {
        Map<String, RouteTable> more = new TreeMap<>(tables);
        tables.forEach((id, table) -> {
            if (random.nextInt(3) == 0) {
                List<RouteTable.Route> routes = new ArrayList<>(table.routes());
                routes.add(new RouteTable.Route(new Destination.Listed(LIST), "igw-a", "CreateRoute", false));
                more.put(id, table.withRoutes(routes));
            }
        });
        return more;
    }

    /** What was there, with about one document in {@code of} as it is in the other contents. */
    private static VpcContents mixed(VpcContents before, VpcContents other, Random random, int of) {
        TestContents b = TestContents.of(before);
        TestContents o = TestContents.of(other);
        Map<String, NetworkInterface> interfaces = mixed(b.interfaces(), o.interfaces(), random, of);
        // Nobody has a public address twice.
        Set<Ipv4> given = new HashSet<>();
        interfaces.replaceAll((id, i) -> i.publicAddress().isEmpty() || given.add(i.publicAddress().get())
                ? i
                : i.withPublicAddress(Optional.empty()));
        Map<String, ElasticIp> elasticIps = mixed(b.elasticIps(), o.elasticIps(), random, of);
        elasticIps.values().removeIf(ip -> !interfaces.containsKey(ip.association().orElseThrow().interfaceId()));
        Map<String, Subnet> subnets = new TreeMap<>(b.subnets());
        subnets.putAll(mixed(b.subnets(), o.subnets(), random, of));
        Map<String, RouteTable> tables = new TreeMap<>(b.routeTables());
        tables.putAll(mixed(b.routeTables(), o.routeTables(), random, of));
        return new TestContents(
                        one(b.vpc(), o.vpc(), random, of), subnets, mixed(b.groups(), o.groups(), random, of), interfaces,
                        elasticIps, tables, mixed(b.acls(), o.acls(), random, of),
                        one(b.internetGateway(), o.internetGateway(), random, of),
                        one(b.egressOnlyGateway(), o.egressOnlyGateway(), random, of),
                        mixed(b.natGateways(), o.natGateways(), random, of), one(b.neighbours(), o.neighbours(), random, of),
                        mixed(b.endpoints(), o.endpoints(), random, of), mixed(b.prefixLists(), o.prefixLists(), random, of),
                        one(b.metered(), o.metered(), random, of))
                .contents();
    }

    private static <T> T one(T before, T other, Random random, int of) {
        return random.nextInt(of) == 0 ? other : before;
    }

    private static <V> Map<String, V> mixed(Map<String, V> before, Map<String, V> other, Random random, int of) {
        Map<String, V> mixed = new TreeMap<>(before);
        Map<String, V> all = new TreeMap<>(before);
        all.putAll(other);
        for (String id : all.keySet()) {
            if (random.nextInt(of) == 0) {
                V there = other.get(id);
                if (there == null) {
                    mixed.remove(id);
                } else {
                    mixed.put(id, there);
                }
            }
        }
        return mixed;
    }
}
