package dev.remora.net;

import dev.remora.linux.Errno;
import dev.remora.linux.KernelException;
import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is beyond gateways, in the kernel: devices of the internet's namespace and of the exchange, and namespaces of their own.
 */
final class KernelEdges implements Edges, AutoCloseable {
    private final KernelInternet internet;
    private final Drops drops;
    private final Exchange exchange;
    private final Set<Counted> counted = ConcurrentHashMap.newKeySet();
    private final Map<Drop.Cause, Long> past = new EnumMap<>(Drop.Cause.class);

    KernelEdges(KernelInternet internet, Drops drops) {
        this.internet = internet;
        this.drops = drops;
        exchange = new Exchange(drops);
    }

    @Override
    public Edge open(String router, String id, Topology.Gateway gateway, VethEnd end, Netns namespace) {
        return switch (gateway) {
            case Topology.Gateway.Internet ways -> internet.edge(router, id, ways, end, namespace);
            case Topology.Gateway.EgressOnly ways -> internet.edge(router, id, ways, end, namespace);
            case Topology.Gateway.Peering peering -> exchange.open(router, id, peering, end, namespace);
            case Topology.Gateway.Services services ->
                new Counted(ServiceEdge.open(router, id, services, end, namespace, drops));
        };
    }

    @Override
    public Edge translate(String router, Topology.Port port, VethEnd end, Netns namespace) {
        return new Counted(Translator.open(router, port, end, namespace, drops));
    }

    @Override
    public Map<Drop.Cause, Long> dropCounts() {
        Map<Drop.Cause, Long> counts = new EnumMap<>(Drop.Cause.class);
        synchronized (past) {
            add(past, counts);
            counted.forEach(edge -> add(edge.dropCounts(), counts));
        }
        add(exchange.dropCounts(), counts);
        return counts;
    }

    @Override
    public void close() {
        counted.forEach(Counted::close);
        exchange.close();
    }

    /** One with a namespace of its own, whose counts are kept when it goes. */
    final class Counted implements Edge {
        final Edge edge;

        private Counted(Edge edge) {
            this.edge = edge;
            counted.add(this);
        }

        @Override
        public void change(Topology.Gateway gateway) {
            edge.change(gateway);
        }

        @Override
        public void change(Topology.Port port) {
            edge.change(port);
        }

        @Override
        public Map<Ipv4, Integer> connections(int atLeast) {
            return edge.connections(atLeast);
        }

        @Override
        public void awaitSending() {
            edge.awaitSending();
        }

        @Override
        public Optional<Netns> services() {
            return edge.services();
        }

        @Override
        public Map<Drop.Cause, Long> dropCounts() {
            return edge.dropCounts();
        }

        @Override
        public void close() {
            synchronized (past) {
                if (!counted.contains(this)) {
                    return;
                }
                add(edge.dropCounts(), past);
                counted.remove(this);
            }
            edge.close();
        }
    }

    private static void add(Map<Drop.Cause, Long> some, Map<Drop.Cause, Long> to) {
        some.forEach((cause, packets) -> to.merge(cause, packets, Long::sum));
    }

    /** Does nothing if the namespace of the other end went first, and the cable with it. */
    static void deleteCable(Rtnetlink routes, int device, String id) {
        try {
            routes.commit(new RouteChanges().deleteLink(device, id));
        } catch (KernelException gone) {
            if (gone.errno() != Errno.ENODEV) {
                throw gone;
            }
        }
    }
}
