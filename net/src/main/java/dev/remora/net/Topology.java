package dev.remora.net;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that the kernel must hold for one VPC, as a value. Two equal topologies need no change of the kernel.
 *
 * @param router the VPC's name here, unique in the installation: {@code account/region/vpc-…}
 * @param blocks the VPC's IPv4 blocks
 * @param subnets by id
 * @param routeTables by id
 * @param groups by id
 * @param ports by interface id
 */
public record Topology(
        String router,
        List<Cidr> blocks,
        Map<String, Subnet> subnets,
        Map<String, RouteTable> routeTables,
        Map<String, Group> groups,
        Map<String, Port> ports) {
    public Topology {
        blocks = List.copyOf(blocks);
        subnets = Map.copyOf(subnets);
        routeTables = Map.copyOf(routeTables);
        groups = Map.copyOf(groups);
        ports = Map.copyOf(ports);
    }

    /** A subnet and the route table that its packets look up. */
    public record Subnet(String id, Cidr block, String routeTable) {}

    public record RouteTable(String id, List<Route> routes) {
        public RouteTable {
            routes = List.copyOf(routes);
        }
    }

    public record Route(Cidr destination, Target target) {}

    /** Where a route leads. */
    public sealed interface Target {
        /** To the interfaces of the VPC itself. */
        record Local() implements Target {}

        /** To nothing: its gateway is gone. */
        record Blackhole() implements Target {}
    }

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
     * @param protocol the number in the IP header (6 TCP, 17 UDP, 1 ICMP), or -1 for all
     * @param from first port, or the ICMP type; -1 for all
     * @param to last port, or the ICMP code; -1 for all
     */
    public record Rule(int protocol, int from, int to, Peer peer) {}

    public sealed interface Peer {
        /** Addresses in a block. */
        record Block(Cidr block) implements Peer {}

        /** The interfaces that are in a group now. */
        record Members(String group) implements Peer {}
    }

    /**
     * An interface.
     *
     * @param address its private IPv4 address
     * @param sourceCheck whether packets that it sends must come from its own address
     */
    public record Port(String id, String subnet, Ipv4 address, Set<String> groups, boolean sourceCheck, Attachment attachment) {
        public Port {
            groups = Set.copyOf(groups);
        }
    }

    /** What is behind an interface. */
    public sealed interface Attachment {
        /** Nothing yet: the address is taken and nobody answers. */
        record None() implements Attachment {}

        /** A namespace with one process group in it, e.g. a database; see {@link Fabric#workload}. */
        record Workload() implements Attachment {}

        /** One of the interfaces of a key, shared by the slots that are bound to the key. */
        record Hyperplane(NatKey key) implements Attachment {}
    }
}
