package dev.remora.net;

import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftValue.mapped;

import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.VethEnd;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where peering connections meet: a namespace in which the cable of each side ends, and a hook at each end that hands a frame
 * on to the other side's cable, as if the two were one. It does not route, and has no addresses.
 *
 * <p>Who is whose other side is one map, {@code other}. Two sides are joined by the two elements of one transaction when the
 * second comes, and parted the same way when the first goes; so a connection works in both directions or in none, and no
 * router waits for another. A frame without another side is dropped here and counted as having no way.
 *
 * <p>Rejected: a cable from router to router. Each would have to make and delete devices in the other, in step with it.
 */
final class Exchange implements AutoCloseable {
    private static final String TABLE = "exchange";

    /** No number of a device here is that of the other end of its cable; see {@link Rtnetlink#awaitSending}. */
    private static final int FIRST_DEVICE = 30_000_000;

    private static final NftSet OTHER = NftSet.map("other", NftValue.IN_DEVICE, NftSet.Value.DEVICE);

    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Drops drops;
    private final int report;

    /** The sides of a connection, one or two, and all sides by device. Guarded by this object's monitor. */
    private final Map<String, Map<Integer, Side>> connections = new HashMap<>();

    private final Map<Integer, Side> sides = new HashMap<>();
    private int device = FIRST_DEVICE;

    Exchange(Drops drops) {
        this.drops = drops;
        // Before there is a device: nothing here takes part in any protocol by itself.
        namespace = Netns.create(fresh -> LinkLocal.withoutIpv6());
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        NftTransaction rules = rules().addTable().addSet(OTHER);
        DropChains.add(rules, Drop.Cause.ROUTE);
        filter.commit(rules);
        report = drops.add(namespace, "", new Drops.Names() {
            @Override
            public Optional<String> router(int device) {
                return side(device).map(side -> side.router);
            }

            @Override
            public Optional<String> port(int device) {
                return Optional.empty();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.empty();
            }
        });
    }

    /** See {@link Edges#open}. */
    Edges.Edge open(String router, String id, Topology.Gateway.Peering peering, VethEnd end, Netns far) {
        Side side = new Side(number(), router, id, peering.connection());
        routes.commit(new RouteChanges().veth(new VethEnd(side.name(), side.device, LinkLocal.EDGE_MAC), end, far, id));
        try {
            routes.commit(new RouteChanges().up(side.device, id));
            filter.commit(rules()
                    .addDeviceChain(side.name(), NftHook.INGRESS, NftVerdict.DROP, side.name())
                    .addRule(
                            side.name(),
                            NftStatement.isNot(NftValue.MAC_DESTINATION, NftData.mac(LinkLocal.EDGE_MAC)),
                            verdict(NftVerdict.DROP))
                    .addRule(
                            side.name(),
                            NftStatement.setMacs(LinkLocal.ROUTER_MAC, LinkLocal.EDGE_MAC),
                            NftStatement.forwardTo(mapped(NftValue.IN_DEVICE, OTHER)))
                    .addRule(side.name(), DropChains.drop(Drop.Cause.ROUTE)));
            join(side);
        } catch (RuntimeException refused) {
            side.close();
            throw refused;
        }
        return side;
    }

    Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.NETDEV, TABLE));
    }

    @Override
    public void close() {
        drops.remove(report);
        routes.close();
        filter.close();
        namespace.close();
    }

    private synchronized int number() {
        return device++;
    }

    private synchronized Optional<Side> side(int number) {
        return Optional.ofNullable(sides.get(number));
    }

    private synchronized void join(Side side) {
        Map<Integer, Side> known = connections.computeIfAbsent(side.connection, first -> new HashMap<>());
        for (Side other : known.values()) {
            if (known.size() > 1) {
                throw new IllegalStateException(side.connection + " has two sides already");
            }
            filter.commit(rules().addElements(OTHER, element(side, other), element(other, side)));
        }
        known.put(side.device, side);
        sides.put(side.device, side);
    }

    private synchronized void part(Side side) {
        if (sides.remove(side.device) == null) {
            return;
        }
        Map<Integer, Side> known = connections.getOrDefault(side.connection, Map.of());
        known.remove(side.device);
        for (Side other : known.values()) {
            filter.commit(rules().deleteElements(OTHER, NftElement.of(device(side)), NftElement.of(device(other))));
        }
        if (known.isEmpty()) {
            connections.remove(side.connection);
        }
    }

    /** One router's side of a connection. */
    private final class Side implements Edges.Edge {
        private final int device;
        private final String router;
        private final String id;
        private final String connection;

        Side(int device, String router, String id, String connection) {
            this.device = device;
            this.router = router;
            this.id = id;
            this.connection = connection;
        }

        String name() {
            return "x" + device;
        }

        /** What may come in is the router's business. */
        @Override
        public void change(Topology.Gateway gateway) {
            if (!(gateway instanceof Topology.Gateway.Peering(String wanted, var blocks)) || !wanted.equals(connection)) {
                throw new IllegalArgumentException(id + " is a gateway of " + connection);
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

        /** The chain goes with its device. */
        @Override
        public void close() {
            part(this);
            KernelEdges.deleteCable(routes, device, id);
        }
    }

    private static NftElement element(Side from, Side to) {
        return NftElement.of(device(from), device(to));
    }

    private static NftData device(Side side) {
        return NftData.device(side.device, side.name());
    }

    private static NftTransaction rules() {
        return new NftTransaction(NftTransaction.Family.NETDEV, TABLE);
    }
}
