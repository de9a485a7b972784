package dev.remora.vpc;

import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.net.PublicNames;
import dev.remora.net.Topology;
import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.NatGateway.Resting;
import dev.remora.vpc.VpcContents.Neighbour;
import dev.remora.vpc.VpcContents.Population;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns the documents of a VPC into what the kernel must hold for it. Pure: equal documents give equal topologies, whichever
 * topologies they came from.
 *
 * <p>A topology is made from the one before it, by what differs between the documents of the two; the first one is made from
 * nothing in the same way. Interfaces and groups are many and are looked at where they differ. What there are few of is {@link
 * Layout}. What concerns every interface, such as the VPC's first IPv6 block, makes a topology from nothing.
 *
 * <p>What no packet can meet is left out, so that it costs the kernel nothing: groups without interfaces, rules about IPv6 in a
 * VPC without it, ACLs that let everything pass. Rules that differ only in description become one.
 */
public final class Compiler {
    /** Null if there was nothing. */
    private final @Nullable VpcContents before;

    private final Topology made;
    private final VpcContents contents;
    private final Layout layout;

    private Compiler(@Nullable VpcContents before, Topology made, VpcContents contents) {
        this.before = before;
        this.made = made;
        this.contents = contents;
        layout = new Layout(contents);
    }

    /** The topology of contents of which nothing was known. */
    public static Topology compile(VpcContents contents) {
        var nothing = new Topology(contents.router(), List.of(), Map.of(), Map.of(), Map.of(), Map.of());
        return new Compiler(null, nothing, contents).topology();
    }

    /**
     * The topology of contents that came from others.
     *
     * @param made the topology of {@code before}
     */
    public static Topology next(VpcContents before, Topology made, VpcContents contents) {
        return concernsAll(before).equals(concernsAll(contents))
                ? new Compiler(before, made, contents).topology()
                : compile(contents);
    }

    /** What each interface and each group is compiled by. */
    private static List<Object> concernsAll(VpcContents contents) {
        Vpc vpc = contents.vpc();
        return List.of(
                contents.router(), contents.region(), contents.privateDomain(), vpc.id(), vpc.blocks6().isEmpty(),
                vpc.dnsSupport(), vpc.dnsHostnames());
    }

    private Topology topology() {
        boolean newLayout = before == null || !Layout.same(before, contents) || endpointsMoved(before);
        SharedMap<String, Topology.Acl> acls = newLayout ? replaced(made.acls(), layout.acls()) : made.acls();
        SharedMap<String, Topology.Group> groups = groups();
        return new Topology(
                contents.router(),
                contents.vpc().allBlocks(),
                newLayout ? replaced(made.subnets(), layout.subnets(acls.keySet())) : made.subnets(),
                newLayout ? replaced(made.routeTables(), layout.routeTables()) : made.routeTables(),
                acls,
                groups,
                foreignMembers(),
                ports(),
                gateways(newLayout),
                new Topology.Dns(contents.vpc().dnsSupport(), names(newLayout)),
                contents.metered());
    }

    /** Whether an interface of an endpoint is another one, or not there any more. */
    private boolean endpointsMoved(VpcContents had) {
        return contents.endpoints().values().stream()
                .flatMap(e -> e.interfaceIds().stream())
                .anyMatch(id -> !had.population().interfaces().find(id).equals(contents.population().interfaces().find(id)));
    }

    /** A map that holds what {@code wanted} does, and the old one itself if that is the same. */
    private static <V> SharedMap<String, V> replaced(SharedMap<String, V> old, Map<String, V> wanted) {
        SharedMap<String, V> map = old;
        for (String id : old.keySet()) {
            map = wanted.containsKey(id) ? map : map.minus(id);
        }
        for (Map.Entry<String, V> entry : wanted.entrySet()) {
            map = map.plus(entry.getKey(), entry.getValue());
        }
        return map;
    }

    private Population population() {
        return contents.population();
    }

    /** What the VPC held before. */
    private Population populationBefore() {
        return before == null ? nobody(contents.vpc().id()) : before.population();
    }

    private static Population nobody(String vpcId) {
        return new Population(vpcId, SharedMap.empty(), SharedMap.empty(), SharedMap.empty());
    }

    private SharedMap<String, Topology.Port> ports() {
        Set<String> touched = new TreeSet<>();
        SharedMap.differences(
                populationBefore().interfaces(), population().interfaces(), (id, had, has) -> touched.add(id));
        SharedMap.differences(
                before == null ? SharedMap.<String, NatGateway>empty() : before.natGateways(), contents.natGateways(),
                (id, had, has) -> Stream.of(Optional.ofNullable(had), Optional.ofNullable(has))
                        .flatMap(Optional::stream)
                        .forEach(n -> touched.add(n.interfaceId())));
        SharedMap<String, Topology.Port> ports = made.ports();
        for (String id : touched) {
            NetworkInterface i = population().interfaces().get(id);
            ports = ports.with(id, i == null ? null : port(i));
        }
        return ports;
    }

    private Topology.Port port(NetworkInterface i) {
        return new Topology.Port(
                i.id(), i.subnetId(), i.addresses(), Set.copyOf(i.groups()), i.sourceCheck(), attachment(i));
    }

    private Topology.Attachment attachment(NetworkInterface i) {
        return i.backing() instanceof Topology.Attachment.Translator ? translator(i) : i.backing();
    }

    private Topology.Attachment translator(NetworkInterface i) {
        return contents.natGateways().values().stream()
                .filter(n -> n.works() && n.interfaceId().equals(i.id()))
                .findFirst()
                .<Topology.Attachment>map(n -> new Topology.Attachment.Translator(
                        n.resting().stream().map(Resting::address).collect(Collectors.toSet())))
                .orElse(i.backing());
    }

    /** The interfaces that are others now, or whose Elastic IPs are. */
    private static Set<String> moved(Population before, Population after) {
        Set<String> moved = new TreeSet<>();
        SharedMap.differences(before.interfaces(), after.interfaces(), (id, had, has) -> moved.add(id));
        SharedMap.differences(before.elasticIps(), after.elasticIps(), (key, had, has) -> moved.add(VpcContents.id(key)));
        return moved;
    }

    private SharedMap<String, Topology.Gateway> gateways(boolean newLayout) {
        Optional<InternetGateway> had = before == null ? Optional.empty() : before.internetGateway();
        SharedMap<Ipv4, Ipv4> known = SharedMap.empty();
        Population since = nobody(contents.vpc().id());
        if (had.isPresent() && made.gateways().get(had.get().id()) instanceof Topology.Gateway.Internet internet) {
            known = internet.publicAddresses();
            since = populationBefore();
        }
        if (contents.internetGateway().isEmpty()) {
            return newLayout ? replaced(made.gateways(), layout.gateways(SharedMap.empty())) : made.gateways();
        }
        SharedMap<Ipv4, Ipv4> addresses = publicAddresses(known, since);
        return newLayout || addresses != known ? replaced(made.gateways(), layout.gateways(addresses)) : made.gateways();
    }

    /** The public address of each private IPv4 address that has one. What goes is taken out before anything that comes. */
    private SharedMap<Ipv4, Ipv4> publicAddresses(SharedMap<Ipv4, Ipv4> known, Population since) {
        SharedMap<Ipv4, Ipv4> addresses = known;
        Set<String> moved = moved(since, population());
        for (String id : moved) {
            for (Ipv4 inside : publicAddresses(since, id).keySet()) {
                addresses = addresses.minus(inside);
            }
        }
        for (String id : moved) {
            for (Map.Entry<Ipv4, Ipv4> address : publicAddresses(population(), id).entrySet()) {
                addresses = addresses.plus(address.getKey(), address.getValue());
            }
        }
        return addresses;
    }

    /** An Elastic IP goes before the address that the interface was given. */
    private static Map<Ipv4, Ipv4> publicAddresses(Population population, String id) {
        Map<Ipv4, Ipv4> addresses = new HashMap<>();
        population.interfaces().find(id).ifPresent(i -> {
            i.publicAddress().ifPresent(address -> addresses.put(i.address(), address));
            population.elasticIps(id).values().forEach(e ->
                    e.association().ifPresent(a -> addresses.put(a.privateAddress(), e.address())));
        });
        return addresses;
    }

    /**
     * The names that are known inside: those of interfaces, where the VPC gives them, public ones that are private addresses
     * here, of interface endpoints, and of the services that endpoints take over.
     */
    private SharedMap<String, List<Ip>> names(boolean newLayout) {
        SharedMap<String, List<Ip>> names = made.dns().names();
        if (!contents.vpc().dnsSupport()) {
            return names;
        }
        Map<String, List<Ip>> gone = new LinkedHashMap<>();
        Map<String, List<Ip>> come = new LinkedHashMap<>();
        if (contents.vpc().dnsHostnames()) {
            moved(populationBefore(), population()).forEach(id -> {
                gone.putAll(names(populationBefore(), id, contents.region(), contents.privateDomain()));
                come.putAll(names(population(), id, contents.region(), contents.privateDomain()));
            });
        }
        List<Neighbour> neighboursBefore = before == null ? List.of() : before.neighbours();
        for (Neighbour had : neighboursBefore) {
            moved(named(neighboursBefore, had.connection()), named(contents.neighbours(), had.connection()))
                    .forEach(id -> gone.putAll(names(had.population(), id, had.region(), "")));
        }
        for (Neighbour has : contents.neighbours()) {
            Population now = named(contents.neighbours(), has.connection());
            moved(named(neighboursBefore, has.connection()), now)
                    .forEach(id -> come.putAll(names(now, id, has.region(), "")));
        }
        if (newLayout) {
            gone.putAll(before == null ? Map.of() : new Layout(before).names());
        }
        for (String name : gone.keySet()) {
            names = names.minus(name);
        }
        for (Map.Entry<String, List<Ip>> name : come.entrySet()) {
            names = names.plus(name.getKey(), name.getValue());
        }
        for (Map.Entry<String, List<Ip>> name : newLayout ? layout.names().entrySet() : Map.<String, List<Ip>>of().entrySet()) {
            names = names.plus(name.getKey(), name.getValue());
        }
        return names;
    }

    /** The population of the neighbour behind a connection, if its public names are known here. */
    private static Population named(List<Neighbour> neighbours, String connection) {
        return neighbours.stream()
                .filter(n -> n.connection().equals(connection) && n.named())
                .map(Neighbour::population)
                .findFirst()
                .orElse(nobody(""));
    }

    /** @param domain of private names; empty for none */
    private static Map<String, List<Ip>> names(Population population, String id, String region, String domain) {
        Map<String, List<Ip>> names = new LinkedHashMap<>();
        population.interfaces().find(id).ifPresent(i -> {
            if (!domain.isEmpty()) {
                i.addresses().stream()
                        .filter(Ipv4.class::isInstance)
                        .forEach(a -> names.put(privateName((Ipv4) a, domain), List.of(a)));
            }
            publicAddresses(population, id).forEach((inside, address) ->
                    names.put(PublicNames.of(address, region), List.of(inside)));
        });
        return names;
    }

    /** The private name of an address: {@code ip-10-0-1-5.ec2.internal}. */
    public static String privateName(Ipv4 address, String domain) {
        return "ip-" + address.toString().replace('.', '-') + "." + domain;
    }

    /** Those that some interface is in. */
    private SharedMap<String, Topology.Group> groups() {
        Set<String> touched = new TreeSet<>();
        SharedMap.differences(
                before == null ? SharedMap.<String, SecurityGroup>empty() : before.groups(), contents.groups(),
                (id, had, has) -> touched.add(id));
        SharedMap.differences(
                populationBefore().members(), population().members(), (key, had, has) -> touched.add(VpcContents.id(key)));
        SharedMap.differences(
                before == null ? SharedMap.<String, PrefixList>empty() : before.prefixLists(), contents.prefixLists(),
                (list, had, has) -> contents.groups().forEach((id, group) -> {
                    if (group.lists().contains(list)) {
                        touched.add(id);
                    }
                }));
        SharedMap<String, Topology.Group> groups = made.groups();
        for (String id : touched) {
            SecurityGroup group = contents.groups().get(id);
            boolean inhabited = !population().members(id).isEmpty();
            groups = groups.with(id, group == null || !inhabited ? null : compiled(group));
        }
        return groups;
    }

    private Topology.Group compiled(SecurityGroup group) {
        return new Topology.Group(group.id(), rules(group, Direction.INGRESS), rules(group, Direction.EGRESS));
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
            case GroupRule.Peer.Block(IpBlock block) ->
                Stream.of(block).filter(layout::meets).map(Topology.Peer.Block::new);
            case GroupRule.Peer.Listed(String list) ->
                contents.prefixList(list).stream().filter(layout::meets).map(Topology.Peer.Block::new);
            case GroupRule.Peer.Members(String group) -> Stream.of(new Topology.Peer.Members(group));
            case GroupRule.Peer.Foreign foreign -> Stream.of(new Topology.Peer.Members(foreign.groupId()));
        };
    }

    /** The members of the groups of neighbours that a rule here names. */
    private SharedMap<String, SharedSet<Ip>> foreignMembers() {
        Set<String> touched = new HashSet<>();
        SharedMap.differences(
                before == null ? SharedMap.<String, SharedMap<String, SecurityGroup>>empty() : before.naming(), contents.naming(),
                (key, had, has) -> touched.add(VpcContents.id(key)));
        List<Neighbour> had = before == null ? List.of() : before.neighbours();
        Set<String> connections = new TreeSet<>();
        Stream.concat(had.stream(), contents.neighbours().stream()).forEach(n -> connections.add(n.connection()));
        for (String connection : connections) {
            SharedMap.differences(
                    members(had, connection), members(contents.neighbours(), connection),
                    (key, was, is) -> touched.add(VpcContents.id(key)));
        }
        SharedMap<String, SharedSet<Ip>> members = made.foreignMembers();
        for (String group : touched) {
            SharedSet<Ip> addresses = foreign(
                    members.find(group).orElseGet(SharedSet::empty),
                    before == null ? SharedMap.empty() : foreign(before, group),
                    foreign(contents, group));
            members = members.with(group, addresses.isEmpty() ? null : addresses);
        }
        return members;
    }

    private static SharedMap<String, SharedMap<String, NetworkInterface>> members(List<Neighbour> some, String connection) {
        return some.stream()
                .filter(n -> n.connection().equals(connection))
                .findFirst()
                .map(n -> n.population().members())
                .orElseGet(SharedMap::empty);
    }

    /** The interfaces in a neighbour's group, if it is named here. */
    private static SharedMap<String, NetworkInterface> foreign(VpcContents contents, String group) {
        return contents.naming().containsKey(VpcContents.key(contents.vpc().id(), group))
                ? contents.neighbours().stream()
                        .map(n -> n.population().members(group))
                        .filter(members -> !members.isEmpty())
                        .findFirst()
                        .orElseGet(SharedMap::empty)
                : SharedMap.empty();
    }

    private static SharedSet<Ip> foreign(
            SharedSet<Ip> known, SharedMap<String, NetworkInterface> before, SharedMap<String, NetworkInterface> after) {
        Set<Ip> gone = new HashSet<>();
        Set<Ip> come = new HashSet<>();
        SharedMap.differences(before, after, (id, had, has) -> {
            if (had != null) {
                gone.addAll(had.addresses());
            }
            if (has != null) {
                come.addAll(has.addresses());
            }
        });
        SharedSet<Ip> addresses = known;
        for (Ip address : gone) {
            addresses = addresses.minus(address);
        }
        for (Ip address : come) {
            addresses = addresses.plus(address);
        }
        return addresses;
    }
}
