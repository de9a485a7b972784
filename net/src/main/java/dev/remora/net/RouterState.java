package dev.remora.net;

import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A topology with the numbers that the kernel knows its parts by: devices, marks of subnets, route tables, chains of sets of
 * groups.
 *
 * <p>A part keeps its number as long as it is there. A number is never used twice in a router's life, so that what is still
 * under way for an old part cannot meet a new one. A port whose address or attachment changes is a new device.
 */
record RouterState(
        Topology topology,
        SortedMap<String, Integer> devices,
        SortedMap<String, Integer> marks,
        SortedMap<String, Integer> tables,
        Map<SortedSet<String>, Integer> groupSets,
        int used) {
    /** Device numbers begin here; the kernel numbers the loopback 1. */
    private static final int FIRST = 10;

    /** Route tables 253 to 255 are the kernel's. */
    private static final int TABLES = 1000;

    static RouterState empty(String router) {
        Topology nothing = new Topology(router, List.of(), Map.of(), Map.of(), Map.of(), Map.of());
        return new RouterState(nothing, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), Map.of(), FIRST);
    }

    RouterState next(Topology wanted) {
        int number = used;
        SortedMap<String, Integer> nextDevices = new TreeMap<>();
        for (Port port : new TreeMap<>(wanted.ports()).values()) {
            if (!wanted.subnets().containsKey(port.subnet())) {
                throw new IllegalArgumentException(port.id() + " is in no subnet of " + wanted.router());
            }
            if (!(port.attachment() instanceof Attachment.None)) {
                Integer kept = sameDevice(topology.ports().get(port.id()), port) ? devices.get(port.id()) : null;
                nextDevices.put(port.id(), kept != null ? kept : number++);
            }
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
        Map<SortedSet<String>, Integer> nextSets = new LinkedHashMap<>();
        for (Port port : new TreeMap<>(wanted.ports()).values()) {
            SortedSet<String> groups = new TreeSet<>(port.groups());
            if (nextDevices.containsKey(port.id()) && !nextSets.containsKey(groups)) {
                Integer kept = groupSets.get(groups);
                nextSets.put(groups, kept != null ? kept : number++);
            }
        }
        return new RouterState(wanted, nextDevices, nextMarks, nextTables, nextSets, number);
    }

    Set<Integer> deviceNumbers() {
        return new HashSet<>(devices.values());
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
        return number(groupSets.get(new TreeSet<>(port.groups())), port.id());
    }

    private static int number(@Nullable Integer number, String of) {
        if (number == null) {
            throw new IllegalStateException(of + " has no number");
        }
        return number;
    }

    private static boolean sameDevice(@Nullable Port before, Port now) {
        return before != null && before.addresses().equals(now.addresses()) && before.attachment().equals(now.attachment());
    }
}
