package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The router of one VPC: a namespace with a device for each attached interface.
 *
 * <p>Every interface is a /32 behind a device of its own, so that also packets within a subnet pass the rules. Those routes
 * are in the main table, which is looked up first; what it does not know is looked up in the subnet's route table, chosen by
 * the mark that the incoming device got. Each route table ends at the loopback: what is routed there enters the forward hook,
 * is counted as having no route and is dropped. A blackhole route would drop it before any rule could count it.
 *
 * <p>{@link #apply} goes in stages, each of which remembers what it has reached, so that a failed call can be made again:
 * devices that are new; all changes of rules in one transaction; routes; the shards' side of new interfaces; then what is no
 * longer wanted. A device carries nothing until its elements are in the rules: the source check drops it all. This object's
 * monitor is the router's one lock.
 */
final class Router implements AutoCloseable {
    /** Behind rule 32766, which looks up the main table. */
    private static final int FIRST_RULE = 40_000;

    private static final int LOOPBACK = 1;

    private final String name;
    private final KernelSlots slots;
    private final Resolver resolvers;
    private final Drops drops;
    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Conntrack connections;
    private final int report;

    private final Map<Integer, Device> devices = new ConcurrentHashMap<>();
    private final Set<Item> items = new HashSet<>();
    private RouterState numbers;
    private RouterState ruled;
    private Optional<Topology> reached = Optional.empty();
    /** Guards {@link #meter}: reports of drops must not wait for the router's monitor. */
    private final Object metering = new Object();

    private Optional<FlowMeter> meter = Optional.empty();
    private Optional<Resolver.Listening> resolver = Optional.empty();
    private volatile NameTable ownNames = NameTable.EMPTY;

    /** A device that is there. */
    private static final class Device {
        private final int number;
        private final Port port;
        private final Optional<Netns> workload;
        private final Optional<Shard.Cable> cable;
        private boolean routed;
        private boolean open;

        Device(int number, Port port, Optional<Netns> workload, Optional<Shard.Cable> cable) {
            this.number = number;
            this.port = port;
            this.workload = workload;
            this.cable = cable;
        }

        Ipv4 address() {
            return port.ipv4().orElseThrow();
        }
    }

    /** An entry that is in the routing policy or in a route table. */
    private sealed interface Item {
        record Policy(int mark, int table) implements Item {}

        record Nowhere(int table, Cidr destination) implements Item {}
    }

    Router(String name, KernelSlots slots, Resolver resolvers, Drops drops) {
        this.name = name;
        this.slots = slots;
        this.resolvers = resolvers;
        this.drops = drops;
        numbers = RouterState.empty(name);
        ruled = numbers;
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        connections = Conntrack.open(namespace);
        filter.commit(RouterRules.base());
        report = drops.add(namespace, name, names());
    }

    synchronized void apply(Topology wanted) {
        if (reached.filter(wanted::equals).isPresent()) {
            return;
        }
        reached = Optional.empty();
        RouterState next = numbers.next(wanted);
        numbers = next;
        Set<Integer> kept = next.deviceNumbers();
        for (Map.Entry<String, Integer> device : next.devices().entrySet()) {
            if (!devices.containsKey(device.getValue())) {
                devices.put(device.getValue(), make(device.getValue(), next.port(device.getKey())));
            }
        }
        filter.commit(RouterRules.change(ruled, next));
        ruled = next;
        meter(wanted.metered());
        ownNames = new NameTable(wanted.dns().names());
        listen(wanted);
        route(next, kept);
        for (Device device : devices.values()) {
            if (kept.contains(device.number) && !device.open) {
                device.cable.ifPresent(cable -> shard(cable).open(cable, device.address()));
                device.open = true;
            }
        }
        List.copyOf(devices.values()).stream().filter(device -> !kept.contains(device.number)).forEach(this::remove);
        reached = Optional.of(wanted);
    }

    synchronized Netns workload(String port) {
        Integer number = numbers.devices().get(port);
        Device device = number == null ? null : devices.get(number);
        return Optional.ofNullable(device)
                .flatMap(made -> made.workload)
                .orElseThrow(() -> new IllegalArgumentException(port + " of " + name + " has no workload"));
    }

    private void meter(boolean wanted) {
        synchronized (metering) {
            if (wanted && meter.isEmpty()) {
                meter = Optional.of(new FlowMeter(
                        filter, device -> Optional.ofNullable(devices.get(device)).map(made -> made.port.id())));
            } else if (!wanted && meter.isPresent()) {
                meter.get().close();
                meter = Optional.empty();
            }
        }
    }

    Optional<FlowReading> flows() {
        synchronized (metering) {
            return meter.map(FlowMeter::read);
        }
    }

    /** One of its drops was reported. */
    void refused(Drop drop) {
        synchronized (metering) {
            meter.ifPresent(counting -> counting.refused(drop));
        }
    }

    Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.INET, RouterRules.TABLE));
    }

    /** Closes the interfaces in their shards, then the router. */
    synchronized void remove() {
        for (Device device : devices.values()) {
            device.cable.ifPresent(cable -> shard(cable).shut(cable));
            forgetKey(device);
        }
        close();
    }

    /** The kernel takes all devices away with the namespace, at once and in the background. */
    @Override
    public synchronized void close() {
        drops.remove(report);
        resolver.ifPresent(Resolver.Listening::close);
        devices.values().forEach(device -> device.workload.ifPresent(Netns::close));
        devices.clear();
        routes.close();
        filter.close();
        connections.close();
        namespace.close();
    }

    private Device make(int number, Port port) {
        VethEnd end = new VethEnd("p" + number, number, LinkLocal.ROUTER_MAC);
        return switch (port.attachment()) {
            case Attachment.Workload() -> new Device(number, port, Optional.of(host(end, port)), Optional.empty());
            case Attachment.Hyperplane(NatKey key) -> {
                Shard shard = slots.shard(slots.shardOf(key));
                Shard.Cable cable = shard.cable(key, port.id(), end, namespace);
                try {
                    routes.commit(new RouteChanges().up(number, port.id()));
                } catch (RuntimeException refused) {
                    shard.remove(cable);
                    throw refused;
                }
                yield new Device(number, port, Optional.empty(), Optional.of(cable));
            }
            case Attachment.Further further -> throw new IllegalStateException(port.id() + " cannot be made yet");
            case Attachment.Translator() -> throw new IllegalStateException(port.id() + " cannot be made yet");
            case Attachment.None() -> throw new IllegalStateException(port.id() + " has no device");
        };
    }

    private Netns host(VethEnd end, Port port) {
        return Netns.create(fresh -> {
            LinkLocal.withoutIpv6();
            VethEnd far = new VethEnd(LinkLocal.HOST_DEVICE_NAME, LinkLocal.HOST_DEVICE, LinkLocal.HOST_MAC);
            routes.commit(new RouteChanges().veth(end, far, fresh, port.id()));
            routes.commit(new RouteChanges().up(end.index(), port.id()));
            LinkLocal.host(port.ipv4().orElseThrow(), LinkLocal.ROUTER_MAC, port.id());
            routes.awaitSending(end.index(), port.id());
        });
    }

    /** The resolver is at the base of the first block plus two, and at the link-local address. */
    private void listen(Topology wanted) {
        if (resolver.isPresent() || wanted.blocks().isEmpty()) {
            return;
        }
        Ipv4 inBlock = wanted.blocks().stream()
                .flatMap(block -> block instanceof Cidr ipv4 ? Stream.of(ipv4.base().plus(2)) : Stream.empty())
                .findFirst()
                .orElseThrow();
        routes.commit(new RouteChanges()
                .address(LOOPBACK, inBlock.bytes(), "the resolver of " + name)
                .address(LOOPBACK, LinkLocal.RESOLVER.bytes(), "the resolver of " + name));
        resolver = Optional.of(resolvers.open(namespace, List.of(inBlock, LinkLocal.RESOLVER), () -> ownNames));
    }

    private void route(RouterState next, Set<Integer> kept) {
        Set<Item> wanted = new HashSet<>();
        next.topology().routeTables().values().forEach(routeTable -> {
            int table = next.table(routeTable.id());
            wanted.add(new Item.Nowhere(table, Cidr.parse("0.0.0.0/0")));
            for (Topology.Route route : routeTable.routes()) {
                // An address of the VPC that is not in the main table is nobody's.
                if (route.destination() instanceof Cidr destination) {
                    wanted.add(new Item.Nowhere(table, destination));
                }
            }
        });
        next.topology().subnets().values().forEach(subnet ->
                wanted.add(new Item.Policy(next.mark(subnet.id()), next.table(subnet.routeTable()))));
        for (Item item : wanted) {
            if (item instanceof Item.Nowhere && !items.contains(item)) {
                add(item);
            }
        }
        for (Item item : wanted) {
            if (!items.contains(item)) {
                add(item);
            }
        }
        for (Device device : devices.values()) {
            if (!device.routed && kept.contains(device.number)) {
                routes.commit(reach(device));
                device.routed = true;
            }
        }
        for (Item item : new ArrayList<>(items)) {
            if (!wanted.contains(item)) {
                routes.commit(change(item, false));
                items.remove(item);
            }
        }
    }

    private void add(Item item) {
        routes.commit(change(item, true));
        items.add(item);
    }

    private RouteChanges change(Item item, boolean add) {
        RouteChanges changes = new RouteChanges();
        return switch (item) {
            case Item.Policy(int mark, int table) ->
                add
                        ? changes.rule(FIRST_RULE + mark, mark, table, name)
                        : changes.deleteRule(FIRST_RULE + mark, mark, table, name);
            case Item.Nowhere(int table, Cidr to) ->
                add
                        ? changes.route(to.base().bytes(), to.prefix(), table, LOOPBACK, name)
                        : changes.deleteRoute(to.base().bytes(), to.prefix(), table, LOOPBACK, name);
        };
    }

    private static RouteChanges reach(Device device) {
        byte[] address = device.address().bytes();
        byte[] mac = device.cable.isPresent() ? LinkLocal.SHARD_MAC : LinkLocal.HOST_MAC;
        String id = device.port.id();
        return new RouteChanges()
                .neighbour(device.number, address, mac, id)
                .route(address, 32, RouteChanges.MAIN, device.number, id);
    }

    /** Takes a device away and cuts the connections over it. Its rules are gone already. */
    private void remove(Device device) {
        String id = device.port.id();
        device.cable.ifPresentOrElse(
                cable -> shard(cable).remove(cable),
                () -> routes.commit(new RouteChanges().deleteLink(device.number, id)));
        device.workload.ifPresent(Netns::close);
        devices.remove(device.number);
        forgetKey(device);
        Ipv4 address = device.address();
        if (devices.values().stream().noneMatch(other -> other.address().equals(address))) {
            connections.deleteFrom(address.bytes(), id);
            connections.deleteTo(address.bytes(), id);
        }
    }

    private void forgetKey(Device device) {
        device.cable.ifPresent(cable -> {
            if (shard(cable).interfacesOf(cable.key()) == 0) {
                slots.forget(cable.key());
            }
        });
    }

    private Shard shard(Shard.Cable cable) {
        return slots.shard(cable.shard());
    }

    private Drops.Names names() {
        return new Drops.Names() {
            @Override
            public Optional<String> port(int device) {
                return Optional.ofNullable(devices.get(device)).map(made -> made.port.id());
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.ofNullable(devices.get(packet.inDevice()))
                        .flatMap(made -> made.cable)
                        .flatMap(cable -> shard(cable).origin(cable.key(), packet));
            }
        };
    }
}
