package dev.remora.net;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Errno;
import dev.remora.linux.KernelException;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import dev.remora.sharing.SharedMap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The gateways of VPCs to the internet, as the internet's namespace sees them: devices, what leads to them, and who has which
 * public address; {@link InternetRules} says what becomes of packets.
 *
 * <p>An address may move from one VPC to another, and the two routers are changed in any order. So who claims an address last
 * has it, and when that one gives it up, it falls back to who claimed it before. This object's monitor guards the claims; a
 * change under it is one transaction of rules and one message of routes.
 */
final class InternetEdges {
    /** No number of a device here is that of the other end of its cable; see {@link Rtnetlink#awaitSending}. */
    private static final int FIRST_DEVICE = 20_000_000;

    private static final int BOTH_WAYS = 1;
    private static final int ANSWERS_ONLY = 2;

    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Conntrack connections;
    private final Map<Integer, InternetEdge> edges = new ConcurrentHashMap<>();
    private final Map<Ipv4, Deque<Claim>> claims = new HashMap<>();
    private int device = FIRST_DEVICE;

    /** An edge's wish that {@code inside} of its VPC be known by a public address. */
    private record Claim(InternetEdge edge, Ipv4 inside) {}

    InternetEdges(Netns namespace, Rtnetlink routes, NfTables filter) {
        this.namespace = namespace;
        this.routes = routes;
        this.filter = filter;
        connections = Conntrack.open(namespace);
    }

    /** See {@link Edges#open}. */
    Edges.Edge open(String router, String id, Topology.Gateway gateway, VethEnd end, Netns far) {
        boolean egressOnly = gateway instanceof Topology.Gateway.EgressOnly;
        InternetEdge edge = new InternetEdge(number(), router, id, egressOnly ? ANSWERS_ONLY : BOTH_WAYS);
        routes.commit(new RouteChanges().veth(new VethEnd(edge.name(), edge.device, LinkLocal.EDGE_MAC), end, far, id));
        try {
            routes.commit(new RouteChanges()
                    .up(edge.device, id)
                    .neighbour(edge.device, LinkLocal.GATEWAY.bytes(), end.mac(), id)
                    .neighbour(edge.device, LinkLocal.GATEWAY6.bytes(), end.mac(), id));
            filter.commit(InternetRules.gateway(edge.device, id, egressOnly));
            edges.put(edge.device, edge);
            edge.change(gateway);
        } catch (RuntimeException refused) {
            edge.close();
            throw refused;
        }
        return edge;
    }

    /** The router behind a device, if a gateway is. */
    Optional<String> router(int number) {
        return Optional.ofNullable(edges.get(number)).map(edge -> edge.router);
    }

    void close() {
        connections.close();
    }

    private synchronized int number() {
        return device++;
    }

    /** A gateway of one router, and its device here. */
    private final class InternetEdge implements Edges.Edge {
        private final int device;
        private final String router;
        private final String id;
        private final int metric;
        private SharedMap<Ipv4, Ipv4> addresses = SharedMap.empty();
        private List<Cidr6> blocks = List.of();
        private boolean closed;

        InternetEdge(int device, String router, String id, int metric) {
            this.device = device;
            this.router = router;
            this.id = id;
            this.metric = metric;
        }

        String name() {
            return "g" + device;
        }

        @Override
        public synchronized void change(Topology.Gateway gateway) {
            switch (gateway) {
                case Topology.Gateway.Internet(
                        SharedMap<Ipv4, Ipv4> publicAddresses,
                        List<Cidr6> wanted,
                        Optional<String> routeTable) -> {
                    translate(publicAddresses);
                    lead(wanted);
                }
                case Topology.Gateway.EgressOnly(List<Cidr6> wanted) -> lead(wanted);
                default -> throw new IllegalArgumentException(id + " is a gateway to the internet");
            }
        }

        @Override
        public void awaitSending() {
            routes.awaitSending(device, id);
        }

        @Override
        public Optional<Netns> services() {
            return Optional.empty();
        }

        @Override
        public synchronized void close() {
            if (closed) {
                return;
            }
            closed = true;
            translate(SharedMap.empty());
            lead(List.of());
            if (edges.remove(device) != null) {
                filter.commit(InternetRules.noGateway(device, id, metric == ANSWERS_ONLY));
            }
            KernelEdges.deleteCable(routes, device, id);
        }

        private void translate(SharedMap<Ipv4, Ipv4> wanted) {
            if (!wanted.equals(addresses)) {
                Set<Ipv4> lost = claim(this, addresses, wanted);
                addresses = wanted;
                lost.forEach(address -> {
                    connections.deleteFrom(address.bytes(), address.toString());
                    connections.deleteTo(address.bytes(), address.toString());
                });
            }
        }

        /** Rules before routes. */
        private void lead(List<Cidr6> wanted) {
            List<Cidr6> gone = blocks.stream().filter(block -> !wanted.contains(block)).toList();
            List<Cidr6> come = wanted.stream().filter(block -> !blocks.contains(block)).toList();
            filter.commit(InternetRules.blocks(elements(gone), elements(come)));
            blocks = List.copyOf(wanted);
            byte[] router6 = LinkLocal.GATEWAY6.bytes();
            for (Cidr6 block : come) {
                byte[] base = block.base().bytes();
                routes.commit(new RouteChanges().via(base, block.prefix(), router6, device, metric, id));
            }
            for (Cidr6 block : gone) {
                byte[] base = block.base().bytes();
                try {
                    routes.commit(new RouteChanges().deleteVia(base, block.prefix(), router6, device, metric, id));
                } catch (KernelException replaced) {
                    ignore(replaced, Errno.ESRCH);
                }
            }
        }

        private List<NftElement> elements(List<Cidr6> some) {
            return some.stream().map(block -> InternetRules.block(device, id, block)).toList();
        }
    }

    /** Answers the public addresses that are no longer known by the private ones that they were known by. */
    private synchronized Set<Ipv4> claim(
            InternetEdge edge, SharedMap<Ipv4, Ipv4> before, SharedMap<Ipv4, Ipv4> after) {
        Map<Ipv4, Optional<Claim>> had = new TreeMap<>();
        Map<Ipv4, Ipv4> gone = new TreeMap<>();
        Map<Ipv4, Ipv4> come = new TreeMap<>();
        SharedMap.differences(before, after, (inside, was, is) -> {
            if (was != null) {
                gone.put(inside, was);
                had.putIfAbsent(was, holder(was));
            }
            if (is != null) {
                come.put(inside, is);
                had.putIfAbsent(is, holder(is));
            }
        });
        gone.forEach((inside, address) ->
                claims.getOrDefault(address, new ArrayDeque<>()).remove(new Claim(edge, inside)));
        come.forEach((inside, address) ->
                claims.computeIfAbsent(address, first -> new ArrayDeque<>()).addLast(new Claim(edge, inside)));
        List<Handover> handovers = had.entrySet().stream()
                .map(entry -> new Handover(entry.getKey(), entry.getValue(), holder(entry.getKey())))
                .filter(handover -> !handover.from().equals(handover.to()))
                .toList();
        had.keySet().forEach(address -> claims.computeIfPresent(address, (of, left) -> left.isEmpty() ? null : left));
        hand(handovers);
        return handovers.stream()
                .filter(handover -> handover.from().isPresent())
                .map(Handover::address)
                .collect(Collectors.toSet());
    }

    private record Handover(Ipv4 address, Optional<Claim> from, Optional<Claim> to) {}

    private Optional<Claim> holder(Ipv4 address) {
        return Optional.ofNullable(claims.get(address)).map(Deque::peekLast);
    }

    /** What goes before what comes: one private address may get another public one. */
    private void hand(List<Handover> handovers) {
        NftTransaction rules = InternetRules.rules();
        RouteChanges ways = new RouteChanges();
        byte[] router = LinkLocal.GATEWAY.bytes();
        handovers.forEach(handover -> handover.from().ifPresent(claim ->
                InternetRules.untranslate(rules, claim.edge.device, claim.edge.id, claim.inside, handover.address())));
        handovers.forEach(handover -> handover.to().ifPresent(claim ->
                InternetRules.translate(rules, claim.edge.device, claim.edge.id, claim.inside, handover.address())));
        for (Handover handover : handovers) {
            byte[] address = handover.address().bytes();
            handover.to().ifPresentOrElse(
                    claim -> ways.via(address, 32, router, claim.edge.device, 0, claim.edge.id),
                    () -> handover.from().ifPresent(claim ->
                            ways.deleteVia(address, 32, router, claim.edge.device, 0, claim.edge.id)));
        }
        filter.commit(rules);
        routes.commit(ways);
    }

    private static void ignore(KernelException refused, int errno) {
        if (refused.errno() != errno) {
            throw refused;
        }
    }
}
