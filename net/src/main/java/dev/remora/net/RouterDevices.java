package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The devices of a router, each the end of a cable, and what is behind them: makes them, keeps their addresses, takes them away.
 *
 * <p>Called by {@link Router} in stages, each of which goes on where a failed call ended, and looks at the ports that it is
 * told of, and at gateways. A device carries nothing until its elements are in the rules: the source check drops it all.
 */
final class RouterDevices {
    private final String router;
    private final Netns namespace;
    private final Rtnetlink routes;
    private final Conntrack connections;
    private final KernelSlots slots;
    private final Edges edges;
    private final Map<Integer, Device> devices = new ConcurrentHashMap<>();

    /** The devices that an id has: two, while one takes the other's place. */
    private final Map<String, Set<Integer>> numbers = new HashMap<>();

    /** The ids that are gateways. */
    private final Set<String> gateways = new TreeSet<>();

    /** The devices that have an address: two, while it moves. */
    private final Map<Ip, Set<Integer>> owners = new ConcurrentHashMap<>();

    /** What is behind a device. */
    private sealed interface Behind {
        record Host(Netns namespace) implements Behind {}

        record Further(Netns namespace, int index) implements Behind {}

        record Shared(Shard.Cable cable) implements Behind {}

        record Beyond(Edges.Edge edge) implements Behind {}
    }

    /** A device that is there. */
    private static final class Device {
        private final int number;
        private final String id;
        private final Behind behind;

        /** Those that what is behind it has; none behind a gateway. */
        private List<Ip> addresses;

        /** What the far end was told to be, if this leads to a gateway. */
        private Optional<Topology.Gateway> gateway = Optional.empty();

        /** What it was told to be, if this leads to a translator. */
        private Optional<Port> translator = Optional.empty();

        private boolean known;
        private boolean knownSix;
        private boolean forwards;
        private boolean open;

        Device(int number, String id, Behind behind, List<Ip> addresses) {
            this.number = number;
            this.id = id;
            this.behind = behind;
            this.addresses = addresses;
        }

        byte[] mac() {
            return switch (behind) {
                case Behind.Host host -> LinkLocal.HOST_MAC;
                case Behind.Further further -> LinkLocal.HOST_MAC;
                case Behind.Shared shared -> LinkLocal.SHARD_MAC;
                case Behind.Beyond beyond -> LinkLocal.EDGE_MAC;
            };
        }
    }

    RouterDevices(
            String router, Netns namespace, Rtnetlink routes, Conntrack connections, KernelSlots slots, Edges edges) {
        this.router = router;
        this.namespace = namespace;
        this.routes = routes;
        this.connections = connections;
        this.slots = slots;
        this.edges = edges;
    }

    /** What is new, with its far end. */
    void make(RouterState next, Set<String> ports) {
        ports.stream()
                .filter(id -> next.devices().containsKey(id))
                .map(next::port)
                .sorted(Comparator.comparing(port -> port.attachment() instanceof Attachment.Further))
                .forEach(port -> {
                    int number = Objects.requireNonNull(next.devices().get(port.id()));
                    if (!devices.containsKey(number)) {
                        add(port(number, port, next));
                    }
                });
        next.gateways().forEach((id, number) -> {
            if (!devices.containsKey(number)) {
                Topology.Gateway gateway = Objects.requireNonNull(next.topology().gateways().get(id));
                Edges.Edge edge = edges.open(router, id, gateway, end(number), namespace);
                Device device = new Device(number, id, new Behind.Beyond(edge), List.of());
                device.gateway = Optional.of(gateway);
                add(device);
            }
        });
    }

    private void add(Device device) {
        devices.put(device.number, device);
        numbers.computeIfAbsent(device.id, first -> new TreeSet<>()).add(device.number);
        if (device.gateway.isPresent()) {
            gateways.add(device.id);
        }
        own(device);
    }

    private void own(Device device) {
        device.addresses.forEach(address ->
                owners.computeIfAbsent(address, first -> ConcurrentHashMap.newKeySet()).add(device.number));
    }

    private void disown(Device device) {
        device.addresses.forEach(address -> owners.computeIfPresent(address, (of, having) -> {
            having.remove(device.number);
            return having.isEmpty() ? null : having;
        }));
    }

    /** The device of a port; null if it has none. */
    private @Nullable Device of(RouterState next, String port) {
        Integer number = next.devices().get(port);
        return number == null ? null : devices.get(number);
    }

    /** Once the rules are there: who is behind each device, and addresses that are new. */
    void raise(RouterState next, Set<String> ports) {
        next.gateways().values().forEach(number -> raise(Objects.requireNonNull(devices.get(number)), next.six()));
        for (String id : ports) {
            numbers.getOrDefault(id, Set.of()).forEach(number -> raise(Objects.requireNonNull(devices.get(number)), next.six()));
        }
        next.gateways().forEach((id, number) -> {
            Device device = Objects.requireNonNull(devices.get(number));
            Topology.Gateway wanted = Objects.requireNonNull(next.topology().gateways().get(id));
            if (device.behind instanceof Behind.Beyond(Edges.Edge edge) && !device.gateway.equals(Optional.of(wanted))) {
                edge.change(wanted);
                device.gateway = Optional.of(wanted);
            }
        });
        for (String id : ports) {
            Device device = of(next, id);
            if (device != null) {
                changeHost(device, next.port(id).addresses(), true);
                forward(next, next.port(id));
            }
        }
    }

    /**
     * An interface without source check is an appliance's, which sends on what is routed to it: a workload could not tell its
     * kernel so by itself.
     */
    private void forward(RouterState next, Port port) {
        String host = port.attachment() instanceof Attachment.Further(String workload, int index) ? workload : port.id();
        Device device = of(next, host);
        if (device != null && device.behind instanceof Behind.Host(Netns inside)) {
            boolean forwards = Stream.concat(Stream.of(host), next.index().guests(host).stream())
                    .anyMatch(id -> !next.port(id).sourceCheck());
            if (forwards != device.forwards) {
                LinkLocal.forward(inside, forwards);
                device.forwards = forwards;
            }
        }
    }

    private void raise(Device device, boolean six) {
        if (!device.known) {
            if (device.behind instanceof Behind.Beyond(Edges.Edge edge)) {
                routes.commit(new RouteChanges().up(device.number, device.id));
                edge.awaitSending();
            }
            routes.commit(new RouteChanges()
                    .neighbour(device.number, LinkLocal.GATEWAY.bytes(), device.mac(), device.id));
            device.known = true;
        }
        if (six && !device.knownSix) {
            if (device.behind instanceof Behind.Host(Netns inside)) {
                inside(inside, LinkLocal::withIpv6);
            }
            routes.commit(new RouteChanges()
                    .neighbour(device.number, LinkLocal.GATEWAY6.bytes(), device.mac(), device.id));
            device.knownSix = true;
        }
    }

    /** Once the routes are there: addresses that are gone, and the shards' side of what is new. */
    void settle(RouterState next, Set<String> ports) {
        List<Ip> gone = new ArrayList<>();
        for (String id : ports) {
            Device device = of(next, id);
            if (device != null) {
                settle(device, next.port(id), gone);
            }
        }
        List<Device> unwanted = new ArrayList<>();
        Set<String> ids = new TreeSet<>(ports);
        ids.addAll(gateways);
        for (String id : ids) {
            Integer port = next.devices().get(id);
            Integer gateway = next.gateways().get(id);
            for (Integer number : numbers.getOrDefault(id, Set.of())) {
                if (!number.equals(port) && !number.equals(gateway)) {
                    unwanted.add(Objects.requireNonNull(devices.get(number)));
                }
            }
        }
        unwanted.stream()
                .sorted(Comparator.comparing(device -> !(device.behind instanceof Behind.Further)))
                .forEach(device -> {
                    remove(device);
                    gone.addAll(device.addresses);
                });
        cut(gone);
    }

    private void settle(Device device, Port port, List<Ip> gone) {
        changeTranslator(device, port);
        List<Ip> addresses = port.addresses();
        if (!device.addresses.equals(addresses)) {
            changeHost(device, addresses, false);
            gone.addAll(device.addresses);
            disown(device);
            device.addresses = addresses;
            own(device);
        }
        if (device.behind instanceof Behind.Shared(Shard.Cable cable) && !device.open) {
            shard(cable).open(cable, port.ipv4().orElseThrow(), port.ipv6());
            device.open = true;
        }
    }

    /** Forgets connections of addresses that nobody has any more. */
    private void cut(List<Ip> gone) {
        for (Ip address : gone) {
            if (!owners.containsKey(address)) {
                connections.deleteFrom(address.bytes(), router);
                connections.deleteTo(address.bytes(), router);
            }
        }
    }

    Optional<Netns> workload(int number) {
        return Optional.ofNullable(devices.get(number))
                .flatMap(device -> device.behind instanceof Behind.Host(Netns inside) ? Optional.of(inside) : Optional.empty());
    }

    Optional<Netns> services(int number) {
        return Optional.ofNullable(devices.get(number))
                .flatMap(device -> device.behind instanceof Behind.Beyond(Edges.Edge edge) ? edge.services() : Optional.empty());
    }

    /** See {@link Fabric#connections}. */
    Map<Ipv4, Integer> connections(int number, int atLeast) {
        return Optional.ofNullable(devices.get(number))
                .map(device -> switch (device.behind) {
                    case Behind.Beyond(Edges.Edge edge) -> edge.connections(atLeast);
                    case Behind.Shared(Shard.Cable cable) -> shard(cable).connections(cable, atLeast);
                    case Behind.Host host -> Map.<Ipv4, Integer>of();
                    case Behind.Further further -> Map.<Ipv4, Integer>of();
                })
                .orElse(Map.of());
    }

    /** The interface behind a device; empty if a gateway is. */
    Optional<String> port(int number) {
        return Optional.ofNullable(devices.get(number))
                .filter(device -> !device.addresses.isEmpty())
                .map(device -> device.id);
    }

    Drops.Names names() {
        return new Drops.Names() {
            @Override
            public Optional<String> port(int number) {
                return RouterDevices.this.port(number);
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.ofNullable(devices.get(packet.inDevice())).flatMap(device -> origin(device, packet));
            }

            @Override
            public Optional<Drops.Sender> sender(Drops.Packet packet) {
                return owners.getOrDefault(packet.source(), Set.of()).stream()
                        .findFirst()
                        .flatMap(number -> Optional.ofNullable(devices.get(number)))
                        .map(device -> new Drops.Sender(device.id, origin(device, packet)));
            }

            private Optional<String> origin(Device device, Drops.Packet packet) {
                return device.behind instanceof Behind.Shared(Shard.Cable cable)
                        ? shard(cable).origin(cable.key(), packet)
                        : Optional.empty();
            }
        };
    }

    /** Closes the interfaces in their shards. */
    void shut() {
        for (Device device : devices.values()) {
            if (device.behind instanceof Behind.Shared(Shard.Cable cable)) {
                shard(cable).shut(cable);
                forgetKey(cable);
            }
        }
    }

    /** The router's namespace goes, and its devices with it: closes what is behind them. */
    void close() {
        devices.values().forEach(device -> {
            switch (device.behind) {
                case Behind.Host(Netns inside) -> inside.close();
                case Behind.Beyond(Edges.Edge edge) -> edge.close();
                case Behind.Further further -> {}
                case Behind.Shared shared -> {}
            }
        });
        devices.clear();
    }

    private Device port(int number, Port port, RouterState next) {
        List<Ip> addresses = port.addresses();
        return switch (port.attachment()) {
            case Attachment.Workload() ->
                new Device(number, port.id(), new Behind.Host(host(end(number), port, next.six())), addresses);
            case Attachment.Further(String host, int index) -> {
                Netns inside = workload(Objects.requireNonNull(next.devices().get(host), host))
                        .orElseThrow(() -> new IllegalArgumentException(host + " has no workload for " + port.id()));
                further(end(number), port, inside, index);
                yield new Device(number, port.id(), new Behind.Further(inside, index), addresses);
            }
            case Attachment.Hyperplane(NatKey key) -> {
                Shard shard = slots.shard(slots.shardOf(key));
                Shard.Cable cable = shard.cable(key, port.id(), end(number), namespace);
                try {
                    routes.commit(new RouteChanges().up(number, port.id()));
                } catch (RuntimeException refused) {
                    shard.remove(cable);
                    throw refused;
                }
                yield new Device(number, port.id(), new Behind.Shared(cable), addresses);
            }
            case Attachment.Translator translator -> {
                Edges.Edge edge = edges.translate(router, port, end(number), namespace);
                Device device = new Device(number, port.id(), new Behind.Beyond(edge), addresses);
                device.translator = Optional.of(port);
                yield device;
            }
            case Attachment.None() -> throw new IllegalStateException(port.id() + " has no device");
        };
    }

    private static VethEnd end(int number) {
        return new VethEnd("p" + number, number, LinkLocal.ROUTER_MAC);
    }

    private Netns host(VethEnd end, Port port, boolean six) {
        HostDevice device = new HostDevice(0, port.id());
        return Netns.create(fresh -> {
            HostDevice.prepare(six);
            VethEnd far = new VethEnd(device.name(), device.number(), LinkLocal.HOST_MAC);
            routes.commit(new RouteChanges().veth(end, far, fresh, port.id()).up(end.index(), port.id()));
            try (Rtnetlink inside = Rtnetlink.openHere()) {
                inside.commit(device.up(port.addresses()));
            }
            routes.awaitSending(end.index(), port.id());
        });
    }

    private void further(VethEnd end, Port port, Netns inside, int index) {
        HostDevice device = new HostDevice(index, port.id());
        VethEnd far = new VethEnd(device.name(), device.number(), LinkLocal.HOST_MAC);
        routes.commit(new RouteChanges().veth(end, far, inside, port.id()));
        try (Rtnetlink there = Rtnetlink.open(inside)) {
            routes.commit(new RouteChanges().up(end.index(), port.id()));
            there.commit(device.up(port.addresses()));
            routes.awaitSending(end.index(), port.id());
        } catch (RuntimeException refused) {
            routes.commit(new RouteChanges().deleteLink(end.index(), port.id()));
            throw refused;
        }
    }

    /** Gives an end host the addresses that it has not yet, or takes those away that it must not have any more. */
    private static void changeHost(Device device, List<Ip> addresses, boolean add) {
        if (device.addresses.equals(addresses)) {
            return;
        }
        switch (device.behind) {
            case Behind.Host(Netns inside) -> commit(inside, new HostDevice(0, device.id), device.addresses, addresses, add);
            case Behind.Further(Netns inside, int index) ->
                commit(inside, new HostDevice(index, device.id), device.addresses, addresses, add);
            case Behind.Shared shared -> {}
            case Behind.Beyond beyond -> {}
        }
    }

    private static void changeTranslator(Device device, Port port) {
        if (device.behind instanceof Behind.Beyond(Edges.Edge edge) && !device.translator.equals(Optional.of(port))) {
            edge.change(port);
            device.translator = Optional.of(port);
        }
    }

    private static void commit(Netns inside, HostDevice device, List<Ip> before, List<Ip> after, boolean add) {
        RouteChanges changes = new RouteChanges();
        if (add) {
            device.add(changes, before, after);
        } else {
            device.remove(changes, before, after);
        }
        if (!changes.isEmpty()) {
            try (Rtnetlink there = Rtnetlink.open(inside)) {
                there.commit(changes);
            }
        }
    }

    /** Takes a device away, and what is behind it. Its rules and routes are gone already. */
    private void remove(Device device) {
        switch (device.behind) {
            case Behind.Shared(Shard.Cable cable) -> {
                shard(cable).remove(cable);
                forgetKey(cable);
            }
            case Behind.Beyond(Edges.Edge edge) -> edge.close();
            case Behind.Host(Netns inside) -> {
                routes.commit(new RouteChanges().deleteLink(device.number, device.id));
                inside.close();
            }
            case Behind.Further(Netns inside, int index) -> {
                commit(inside, new HostDevice(index, device.id), device.addresses, List.of(), false);
                routes.commit(new RouteChanges().deleteLink(device.number, device.id));
            }
        }
        devices.remove(device.number);
        disown(device);
        gateways.remove(device.id);
        numbers.computeIfPresent(device.id, (id, left) -> {
            left.remove(device.number);
            return left.isEmpty() ? null : left;
        });
    }

    private void forgetKey(Shard.Cable cable) {
        if (shard(cable).interfacesOf(cable.key()) == 0) {
            slots.forget(cable.key());
        }
    }

    private Shard shard(Shard.Cable cable) {
        return slots.shard(cable.shard());
    }

    private static void inside(Netns namespace, Runnable body) {
        try {
            namespace.call(() -> {
                body.run();
                return null;
            });
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
