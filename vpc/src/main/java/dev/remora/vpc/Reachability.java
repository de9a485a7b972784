package dev.remora.vpc;

import dev.remora.net.Drop;
import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of a connection, by the documents alone: the model that the kernel is held against.
 *
 * <p>Two packets decide: the first one and its answer. The answer matters because routes and network ACLs judge it by themselves;
 * groups do not, since they know the connection. {@link Walk} follows a packet from interface to interface.
 *
 * <p>Causes are looked for in the order in which the kernel meets them: network ACLs, the sender's groups, the route, the
 * receiver's groups.
 */
public final class Reachability {
    private final Map<String, Place> places = new HashMap<>();
    private final Set<Ip> hosts;

    /** One VPC, and nothing beyond it. */
    public Reachability(VpcContents contents) {
        this(Set.of(contents), Set.of());
    }

    /**
     * @param world all VPCs that packets may come to
     * @param hosts what answers on the internet
     */
    public Reachability(Collection<VpcContents> world, Set<Ip> hosts) {
        world.forEach(contents -> places.put(contents.router(), new Place(contents)));
        this.hosts = Set.copyOf(hosts);
    }

    /**
     * @param router the name of the VPC that it begins in
     * @param source the id of the interface that it begins at
     * @param from the address that it begins at: the interface's
     * @param protocol the number in the IP header
     * @param sourcePort of TCP and UDP
     * @param port the destination port, or the ICMP type
     */
    public record Connection(String router, String source, Ip from, Ip destination, int protocol, int sourcePort, int port) {}

    public sealed interface Verdict {
        /** It is made. @param receiver the interface's id, or a host's address */
        record Reaches(String receiver) implements Verdict {}

        /**
         * A packet is lost.
         *
         * @param router of the VPC where that happens; empty on the internet
         * @param by what refuses it: an interface, an ACL with its rule's number, a route table
         * @param answer whether it is not the first packet but its answer
         */
        record Lost(Drop.Cause cause, String router, String by, boolean answer) implements Verdict {}
    }

    record Packet(Ip source, Ip destination, int protocol, int sourcePort, int destinationPort) {
        /** The answer to it. An answer to an echo request is of type 0 (ICMP) or 129 (ICMPv6). */
        Packet reversed() {
            return switch (protocol) {
                case GroupRule.ICMP -> new Packet(destination, source, protocol, sourcePort, 0);
                case GroupRule.ICMPV6 -> new Packet(destination, source, protocol, sourcePort, 129);
                default -> new Packet(destination, source, protocol, destinationPort, sourcePort);
            };
        }

        /** What a router knows a connection by: of ICMP its type does not count. */
        Packet flow() {
            return protocol == GroupRule.ICMP || protocol == GroupRule.ICMPV6
                    ? new Packet(source, destination, protocol, sourcePort, 0)
                    : this;
        }

        Packet from(Ip newSource) {
            return new Packet(newSource, destination, protocol, sourcePort, destinationPort);
        }

        Packet to(Ip newDestination) {
            return new Packet(source, newDestination, protocol, sourcePort, destinationPort);
        }
    }

    /** @throws IllegalArgumentException if there is no such VPC, or nothing that sends is behind the source */
    public Verdict of(Connection c) {
        Place place = places.get(c.router());
        NetworkInterface sender = place == null
                ? null
                : place.networkInterface(c.source()).filter(Place::attached).orElse(null);
        if (place == null || sender == null || sender.backing() instanceof Topology.Attachment.Translator) {
            throw new IllegalArgumentException(c.toString());
        }
        var walk = new Walk(places, hosts);
        return switch (walk.from(place, sender, new Packet(c.from(), c.destination(), c.protocol(), c.sourcePort(), c.port()))) {
            case Walk.End.Lost lost -> lost(lost, false);
            case Walk.End.AtHost atHost ->
                answered(walk.fromInternet(atHost.arrived().reversed()), sender, atHost.arrived().destination().toString());
            case Walk.End.AtInterface at ->
                answered(walk.from(at.place(), at.receiver(), at.arrived().reversed()), sender, at.receiver().id());
        };
    }

    private static Verdict answered(Walk.End end, NetworkInterface sender, String receiver) {
        return switch (end) {
            case Walk.End.Lost lost -> lost(lost, true);
            case Walk.End.AtInterface at when at.receiver().equals(sender) -> new Verdict.Reaches(receiver);
            case Walk.End.AtInterface other -> throw new IllegalStateException("answered to " + other);
            case Walk.End.AtHost other -> throw new IllegalStateException("answered to " + other);
        };
    }

    private static Verdict lost(Walk.End.Lost lost, boolean answer) {
        return new Verdict.Lost(lost.cause(), lost.router(), lost.by(), answer);
    }

    static boolean ipv6(Ip address) {
        return switch (address) {
            case Ipv4 ipv4 -> false;
            case Ipv6 ipv6 -> true;
        };
    }
}
