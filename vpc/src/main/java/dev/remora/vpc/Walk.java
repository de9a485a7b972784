package dev.remora.vpc;

import dev.remora.net.Drop;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.Reachability.Packet;
import dev.remora.vpc.RouteTable.Route;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The way of one connection's packets: each router that they cross, and what it remembers of the first one for its answer. */
final class Walk {
    private static final String INTERNET = "";

    private final Map<String, Place> places;
    private final Set<Ip> hosts;

    /** The connections that each router, each egress-only gateway, and the internet, knows: their first packets. */
    private final Map<String, Set<Packet>> known = new HashMap<>();

    /** What translators sent on, by what they sent: the packets that it was made of. */
    private final Map<Packet, Packet> translated = new HashMap<>();

    Walk(Map<String, Place> places, Set<Ip> hosts) {
        this.places = places;
        this.hosts = hosts;
    }

    /** Where a packet ends. */
    sealed interface End {
        /** @param arrived as it was when it arrived */
        record AtInterface(Place place, NetworkInterface receiver, Packet arrived) implements End {}

        record AtHost(Packet arrived) implements End {}

        record Lost(Drop.Cause cause, String router, String by) implements End {}
    }

    /** Where a packet comes from, seen from a router: one of the two. */
    private record Entry(Optional<NetworkInterface> sender, String gateway) {
        static Entry of(NetworkInterface sender) {
            return new Entry(Optional.of(sender), "");
        }

        static Entry by(String gateway) {
            return new Entry(Optional.empty(), gateway);
        }
    }

    /** Where it goes next: to an interface, by a gateway, or nowhere. */
    private record Exit(Optional<NetworkInterface> receiver, String gateway) {
        static final Exit NOWHERE = new Exit(Optional.empty(), "");

        boolean nowhere() {
            return receiver.isEmpty() && gateway.isEmpty();
        }

        /** Whether it leads on beyond the VPC, or to something that sends it on. */
        boolean beyond() {
            return !gateway.isEmpty() || receiver.filter(r -> !Place.grouped(r)).isPresent();
        }
    }

    /** What an interface sends. */
    End from(Place place, NetworkInterface sender, Packet p) {
        if (sender.sourceCheck() && !sender.addresses().contains(p.source())) {
            return lost(Drop.Cause.SOURCE_CHECK, place, sender.id());
        }
        return cross(place, Entry.of(sender), p);
    }

    /** What comes from the internet: to a host of it, or by an internet gateway into a VPC. */
    End fromInternet(Packet p) {
        known.computeIfAbsent(INTERNET, none -> new HashSet<>()).add(p.flow());
        if (hosts.contains(p.destination())) {
            return new End.AtHost(p);
        }
        for (Place place : places.values()) {
            Optional<Ipv4> inside = place.privateOf(p.destination());
            if (inside.isPresent() && place.internetGateway().isPresent()) {
                return cross(place, Entry.by(place.internetGateway().get().id()), p.to(inside.get()));
            }
            if (Reachability.ipv6(p.destination()) && place.holds(p.destination())) {
                if (place.egressOnlyGateway().filter(g -> knows(g.id(), p.reversed())).isPresent()) {
                    return cross(place, Entry.by(place.egressOnlyGateway().get().id()), p);
                }
                if (place.internetGateway().isPresent()) {
                    return cross(place, Entry.by(place.internetGateway().get().id()), p);
                }
            }
        }
        return new End.Lost(Drop.Cause.ROUTE, "", "");
    }

    private End cross(Place place, Entry entry, Packet p) {
        Exit exit = exit(place, entry, p.destination());
        Optional<String> from = entry.sender().map(NetworkInterface::subnetId);
        Optional<String> to = exit.receiver().map(NetworkInterface::subnetId);
        if (from.isEmpty() || !from.equals(to)) {
            Optional<Place.AclRefusal> out = from.flatMap(subnet -> place.refusal(subnet, true, p));
            if (out.isPresent()) {
                return lost(Drop.Cause.ACL_EGRESS, place, out.get().toString());
            }
            Optional<Place.AclRefusal> in = to.flatMap(subnet -> place.refusal(subnet, false, p));
            if (in.isPresent()) {
                return lost(Drop.Cause.ACL_INGRESS, place, in.get().toString());
            }
        }
        boolean answer = knows(place.router(), p.reversed());
        if (!answer) {
            Optional<NetworkInterface> sender = entry.sender().filter(Place::grouped);
            if (sender.isPresent() && !place.allows(sender.get(), Direction.EGRESS, p)) {
                return lost(Drop.Cause.GROUP_EGRESS, place, sender.get().id());
            }
        }
        if (exit.nowhere() || !answer && entry.sender().isEmpty() && exit.beyond()) {
            return lost(Drop.Cause.ROUTE, place, from.map(place::tableOf).orElse(entry.gateway()));
        }
        if (!answer) {
            Optional<NetworkInterface> receiver = exit.receiver().filter(Place::grouped);
            if (receiver.isPresent() && !place.allows(receiver.get(), Direction.INGRESS, p)) {
                return lost(Drop.Cause.GROUP_INGRESS, place, receiver.get().id());
            }
            known.computeIfAbsent(place.router(), none -> new HashSet<>()).add(p.flow());
        }
        return exit.receiver().isPresent()
                ? arrive(place, exit.receiver().get(), p, answer)
                : leave(place, exit.gateway(), p);
    }

    /**
     * The interface with the address goes before every route of a subnet. What came from a gateway has no route but that, unless
     * the gateway has a table: that goes first.
     */
    private static Exit exit(Place place, Entry entry, Ip destination) {
        Optional<String> table = entry.sender()
                .map(sender -> place.tableOf(sender.subnetId()))
                .or(() -> place.tableOfGateway(entry.gateway()));
        Optional<Route> route = table.flatMap(id -> place.route(id, destination));
        Optional<NetworkInterface> inhabitant = place.inhabitant(destination);
        boolean elsewhere = entry.sender().isEmpty() && route.filter(r -> !r.target().equals(Route.LOCAL)).isPresent();
        if (!elsewhere && (inhabitant.isPresent() || entry.sender().isEmpty())) {
            return new Exit(inhabitant, "");
        }
        route = route.filter(r -> !r.gone());
        if (route.isEmpty() || route.get().target().equals(Route.LOCAL)) {
            return Exit.NOWHERE;
        }
        String target = route.get().target();
        boolean gateway = place.internetGateway().filter(g -> g.id().equals(target)).isPresent()
                || place.egressOnlyGateway().filter(g -> g.id().equals(target)).isPresent()
                || place.neighbour(target).isPresent();
        return gateway
                ? new Exit(Optional.empty(), target)
                : new Exit(
                        place.networkInterface(place.natGateway(target).map(NatGateway::interfaceId).orElse(target))
                                .filter(Place::attached),
                        "");
    }

    private End arrive(Place place, NetworkInterface receiver, Packet p, boolean answer) {
        boolean own = receiver.addresses().contains(p.destination());
        return switch (receiver.backing()) {
            case Topology.Attachment.Hyperplane hyperplane ->
                answer && own ? new End.AtInterface(place, receiver, p) : lost(Drop.Cause.INBOUND, place, receiver.id());
            case Topology.Attachment.Translator translator -> translate(place, receiver, p, own);
            case Topology.Attachment.Workload workload -> reach(place, receiver, p, own);
            case Topology.Attachment.Further further -> reach(place, receiver, p, own);
            case Topology.Attachment.None none -> throw new IllegalStateException(receiver.id());
        };
    }

    /** Whoever receives what is not for it is an appliance, and sends it on. */
    private End reach(Place place, NetworkInterface receiver, Packet p, boolean own) {
        return own ? new End.AtInterface(place, receiver, p) : from(place, receiver, p);
    }

    /** A translator sends an answer to who asked, and everything else on as its own. */
    private End translate(Place place, NetworkInterface translator, Packet p, boolean own) {
        if (own) {
            Packet asked = translated.get(p.reversed().flow());
            return asked == null
                    ? lost(Drop.Cause.INBOUND, place, translator.id())
                    : cross(place, Entry.of(translator), asked.reversed());
        }
        // Its own subnet's table leads to itself.
        if (Reachability.ipv6(p.destination()) || translator.addresses().contains(p.source())) {
            return lost(Drop.Cause.ROUTE, place, translator.id());
        }
        Packet sent = p.from(translator.address());
        translated.put(sent.flow(), p);
        return cross(place, Entry.of(translator), sent);
    }

    private End leave(Place place, String gateway, Packet p) {
        Optional<VpcContents.Neighbour> neighbour = place.neighbour(gateway);
        if (neighbour.isPresent()) {
            return peer(place, gateway, p);
        }
        if (place.egressOnlyGateway().filter(g -> g.id().equals(gateway)).isPresent()) {
            if (!Reachability.ipv6(p.source())) {
                return lost(Drop.Cause.ROUTE, place, gateway);
            }
            // An answer to what came in by another gateway does not leave where nothing may come in by itself.
            if (knows(INTERNET, p.reversed())) {
                return lost(Drop.Cause.ROUTE, place, gateway);
            }
            known.computeIfAbsent(gateway, none -> new HashSet<>()).add(p.flow());
            return fromInternet(p);
        }
        if (Reachability.ipv6(p.source())) {
            return fromInternet(p);
        }
        return place.publicOf(p.source())
                .map(outside -> fromInternet(p.from(outside)))
                .orElseGet(() -> lost(Drop.Cause.NO_PUBLIC_ADDRESS, place, gateway));
    }

    private End peer(Place place, String connection, Packet p) {
        for (Place other : places.values()) {
            Optional<VpcContents.Neighbour> back = other == place ? Optional.empty() : other.neighbour(connection);
            if (back.isPresent()) {
                return back.get().blocks().stream().anyMatch(b -> b.contains(p.source()))
                        ? cross(other, Entry.by(connection), p)
                        : lost(Drop.Cause.SOURCE_CHECK, other, connection);
            }
        }
        return lost(Drop.Cause.ROUTE, place, connection);
    }

    private boolean knows(String where, Packet first) {
        return known.getOrDefault(where, Set.of()).contains(first.flow());
    }

    private static End lost(Drop.Cause cause, Place place, String by) {
        return new End.Lost(cause, place.router(), by);
    }
}
