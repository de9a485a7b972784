package dev.remora.linux;

/**
 * Changes of devices, addresses, neighbours, routes and routing rules, in order; {@link Rtnetlink#commit} sends them at once.
 *
 * <p>Addresses are 4 or 16 bytes in network order, which says the family. Layouts: linux/if_link.h, if_addr.h, neighbour.h,
 * rtnetlink.h, fib_rules.h.
 */
public final class RouteChanges {
    /** The routing table that rule 32766 of every namespace looks up. */
    public static final int MAIN = 254;

    /** The table that rule 0 of every namespace looks up: what is the namespace's own. */
    public static final int LOCAL = 255;

    /** The mark of rules that hold for all packets. */
    public static final int ALL = 0;

    /** Makes what is not there and replaces what is. */
    private static final int SET = NetlinkBatch.REQUEST | NetlinkBatch.CREATE | NetlinkBatch.REPLACE;

    /** Makes what must not be there yet. */
    private static final int ONCE = NetlinkBatch.REQUEST | NetlinkBatch.CREATE | NetlinkBatch.EXCLUSIVE;

    private static final int NEWLINK = 16;
    private static final int DELLINK = 17;
    private static final int NEWADDR = 20;
    private static final int DELADDR = 21;
    private static final int NEWROUTE = 24;
    private static final int DELROUTE = 25;
    private static final int NEWNEIGH = 28;
    private static final int NEWRULE = 32;
    private static final int DELRULE = 33;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_TABLE = 15;
    private static final int RTNH_F_ONLINK = 4;
    private static final int STATIC = 4;
    private static final int LINK_SCOPE = 253;
    /** To a deletion: any scope. */
    private static final int NOWHERE_SCOPE = 255;
    private static final int PLAIN = 1;
    private static final int THROW = 9;
    private static final int PERMANENT = 0x80;

    final NetlinkBatch batch = new NetlinkBatch();

    public boolean isEmpty() {
        return batch.isEmpty();
    }

    public int size() {
        return batch.messages();
    }

    /** Makes a cable with one end here and the other born directly in {@code thereIn}; both are down. */
    public RouteChanges veth(VethEnd here, VethEnd there, Netns thereIn, String object) {
        link(NEWLINK, ONCE, here.index(), 0, object);
        batch.attributeText(IFLA_IFNAME, here.name()).attribute(IFLA_ADDRESS, here.mac());
        int info = batch.nest(IFLA_LINKINFO);
        batch.attributeText(1, "veth"); // IFLA_INFO_KIND
        int data = batch.nest(2); // IFLA_INFO_DATA
        int peer = batch.nest(1); // VETH_INFO_PEER: a struct ifinfomsg, then attributes
        batch.u32(0).u32(there.index()).u32(0).u32(0);
        batch.attributeText(IFLA_IFNAME, there.name()).attribute(IFLA_ADDRESS, there.mac());
        batch.attributeHost(IFLA_NET_NS_FD, thereIn.fd());
        batch.close(peer).close(data).close(info).end();
        return this;
    }

    public RouteChanges up(int index, String object) {
        link(NEWLINK, NetlinkBatch.REQUEST, index, 1, object);
        batch.end();
        return this;
    }

    /** Takes a device away, and with it the other end of a cable, and their routes and neighbours. */
    public RouteChanges deleteLink(int index, String object) {
        link(DELLINK, NetlinkBatch.REQUEST, index, 0, object);
        batch.end();
        return this;
    }

    /**
     * Gives a device an address of its own, without a network around it (/32, /128).
     *
     * <p>The kernel makes what is sent to an IPv6 address arrive there some time later, on a work queue (addrconf_dad_work in
     * net/ipv6/addrconf.c), also where it need not look whether others have it. A route of our own makes it arrive at once.
     */
    public RouteChanges address(int index, byte[] address, String object) {
        batch.begin(NEWADDR, SET, object);
        address(index, address);
        return address.length == 4 ? this : local(NEWROUTE, SET, index, address, object);
    }

    public RouteChanges deleteAddress(int index, byte[] address, String object) {
        batch.begin(DELADDR, NetlinkBatch.REQUEST, object);
        address(index, address);
        return address.length == 4 ? this : local(DELROUTE, NetlinkBatch.REQUEST, index, address, object);
    }

    /** IFA_F_NODAD: it is not asked for, but at once ours. */
    private void address(int index, byte[] address) {
        batch.u8(family(address)).u8(8 * address.length).u8(address.length == 4 ? 0 : 2).u8(0).u32(index);
        batch.attribute(2, address).attribute(1, address).end(); // IFA_LOCAL, IFA_ADDRESS
    }

    /** Of a metric that the kernel's own route to the address has not. */
    private RouteChanges local(int type, int flags, int index, byte[] address, String object) {
        batch.begin(type, flags, object);
        batch.u8(family(address)).u8(8 * address.length).u8(0).u8(0).u8(LOCAL).u8(STATIC).u8(0).u8(2).u32(0); // RTN_LOCAL
        batch.attribute(RTA_DST, address).attributeHost(RTA_OIF, index);
        batch.attributeHost(RTA_PRIORITY, 1024).attributeHost(RTA_TABLE, LOCAL).end();
        return this;
    }

    /** Who answers to {@code address} on that device: known for ever, never asked for. */
    public RouteChanges neighbour(int index, byte[] address, byte[] mac, String object) {
        batch.begin(NEWNEIGH, SET, object);
        batch.u8(family(address)).u8(0).u16(0).u32(index).u16(PERMANENT).u8(0).u8(0);
        batch.attribute(1, address).attribute(2, mac).end(); // NDA_DST, NDA_LLADDR
        return this;
    }

    /** Destinations of a block are on the device itself. */
    public RouteChanges route(byte[] destination, int prefix, int table, int index, String object) {
        return route(NEWROUTE, SET, destination, prefix, table, index, object);
    }

    public RouteChanges deleteRoute(byte[] destination, int prefix, int table, int index, String object) {
        return route(DELROUTE, NetlinkBatch.REQUEST, destination, prefix, table, index, object);
    }

    /** All else goes through {@code gateway}, which is on the device whether or not an address of ours says so. */
    public RouteChanges defaultRoute(byte[] gateway, int table, int index, String object) {
        header(NEWROUTE, SET, family(gateway), 0, 0, RTNH_F_ONLINK, object);
        batch.attribute(RTA_GATEWAY, gateway).attributeHost(RTA_OIF, index).attributeHost(RTA_TABLE, table).end();
        return this;
    }

    /** Like {@link #defaultRoute}, for a block; of several for one block the one with the lowest metric counts. */
    public RouteChanges via(byte[] destination, int prefix, byte[] gateway, int index, int metric, String object) {
        return via(NEWROUTE, SET, destination, prefix, gateway, index, metric, object);
    }

    public RouteChanges deleteVia(byte[] destination, int prefix, byte[] gateway, int index, int metric, String object) {
        return via(DELROUTE, NetlinkBatch.REQUEST, destination, prefix, gateway, index, metric, object);
    }

    private RouteChanges via(
            int type, int flags, byte[] destination, int prefix, byte[] gateway, int index, int metric, String object) {
        header(type, flags, family(gateway), prefix, 0, RTNH_F_ONLINK, object);
        batch.attribute(RTA_DST, destination).attribute(RTA_GATEWAY, gateway).attributeHost(RTA_OIF, index);
        batch.attributeHost(RTA_PRIORITY, metric).attributeHost(RTA_TABLE, MAIN).end();
        return this;
    }

    /**
     * Destinations of a block are reached through {@code gateway}, which is on the device; replaces any other route of the
     * table.
     */
    public RouteChanges leads(byte[] destination, int prefix, int table, byte[] gateway, int index, String object) {
        header(NEWROUTE, SET, family(destination), prefix, 0, RTNH_F_ONLINK, object);
        if (prefix > 0) {
            batch.attribute(RTA_DST, destination);
        }
        batch.attribute(RTA_GATEWAY, gateway).attributeHost(RTA_OIF, index).attributeHost(RTA_TABLE, table).end();
        return this;
    }

    /** For destinations of a block the table is left, and the next rule's looked up; replaces any other route of the table. */
    public RouteChanges leaves(byte[] destination, int prefix, int table, String object) {
        header(NEWROUTE, SET, family(destination), prefix, 0, THROW, 0, object);
        if (prefix > 0) {
            batch.attribute(RTA_DST, destination);
        }
        batch.attributeHost(RTA_TABLE, table).end();
        return this;
    }

    /** Whatever the table says about the block. */
    public RouteChanges deleteRoute(byte[] destination, int prefix, int table, String object) {
        header(DELROUTE, NetlinkBatch.REQUEST, family(destination), prefix, NOWHERE_SCOPE, 0, 0, object);
        if (prefix > 0) {
            batch.attribute(RTA_DST, destination);
        }
        batch.attributeHost(RTA_TABLE, table).end();
        return this;
    }

    /** Packets from the address look up the table. */
    public RouteChanges ruleFrom(int priority, byte[] source, int table, String object) {
        return ruleFrom(NEWRULE, ONCE, priority, source, table, object);
    }

    public RouteChanges deleteRuleFrom(int priority, byte[] source, int table, String object) {
        return ruleFrom(DELRULE, NetlinkBatch.REQUEST, priority, source, table, object);
    }

    private RouteChanges ruleFrom(int type, int flags, int priority, byte[] source, int table, String object) {
        batch.begin(type, flags, object);
        batch.u8(family(source)).u8(0).u8(8 * source.length).u8(0).u8(0).u8(0).u8(0).u8(1).u32(0);
        batch.attribute(2, source).attributeHost(6, priority).attributeHost(15, table).end(); // FRA_SRC
        return this;
    }

    /**
     * Packets of a family with the mark look up the table; the lowest priority comes first.
     *
     * @param mark {@link #ALL} for all packets
     */
    public RouteChanges rule(boolean ipv6, int priority, int mark, int table, String object) {
        return rule(NEWRULE, ONCE, ipv6, priority, mark, table, object);
    }

    public RouteChanges deleteRule(boolean ipv6, int priority, int mark, int table, String object) {
        return rule(DELRULE, NetlinkBatch.REQUEST, ipv6, priority, mark, table, object);
    }

    /** IPv4 packets with the mark look up the table; the lowest priority comes first. */
    public RouteChanges rule(int priority, int mark, int table, String object) {
        return rule(false, priority, mark, table, object);
    }

    public RouteChanges deleteRule(int priority, int mark, int table, String object) {
        return deleteRule(false, priority, mark, table, object);
    }

    private RouteChanges rule(int type, int flags, boolean ipv6, int priority, int mark, int table, String object) {
        batch.begin(type, flags, object); // struct fib_rule_hdr; action 1 = look up the table
        batch.u8(ipv6 ? 10 : 2).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(1).u32(0);
        batch.attributeHost(6, priority);
        if (mark != ALL) {
            batch.attributeHost(10, mark).attributeHost(16, -1);
        }
        batch.attributeHost(15, table).end();
        return this;
    }

    private RouteChanges route(int type, int flags, byte[] destination, int prefix, int table, int index, String object) {
        header(type, flags, family(destination), prefix, LINK_SCOPE, 0, object);
        if (prefix > 0) {
            batch.attribute(RTA_DST, destination);
        }
        batch.attributeHost(RTA_OIF, index).attributeHost(RTA_TABLE, table).end();
        return this;
    }

    /** struct rtmsg: the table is in its attribute, being possibly above 255. */
    private void header(int type, int messageFlags, int family, int prefix, int scope, int flags, String object) {
        header(type, messageFlags, family, prefix, scope, PLAIN, flags, object);
    }

    private void header(int type, int messageFlags, int family, int prefix, int scope, int kind, int flags, String object) {
        batch.begin(type, messageFlags, object);
        batch.u8(family).u8(prefix).u8(0).u8(0).u8(0).u8(kind == 0 ? 0 : STATIC).u8(scope).u8(kind).u32(flags);
    }

    private void link(int type, int flags, int index, int up, String object) {
        batch.begin(type, flags, object); // struct ifinfomsg
        batch.u8(0).u8(0).u16(0).u32(index).u32(up).u32(up);
    }

    private static int family(byte[] address) {
        return address.length == 4 ? 2 : 10;
    }
}
