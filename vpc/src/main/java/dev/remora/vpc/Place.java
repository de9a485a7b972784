package dev.remora.vpc;

import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.Reachability.Packet;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One VPC as {@link Reachability} asks about it: its documents by what they are looked up by. */
final class Place {
    private final VpcContents contents;
    private final Map<Ip, NetworkInterface> byAddress = new HashMap<>();
    private final Map<String, String> tableOfSubnet;
    private final Map<Ipv4, Ipv4> publicOf = new HashMap<>();
    private final Map<Ipv4, Ipv4> privateOf = new HashMap<>();

    Place(VpcContents contents) {
        this.contents = contents;
        contents.population().interfaces().values().forEach(i -> {
            i.addresses().forEach(address -> byAddress.put(address, i));
            i.publicAddress().ifPresent(address -> publicOf.put(i.address(), address));
            contents.population().elasticIps(i.id()).values().forEach(e ->
                    e.association().ifPresent(a -> publicOf.put(a.privateAddress(), e.address())));
        });
        publicOf.forEach((own, outside) -> privateOf.put(outside, own));
        tableOfSubnet = Layout.tableOfSubnet(contents.routeTables().values());
    }

    String router() {
        return contents.router();
    }

    Optional<NetworkInterface> networkInterface(String id) {
        return contents.population().interfaces().find(id);
    }

    /** The interface with that address, if something is behind it. */
    Optional<NetworkInterface> inhabitant(Ip address) {
        return Optional.ofNullable(byAddress.get(address)).filter(Place::attached);
    }

    static boolean attached(NetworkInterface i) {
        return !(i.backing() instanceof Topology.Attachment.None);
    }

    /** Whether groups judge what the interface sends and receives. */
    static boolean grouped(NetworkInterface i) {
        return !(i.backing() instanceof Topology.Attachment.Translator);
    }

    Optional<Ipv4> publicOf(Ip address) {
        return address instanceof Ipv4 own ? Optional.ofNullable(publicOf.get(own)) : Optional.empty();
    }

    Optional<Ipv4> privateOf(Ip address) {
        return address instanceof Ipv4 outside ? Optional.ofNullable(privateOf.get(outside)) : Optional.empty();
    }

    boolean holds(Ip address) {
        return contents.vpc().contains(address);
    }

    Optional<InternetGateway> internetGateway() {
        return contents.internetGateway();
    }

    Optional<EgressOnlyGateway> egressOnlyGateway() {
        return contents.egressOnlyGateway();
    }

    Optional<VpcContents.Neighbour> neighbour(String connection) {
        return contents.neighbours().stream().filter(n -> n.connection().equals(connection)).findFirst();
    }

    Optional<NatGateway> natGateway(String id) {
        return contents.natGateways().find(id).filter(n -> n.state() == NatGateway.State.AVAILABLE);
    }

    String tableOf(String subnetId) {
        return tableOfSubnet.getOrDefault(subnetId, contents.vpc().mainRouteTableId());
    }

    /** The table of what comes from a gateway. */
    Optional<String> tableOfGateway(String gateway) {
        return Layout.tableOfGateway(contents.routeTables().values(), gateway);
    }

    /** The route of a table that holds: the one with the longest prefix. */
    Optional<Route> route(String tableId, Ip destination) {
        RouteTable table = contents.routeTables().get(tableId);
        return table == null
                ? Optional.empty()
                : table.routes().stream()
                        .filter(r -> prefix(r.destination(), destination) >= 0)
                        .max(Comparator.comparingInt(r -> prefix(r.destination(), destination)));
    }

    /** The length of the longest prefix in a route's destination that holds the address, or -1. */
    private int prefix(Destination destination, Ip address) {
        List<IpBlock> blocks =
                switch (destination) {
                    case Destination.To(IpBlock block) -> List.of(block);
                    case Destination.Listed(String list) -> contents.prefixList(list);
                };
        return blocks.stream().filter(b -> b.contains(address)).mapToInt(IpBlock::prefix).max().orElse(-1);
    }

    /** The number of the entry of the subnet's ACL that denies the packet, or empty if one allows it. */
    Optional<AclRefusal> refusal(String subnetId, boolean egress, Packet p) {
        Subnet subnet = contents.subnets().get(subnetId);
        NetworkAcl acl = subnet == null ? null : contents.acls().get(subnet.acl().aclId());
        if (acl == null) {
            return Optional.empty();
        }
        Ip other = egress ? p.destination() : p.source();
        for (NetworkAcl.Entry e : acl.entries(egress)) {
            if (e.block().contains(other) && covers(e.protocol(), e.from(), e.to(), p)) {
                return e.allow() ? Optional.empty() : Optional.of(new AclRefusal(acl.id(), e.number()));
            }
        }
        return Optional.of(new AclRefusal(acl.id(), NetworkAcl.LAST));
    }

    record AclRefusal(String acl, int number) {}

    /** Whether a rule of the interface's groups lets the packet out or in. */
    boolean allows(NetworkInterface judged, Direction direction, Packet p) {
        Ip other = direction == Direction.EGRESS ? p.destination() : p.source();
        return judged.groups().stream()
                .flatMap(g -> contents.groups().find(g).stream())
                .flatMap(g -> g.rules(direction).stream())
                .anyMatch(r -> covers(r.protocol(), r.from(), r.to(), p) && matches(r.peer(), other));
    }

    private boolean matches(GroupRule.Peer peer, Ip other) {
        return switch (peer) {
            case GroupRule.Peer.Block(IpBlock block) -> block.contains(other);
            case GroupRule.Peer.Listed(String list) ->
                contents.prefixList(list).stream().anyMatch(b -> b.contains(other));
            case GroupRule.Peer.Members(String group) -> isMember(group, other);
            case GroupRule.Peer.Foreign foreign -> isMember(foreign.groupId(), other);
        };
    }

    /** Of a group here or in a neighbour. */
    private boolean isMember(String group, Ip address) {
        return Stream.concat(
                        Stream.of(contents.population()),
                        contents.neighbours().stream().map(VpcContents.Neighbour::population))
                .flatMap(population -> population.members(group).values().stream())
                .anyMatch(i -> i.addresses().contains(address));
    }

    private static boolean covers(int protocol, int from, int to, Packet p) {
        if (protocol == GroupRule.ALL) {
            return true;
        }
        boolean icmp = protocol == GroupRule.ICMP || protocol == GroupRule.ICMPV6;
        return protocol == p.protocol()
                && (from == GroupRule.ALL
                        || (icmp ? p.destinationPort() == from : from <= p.destinationPort() && p.destinationPort() <= to));
    }
}
