package dev.remora.vpc;

import dev.remora.net.Cidr6;
import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.NatGateway.Resting;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.VpcContents.Neighbour;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Turns the documents of a VPC into what the kernel must hold for it. Pure: equal documents, in whatever order, give equal
 * topologies.
 *
 * <p>What no packet can meet is left out, so that it costs the kernel nothing: groups without interfaces, rules that name such a
 * group, rules about IPv6 in a VPC without it, ACLs that let everything pass. Rules that differ only in description become one.
 */
public final class Compiler {
    private final VpcContents contents;
    private final boolean ipv6;

    /** The groups of this VPC that some interface is in. */
    private final Set<String> home = new HashSet<>();

    /** The groups, here and in neighbours, that some interface is in. */
    private final Set<String> inhabited = new HashSet<>();

    private Compiler(VpcContents contents) {
        this.contents = contents;
        ipv6 = !contents.vpc().blocks6().isEmpty();
        contents.interfaces().forEach(i -> home.addAll(i.groups()));
        inhabited.addAll(home);
        contents.neighbours().forEach(n -> inhabited.addAll(n.members().keySet()));
    }

    public static Topology compile(VpcContents contents) {
        return new Compiler(contents).topology();
    }

    /** Whether the topology needs a router: something that sends or receives is in it. */
    public static boolean inhabited(Topology topology) {
        return topology.ports().values().stream().anyMatch(p -> !(p.attachment() instanceof Topology.Attachment.None));
    }

    private Topology topology() {
        Map<String, Topology.Group> groups = groups();
        Map<String, Topology.RouteTable> tables = new HashMap<>();
        for (RouteTable t : contents.routeTables()) {
            tables.put(t.id(), new Topology.RouteTable(t.id(), t.routes().stream().flatMap(this::routes).toList()));
        }
        Map<String, Topology.Acl> acls = acls();
        return new Topology(
                contents.router(),
                contents.vpc().allBlocks(),
                subnets(acls.keySet()),
                tables,
                acls,
                groups,
                foreignMembers(groups),
                ports(),
                gateways(),
                new Topology.Dns(contents.vpc().dnsSupport(), names()),
                contents.metered());
    }

    /**
     * The names that are known inside: those of interfaces, where the VPC gives them, public ones that are private addresses
     * here, of interface endpoints, and of the services that endpoints take over.
     */
    private Map<String, List<Ip>> names() {
        Map<String, List<Ip>> names = new HashMap<>();
        if (!contents.vpc().dnsSupport()) {
            return names;
        }
        Map<String, NetworkInterface> byId = new HashMap<>();
        contents.interfaces().forEach(i -> byId.put(i.id(), i));
        if (contents.vpc().dnsHostnames()) {
            for (NetworkInterface i : contents.interfaces()) {
                i.addresses().stream()
                        .filter(Ipv4.class::isInstance)
                        .forEach(a -> names.put(privateName((Ipv4) a, contents.privateDomain()), List.of(a)));
            }
        }
        contents.insideNames().forEach((name, address) -> names.put(name, List.of(address)));
        for (VpcEndpoint e : contents.endpoints()) {
            List<NetworkInterface> own = e.interfaceIds().stream().filter(byId::containsKey).map(byId::get).toList();
            if (e.type() == VpcEndpoint.Type.INTERFACE && !own.isEmpty()) {
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

    /** The private name of an address: {@code ip-10-0-1-5.ec2.internal}. */
    public static String privateName(Ipv4 address, String domain) {
        return "ip-" + address.toString().replace('.', '-') + "." + domain;
    }

    private Map<String, Topology.Port> ports() {
        Map<String, Topology.Port> ports = new HashMap<>();
        Map<String, Topology.Attachment> translators = new HashMap<>();
        contents.natGateways().forEach(n -> translators.put(
                n.interfaceId(),
                new Topology.Attachment.Translator(n.resting().stream().map(Resting::address).collect(Collectors.toSet()))));
        for (NetworkInterface i : contents.interfaces()) {
            ports.put(
                    i.id(),
                    new Topology.Port(
                            i.id(), i.subnetId(), i.addresses(), Set.copyOf(i.groups()), i.sourceCheck(),
                            translators.getOrDefault(i.id(), i.backing())));
        }
        return ports;
    }

    private Map<String, Topology.Subnet> subnets(Set<String> acls) {
        Map<String, String> tableOfSubnet = tableOfSubnet(contents.routeTables());
        String main = contents.vpc().mainRouteTableId();
        Map<String, Topology.Subnet> subnets = new HashMap<>();
        for (Subnet s : contents.subnets()) {
            Optional<String> acl = Optional.of(s.acl().aclId()).filter(acls::contains);
            subnets.put(
                    s.id(), new Topology.Subnet(s.id(), s.blocks(), tableOfSubnet.getOrDefault(s.id(), main), acl));
        }
        return subnets;
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

    /** One route, or one for each block of a prefix list. */
    private Stream<Topology.Route> routes(Route route) {
        Stream<IpBlock> blocks =
                switch (route.destination()) {
                    case Destination.To(IpBlock block) -> Stream.of(block);
                    case Destination.Listed(String list) -> contents.prefixLists().getOrDefault(list, List.of()).stream();
                };
        Topology.Target target = target(route);
        return blocks.map(block -> new Topology.Route(block, target));
    }

    /** Where a route leads now; to nothing if what it names is not there, or not in a state to carry anything. */
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
                || contents.endpoints().stream().anyMatch(e -> e.id().equals(id) && e.type() == VpcEndpoint.Type.GATEWAY);
        if (gateway) {
            return new Topology.Target.By(id);
        }
        return contents.natGateways().stream()
                .filter(n -> n.id().equals(id) && n.works())
                .map(NatGateway::interfaceId)
                .findFirst()
                .or(() -> contents.interfaces().stream().map(NetworkInterface::id).filter(id::equals).findFirst())
                .<Topology.Target>map(Topology.Target.ToPort::new)
                .orElseGet(Topology.Target.Blackhole::new);
    }

    /** Also those that no route leads to: they are ways in. */
    private Map<String, Topology.Gateway> gateways() {
        Map<String, Topology.Gateway> gateways = new HashMap<>();
        List<Cidr6> blocks6 = contents.vpc().blocks6().stream().map(Vpc.Block6::block).toList();
        contents.internetGateway()
                .ifPresent(g -> gateways.put(g.id(), new Topology.Gateway.Internet(publicAddresses(), blocks6)));
        contents.egressOnlyGateway().ifPresent(g -> gateways.put(g.id(), new Topology.Gateway.EgressOnly(blocks6)));
        for (Neighbour n : contents.neighbours()) {
            gateways.put(n.connection(), new Topology.Gateway.Peering(n.connection(), n.blocks()));
        }
        for (VpcEndpoint e : contents.endpoints()) {
            if (e.type() == VpcEndpoint.Type.GATEWAY) {
                gateways.put(e.id(), new Topology.Gateway.Services(serviceAddresses(e)));
            }
        }
        return gateways;
    }

    /** Of the blocks that routes to the endpoint are for: a service listens at the first address after each one's own. */
    private List<Ip> serviceAddresses(VpcEndpoint endpoint) {
        return contents.routeTables().stream()
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

    /** The public address of each private IPv4 address that has one. */
    private Map<Ipv4, Ipv4> publicAddresses() {
        Map<Ipv4, Ipv4> addresses = new HashMap<>();
        contents.interfaces().forEach(i -> i.publicAddress().ifPresent(address -> addresses.put(i.address(), address)));
        contents.elasticIps().forEach(e -> e.association().ifPresent(a -> addresses.put(a.privateAddress(), e.address())));
        return addresses;
    }

    private Map<String, Topology.Acl> acls() {
        Map<String, Topology.Acl> acls = new HashMap<>();
        Set<String> used = new HashSet<>();
        contents.subnets().forEach(s -> used.add(s.acl().aclId()));
        for (NetworkAcl a : contents.acls()) {
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

    private Map<String, Topology.Group> groups() {
        Map<String, Topology.Group> groups = new HashMap<>();
        for (SecurityGroup g : contents.groups()) {
            if (home.contains(g.id())) {
                groups.put(g.id(), new Topology.Group(g.id(), rules(g, Direction.INGRESS), rules(g, Direction.EGRESS)));
            }
        }
        return groups;
    }

    private Map<String, Set<Ip>> foreignMembers(Map<String, Topology.Group> groups) {
        Set<String> named = new HashSet<>();
        groups.values().forEach(g -> Stream.concat(g.ingress().stream(), g.egress().stream()).forEach(r -> {
            if (r.peer() instanceof Topology.Peer.Members(String group)) {
                named.add(group);
            }
        }));
        Map<String, Set<Ip>> members = new HashMap<>();
        for (Neighbour n : contents.neighbours()) {
            n.members().forEach((group, addresses) -> {
                if (named.contains(group)) {
                    members.put(group, Set.copyOf(addresses));
                }
            });
        }
        return members;
    }

    private Set<Topology.Rule> rules(SecurityGroup group, Direction direction) {
        var compiled = new LinkedHashSet<Topology.Rule>();
        for (GroupRule rule : group.rules(direction)) {
            peers(rule.peer())
                    .forEach(peer -> compiled.add(new Topology.Rule(rule.protocol(), rule.from(), rule.to(), peer)));
        }
        return compiled;
    }

    private Stream<Topology.Peer> peers(GroupRule.Peer peer) {
        return switch (peer) {
            case GroupRule.Peer.Block(IpBlock block) -> Stream.of(block).filter(this::meets).map(Topology.Peer.Block::new);
            case GroupRule.Peer.Listed(String list) ->
                contents.prefixLists().getOrDefault(list, List.of()).stream()
                        .filter(this::meets)
                        .map(Topology.Peer.Block::new);
            case GroupRule.Peer.Members(String group) ->
                Stream.of(group).filter(inhabited::contains).map(Topology.Peer.Members::new);
            case GroupRule.Peer.Foreign foreign ->
                Stream.of(foreign.groupId()).filter(inhabited::contains).map(Topology.Peer.Members::new);
        };
    }

    /** Whether the VPC has packets of the block's family. */
    private boolean meets(IpBlock block) {
        return ipv6 || block.base() instanceof Ipv4;
    }
}
