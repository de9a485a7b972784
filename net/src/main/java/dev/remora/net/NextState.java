package dev.remora.net;

import dev.remora.net.GroupSets.GroupSet;
import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Port;
import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the state that follows another one. Ports and groups are gone through where they differ; subnets, route tables and
 * gateways, of which a VPC has few, whole, if any of them differs.
 */
final class NextState {
    /** Route tables 253 to 255 are the kernel's. */
    private static final int TABLES = 1000;

    private final RouterState before;
    private final Topology wanted;
    private int number;

    private SharedMap<String, Integer> devices;
    private PortIndex index;

    /** Ports whose document, or whose device, may be another one, by id. */
    private final TreeMap<String, Port> gone = new TreeMap<>();

    private final TreeMap<String, Port> come = new TreeMap<>();

    NextState(RouterState before, Topology wanted) {
        this.before = before;
        this.wanted = wanted;
        number = before.used();
        devices = before.devices();
        index = before.index();
    }

    RouterState make() {
        number();
        return new RouterState(
                wanted, devices, gateways, marks, tables, groupSets, open, six, index, number);
    }

    private SharedMap<String, Integer> gateways = SharedMap.empty();
    private SharedMap<String, Integer> marks = SharedMap.empty();
    private SharedMap<String, Integer> tables = SharedMap.empty();
    private GroupSets groupSets = GroupSets.NONE;
    private OpenRules open = OpenRules.NONE;
    private boolean six;

    /** In this order, on which the numbers depend. */
    private void number() {
        ports();
        devices();
        gateways = gateways();
        marks = marks();
        tables = tables();
        Set<GroupSet> touched = groups();
        groupSets = groupSets(touched);
        six = before.six() || wanted.blocks().stream().anyMatch(Cidr6.class::isInstance);
        if (six != before.six()) {
            touched.addAll(groupSets.sets().keySet());
        }
        open = before.open().next(wanted.groups(), before.groupSets(), groupSets, touched, six);
    }

    private void ports() {
        SharedMap.differences(before.topology().ports(), wanted.ports(), (id, had, has) -> {
            if (had != null) {
                gone.put(id, had);
            }
            if (has != null) {
                come.put(id, has);
            }
        });
        gone.values().forEach(port -> index = index.without(port));
        come.values().forEach(port -> {
            if (!wanted.subnets().containsKey(port.subnet())) {
                throw nowhere(port.id());
            }
            index = index.with(port);
        });
        SharedMap.differences(before.topology().subnets(), wanted.subnets(), (id, had, has) -> {
            if (has == null && !index.inSubnet(id).isEmpty()) {
                throw nowhere(index.inSubnet(id).getFirst());
            }
        });
    }

    private IllegalArgumentException nowhere(String port) {
        return new IllegalArgumentException(port + " is in no subnet of " + wanted.router());
    }

    /** A further device is made in the namespace of another port, and goes with it. */
    private void devices() {
        gone.keySet().stream().filter(id -> !come.containsKey(id)).forEach(id -> devices = devices.minus(id));
        List<Port> guests = new ArrayList<>();
        for (Port port : List.copyOf(come.values())) {
            if (port.attachment() instanceof Attachment.Further) {
                guests.add(port);
            } else {
                device(port);
            }
        }
        for (String host : both(gone.keySet(), come.keySet())) {
            if (!Objects.equals(before.devices().get(host), devices.get(host))) {
                for (String id : index.guests(host)) {
                    if (!come.containsKey(id)) {
                        Port guest = Objects.requireNonNull(wanted.ports().get(id));
                        gone.put(id, guest);
                        come.put(id, guest);
                        guests.add(guest);
                    }
                }
            }
        }
        guests.stream().sorted((a, b) -> a.id().compareTo(b.id())).forEach(this::device);
    }

    private void device(Port port) {
        if (port.attachment() instanceof Attachment.None) {
            devices = devices.minus(port.id());
        } else if (!sameDevice(port) || !before.devices().containsKey(port.id())) {
            devices = devices.plus(port.id(), number++);
        }
    }

    private boolean sameDevice(Port now) {
        Port had = before.topology().ports().get(now.id());
        if (had == null || !sameKind(had.attachment(), now.attachment())) {
            return false;
        }
        return switch (now.attachment()) {
            // The shard was told all addresses when the cable was made.
            case Attachment.Hyperplane shared -> had.addresses().equals(now.addresses());
            case Attachment.Further(String host, int index) ->
                sameFirst(had, now) && Objects.equals(before.devices().get(host), devices.get(host));
            case Attachment.Workload(), Attachment.None() -> sameFirst(had, now);
            case Attachment.Translator translator -> sameFirst(had, now);
        };
    }

    private static boolean sameKind(Attachment before, Attachment now) {
        return before.equals(now) || before instanceof Attachment.Translator && now instanceof Attachment.Translator;
    }

    private static boolean sameFirst(Port before, Port now) {
        return before.addresses().getFirst().equals(now.addresses().getFirst());
    }

    private SharedMap<String, Integer> gateways() {
        SharedMap<String, Integer> next = before.gateways();
        for (String id : both(before.topology().gateways().keySet(), wanted.gateways().keySet())) {
            Gateway had = before.topology().gateways().get(id);
            Gateway has = wanted.gateways().get(id);
            if (has == null) {
                next = next.minus(id);
            } else if (had == null || had.getClass() != has.getClass()) {
                next = next.plus(id, number++);
            }
        }
        return next;
    }

    private SharedMap<String, Integer> marks() {
        if (before.topology().subnets() == wanted.subnets()
                && before.topology().routeTables() == wanted.routeTables()
                && before.topology().gateways() == wanted.gateways()) {
            return before.marks();
        }
        Map<String, String> origins = wanted.origins();
        SharedMap<String, Integer> next = before.marks();
        for (Map.Entry<String, String> origin : origins.entrySet()) {
            if (!wanted.routeTables().containsKey(origin.getValue())) {
                throw new IllegalArgumentException(origin.getKey() + " has no route table in " + wanted.router());
            }
            next = next.containsKey(origin.getKey()) ? next : next.plus(origin.getKey(), number++);
        }
        return without(next, origins);
    }

    private SharedMap<String, Integer> tables() {
        if (before.topology().routeTables() == wanted.routeTables()) {
            return before.tables();
        }
        SharedMap<String, Integer> next = before.tables();
        for (String table : wanted.routeTables().keySet()) {
            next = next.containsKey(table) ? next : next.plus(table, TABLES + number++);
        }
        return without(next, wanted.routeTables());
    }

    private static SharedMap<String, Integer> without(SharedMap<String, Integer> numbers, Map<String, ?> wanted) {
        SharedMap<String, Integer> kept = numbers;
        for (String id : numbers.keySet()) {
            kept = wanted.containsKey(id) ? kept : kept.minus(id);
        }
        return kept;
    }

    /** The sets that a group is in which is another one now. */
    private Set<GroupSet> groups() {
        Set<GroupSet> touched = new HashSet<>();
        SharedMap.differences(before.topology().groups(), wanted.groups(), (id, had, has) -> {
            if (had != null) {
                index = index.without(had);
            }
            if (has != null) {
                index = index.with(has);
            }
            touched.addAll(before.groupSets().with(id));
        });
        SharedMap.differences(before.topology().foreignMembers(), wanted.foreignMembers(), (id, had, has) -> {
            if (had == null || has == null) {
                index = index.withForeign(id, has != null);
            }
        });
        return touched;
    }

    /** @param touched to which the sets are added that came or went */
    private GroupSets groupSets(Set<GroupSet> touched) {
        GroupSets next = before.groupSets();
        Set<GroupSet> left = new TreeSet<>();
        for (Port port : gone.values()) {
            @Nullable GroupSet set = set(port, before.devices());
            if (set != null) {
                next = next.left(set);
                left.add(set);
            }
        }
        for (Port port : come.values()) {
            @Nullable GroupSet set = set(port, devices);
            if (set != null) {
                boolean isNew = next.number(set) == null;
                next = next.joined(set, number);
                if (isNew) {
                    number++;
                    touched.add(set);
                }
            }
        }
        for (GroupSet set : left) {
            next = next.without(set);
            touched.add(set);
        }
        return next;
    }

    private static @Nullable GroupSet set(Port port, Map<String, Integer> devices) {
        return devices.containsKey(port.id()) && RouterState.hasGroups(port) ? GroupSet.of(port) : null;
    }

    private static Set<String> both(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }
}
