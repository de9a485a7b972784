package dev.remora.vpc;

import dev.remora.net.Cidr6;
import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import dev.remora.sharing.SharedMap;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.VpcContents.Neighbour;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The part of a topology that says where packets go: subnets, route tables, ACLs, gateways, the names of endpoints. A VPC has
 * few of each, so it is compiled whole if one of their documents changes; interfaces are no part of it.
 */
final class Layout {
    private static final String INTERFACE = "eni-";

    private final VpcContents contents;
    private final boolean ipv6;

    Layout(VpcContents contents) {
        this.contents = contents;
        ipv6 = !contents.vpc().blocks6().isEmpty();
    }

    /** Whether the layouts of two contents are the same, as far as their documents say. */
    static boolean same(VpcContents one, VpcContents other) {
        return one.vpc().equals(other.vpc())
                && sameSubnets(one.subnets(), other.subnets())
                && one.routeTables().equals(other.routeTables())
                && one.acls().equals(other.acls())
                && one.internetGateway().equals(other.internetGateway())
                && one.egressOnlyGateway().equals(other.egressOnlyGateway())
                && one.natGateways().equals(other.natGateways())
                && one.endpoints().equals(other.endpoints())
                && one.prefixLists().equals(other.prefixLists())
                && ways(one).equals(ways(other));
    }

    /** What a subnet has left of its addresses is no part of its layout, and changes with every interface. */
    private static boolean sameSubnets(SharedMap<String, Subnet> some, SharedMap<String, Subnet> others) {
        Set<String> differing = new HashSet<>();
        SharedMap.differences(some, others, (id, one, other) -> {
            if (one == null
                    || other == null
                    || !one.blocks().equals(other.blocks())
                    || !one.acl().equals(other.acl())) {
                differing.add(id);
            }
        });
        return differing.isEmpty();
    }

    private static Map<String, List<IpBlock>> ways(VpcContents contents) {
        Map<String, List<IpBlock>> ways = new HashMap<>();
        contents.neighbours().forEach(n -> ways.put(n.connection(), n.blocks()));
        return ways;
    }

    Map<String, Topology.RouteTable> routeTables() {
        Map<String, Topology.RouteTable> tables = new HashMap<>();
        contents.routeTables().forEach((id, table) ->
                tables.put(id, new Topology.RouteTable(id, table.routes().stream().flatMap(this::routes).toList())));
        return tables;
    }

    Map<String, Topology.Subnet> subnets(Set<String> acls) {
        Map<String, String> tableOfSubnet = tableOfSubnet(contents.routeTables().values());
        String main = contents.vpc().mainRouteTableId();
        Map<String, Topology.Subnet> subnets = new HashMap<>();
        for (Subnet s : contents.subnets().values()) {
            Optional<String> acl = Optional.of(s.acl().aclId()).filter(acls::contains);
            subnets.put(
                    s.id(), new Topology.Subnet(s.id(), s.blocks(), tableOfSubnet.getOrDefault(s.id(), main), acl));
        }
        return subnets;
    }

    static Map<String, String> tableOfSubnet(Collection<RouteTable> tables) {
        Map<String, String> byId = new HashMap<>();
        for (RouteTable t : tables) {
            for (Association a : t.associations()) {
                if (!a.subnetId().isEmpty()) {
                    byId.put(a.subnetId(), t.id());
                }
            }
        }
        return byId;
    }

    /** The table that what comes from a gateway looks up. */
    static Optional<String> tableOfGateway(Collection<RouteTable> tables, String gateway) {
        return tables.stream().filter(t -> t.gatewayIds().contains(gateway)).map(RouteTable::id).findFirst();
    }

    /** One route, or one for each block of a prefix list. */
    private Stream<Topology.Route> routes(Route route) {
        Stream<IpBlock> blocks =
                switch (route.destination()) {
                    case Destination.To(IpBlock block) -> Stream.of(block);
                    case Destination.Listed(String list) -> contents.prefixList(list).stream();
                };
        Topology.Target target = target(route);
        return blocks.map(block -> new Topology.Route(block, target));
    }

    /**
     * Where a route leads now; to nothing if what it names is not there, or not in a state to carry anything. An interface is
     * led to also if it is not there: nothing is behind it then.
     */
    private Topology.Target target(Route route) {
        String id = route.target();
        if (id.equals(Route.LOCAL)) {
            return new Topology.Target.Local();
        }
        if (route.gone()) {
            return new Topology.Target.Blackhole();
        }
        boolean gateway = contents.internetGateway().filter(g -> g.id().equals(id)).isPresent()
                || contents.egressOnlyGateway().filter(g -> g.id().equals(id)).isPresent()
                || contents.neighbours().stream().anyMatch(n -> n.connection().equals(id))
                || contents.endpoints().find(id).filter(e -> e.type() == VpcEndpoint.Type.GATEWAY).isPresent();
        if (gateway) {
            return new Topology.Target.By(id);
        }
        return id.startsWith(INTERFACE)
                ? new Topology.Target.ToPort(id)
                : contents.natGateways()
                        .find(id)
                        .filter(NatGateway::works)
                        .<Topology.Target>map(n -> new Topology.Target.ToPort(n.interfaceId()))
                        .orElseGet(Topology.Target.Blackhole::new);
    }

    /** Also those that no route leads to: they are ways in. */
    Map<String, Topology.Gateway> gateways(SharedMap<Ipv4, Ipv4> publicAddresses) {
        Map<String, Topology.Gateway> gateways = new HashMap<>();
        List<Cidr6> blocks6 = contents.vpc().blocks6().stream().map(Vpc.Block6::block).toList();
        contents.internetGateway()
                .ifPresent(g -> gateways.put(g.id(), new Topology.Gateway.Internet(
                        publicAddresses, blocks6, tableOfGateway(contents.routeTables().values(), g.id()))));
        contents.egressOnlyGateway().ifPresent(g -> gateways.put(g.id(), new Topology.Gateway.EgressOnly(blocks6)));
        for (Neighbour n : contents.neighbours()) {
            gateways.put(n.connection(), new Topology.Gateway.Peering(n.connection(), n.blocks()));
        }
        for (VpcEndpoint e : contents.endpoints().values()) {
            if (e.type() == VpcEndpoint.Type.GATEWAY) {
                gateways.put(e.id(), new Topology.Gateway.Services(serviceAddresses(e)));
            }
        }
        return gateways;
    }

    /** Of the blocks that routes to the endpoint are for: a service listens at the first address after each one's own. */
    private List<Ip> serviceAddresses(VpcEndpoint endpoint) {
        return contents.routeTables().values().stream()
                .flatMap(t -> t.routes().stream())
                .filter(r -> r.target().equals(endpoint.id()))
                .flatMap(this::routes)
                .<Ip>map(r -> switch (r.destination().base()) {
                    case Ipv4 base -> base.plus(1);
                    case Ipv6 base -> base.plus(1);
                })
                .distinct()
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .toList();
    }

    Map<String, Topology.Acl> acls() {
        Map<String, Topology.Acl> acls = new HashMap<>();
        Set<String> used = new HashSet<>();
        contents.subnets().values().forEach(s -> used.add(s.acl().aclId()));
        for (NetworkAcl a : contents.acls().values()) {
            var acl = new Topology.Acl(a.id(), aclRules(a, false), aclRules(a, true));
            if (used.contains(a.id()) && !(passesAll(acl.ingress()) && passesAll(acl.egress()))) {
                acls.put(a.id(), acl);
            }
        }
        return acls;
    }

    private List<Topology.AclRule> aclRules(NetworkAcl acl, boolean egress) {
        return acl.entries(egress).stream()
                .filter(e -> meets(e.block()))
                .map(e -> new Topology.AclRule(e.number(), e.protocol(), e.from(), e.to(), e.block(), e.allow()))
                .toList();
    }

    /** Whether the rules allow everything of every family that the VPC has, before they deny anything. */
    private boolean passesAll(List<Topology.AclRule> rules) {
        Set<Boolean> passed = new HashSet<>();
        for (Topology.AclRule r : rules) {
            if (!r.allow()) {
                return false;
            }
            if (r.protocol() == GroupRule.ALL && r.peer().prefix() == 0) {
                passed.add(r.peer().base() instanceof Ipv4);
            }
            if (passed.size() == (ipv6 ? 2 : 1)) {
                return true;
            }
        }
        return false;
    }

    /** The names of interface endpoints, and of the services that they take over. */
    Map<String, List<Ip>> names() {
        Map<String, List<Ip>> names = new HashMap<>();
        SharedMap<String, NetworkInterface> interfaces = contents.population().interfaces();
        for (VpcEndpoint e : contents.endpoints().values()) {
            List<NetworkInterface> own = e.interfaceIds().stream().flatMap(id -> interfaces.find(id).stream()).toList();
            if (contents.vpc().dnsSupport() && e.type() == VpcEndpoint.Type.INTERFACE && !own.isEmpty()) {
                List<Ip> all = own.stream().<Ip>map(NetworkInterface::address).toList();
                names.put(e.name(), all);
                own.forEach(i -> names.put(e.name(i.zone()), List.of(i.address())));
                if (e.privateNames()) {
                    names.put(e.privateName(), all);
                    names.put("*." + e.privateName(), all);
                }
            }
        }
        return names;
    }

    /** Whether the VPC has packets of the block's family. */
    boolean meets(IpBlock block) {
        return ipv6 || block.base() instanceof Ipv4;
    }
}
