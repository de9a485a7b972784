package dev.remora.benchmark;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import dev.remora.net.Cidr;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.Ipv4;
import dev.remora.net.KernelFabric;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A thousand Hyperplane interfaces of one VPC in force, against as many cables between two namespaces, each with its route. */
final class InterfacesUp implements Benchmark {
    private static final int COUNT = 1_000;
    private static final int ROUNDS = 3;
    private static final byte[] MAC = {2, 0, 0, 0, 0, 1};
    private static final byte[] OTHER_MAC = {2, 0, 0, 0, 0, 2};

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED))) {
            rows.accept(Sampled.alternate(
                    "1,000 interfaces brought up / bare netlink loop",
                    "ms",
                    "<= 3",
                    0,
                    ROUNDS,
                    () -> ours(fabric),
                    InterfacesUp::bare));
        }
    }

    private static double ours(Fabric fabric) {
        Map<String, Topology.Port> ports = new HashMap<>();
        for (int i = 0; i < COUNT; i++) {
            var attachment = new Topology.Attachment.Hyperplane(new NatKey("bench-" + i));
            ports.put("eni-" + i, new Topology.Port("eni-" + i, "a", address(i), Set.of("sg"), true, attachment));
        }
        Cidr block = Cidr.parse("10.0.0.0/16");
        var topology = new Topology(
                OneVpc.ROUTER,
                List.of(block),
                Map.of("a", new Topology.Subnet("a", block, "main")),
                Map.of("main", new Topology.RouteTable("main", List.of(new Topology.Route(block, new Topology.Target.Local())))),
                Map.of("sg", new Topology.Group("sg", Set.of(), Set.of())),
                ports);
        long start = System.nanoTime();
        fabric.apply(topology);
        double millis = (System.nanoTime() - start) / 1e6;
        fabric.remove(OneVpc.ROUTER);
        return millis;
    }

    private static double bare() {
        try (Netns one = Netns.create();
                Netns two = Netns.create();
                Rtnetlink here = Rtnetlink.open(one);
                Rtnetlink there = Rtnetlink.open(two)) {
            long start = System.nanoTime();
            for (int i = 0; i < COUNT; i++) {
                int index = 10 + i;
                byte[] address = address(i).bytes();
                String name = "v" + index;
                here.commit(new RouteChanges()
                        .veth(new VethEnd(name, index, MAC), new VethEnd(name, index + COUNT, OTHER_MAC), two, name)
                        .up(index, name)
                        .neighbour(index, address, OTHER_MAC, name)
                        .route(address, 32, RouteChanges.MAIN, index, name));
                there.commit(new RouteChanges().up(index + COUNT, name));
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private static Ipv4 address(int i) {
        return Ipv4.parse("10.0.4.0").plus(i);
    }
}
