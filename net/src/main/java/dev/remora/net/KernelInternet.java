package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespace that plays the internet. Remora's own API and the resolver are in it; beyond it lies nothing, or the {@link
 * Outside}. What goes there is checked against {@link Outside#BLOCKED} here, in our own namespace, by the kernel; the process
 * that carries it is not trusted with that.
 *
 * <p>{@link InternetPlan} says who has which address.
 */
final class KernelInternet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelInternet.class);

    /** Where the server listens in here. */
    static final List<Ip> APIS = List.of(InternetPlan.API, InternetPlan.S3_API, InternetPlan.API6);

    private static final String NAME = InternetRules.TABLE;
    private static final int FIRST_DEVICE = 10;

    /** How long the process may take to make its device, or to end. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private static final long PAUSE_NANOS = 2_000_000;

    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final InternetEdges edges;
    private final Resolver.Listening resolver;
    private final Drops drops;
    private final int report;
    private Optional<Process> carrier = Optional.empty();
    private volatile boolean closing;
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();

    KernelInternet(Resolver resolvers, Drops drops, Optional<Outside> outside) {
        this.drops = drops;
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        filter.commit(InternetRules.base());
        VethEnd nowhere = new VethEnd("nowhere", InternetRules.NOWHERE, LinkLocal.EDGE_MAC);
        routes.commit(new RouteChanges()
                .veth(nowhere, new VethEnd("nowherex", InternetRules.NOWHERE_END, LinkLocal.EDGE_MAC), namespace, NAME)
                .up(InternetRules.NOWHERE, NAME)
                .route(new byte[4], 0, RouteChanges.MAIN, InternetRules.NOWHERE, NAME)
                .route(new byte[Ipv6.BYTES], 0, RouteChanges.MAIN, InternetRules.NOWHERE, NAME));
        // The first one is the source of what is sent from here without one.
        APIS.forEach(api -> routes.commit(new RouteChanges().address(1, api.bytes(), NAME)));
        routes.commit(new RouteChanges().address(1, LinkLocal.RESOLVER.bytes(), NAME));
        edges = new InternetEdges(namespace, routes, filter);
        resolver = resolvers.open(namespace, List.of(LinkLocal.RESOLVER), () -> NameTable.EMPTY);
        report = drops.add(namespace, NAME, new Drops.Names() {
            @Override
            public Optional<String> router(int device) {
                return edges.router(device);
            }

            @Override
            public Optional<String> port(int device) {
                return Optional.empty();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                Shard shard = shards.get(packet.inDevice());
                return shard == null ? Optional.empty() : shard.origin(NatKey.INTERNET, packet);
            }
        });
        try {
            outside.ifPresent(this::open);
        } catch (RuntimeException refused) {
            close();
            throw refused;
        }
    }

    Netns namespace() {
        return namespace;
    }

    /** Opens a gateway of a router; see {@link Edges#open}. */
    Edges.Edge edge(String router, String id, Topology.Gateway gateway, VethEnd end, Netns far) {
        return edges.open(router, id, gateway, end, far);
    }

    /** Gives a shard a way out: an interface of {@link NatKey#INTERNET} whose address is of this namespace. */
    void connect(Shard shard) {
        int device = FIRST_DEVICE + shard.number();
        Ipv4 address = InternetPlan.SHARDS.base().plus(shard.number() + 1);
        String name = "shard " + shard.number();
        shards.put(device, shard);
        VethEnd end = new VethEnd("i" + device, device, LinkLocal.ROUTER_MAC);
        Shard.Cable cable = shard.cable(NatKey.INTERNET, NAME, end, namespace);
        filter.commit(InternetRules.shard(device, name, address));
        routes.commit(new RouteChanges()
                .up(device, name)
                .route(address.bytes(), 32, RouteChanges.MAIN, device, name)
                .neighbour(device, address.bytes(), LinkLocal.SHARD_MAC, name));
        shard.open(cable, address, Optional.empty());
    }

    /** Leads to the outside: a device that a process of the outside reads and writes; its rules before its route. */
    private void open(Outside outside) {
        Process process = outside.start(namespace);
        carrier = Optional.of(process);
        int device = await(process);
        filter.commit(InternetRules.outside(device, outside.own()));
        routes.commit(new RouteChanges()
                .up(device, Outside.DEVICE)
                .address(device, Outside.ADDRESS.bytes(), Outside.DEVICE)
                .defaultRoute(Outside.GATEWAY.bytes(), RouteChanges.MAIN, device, Outside.DEVICE));
        process.onExit().thenAccept(ended -> {
            if (!closing) {
                LOG.error("the way to the internet is gone: {}", Outside.words(ended));
            }
        });
    }

    private int await(Process process) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (process.isAlive() && System.nanoTime() < end) {
            Integer device = routes.links().get(Outside.DEVICE);
            if (device != null) {
                return device;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("pasta (Debian package passt) does not start: "
                + (process.isAlive() ? "it makes no device" : Outside.words(process)));
    }

    Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.INET, NAME));
    }

    @Override
    public void close() {
        closing = true;
        carrier.ifPresent(KernelInternet::end);
        drops.remove(report);
        resolver.close();
        edges.close();
        routes.close();
        filter.close();
        namespace.close();
    }

    /** Ending the lifeline ends the process; waits for it. */
    private static void end(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException now) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
