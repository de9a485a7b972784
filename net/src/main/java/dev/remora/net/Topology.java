package dev.remora.net;

import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that the kernel must hold for one VPC, as a value. Two equal topologies need no change of the kernel. Its maps are of the
 * kind that knows what it shares with others, so that the difference between a topology and one that was made from it costs
 * what differs, however large both are.
 *
 * @param router the VPC's name here, unique in the installation: {@code account/region/vpc-…}
 * @param blocks the VPC's blocks, the primary IPv4 one first
 * @param subnets by id
 * @param routeTables by id
 * @param acls by id; a subnet whose ACL lets everything pass need not name one
 * @param groups by id
 * @param foreignMembers the addresses in groups of peered VPCs, by group, as far as rules here name them
 * @param ports by interface id
 * @param gateways by id
 * @param metered whether what crosses the router is counted flow by flow; see {@link Fabric#flows}
 */
public record Topology(
        String router,
        List<IpBlock> blocks,
        SharedMap<String, Subnet> subnets,
        SharedMap<String, RouteTable> routeTables,
        SharedMap<String, Acl> acls,
        SharedMap<String, Group> groups,
        SharedMap<String, SharedSet<Ip>> foreignMembers,
        SharedMap<String, Port> ports,
        SharedMap<String, Gateway> gateways,
        Dns dns,
        boolean metered) {
    public Topology {
        blocks = List.copyOf(blocks);
    }

    /** One that is made from nothing. */
    public Topology(
            String router,
            List<IpBlock> blocks,
            Map<String, Subnet> subnets,
            Map<String, RouteTable> routeTables,
            Map<String, Acl> acls,
            Map<String, Group> groups,
            Map<String, SharedSet<Ip>> foreignMembers,
            Map<String, Port> ports,
            Map<String, Gateway> gateways,
            Dns dns,
            boolean metered) {
        this(
                router,
                blocks,
                SharedMap.copyOf(subnets),
                SharedMap.copyOf(routeTables),
                SharedMap.copyOf(acls),
                SharedMap.copyOf(groups),
                SharedMap.copyOf(foreignMembers),
                SharedMap.copyOf(ports),
                SharedMap.copyOf(gateways),
                dns,
                metered);
    }

    /** The route tables of gateways, by gateway. */
    Map<String, String> edges() {
        Map<String, String> edges = new TreeMap<>();
        gateways.forEach((id, gateway) -> {
            if (gateway instanceof Gateway.Internet internet) {
                internet.routeTable().ifPresent(table -> edges.put(id, table));
            }
        });
        return edges;
    }

    /** The route tables of subnets, and of gateways that have one, by what has it. */
    Map<String, String> origins() {
        Map<String, String> origins = edges();
        subnets.values().forEach(subnet -> origins.put(subnet.id(), subnet.routeTable()));
        return origins;
    }

    /** A VPC without a way out, whose ACLs let everything pass. */
    public Topology(
            String router,
            List<IpBlock> blocks,
            Map<String, Subnet> subnets,
            Map<String, RouteTable> routeTables,
            Map<String, Group> groups,
            Map<String, Port> ports) {
        this(router, blocks, subnets, routeTables, Map.of(), groups, Map.of(), ports, Map.of(), Dns.PLAIN, false);
    }

    /**
     * A subnet, the route table that its packets look up, and the ACL at its boundary.
     *
     * @param blocks an IPv4 block, an IPv6 block or both
     * @param acl empty if everything passes
     */
    public record Subnet(String id, List<IpBlock> blocks, String routeTable, Optional<String> acl) {
        public Subnet {
            blocks = List.copyOf(blocks);
        }

        public Subnet(String id, IpBlock block, String routeTable) {
            this(id, List.of(block), routeTable, Optional.empty());
        }
    }

    public record RouteTable(String id, List<Route> routes) {
        public RouteTable {
            routes = List.copyOf(routes);
        }
    }

    public record Route(IpBlock destination, Target target) {}

    /** Where a route leads. */
    public sealed interface Target {
        /** To the interfaces of the VPC itself. */
        record Local() implements Target {}

        /** To nothing: its gateway is gone. */
        record Blackhole() implements Target {}

        /** To whatever is behind an interface: an instance that forwards, a NAT gateway. Nothing if nothing is behind it. */
        record ToPort(String port) implements Target {}

        /** By a gateway of this topology. */
        record By(String gateway) implements Target {}
    }

    /** The way between the VPC and something that is not in it. No groups apply to it. */
    public sealed interface Gateway {
        /**
         * To the internet, both ways. It translates one to one; an IPv4 address that has no public one sends and receives
         * nothing. IPv6 addresses are public as they are.
         *
         * @param publicAddresses by private address
         * @param blocks the VPC's IPv6 blocks: what goes out must be from there, what is for them comes in here
         * @param routeTable which what comes in looks up; empty if all of it goes to the interface that has the address
         */
        record Internet(SharedMap<Ipv4, Ipv4> publicAddresses, List<Cidr6> blocks, Optional<String> routeTable)
                implements Gateway {
            public Internet {
                blocks = List.copyOf(blocks);
            }

            /** One without a route table. */
            public Internet(Map<Ipv4, Ipv4> publicAddresses, List<Cidr6> blocks) {
                this(SharedMap.copyOf(publicAddresses), blocks, Optional.empty());
            }
        }

        /**
         * IPv6 to the internet, and its answers; nothing comes in by itself.
         *
         * @param blocks the VPC's IPv6 blocks, as for {@link Internet}
         */
        record EgressOnly(List<Cidr6> blocks) implements Gateway {
            public EgressOnly {
                blocks = List.copyOf(blocks);
            }
        }

        /**
         * To the interfaces of another VPC, if its router has a gateway of the same connection; not beyond them.
         *
         * @param connection the same on both sides, unique in the installation
         * @param blocks the other VPC's: what comes in must be from there
         */
        record Peering(String connection, List<IpBlock> blocks) implements Gateway {
            public Peering {
                blocks = List.copyOf(blocks);
            }
        }

        /**
         * To a namespace of its own which holds public addresses of services: a gateway endpoint; see {@link Fabric#services}.
         *
         * @param addresses where services listen there
         */
        record Services(List<Ip> addresses) implements Gateway {
            public Services {
                addresses = List.copyOf(addresses);
            }
        }
    }

    /**
     * What may cross the boundary of a subnet, in either direction by itself: stateless. Rules in the order in which they are
     * tried; what none matches is dropped. Packets within a subnet and questions to the resolver are not subject to it.
     */
    public record Acl(String id, List<AclRule> ingress, List<AclRule> egress) {
        public Acl {
            ingress = List.copyOf(ingress);
            egress = List.copyOf(egress);
        }
    }

    /**
     * @param number for reports
     * @param protocol the number in the IP header, or -1 for all
     * @param from first port of the destination, or the ICMP type; -1 for all
     * @param to last port, or the ICMP code; -1 for all
     * @param peer the source of what comes in, the destination of what goes out
     */
    public record AclRule(int number, int protocol, int from, int to, IpBlock peer, boolean allow) {}

    /** A stateful group: what may come in to, and go out of, the interfaces that are in it. Order does not matter. */
    public record Group(String id, Set<Rule> ingress, Set<Rule> egress) {
        public Group {
            ingress = Set.copyOf(ingress);
            egress = Set.copyOf(egress);
        }
    }

    /**
     * One rule; what no rule of an interface's groups allows is dropped.
     *
     * @param protocol the number in the IP header (6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6), or -1 for all
     * @param from first port, or the ICMP type; -1 for all
     * @param to last port, or the ICMP code; -1 for all
     */
    public record Rule(int protocol, int from, int to, Peer peer) {}

    public sealed interface Peer {
        /** Addresses in a block; packets of the other family are not meant. */
        record Block(IpBlock block) implements Peer {}

        /** The interfaces that are in a group now, of this VPC or of {@link Topology#foreignMembers}. */
        record Members(String group) implements Peer {}
    }

    /**
     * An interface.
     *
     * @param addresses its private addresses: the primary IPv4 one first, then other IPv4 ones, then IPv6 ones
     * @param groups which judge what comes in and goes out, unless the attachment is of a kind that has none
     * @param sourceCheck whether packets that it sends must come from its own addresses
     */
    public record Port(
            String id, String subnet, List<Ip> addresses, Set<String> groups, boolean sourceCheck, Attachment attachment) {
        public Port {
            addresses = List.copyOf(addresses);
            groups = Set.copyOf(groups);
        }

        public Port(String id, String subnet, Ip address, Set<String> groups, boolean sourceCheck, Attachment attachment) {
            this(id, subnet, List.of(address), groups, sourceCheck, attachment);
        }

        public Optional<Ipv4> ipv4() {
            return addresses.stream().filter(Ipv4.class::isInstance).map(Ipv4.class::cast).findFirst();
        }

        public Optional<Ipv6> ipv6() {
            return addresses.stream().filter(Ipv6.class::isInstance).map(Ipv6.class::cast).findFirst();
        }
    }

    /** What is behind an interface. */
    public sealed interface Attachment {
        /** Nothing yet: the address is taken and nobody answers. */
        record None() implements Attachment {}

        /** A namespace with one process group in it, e.g. a database; see {@link Fabric#workload}. */
        record Workload() implements Attachment {}

        /**
         * A further device in the namespace of another port, which is a {@link Workload}.
         *
         * @param index its number there: {@code eth1} for 1
         */
        record Further(String workload, int index) implements Attachment {}

        /** One of the interfaces of a key, shared by the slots that are bound to the key. */
        record Hyperplane(NatKey key) implements Attachment {}

        /**
         * A namespace that sends on what is routed to it with one of its own IPv4 addresses as the source: a NAT gateway, public
         * or private. It has no groups, accepts nothing itself, and {@link Port#sourceCheck} is off.
         *
         * @param resting those of its addresses that no new connection gets
         */
        record Translator(Set<Ipv4> resting) implements Attachment {
            public Translator {
                resting = Set.copyOf(resting);
            }

            public Translator() {
                this(Set.of());
            }
        }
    }

    /**
     * What the VPC's resolver knows beyond what every resolver knows.
     *
     * @param support whether it answers at all
     * @param names addresses by name, as {@link Fabric#names} has them; these come first
     */
    public record Dns(boolean support, SharedMap<String, List<Ip>> names) {
        /** A resolver that knows nothing of its own. */
        public static final Dns PLAIN = new Dns(true, SharedMap.empty());

        public Dns(boolean support, Map<String, List<Ip>> names) {
            this(support, SharedMap.copyOf(names));
        }
    }
}
