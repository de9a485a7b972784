package dev.remora.benchmark;

import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.KernelFabric;
import dev.remora.net.Slot;
import java.util.Map;
import java.util.function.Consumer;

/** One function's connections in a VPC with a thousand functions, each with a group of sixty rules, against the same alone. */
final class ManyFunctions implements Benchmark {
    private static final int FUNCTIONS = 999;
    private static final int ROUNDS = 9;
    private static final int CONNECTIONS = 2_000;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric many = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                Fabric alone = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                var tool = new PathTool();
                Slot among = ready(many, tool, FUNCTIONS);
                Slot only = ready(alone, tool, 0)) {
            rows.accept(Sampled.alternate(
                    "connections/s among 1,000 functions x 60 rules / with one function",
                    "/s",
                    ">= 0.95",
                    1,
                    ROUNDS,
                    () -> tool.run(among.namespace(), "crr", OneVpc.SERVER, CONNECTIONS),
                    () -> tool.run(only.namespace(), "crr", OneVpc.SERVER, CONNECTIONS)));
        }
    }

    private static Slot ready(Fabric fabric, PathTool tool, int functions) throws Exception {
        fabric.apply(OneVpc.topology(functions, Map.of()));
        tool.serve(fabric.workload(OneVpc.ROUTER, "eni-server"));
        Slot slot = fabric.slots().take(fabric.slots().shardOf(OneVpc.KEY));
        slot.bind(OneVpc.KEY);
        return slot;
    }
}
