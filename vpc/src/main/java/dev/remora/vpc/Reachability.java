package dev.remora.vpc;

import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of a new connection inside a VPC, decided from the documents alone, in the order in which a packet meets the
 * obstacles: the sender's egress rules, the route, the receiver's ingress rules, the receiver itself. The kernel must agree.
 */
public final class Reachability {
    private final VpcContents contents;
    private final Map<String, NetworkInterface> interfaces = new HashMap<>();
    private final Map<Ipv4, NetworkInterface> byAddress = new HashMap<>();
    private final Map<String, SecurityGroup> groups = new HashMap<>();
    private final Map<String, RouteTable> tables = new HashMap<>();
    private final Map<String, String> tableOfSubnet;

    public Reachability(VpcContents contents) {
        this.contents = contents;
        contents.interfaces().forEach(i -> {
            interfaces.put(i.id(), i);
            byAddress.put(i.address(), i);
        });
        contents.groups().forEach(g -> groups.put(g.id(), g));
        contents.routeTables().forEach(t -> tables.put(t.id(), t));
        this.tableOfSubnet = Compiler.tableOfSubnet(contents.routeTables());
    }

    /**
     * @param protocol the number in the IP header
     * @param port the destination port, or the ICMP type
     */
    public record Connection(String source, Ipv4 destination, int protocol, int port) {}

    public sealed interface Verdict {
        /** It is made; these rules let it out and in. */
        record Allowed(GroupRule egress, GroupRule ingress) implements Verdict {}

        /** No egress rule of these groups, which are the sender's, allows it. */
        record NoEgressRule(List<String> groups) implements Verdict {}

        /** The subnet's table has no route to it, or one whose gateway is gone or useless without a public address. */
        record NoRoute(String routeTable) implements Verdict {}

        /** No ingress rule of these groups, which are the receiver's, allows it. */
        record NoIngressRule(String receiver, List<String> groups) implements Verdict {}

        /** The route is there, but no interface has the address, or nothing is behind it. */
        record Nobody() implements Verdict {}

        /** The receiver is a function's interface: nothing may open a connection to a function. */
        record FunctionsAcceptNothing(String receiver) implements Verdict {}
    }

    /** @throws IllegalArgumentException if no interface has the connection's source as its id */
    public Verdict of(Connection c) {
        NetworkInterface sender = interfaces.get(c.source());
        if (sender == null) {
            throw new IllegalArgumentException(c.source());
        }
        NetworkInterface receiver = byAddress.get(c.destination());
        Optional<GroupRule> egress =
                allowing(sender, Direction.EGRESS, c, c.destination(), receiver == null ? List.of() : receiver.groups());
        if (egress.isEmpty()) {
            return new Verdict.NoEgressRule(sender.groups());
        }
        String table = tableOfSubnet.getOrDefault(sender.subnetId(), contents.vpc().mainRouteTableId());
        if (!routed(table, c.destination())) {
            return new Verdict.NoRoute(table);
        }
        if (receiver == null || receiver.backing() instanceof Topology.Attachment.None) {
            return new Verdict.Nobody();
        }
        Optional<GroupRule> ingress = allowing(receiver, Direction.INGRESS, c, sender.address(), sender.groups());
        if (ingress.isEmpty()) {
            return new Verdict.NoIngressRule(receiver.id(), receiver.groups());
        }
        return receiver.backing() instanceof Topology.Attachment.Hyperplane
                ? new Verdict.FunctionsAcceptNothing(receiver.id())
                : new Verdict.Allowed(egress.get(), ingress.get());
    }

    private boolean routed(String tableId, Ipv4 destination) {
        RouteTable table = tables.get(tableId);
        return table != null
                && table.routes().stream()
                        .filter(r -> r.destination() instanceof Destination.To(IpBlock block) && block.contains(destination))
                        .max(Comparator.comparingInt(r -> ((Destination.To) r.destination()).block().prefix()))
                        .filter(r -> r.target().equals(Route.LOCAL))
                        .isPresent();
    }

    private Optional<GroupRule> allowing(
            NetworkInterface judged, Direction direction, Connection c, Ipv4 other, List<String> othersGroups) {
        for (String groupId : judged.groups()) {
            SecurityGroup group = groups.get(groupId);
            if (group == null) {
                continue;
            }
            for (GroupRule rule : group.rules()) {
                if (rule.direction() == direction
                        && rule.covers(c.protocol(), c.port())
                        && matches(rule.peer(), other, othersGroups)) {
                    return Optional.of(rule);
                }
            }
        }
        return Optional.empty();
    }

    private boolean matches(Peer peer, Ipv4 address, List<String> groupsOfAddress) {
        return switch (peer) {
            case Peer.Block block -> block.block().contains(address);
            case Peer.Listed(String list) ->
                contents.prefixLists().getOrDefault(list, List.of()).stream().anyMatch(b -> b.contains(address));
            case Peer.Members members -> groupsOfAddress.contains(members.groupId());
        };
    }
}
