package dev.remora.benchmark;

import dev.remora.linux.Netns;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.Ipv4;
import dev.remora.net.KernelFabric;
import java.util.function.Consumer;

/**
 * From a slot through its NAT shard and the VPC's router, with ACLs and groups, to a server; against two namespaces and a plain
 * router between them.
 */
final class DataPath implements Benchmark {
    private static final int ROUNDS = 9;
    private static final String BARE_SERVER = "10.9.0.2";

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                var bare = new BareNetwork();
                var tool = new PathTool();
                Netns near = bare.attach(10, Ipv4.parse("10.9.0.1").bytes());
                Netns far = bare.attach(11, Ipv4.parse(BARE_SERVER).bytes())) {
            fabric.apply(OneVpc.topology());
            try (var slot = fabric.slots().take(fabric.slots().shardOf(OneVpc.KEY))) {
                slot.bind(OneVpc.KEY);
                tool.serve(fabric.workload(OneVpc.ROUTER, "eni-server"));
                tool.serve(far);
                row(
                        rows,
                        tool,
                        slot.namespace(),
                        near,
                        "round trip through ACLs + groups + interface / plain routed veth",
                        "rr",
                        10_000,
                        "us",
                        "<= 1.5");
                row(
                        rows,
                        tool,
                        slot.namespace(),
                        near,
                        "connections/s through ACLs + groups + interface / plain routed veth",
                        "crr",
                        2_000,
                        "/s",
                        ">= 0.6");
                row(
                        rows,
                        tool,
                        slot.namespace(),
                        near,
                        "throughput through ACLs + groups + interface / plain routed veth",
                        "stream",
                        1_500,
                        "Gb/s",
                        ">= 0.75");
            }
        }
    }

    private static void row(
            Consumer<Row> rows,
            PathTool tool,
            Netns slot,
            Netns near,
            String name,
            String mode,
            int n,
            String unit,
            String goal)
            throws Exception {
        rows.accept(Sampled.alternate(
                name,
                unit,
                goal,
                1,
                ROUNDS,
                () -> tool.run(slot, mode, OneVpc.SERVER, n),
                () -> tool.run(near, mode, BARE_SERVER, n)));
    }
}
