package dev.remora.sandbox;

import dev.remora.linux.Netns;
import dev.remora.net.NatKey;
import dev.remora.net.Slot;
import dev.remora.net.Slots;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Slots that lead nowhere: a real network namespace each, with its loopback only. */
final class LoopbackSlots implements Slots {
    private final AtomicInteger numbers = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    @Override
    public int shardOf(NatKey key) {
        return 0;
    }

    @Override
    public void spare(NatKey key, Set<String> interfaces) {}

    @Override
    public Slot take(int shard) {
        Netns namespace = Netns.create();
        open.incrementAndGet();
        String id = "s" + numbers.incrementAndGet();
        return new Slot() {
            private boolean closed;

            @Override
            public String id() {
                return id;
            }

            @Override
            public int shard() {
                return shard;
            }

            @Override
            public Netns namespace() {
                return namespace;
            }

            @Override
            public void bind(NatKey key, boolean ipv6) {}

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                    namespace.close();
                }
            }
        };
    }
}
