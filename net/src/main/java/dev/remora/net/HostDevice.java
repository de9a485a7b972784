package dev.remora.net;

import dev.remora.linux.RouteChanges;
import dev.remora.linux.Sysctls;
import java.util.List;

/**
 * A device inside the namespace of an end host: {@code eth0}, or a further one.
 *
 * <p>All that the host sends from an address of a further device leaves by that device: there is a routing rule for each such
 * address, which leads to a table of the device's own. All else leaves by {@code eth0}.
 *
 * @param index the number in the device's name
 * @param object whose it is, for errors
 */
record HostDevice(int index, String object) {
    private static final int FURTHER = 1_000_000;
    private static final int FIRST_TABLE = 100;
    private static final int FIRST_RULE = 1000;

    /** Before any device but the loopback is made, in the calling thread's namespace. */
    static void prepare(boolean ipv6) {
        if (!ipv6) {
            LinkLocal.withoutIpv6();
        }
        LinkLocal.endHost();
        // It may come to forward; see LinkLocal.forward.
        LinkLocal.NO_REDIRECTS.forEach(Sysctls::write);
        // A packet may come in by another device than answers to it leave by, until the host's owner says so.
        Sysctls.write("ipv4/conf/all/rp_filter", "0");
        Sysctls.write("ipv4/conf/default/rp_filter", "0");
    }

    /** Its number, which is not that of the other end of its cable; see {@link dev.remora.linux.Rtnetlink#awaitSending}. */
    int number() {
        return index == 0 ? LinkLocal.HOST_DEVICE : FURTHER + index;
    }

    String name() {
        return "eth" + index;
    }

    private int table() {
        return index == 0 ? RouteChanges.MAIN : FIRST_TABLE + index;
    }

    RouteChanges up(List<Ip> addresses) {
        RouteChanges changes = new RouteChanges().up(number(), object);
        add(changes, List.of(), addresses);
        return changes;
    }

    /** What {@code after} has and {@code before} has not, and a way out for a family that is new. */
    void add(RouteChanges changes, List<Ip> before, List<Ip> after) {
        after.stream().filter(address -> !before.contains(address)).forEach(address -> {
            changes.address(number(), address.bytes(), object);
            if (index > 0) {
                changes.ruleFrom(FIRST_RULE + index, address.bytes(), table(), object);
            }
        });
        for (IpFamily family : IpFamily.values()) {
            if (before.stream().noneMatch(family::has) && after.stream().anyMatch(family::has)) {
                byte[] gateway = family.gateway().bytes();
                changes.neighbour(number(), gateway, LinkLocal.ROUTER_MAC, object)
                        .defaultRoute(gateway, table(), number(), object);
            }
        }
    }

    /** The other way round. */
    void remove(RouteChanges changes, List<Ip> before, List<Ip> after) {
        for (IpFamily family : IpFamily.values()) {
            if (before.stream().anyMatch(family::has) && after.stream().noneMatch(family::has)) {
                changes.deleteRoute(family.everything().base().bytes(), 0, table(), object);
            }
        }
        before.stream().filter(address -> !after.contains(address)).forEach(address -> {
            if (index > 0) {
                changes.deleteRuleFrom(FIRST_RULE + index, address.bytes(), table(), object);
            }
            changes.deleteAddress(number(), address.bytes(), object);
        });
    }
}
