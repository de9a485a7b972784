package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The router of one VPC: a namespace with a device for each attached interface and each gateway.
 *
 * <p>Every address of an interface is alone behind a device, so that also packets within a subnet pass the rules ({@link
 * RouterRules}); where they go is said by {@link RouterRoutes}, what is behind the devices by {@link RouterDevices}.
 *
 * <p>{@link #apply} goes in stages, each of which remembers what it has reached, so that a failed call can be made again:
 * devices that are new; all changes of rules, of both families, in one transaction; the connections that a rule which is gone had
 * let through; the far ends; routes; then what is no longer wanted. So nothing is let through that either topology would refuse,
 * and what both allow is never refused. Each stage looks at what differs between the states alone: ports are {@link #touched}
 * until a call has gone through all stages. This object's monitor is the router's one lock.
 */
final class Router implements AutoCloseable {
    private static final int LOOPBACK = 1;

    private final String name;
    private final Resolver resolvers;
    private final Drops drops;
    private final Netns namespace;
    private final Rtnetlink kernel;
    private final NfTables filter;
    private final Conntrack connections;
    private final RouterDevices devices;
    private final RouterRoutes routes;
    private final int report;

    private final Map<Ip, Resolver.Listening> listening = new HashMap<>();
    private final Set<OpenRules.Stale> stale = new LinkedHashSet<>();
    private RouterState numbers;
    private volatile RouterState ruled;
    private boolean six;
    private Optional<Topology> reached = Optional.empty();

    /** Ports that changes since the last complete call were about. */
    private final Set<String> touched = new TreeSet<>();

    private volatile NameTable names = NameTable.EMPTY;

    /** Guards {@link #meter}: reports of drops must not wait for the router's monitor. */
    private final Object metering = new Object();

    private Optional<FlowMeter> meter = Optional.empty();

    Router(String name, KernelSlots slots, Resolver resolvers, Drops drops, Edges edges) {
        this.name = name;
        this.resolvers = resolvers;
        this.drops = drops;
        numbers = RouterState.empty(name);
        ruled = numbers;
        namespace = Netns.create(fresh -> LinkLocal.router());
        kernel = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        connections = Conntrack.open(namespace);
        devices = new RouterDevices(name, namespace, kernel, connections, slots, edges);
        routes = new RouterRoutes(name, kernel);
        filter.commit(RouterRules.base(IpFamily.V4));
        VethEnd nowhere = new VethEnd("nowhere", LinkLocal.NOWHERE, LinkLocal.ROUTER_MAC);
        VethEnd end = new VethEnd("nowherex", LinkLocal.NOWHERE_END, LinkLocal.HOST_MAC);
        kernel.commit(new RouteChanges()
                .veth(nowhere, end, namespace, "nowhere")
                .up(nowhere.index(), "nowhere")
                .neighbour(nowhere.index(), LinkLocal.GATEWAY.bytes(), LinkLocal.HOST_MAC, "nowhere"));
        report = drops.add(namespace, name, devices.names());
        drops.router(name, devices.names());
    }

    synchronized void apply(Topology wanted) {
        if (reached.filter(wanted::equals).isPresent()) {
            return;
        }
        reached = Optional.empty();
        RouterState next = numbers.next(wanted);
        touched.addAll(RouterState.differing(numbers, next));
        numbers = next;
        if (next.six() && !six) {
            Sysctls.write(namespace, Map.of("ipv6/conf/all/disable_ipv6", "0"));
            kernel.commit(new RouteChanges()
                    .neighbour(LinkLocal.NOWHERE, LinkLocal.GATEWAY6.bytes(), LinkLocal.HOST_MAC, "nowhere"));
            six = true;
        }
        devices.make(next, touched);
        stale.addAll(OpenRules.stale(ruled, next));
        filter.commit(RouterRules.change(ruled, next));
        ruled = next;
        for (OpenRules.Stale flows : List.copyOf(stale)) {
            new StaleFlows(connections, next).judge(flows);
            stale.remove(flows);
        }
        meter(wanted.metered());
        names = names.next(wanted.dns().names());
        listen(next);
        devices.raise(next, touched);
        routes.change(next, touched);
        devices.settle(next, touched);
        touched.clear();
        reached = Optional.of(wanted);
    }

    synchronized Netns workload(String port) {
        return Optional.ofNullable(numbers.devices().get(port))
                .flatMap(devices::workload)
                .orElseThrow(() -> new IllegalArgumentException(port + " of " + name + " has no workload"));
    }

    synchronized Netns services(String gateway) {
        return Optional.ofNullable(numbers.gateways().get(gateway))
                .flatMap(devices::services)
                .orElseThrow(() -> new IllegalArgumentException(gateway + " of " + name + " holds no services"));
    }

    /** See {@link Fabric#connections}. */
    Map<Ipv4, Integer> connections(String port, int atLeast) {
        return Optional.ofNullable(ruled.devices().get(port))
                .map(device -> devices.connections(device, atLeast))
                .orElse(Map.of());
    }

    private void meter(boolean wanted) {
        synchronized (metering) {
            if (wanted && meter.isEmpty()) {
                meter = Optional.of(new FlowMeter(filter, devices::port));
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
        Map<Drop.Cause, Long> counts = new HashMap<>();
        for (IpFamily family : ruled.families()) {
            DropChains.causes(filter.counters(family.tables, RouterRules.TABLE))
                    .forEach((cause, packets) -> counts.merge(cause, packets, Long::sum));
        }
        return counts;
    }

    /** Closes the interfaces in their shards, then the router. */
    synchronized void remove() {
        devices.shut();
        close();
    }

    /** The kernel takes all devices away with the namespace, at once and in the background. */
    @Override
    public synchronized void close() {
        drops.forget(name);
        drops.remove(report);
        listening.values().forEach(Resolver.Listening::close);
        devices.close();
        kernel.close();
        filter.close();
        connections.close();
        namespace.close();
    }

    /**
     * The resolver is at the base of the first block plus two, and at link-local addresses. It listens also where it is not to
     * answer: the rules let no question through to it.
     */
    private void listen(RouterState next) {
        List<Ip> addresses = new ArrayList<>();
        next.topology().blocks().stream()
                .filter(Cidr.class::isInstance)
                .findFirst()
                .ifPresent(block -> addresses.addAll(List.of(((Cidr) block).base().plus(2), LinkLocal.RESOLVER)));
        if (next.six()) {
            addresses.add(LinkLocal.RESOLVER6);
        }
        for (Ip address : addresses) {
            if (!listening.containsKey(address)) {
                kernel.commit(new RouteChanges().address(LOOPBACK, address.bytes(), "the resolver of " + name));
                listening.put(address, resolvers.open(namespace, List.of(address), () -> names));
            }
        }
    }
}
