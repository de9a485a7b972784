package dev.remora.net;

import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Port;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A topology with the numbers that the kernel knows its parts by: devices of ports and gateways, marks of subnets, route tables,
 * chains of sets of groups, tags of open rules.
 *
 * <p>A part keeps its number as long as it is there. A number is never used twice in a router's life, so that what is still
 * under way for an old part cannot meet a new one; tags alone, of 16 bits, come again when all were used. A port whose
 * attachment or first address changes is a new device; its other addresses come and go.
 *
 * @param six whether the VPC has, or ever had, an IPv6 block
 */
record RouterState(
        Topology topology,
        SortedMap<String, Integer> devices,
        SortedMap<String, Integer> gateways,
        SortedMap<String, Integer> marks,
        SortedMap<String, Integer> tables,
        Map<GroupSet, Integer> groupSets,
        OpenRules open,
        boolean six,
        int used) {
    /** Device numbers begin here; the kernel numbers the loopback 1, and see {@link Router}. */
    private static final int FIRST = 10;

    /** Route tables 253 to 255 are the kernel's. */
    private static final int TABLES = 1000;

    /**
     * The groups of one or more ports.
     *
     * @param tracked whether every connection of these ports is tracked, also one that an open rule allows; see {@link OpenRules}
     */
    record GroupSet(SortedSet<String> groups, boolean tracked) {
        static GroupSet of(Port port) {
            return new GroupSet(new TreeSet<>(port.groups()), port.attachment() instanceof Attachment.Hyperplane);
        }
    }

    static RouterState empty(String router) {
        Topology nothing = new Topology(router, List.of(), Map.of(), Map.of(), Map.of(), Map.of());
        return new RouterState(
                nothing, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), Map.of(), OpenRules.NONE, false,
                FIRST);
    }

    RouterState next(Topology wanted) {
        int number = used;
        SortedMap<String, Integer> nextDevices = new TreeMap<>();
        for (Port port : hostsFirst(wanted)) {
            if (!wanted.subnets().containsKey(port.subnet())) {
                throw new IllegalArgumentException(port.id() + " is in no subnet of " + wanted.router());
            }
            if (!(port.attachment() instanceof Attachment.None)) {
                Integer kept = sameDevice(port, nextDevices) ? devices.get(port.id()) : null;
                nextDevices.put(port.id(), kept != null ? kept : number++);
            }
        }
        SortedMap<String, Integer> nextGateways = new TreeMap<>();
        for (Map.Entry<String, Gateway> gateway : new TreeMap<>(wanted.gateways()).entrySet()) {
            Gateway before = topology.gateways().get(gateway.getKey());
            boolean same = before != null && before.getClass() == gateway.getValue().getClass();
            Integer kept = same ? gateways.get(gateway.getKey()) : null;
            nextGateways.put(gateway.getKey(), kept != null ? kept : number++);
        }
        SortedMap<String, Integer> nextMarks = new TreeMap<>();
        for (Topology.Subnet subnet : new TreeMap<>(wanted.subnets()).values()) {
            if (!wanted.routeTables().containsKey(subnet.routeTable())) {
                throw new IllegalArgumentException(subnet.id() + " has no route table in " + wanted.router());
            }
            Integer kept = marks.get(subnet.id());
            nextMarks.put(subnet.id(), kept != null ? kept : number++);
        }
        SortedMap<String, Integer> nextTables = new TreeMap<>();
        for (String table : new TreeSet<>(wanted.routeTables().keySet())) {
            Integer kept = tables.get(table);
            nextTables.put(table, kept != null ? kept : TABLES + number++);
        }
        Map<GroupSet, Integer> nextSets = new LinkedHashMap<>();
        for (Port port : new TreeMap<>(wanted.ports()).values()) {
            GroupSet groups = GroupSet.of(port);
            if (nextDevices.containsKey(port.id()) && hasGroups(port) && !nextSets.containsKey(groups)) {
                Integer kept = groupSets.get(groups);
                nextSets.put(groups, kept != null ? kept : number++);
            }
        }
        boolean nextSix = six || wanted.blocks().stream().anyMatch(Cidr6.class::isInstance);
        OpenRules nextOpen = open.next(wanted.groups(), nextSets, nextSix);
        return new RouterState(wanted, nextDevices, nextGateways, nextMarks, nextTables, nextSets, nextOpen, nextSix, number);
    }

    /** A further device is made in the namespace of another port, and goes with it. */
    private static List<Port> hostsFirst(Topology topology) {
        SortedMap<String, Port> ports = new TreeMap<>();
        topology.ports().forEach((id, port) -> {
            boolean guest = port.attachment() instanceof Attachment.Further;
            ports.put((guest ? "1" : "0") + id, port);
        });
        return List.copyOf(ports.values());
    }

    /** Groups judge what these ports send and receive. */
    static boolean hasGroups(Port port) {
        return !(port.attachment() instanceof Attachment.Translator);
    }

    /** The numbers of all devices, of ports and of gateways. */
    Set<Integer> deviceNumbers() {
        Set<Integer> numbers = new HashSet<>(devices.values());
        numbers.addAll(gateways.values());
        return numbers;
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

    /** The mark of a subnet's packets. */
    int mark(String subnet) {
        return number(marks.get(subnet), subnet);
    }

    /** The number of a route table. */
    int table(String routeTable) {
        return number(tables.get(routeTable), routeTable);
    }

    /** The number of the chains of an attached port's set of groups. */
    int groupSet(Port port) {
        return number(groupSets.get(GroupSet.of(port)), port.id());
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

    private boolean sameDevice(Port now, Map<String, Integer> nextDevices) {
        Port before = topology.ports().get(now.id());
        if (before == null || !sameKind(before.attachment(), now.attachment())) {
            return false;
        }
        return switch (now.attachment()) {
            // The shard was told all addresses when the cable was made.
            case Attachment.Hyperplane shared -> before.addresses().equals(now.addresses());
            case Attachment.Further(String host, int index) ->
                sameFirst(before, now) && Objects.equals(devices.get(host), nextDevices.get(host));
            case Attachment.Workload(), Attachment.None() -> sameFirst(before, now);
            case Attachment.Translator translator -> sameFirst(before, now);
        };
    }

    private static boolean sameKind(Attachment before, Attachment now) {
        return before.equals(now) || before instanceof Attachment.Translator && now instanceof Attachment.Translator;
    }

    private static boolean sameFirst(Port before, Port now) {
        return before.addresses().getFirst().equals(now.addresses().getFirst());
    }
}
