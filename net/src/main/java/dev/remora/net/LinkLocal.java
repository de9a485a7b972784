package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The addresses of our own cables. All of them are link-local or of a block that no VPC may use, so that a VPC's addresses
 * never meet them. MAC addresses repeat, because every cable is a link of its own.
 */
final class LinkLocal {
    /** The resolver, on every network: AWS's own choice. */
    static final Ipv4 RESOLVER = Ipv4.parse("169.254.169.253");

    /** Amazon's address of it over IPv6, in VPCs that have an IPv6 block. */
    static final Ipv6 RESOLVER6 = Ipv6.parse("fd00:ec2::253");

    /** The next hop on every cable of a router and of every end host. Nobody has it: its hardware address is known beforehand. */
    static final Ipv4 GATEWAY = Ipv4.parse("169.254.0.2");

    /** {@link #GATEWAY} of IPv6. */
    static final Ipv6 GATEWAY6 = Ipv6.parse("fe80::2");

    /** The source of a shard's own ICMP errors; not {@link #GATEWAY}, else the two would take each other for themselves. */
    static final Ipv4 SHARD = Ipv4.parse("169.254.0.1");

    /** What cables say to each other in IPv6 without being asked; no network here carries it. */
    static final Cidr6 MULTICAST = Cidr6.parse("ff00::/8");

    static final byte[] SLOT_OUTER_MAC = {2, 0, 0, 0, 0, 1};
    static final byte[] SLOT_MAC = {2, 0, 0, 0, 0, 2};
    static final byte[] SHARD_MAC = {2, 0, 0, 0, 0, 3};
    static final byte[] ROUTER_MAC = {2, 0, 0, 0, 0, 4};
    static final byte[] HOST_MAC = {2, 0, 0, 0, 0, 5};

    /** What is beyond a gateway, seen from its router. */
    static final byte[] EDGE_MAC = {2, 0, 0, 0, 0, 7};

    /** In a router, where packets are sent that have no way; and the other end of that cable, which is always down. */
    static final int NOWHERE = 2;

    static final int NOWHERE_END = 3;

    /** The device of an end host, by number and name. */
    static final int HOST_DEVICE = 2;

    static final String HOST_DEVICE_NAME = "eth0";

    /** What cables do in IPv6: no addresses of their own, no asking around, no listening to whoever says to be a router. */
    private static final Map<String, String> QUIET = Map.of(
            "ipv6/conf/default/addr_gen_mode", "1",
            "ipv6/conf/default/accept_dad", "0",
            "ipv6/conf/default/dad_transmits", "0",
            "ipv6/conf/default/accept_ra", "0",
            "ipv6/conf/default/accept_redirects", "0",
            "ipv6/conf/default/router_solicitations", "0");

    /** Where something forwards by the device that it came by, senders are not told so. */
    static final Map<String, String> NO_REDIRECTS =
            Map.of("ipv4/conf/all/send_redirects", "0", "ipv4/conf/default/send_redirects", "0");

    /**
     * What a namespace that forwards needs: no reverse path filter, for the source check is exact; no redirects; no loose
     * pick-up; and no search for a socket before routing ({@code ip_early_demux}, which counts for IPv6 as well), which would
     * never find one.
     */
    static final Map<String, String> FORWARDING = Map.copyOf(Stream.of(QUIET, NO_REDIRECTS, Map.of(
                    "ipv4/ip_forward", "1",
                    "ipv4/ip_early_demux", "0",
                    "ipv4/conf/all/rp_filter", "0",
                    "ipv4/conf/default/rp_filter", "0",
                    "ipv6/conf/all/forwarding", "1",
                    "netfilter/nf_conntrack_tcp_loose", "0"))
            .flatMap(settings -> settings.entrySet().stream())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));

    /**
     * What the namespace of a router needs: IPv6 is off until its VPC has a block; and no look-up of each source's own route,
     * for {@link RouterRules} knows which devices may send with which.
     */
    static void router() {
        FORWARDING.forEach(Sysctls::write);
        Sysctls.write("ipv4/conf/all/accept_local", "1");
        withoutIpv6();
    }

    /** Turns on IPv6, of all devices and of those to come, in the calling thread's namespace. */
    static void withIpv6() {
        Sysctls.write("ipv6/conf/all/disable_ipv6", "0");
    }

    /** Gives the calling thread's namespace, an end host, its address and its way out. */
    static void host(Ipv4 address, byte[] gatewayMac, String object) {
        try (Rtnetlink inside = Rtnetlink.openHere()) {
            inside.commit(new RouteChanges()
                    .up(HOST_DEVICE, object)
                    .address(HOST_DEVICE, address.bytes(), object)
                    .neighbour(HOST_DEVICE, GATEWAY.bytes(), gatewayMac, object)
                    .defaultRoute(GATEWAY.bytes(), RouteChanges.MAIN, HOST_DEVICE, object));
        }
    }

    /** Gives the namespace that {@code inside} is of, an end host, its IPv6 address and its way out by IPv6. */
    static void host6(Rtnetlink inside, Ipv6 address, byte[] gatewayMac, String object) {
        inside.commit(new RouteChanges()
                .address(HOST_DEVICE, address.bytes(), object)
                .neighbour(HOST_DEVICE, GATEWAY6.bytes(), gatewayMac, object)
                .defaultRoute(GATEWAY6.bytes(), RouteChanges.MAIN, HOST_DEVICE, object));
    }

    /**
     * Before any device but the loopback is made, in the calling thread's namespace, which has both families and forwards
     * nothing.
     */
    static void endHost() {
        QUIET.forEach(Sysctls::write);
    }

    /** Whether a namespace sends on what comes to it and is for others. */
    static void forward(Netns namespace, boolean on) {
        String value = on ? "1" : "0";
        Sysctls.write(namespace, Map.of("ipv4/ip_forward", value, "ipv6/conf/all/forwarding", value));
    }

    /**
     * Before any device but the loopback is made, in the calling thread's namespace: devices have IPv4 only, the loopback
     * both.
     */
    static void withoutIpv6() {
        Sysctls.write("ipv6/conf/default/disable_ipv6", "1");
    }

    private LinkLocal() {}
}
