package dev.remora.ec2;

import dev.remora.linux.KernelException;
import dev.remora.linux.Netns;
import dev.remora.net.Drop;
import dev.remora.net.Fabric;
import dev.remora.net.FlowReading;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Slots;
import dev.remora.net.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The kernel's boundary, noting what it is told; it refuses as often as it is asked to. */
final class NotedFabric implements Fabric {
    /** A namespace that nobody enters. */
    private static final Netns NOWHERE = new Netns() {
        @Override
        public int fd() {
            return -1;
        }

        @Override
        public String path() {
            return "/nowhere";
        }

        @Override
        public <T> T call(Callable<T> body) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    };

    private final Map<String, Topology> held = new HashMap<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<String> inside = new HashSet<>();
    final AtomicInteger refusals = new AtomicInteger();

    @Override
    public void apply(Topology wanted) {
        enter(wanted.router());
        try {
            if (refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new KernelException("RTM_NEWLINK", 12, "eni-0123");
            }
            synchronized (this) {
                held.put(wanted.router(), wanted);
                calls.add("apply " + wanted.router());
            }
        } finally {
            leave(wanted.router());
        }
    }

    @Override
    public void remove(String router) {
        enter(router);
        synchronized (this) {
            held.remove(router);
            calls.add("remove " + router);
        }
        leave(router);
    }

    /** What {@link #flows} gives next, by router. */
    final Map<String, FlowReading> readings = new ConcurrentHashMap<>();

    @Override
    public Optional<FlowReading> flows(String router) {
        return Optional.ofNullable(readings.remove(router));
    }

    private synchronized void enter(String router) {
        if (!inside.add(router)) {
            throw new AssertionError("two calls for " + router + " at once");
        }
    }

    private synchronized void leave(String router) {
        inside.remove(router);
    }

    synchronized Map<String, Topology> held() {
        return Map.copyOf(held);
    }

    /** What the router was last told to hold. */
    synchronized Topology held(String router) {
        Topology topology = held.get(router);
        if (topology == null) {
            throw new AssertionError(router + " is not among " + held.keySet());
        }
        return topology;
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public Netns workload(String router, String port) {
        return NOWHERE;
    }

    @Override
    public Netns services(String router, String gateway) {
        throw new UnsupportedOperationException();
    }

    /** What {@link #connections} gives, by port. */
    final Map<String, Map<Ipv4, Integer>> connections = new ConcurrentHashMap<>();

    @Override
    public Map<Ipv4, Integer> connections(String router, String port, int atLeast) {
        return connections.getOrDefault(port, Map.of());
    }

    @Override
    public Slots slots() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void names(Map<String, List<Ip>> names) {}

    @Override
    public Netns internet() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Ipv4 apiAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Drop> drops() {
        return List.of();
    }

    @Override
    public Map<Drop.Cause, Long> dropCounts() {
        return Map.of();
    }

    @Override
    public void onDrop(Consumer<Drop> listener) {}

    @Override
    public void close() {}
}
