package dev.remora.benchmark;

import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.KernelFabric;
import dev.remora.net.Topology;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** One more and one less member of a group that has ten thousand, against one that has ten: until the kernel judges by it. */
final class BigGroup implements Benchmark {
    private static final int SAMPLES = 100;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                Fabric small = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED))) {
            rows.accept(Sampled.alternate(
                    "change of a group with 10,000 members / with 10 members",
                    "us",
                    "<= 1.2",
                    10,
                    SAMPLES,
                    Sampled.micros(toggle(fabric, 10_000)),
                    Sampled.micros(toggle(small, 10))));
        }
    }

    private static Sampled.Work toggle(Fabric fabric, int members) {
        Map<String, Topology.Port> ports = new HashMap<>();
        for (int i = 0; i < members; i++) {
            ports.put("eni-m" + i, member(i));
        }
        Topology without = OneVpc.topology(0, ports);
        Topology with = plus(without, member(members));
        fabric.apply(without);
        boolean[] there = {false};
        return () -> {
            there[0] ^= true;
            fabric.apply(there[0] ? with : without);
        };
    }

    /** Made as the compiler makes a topology: of the one before it. */
    private static Topology plus(Topology t, Topology.Port port) {
        return new Topology(
                t.router(), t.blocks(), t.subnets(), t.routeTables(), t.acls(), t.groups(), t.foreignMembers(),
                t.ports().plus(port.id(), port), t.gateways(), t.dns(), t.metered());
    }

    private static Topology.Port member(int i) {
        String address = "10.0." + (64 + i / 200) + "." + (10 + i % 200);
        return OneVpc.port("eni-m" + i, "subnet-c", address, "sg-app", new Topology.Attachment.None());
    }
}
