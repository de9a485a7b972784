package dev.remora.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shards, and the pools of ready slots.
 *
 * <p>One thread, {@code remora-slots}, makes slots until each open shard has {@link FabricConfig#readySlots}, and gives
 * closed ones back, {@link #LOT} at a time: taking many namespaces away at once would hold the kernel's routing lock, which a
 * new cable waits for. Taking a ready slot takes no lock.
 *
 * <p>A slot's address goes to the end of the queue when it is given back, so that it is used again as late as possible.
 */
final class KernelSlots implements Slots, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelSlots.class);

    /** Slots given back at a time. */
    private static final int LOT = 8;

    private final int ready;
    private final Drops drops;
    private final KernelInternet internet;
    private final Map<NatKey, Integer> shardOf = new ConcurrentHashMap<>();
    private final List<Pool> pools = new CopyOnWriteArrayList<>();
    private final Queue<KernelSlot> closed = new ConcurrentLinkedQueue<>();
    private final AtomicLong names = new AtomicLong();
    private final Semaphore work = new Semaphore(0);
    private final Thread keeper;
    private volatile boolean closing;

    /** A shard, its ready slots, its free addresses. */
    private static final class Pool {
        private final Shard shard;
        private final int report;
        private final Queue<KernelSlot> slots = new ConcurrentLinkedQueue<>();
        private final Deque<Ipv4> addresses = new ArrayDeque<>();
        private int keys;

        Pool(Shard shard, int report) {
            this.shard = shard;
            this.report = report;
            for (int i = 1; i < ShardRules.SLOTS.size() - 1; i++) {
                addresses.add(ShardRules.SLOTS.base().plus(i));
            }
        }

        synchronized Ipv4 address() {
            if (addresses.isEmpty()) {
                throw new IllegalStateException("shard " + shard.number() + " has no free address for a slot");
            }
            return addresses.removeFirst();
        }

        synchronized void release(Ipv4 address) {
            addresses.addLast(address);
        }
    }

    KernelSlots(int ready, Drops drops, KernelInternet internet) {
        this.ready = ready;
        this.drops = drops;
        this.internet = internet;
        shardOf(NatKey.INTERNET);
        keeper = Thread.ofPlatform().daemon().name("remora-slots").start(this::keep);
    }

    @Override
    public int shardOf(NatKey key) {
        Integer known = shardOf.get(key);
        return known != null ? known : place(key);
    }

    Shard shard(int number) {
        return pool(number).shard;
    }

    /** The key's last interface is gone: it may be placed anew. */
    synchronized void forget(NatKey key) {
        Integer number = shardOf.remove(key);
        if (number != null) {
            pools.get(number).keys--;
        }
    }

    @Override
    public void spare(NatKey key, Set<String> interfaces) {
        Integer number = shardOf.get(key);
        if (number != null) {
            shard(number).spare(key, interfaces);
        }
    }

    @Override
    public Slot take(int number) {
        Pool pool = pool(number);
        KernelSlot slot = pool.slots.poll();
        work.release();
        return slot != null ? slot : make(pool);
    }

    /** How many slots of the shard are ready. */
    int ready(int number) {
        return pool(number).slots.size();
    }

    void closed(KernelSlot slot) {
        closed.add(slot);
        work.release();
        if (closing) {
            slot.leave();
        }
    }

    /** From then on only namespaces are closed: the shards are gone, or going. */
    boolean closing() {
        return closing;
    }

    Map<Drop.Cause, Long> dropCounts() {
        Map<Drop.Cause, Long> counts = new HashMap<>();
        pools.forEach(pool -> pool.shard.dropCounts().forEach((cause, packets) -> counts.merge(cause, packets, Long::sum)));
        return counts;
    }

    /** Gives back all slots that are ready or closed; those still lent are cut off with their shards. */
    @Override
    public void close() {
        closing = true;
        work.release();
        boolean interrupted = false;
        while (true) {
            try {
                keeper.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        for (Pool pool : pools) {
            pool.slots.forEach(KernelSlot::leave);
            drops.remove(pool.report);
            pool.shard.close();
        }
        closed.forEach(KernelSlot::leave);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Pool pool(int number) {
        if (number < 0 || number >= pools.size()) {
            throw new IllegalArgumentException("no shard " + number);
        }
        return pools.get(number);
    }

    private synchronized int place(NatKey key) {
        Integer known = shardOf.get(key);
        if (known != null) {
            return known;
        }
        Pool roomy = null;
        for (Pool pool : pools) {
            if (roomy == null && pool.keys < Shard.INTERFACES - ShardRules.BUCKETS && pool.shard.roomy()) {
                roomy = pool;
            }
        }
        if (roomy == null) {
            Shard shard = new Shard(pools.size());
            roomy = new Pool(shard, drops.add(shard.namespace(), "", shard.names()));
            pools.add(roomy);
            work.release();
        }
        if (key.equals(NatKey.INTERNET)) {
            internet.connect(roomy.shard);
        }
        roomy.keys++;
        shardOf.put(key, roomy.shard.number());
        return roomy.shard.number();
    }

    private KernelSlot make(Pool pool) {
        Ipv4 address = pool.address();
        try {
            return pool.shard.slot("s" + names.incrementAndGet(), address, this);
        } catch (RuntimeException refused) {
            pool.release(address);
            throw refused;
        }
    }

    private void keep() {
        while (!closing) {
            boolean worked = false;
            try {
                worked = fill() | giveBack();
            } catch (RuntimeException refused) {
                LOG.warn("a slot could not be made or given back", refused);
            }
            if (!worked) {
                work.acquireUninterruptibly();
                work.drainPermits();
            }
        }
    }

    /** Makes one slot for each shard that lacks one. */
    private boolean fill() {
        boolean made = false;
        for (Pool pool : pools) {
            if (pool.slots.size() < ready && !closing) {
                pool.slots.add(make(pool));
                made = true;
            }
        }
        return made;
    }

    private boolean giveBack() {
        List<KernelSlot> lot = new ArrayList<>();
        while (lot.size() < LOT && !closed.isEmpty()) {
            lot.add(closed.remove());
        }
        for (KernelSlot slot : lot) {
            slot.dispose();
            pool(slot.shard()).release(slot.address());
        }
        return !lot.isEmpty();
    }
}
