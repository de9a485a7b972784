package dev.remora.vpc;

import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Route;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the documents of a VPC into what the kernel must hold for it. Pure: equal documents, in whatever order, give equal
 * topologies.
 *
 * <p>What no packet can meet is left out, so that it costs the kernel nothing: groups without interfaces, rules that name such a
 * group, rules about IPv6. Rules that differ only in description become one.
 */
public final class Compiler {
    private Compiler() {}

    public static Topology compile(VpcContents contents) {
        var inhabited = new HashSet<String>();
        Map<String, Topology.Port> ports = new HashMap<>();
        for (NetworkInterface i : contents.interfaces()) {
            inhabited.addAll(i.groups());
            ports.put(
                    i.id(),
                    new Topology.Port(
                            i.id(), i.subnetId(), i.address(), Set.copyOf(i.groups()), i.sourceCheck(), i.backing()));
        }
        Map<String, Topology.Group> groups = new HashMap<>();
        for (SecurityGroup g : contents.groups()) {
            if (inhabited.contains(g.id())) {
                groups.put(
                        g.id(),
                        new Topology.Group(
                                g.id(), rules(g, Direction.INGRESS, inhabited), rules(g, Direction.EGRESS, inhabited)));
            }
        }
        Map<String, Topology.RouteTable> tables = new HashMap<>();
        for (RouteTable t : contents.routeTables()) {
            tables.put(t.id(), new Topology.RouteTable(t.id(), t.routes().stream().map(Compiler::route).toList()));
        }
        Map<String, String> tableOfSubnet = tableOfSubnet(contents.routeTables());
        String main = contents.vpc().mainRouteTableId();
        Map<String, Topology.Subnet> subnets = new HashMap<>();
        for (Subnet s : contents.subnets()) {
            subnets.put(s.id(), new Topology.Subnet(s.id(), s.block(), tableOfSubnet.getOrDefault(s.id(), main)));
        }
        var blocks = contents.vpc().blocks().stream().map(Vpc.Block::block).toList();
        return new Topology(contents.router(), blocks, subnets, tables, groups, ports);
    }

    /** Whether the topology needs a router: something that sends or receives is in it. */
    public static boolean inhabited(Topology topology) {
        return topology.ports().values().stream().anyMatch(p -> !(p.attachment() instanceof Topology.Attachment.None));
    }

    static Map<String, String> tableOfSubnet(List<RouteTable> tables) {
        Map<String, String> byId = new HashMap<>();
        for (RouteTable t : tables) {
            for (Association a : t.associations()) {
                if (!a.main()) {
                    byId.put(a.subnetId(), t.id());
                }
            }
        }
        return byId;
    }

    private static Topology.Route route(Route route) {
        return new Topology.Route(
                route.destination(),
                route.target().equals(Route.LOCAL) ? new Topology.Target.Local() : new Topology.Target.Blackhole());
    }

    private static Set<Topology.Rule> rules(SecurityGroup group, Direction direction, Set<String> inhabited) {
        var compiled = new LinkedHashSet<Topology.Rule>();
        for (GroupRule rule : group.rules(direction)) {
            peer(rule.peer(), inhabited)
                    .ifPresent(peer -> compiled.add(new Topology.Rule(rule.protocol(), rule.from(), rule.to(), peer)));
        }
        return compiled;
    }

    private static Optional<Topology.Peer> peer(GroupRule.Peer peer, Set<String> inhabited) {
        return switch (peer) {
            case GroupRule.Peer.Block block -> Optional.of(new Topology.Peer.Block(block.block()));
            case GroupRule.Peer.Block6 ignored -> Optional.empty();
            case GroupRule.Peer.Members members ->
                inhabited.contains(members.groupId())
                        ? Optional.of(new Topology.Peer.Members(members.groupId()))
                        : Optional.empty();
        };
    }
}
