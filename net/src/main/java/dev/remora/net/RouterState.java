package dev.remora.net;

import dev.remora.net.GroupSets.GroupSet;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import dev.remora.sharing.SharedMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A topology with the numbers that the kernel knows its parts by: devices of ports and gateways, marks of subnets and of gateways
 * that have a route table, route tables, chains of sets of groups, tags of open rules.
 *
 * <p>A part keeps its number as long as it is there. A number is never used twice in a router's life, so that what is still
 * under way for an old part cannot meet a new one; tags alone, of 16 bits, come again when all were used. A port whose
 * attachment or first address changes is a new device; its other addresses come and go.
 *
 * <p>A state is made from the one before it, and shares with it what did not change ({@link NextState}).
 *
 * @param six whether the VPC has, or ever had, an IPv6 block
 */
record RouterState(
        Topology topology,
        SharedMap<String, Integer> devices,
        SharedMap<String, Integer> gateways,
        SharedMap<String, Integer> marks,
        SharedMap<String, Integer> tables,
        GroupSets groupSets,
        OpenRules open,
        boolean six,
        PortIndex index,
        int used) {
    /** Device numbers begin here; the kernel numbers the loopback 1, and see {@link Router}. */
    private static final int FIRST = 10;

    static RouterState empty(String router) {
        Topology nothing = new Topology(router, List.of(), Map.of(), Map.of(), Map.of(), Map.of());
        return new RouterState(
                nothing, SharedMap.empty(), SharedMap.empty(), SharedMap.empty(), SharedMap.empty(), GroupSets.NONE,
                OpenRules.NONE, false, PortIndex.EMPTY, FIRST);
    }

    RouterState next(Topology wanted) {
        return new NextState(this, wanted).make();
    }

    /** Groups judge what these ports send and receive. */
    static boolean hasGroups(Port port) {
        return !(port.attachment() instanceof Attachment.Translator);
    }

    /**
     * The ports that are not the same in both states: they or their devices are others, or the ACL of their subnet is. All of
     * them, if one of the states alone knows IPv6.
     */
    static SortedSet<String> differing(RouterState before, RouterState after) {
        SortedSet<String> ports = new TreeSet<>();
        if (before.six != after.six) {
            ports.addAll(before.topology.ports().keySet());
            ports.addAll(after.topology.ports().keySet());
            return ports;
        }
        SharedMap.differences(before.topology.ports(), after.topology.ports(), (id, had, has) -> ports.add(id));
        SharedMap.differences(before.devices, after.devices, (id, had, has) -> ports.add(id));
        if (!sameBoundaries(before, after)) {
            for (String subnet : both(before.topology.subnets(), after.topology.subnets())) {
                if (!before.acl(subnet).equals(after.acl(subnet))) {
                    ports.addAll(before.index.inSubnet(subnet));
                    ports.addAll(after.index.inSubnet(subnet));
                }
            }
        }
        return ports;
    }

    /** Whether subnets and ACLs are the very same. */
    static boolean sameBoundaries(RouterState before, RouterState after) {
        return before.topology.subnets() == after.topology.subnets() && before.topology.acls() == after.topology.acls();
    }

    static SortedSet<String> both(Map<String, ?> some, Map<String, ?> others) {
        SortedSet<String> all = new TreeSet<>(some.keySet());
        all.addAll(others.keySet());
        return all;
    }

    List<IpFamily> families() {
        return six ? List.of(IpFamily.V4, IpFamily.V6) : List.of(IpFamily.V4);
    }

    Port port(String id) {
        Port port = topology.ports().get(id);
        if (port == null) {
            throw new IllegalArgumentException("no interface " + id + " in " + topology.router());
        }
        return port;
    }

    /** The mark of the packets of a subnet, or of a gateway that has a route table. */
    int mark(String origin) {
        return number(marks.get(origin), origin);
    }

    /** The number of a route table. */
    int table(String routeTable) {
        return number(tables.get(routeTable), routeTable);
    }

    /** The number of the chains of an attached port's set of groups. */
    int groupSet(Port port) {
        return number(groupSets.number(GroupSet.of(port)), port.id());
    }

    /** The device that a route's target is behind; empty if nothing is there. */
    Optional<Integer> device(Topology.Target target) {
        return switch (target) {
            case Topology.Target.ToPort(String port) -> Optional.ofNullable(devices.get(port));
            case Topology.Target.By(String gateway) -> Optional.ofNullable(gateways.get(gateway));
            case Topology.Target.Blackhole(), Topology.Target.Local() -> Optional.empty();
        };
    }

    /** The ACL at the boundary of a subnet, if it is one that is here. */
    Optional<String> acl(String subnet) {
        return Optional.ofNullable(topology.subnets().get(subnet))
                .flatMap(Topology.Subnet::acl)
                .filter(topology.acls()::containsKey);
    }

    private static int number(@Nullable Integer number, String of) {
        if (number == null) {
            throw new IllegalStateException(of + " has no number");
        }
        return number;
    }
}
