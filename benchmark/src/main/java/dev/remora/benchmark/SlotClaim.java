package dev.remora.benchmark;

import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.KernelFabric;
import dev.remora.net.Slot;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The network part of a cold start in a VPC: a ready slot is taken and bound, so that its next packet leaves by its interface.
 */
final class SlotClaim implements Benchmark {
    private static final int SAMPLES = 200;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                var bare = new BareNetwork()) {
            fabric.apply(OneVpc.topology());
            var used = new ArrayDeque<Slot>();
            Sampled claim = Sampled.micros(() -> {
                Slot slot = fabric.slots().take(fabric.slots().shardOf(OneVpc.KEY));
                slot.bind(OneVpc.KEY);
                used.add(slot);
            });
            rows.accept(Sampled.alternate(
                    "slot claim / bare namespace + veth",
                    "us",
                    "<= 0.5",
                    20,
                    SAMPLES,
                    () -> {
                        double micros = claim.sample();
                        if (used.size() > 4) {
                            used.poll().close();
                        }
                        LockSupport.parkNanos(5_000_000);
                        return micros;
                    },
                    Sampled.micros(bare::namespaceWithVeth)));
            used.forEach(Slot::close);
        }
    }
}
