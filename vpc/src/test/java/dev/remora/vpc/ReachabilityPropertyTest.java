package dev.remora.vpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.vpc.Reachability.Connection;
import dev.remora.vpc.Reachability.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** For random VPCs: compiling does not depend on order, and the documents and the topology judge every connection alike. */
class ReachabilityPropertyTest {
    private static final String[] BLOCKS = {"0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.2.4/32", "192.168.0.0/16"};
    private static final int[] PORTS = {22, 80, 443, 5432};

    @Property(tries = 100)
    void compiling_is_deterministic(@ForAll Random random) {
        VpcContents contents = VpcText.parse(randomVpc(random));
        assertThat(Compiler.compile(shuffled(contents, random))).isEqualTo(Compiler.compile(contents));
    }

    @Property(tries = 100)
    void documents_and_topology_judge_alike(@ForAll Random random) {
        VpcContents contents = VpcText.parse(randomVpc(random));
        Topology topology = Compiler.compile(contents);
        var reachability = new Reachability(contents);
        String shown = TopologyText.write(topology);
        for (NetworkInterface from : contents.interfaces()) {
            for (String to : List.of("10.0.1.4", "10.0.1.5", "10.0.2.4", "10.0.2.5", "10.0.3.4", "10.0.9.9", "8.8.8.8")) {
                for (int port : PORTS) {
                    int protocol = random.nextBoolean() ? GroupRule.TCP : GroupRule.UDP;
                    var c = new Connection(from.id(), Ipv4.parse(to), protocol, port);
                    assertThat(reachability.of(c).getClass())
                            .as(() -> c + " in\n" + shown)
                            .isEqualTo(judge(topology, c));
                }
            }
        }
    }

    /** What the contract of {@link Topology} says of a connection, read as literally as can be. */
    private static Class<? extends Verdict> judge(Topology t, Connection c) {
        Topology.Port sender = requireNonNull(t.ports().get(c.source()));
        Optional<Topology.Port> receiver =
                t.ports().values().stream().filter(p -> p.addresses().contains(c.destination())).findFirst();
        if (!allows(t, sender.groups(), false, c, c.destination(), receiver.map(Topology.Port::groups).orElse(Set.of()))) {
            return Verdict.NoEgressRule.class;
        }
        Topology.Subnet subnet = requireNonNull(t.subnets().get(sender.subnet()));
        Topology.RouteTable table = requireNonNull(t.routeTables().get(subnet.routeTable()));
        Optional<Topology.Route> route = table.routes().stream()
                .filter(r -> r.destination().contains(c.destination()))
                .max(Comparator.comparingInt(r -> r.destination().prefix()));
        if (route.isEmpty() || route.get().target() instanceof Topology.Target.Blackhole) {
            return Verdict.NoRoute.class;
        }
        if (receiver.isEmpty() || receiver.get().attachment() instanceof Topology.Attachment.None) {
            return Verdict.Nobody.class;
        }
        if (!allows(t, receiver.get().groups(), true, c, sender.ipv4().orElseThrow(), sender.groups())) {
            return Verdict.NoIngressRule.class;
        }
        return receiver.get().attachment() instanceof Topology.Attachment.Hyperplane
                ? Verdict.FunctionsAcceptNothing.class
                : Verdict.Allowed.class;
    }

    private static boolean allows(
            Topology t, Set<String> groups, boolean ingress, Connection c, Ipv4 other, Set<String> othersGroups) {
        return groups.stream()
                .map(id -> requireNonNull(t.groups().get(id)))
                .map(g -> ingress ? g.ingress() : g.egress())
                .flatMap(Collection::stream)
                .filter(r -> r.protocol() == -1 || r.protocol() == c.protocol() && r.from() <= c.port() && c.port() <= r.to())
                .anyMatch(r -> switch (r.peer()) {
                    case Topology.Peer.Block block -> block.block().contains(other);
                    case Topology.Peer.Members members -> othersGroups.contains(members.group());
                });
    }

    private static String randomVpc(Random random) {
        var text = new StringBuilder("vpc 10.0.0.0/16\n");
        text.append("subnet 1 10.0.1.0/24\nsubnet 2 10.0.2.0/24 by own\nsubnet 3 10.0.3.0/24\n");
        text.append("table own\n");
        if (random.nextInt(4) > 0) {
            text.append("  10.0.0.0/16 local\n");
        }
        if (random.nextBoolean()) {
            text.append("  0.0.0.0/0 igw-1\n");
        }
        int groups = 1 + random.nextInt(4);
        for (int g = 0; g < groups; g++) {
            text.append("group g" + g + "\n");
            for (int r = random.nextInt(5); r > 0; r--) {
                text.append("  " + randomRule(random, groups) + "\n");
            }
        }
        for (String address : List.of("10.0.1.4", "10.0.1.5", "10.0.2.4", "10.0.2.5", "10.0.3.4")) {
            if (random.nextInt(4) > 0) {
                String behind = List.of("nothing", "workload", "workload", "key").get(random.nextInt(4));
                String of = "g" + random.nextInt(groups) + (random.nextBoolean() ? ",g" + random.nextInt(groups) : "");
                text.append("interface i" + address + " in " + address.charAt(5) + " at " + address + " of " + of
                        + " behind " + behind + "\n");
            }
        }
        return text.toString();
    }

    private static String randomRule(Random random, int groups) {
        boolean ingress = random.nextBoolean();
        String traffic = List.of("all", "tcp 22-443", "tcp 5432", "udp 80", "udp 0-65535").get(random.nextInt(5));
        String peer = random.nextBoolean() ? BLOCKS[random.nextInt(BLOCKS.length)] : "g" + random.nextInt(groups);
        return (ingress ? "ingress " : "egress ") + traffic + (ingress ? " from " : " to ") + peer;
    }

    private static VpcContents shuffled(VpcContents c, Random random) {
        return new VpcContents(
                c.router(), c.privateDomain(), c.vpc(), mixed(c.subnets(), random), mixed(c.groups(), random),
                mixed(c.interfaces(), random), mixed(c.routeTables(), random), mixed(c.acls(), random), c.internetGateway(),
                c.egressOnlyGateway(), mixed(c.natGateways(), random), mixed(c.elasticIps(), random),
                mixed(c.neighbours(), random), mixed(c.endpoints(), random), c.prefixLists());
    }

    private static <T> List<T> mixed(List<T> list, Random random) {
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }
}
