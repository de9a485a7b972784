package dev.remora.fleet;

import dev.remora.linux.Netns;
import dev.remora.net.Drop;
import dev.remora.net.Fabric;
import dev.remora.net.FlowReading;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Slots;
import dev.remora.net.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** A fabric that knows names, and whose workloads are in namespaces that nobody enters. */
final class NamingFabric implements Fabric {
    volatile Map<String, List<Ip>> names = Map.of();

    /** The address of a name, or the empty string. */
    String address(String name) {
        return names.getOrDefault(name, List.of()).stream().map(Ip::toString).findFirst().orElse("");
    }

    @Override
    public void names(Map<String, List<Ip>> all) {
        names = all;
    }

    @Override
    public Netns workload(String router, String port) {
        return new Netns() {
            @Override
            public int fd() {
                return -1;
            }

            @Override
            public String path() {
                return router + "/" + port;
            }

            @Override
            public <T> T call(Callable<T> body) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void apply(Topology wanted) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void remove(String router) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Netns services(String router, String gateway) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<Ipv4, Integer> connections(String router, String port, int atLeast) {
        return Map.of();
    }

    @Override
    public Slots slots() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Netns internet() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Ipv4 apiAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<FlowReading> flows(String router) {
        return Optional.empty();
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
