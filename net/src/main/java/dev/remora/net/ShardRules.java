package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.isNot;
import static dev.remora.linux.NftStatement.setCtMark;
import static dev.remora.linux.NftStatement.setCtZone;
import static dev.remora.linux.NftStatement.setMark;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftValue.mapped;

import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rules of a NAT shard. They never change; keys, interfaces and slots are elements of flat sets and maps.
 *
 * <p>The way of a packet from a slot:
 * <ol>
 *   <li>{@code raw}: it must have its slot's address. {@code bind} says the key that the slot is bound to (that element is
 *       the claim), and the key's number is the connection-tracking zone: equal addresses in two VPCs never meet in one zone.
 *   <li>{@code choose}, behind connection tracking: a known connection keeps the interface that is in its mark; a new one
 *       gets one of the key's interfaces, chosen once by a random number out of {@link #BUCKETS}, which {@code spread} shares
 *       out among them.
 *   <li>{@code forward}: a known connection passes, for it was judged when it was new. Not to another slot; a TCP segment in
 *       the middle of a connection that is not known here is another tenant's and must not begin one; at most {@link
 *       #CONNECTIONS_PER_SLOT} connections; the interface is noted in the connection's mark.
 *   <li>{@code postrouting}: the interface's address becomes the source. Then the one route leads to the trunk, whose egress
 *       hook sends the packet out of the interface's device: no route table and no routing rule for each interface.
 * </ol>
 *
 * <p>IPv6 goes the same way, in the same zones and counted together, if the slot may send it: that is a bit beside the key in
 * the slot's element of {@code bind}. It leaves with the IPv6 address of the key's interface, or not at all if that has none.
 *
 * <p>And back: the interface's device says the zone; only answers pass; and only to a slot that is bound, now, to the key
 * that owns the connection's interface ({@code member}).
 *
 * <p>Rejected: a zone for each interface (connections move when a key gets another one); counting connections for each
 * interface in the kernel (its list is walked at every new one: 86 s for 30,000); a routing rule for each interface (scanned
 * one by one).
 */
final class ShardRules {
    static final String TABLE = "shard";
    static final String TRUNK_TABLE = "trunk";

    /** Connections that one slot may have at once. */
    static final int CONNECTIONS_PER_SLOT = 1024;

    /** Interfaces that one key may have: more would find no bucket. */
    static final int BUCKETS = 16;

    /** Every slot's address is in here. */
    static final Cidr SLOTS = Cidr.parse("169.254.64.0/18");

    /** {@link #slot6}'s. */
    static final Cidr6 SLOTS6 = Cidr6.parse("fd72:656d:6f72:61::/64");

    /** What a slot's element of {@code bind} holds: its key's number, and whether it may send IPv6. */
    static final int KEY_BITS = 0xffff;

    static final int IPV6_BIT = 0x10000;

    static final int TRUNK = 2;
    static final int TRUNK_PEER = 3;

    private static final int RAW = -300;
    private static final int MANGLE = -150;
    private static final int SOURCE_NAT = 100;
    private static final int FIRST_PORT = 1024;
    private static final int LAST_PORT = 65535;

    static final Drop.Cause[] CAUSES = {
        Drop.Cause.UNBOUND,
        Drop.Cause.SOURCE_CHECK,
        Drop.Cause.ISOLATION,
        Drop.Cause.INVALID,
        Drop.Cause.SLOT_LIMIT,
        Drop.Cause.ROUTE,
        Drop.Cause.INBOUND
    };

    private static final int IPV6 = 10;

    private static final NftValue DEVICE_AND_SOURCE = NftValue.concat(NftValue.IN_DEVICE, NftValue.IP_SOURCE);
    private static final NftValue DEVICE_AND_SOURCE6 = NftValue.concat(NftValue.IN_DEVICE, NftValue.IP6_SOURCE);
    private static final NftValue KEY_AND_BUCKET = NftValue.concat(NftValue.MARK, NftValue.random(BUCKETS));
    private static final NftValue KEY_AND_INTERFACE = NftValue.concat(NftValue.MARK, NftValue.CT_MARK);

    private static final NftSet BIND = NftSet.map("bind", NftValue.IN_DEVICE, NftSet.Value.MARK);
    private static final NftSet ZONE_OF_PORT = NftSet.map("zone_of_port", NftValue.IN_DEVICE, NftSet.Value.ZONE);
    private static final NftSet SPREAD = NftSet.map("spread", KEY_AND_BUCKET, NftSet.Value.MARK);
    private static final NftSet ADDRESS = NftSet.map("address", NftValue.MARK, NftSet.Value.ADDRESS);
    private static final NftSet ADDRESS6 = NftSet.map("address6", NftValue.MARK, NftSet.Value.ADDRESS6);
    private static final NftSet MEMBER = NftSet.set("member", KEY_AND_INTERFACE);
    private static final NftSet SOURCE = NftSet.set("source", DEVICE_AND_SOURCE);
    private static final NftSet SOURCE6 = NftSet.set("source6", DEVICE_AND_SOURCE6);
    private static final NftSet CONNECTIONS = NftSet.dynamic("connections", NftValue.IN_DEVICE);
    private static final NftSet PORT_OF = NftSet.map("port", NftValue.MARK, NftSet.Value.DEVICE);

    /** Behind {@code raw} a slot's packet has a mark, its key's or its interface's; what comes from an interface has none. */
    private static final NftStatement FROM_INTERFACE = is(NftValue.MARK, NftData.mark(0));

    private static final NftStatement FROM_SLOT = isNot(NftValue.MARK, NftData.mark(0));

    private static final NftStatement ANSWER = state(NftStatement.ESTABLISHED | NftStatement.RELATED);

    static NftTransaction base() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE).addTable();
        List.of(BIND, ZONE_OF_PORT, SPREAD, ADDRESS, ADDRESS6, MEMBER, SOURCE, SOURCE6, CONNECTIONS)
                .forEach(rules::addSet);
        DropChains.add(rules, CAUSES);
        rules.addChain("claim_six")
                .addRule("claim_six", setMark(mapped(NftValue.IN_DEVICE, BIND)))
                .addRule("claim_six", is(NftValue.MARK, NftData.mark(0)), DropChains.drop(Drop.Cause.UNBOUND))
                .addRule("claim_six", is(NftValue.bits(NftValue.MARK, IPV6_BIT), NftData.mark(0)),
                        DropChains.drop(Drop.Cause.ROUTE))
                .addRule("claim_six", setMark(NftValue.bits(NftValue.MARK, KEY_BITS)))
                .addRule("claim_six", setCtZone(NftValue.MARK), verdict(NftVerdict.ACCEPT));
        rules.addChain("back")
                .addRule("back", setMark(NftValue.bits(mapped(NftValue.OUT_DEVICE, BIND), KEY_BITS)))
                .addRule("back", in(KEY_AND_INTERFACE, MEMBER), verdict(NftVerdict.ACCEPT))
                .addRule("back", DropChains.drop(Drop.Cause.INVALID));
        arrive(rules);
        forward(rules);
        translate(rules);
        return rules;
    }

    /** Who a packet belongs to, before and behind connection tracking. */
    private static void arrive(NftTransaction rules) {
        NftStatement six = is(NftValue.FAMILY, NftData.octet(IPV6));
        rules.addChain("six")
                .addRule("six", NftStatement.within(NftValue.IP6_DESTINATION, LinkLocal.MULTICAST.base().bytes(), 8),
                        verdict(NftVerdict.DROP))
                .addRule("six", setCtZone(mapped(NftValue.IN_DEVICE, ZONE_OF_PORT)), verdict(NftVerdict.ACCEPT))
                .addRule("six", in(DEVICE_AND_SOURCE6, SOURCE6), verdict(NftVerdict.goTo("claim_six")))
                .addRule("six", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("raw", "filter", NftHook.PREROUTING, RAW, NftVerdict.DROP)
                .addRule("raw", six, verdict(NftVerdict.goTo("six")))
                .addRule("raw", setCtZone(mapped(NftValue.IN_DEVICE, ZONE_OF_PORT)), verdict(NftVerdict.ACCEPT))
                .addRule("raw", in(DEVICE_AND_SOURCE, SOURCE),
                        setMark(NftValue.bits(mapped(NftValue.IN_DEVICE, BIND), KEY_BITS)), setCtZone(NftValue.MARK),
                        verdict(NftVerdict.ACCEPT))
                .addRule("raw", in(DEVICE_AND_SOURCE, SOURCE), DropChains.drop(Drop.Cause.UNBOUND))
                .addRule("raw", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        NftStatement known = isNot(NftValue.CT_MARK, NftData.mark(0));
        rules.addBaseChain("choose", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.DROP)
                .addRule("choose", FROM_SLOT, known, setMark(NftValue.CT_MARK), verdict(NftVerdict.ACCEPT))
                .addRule("choose", FROM_INTERFACE, ANSWER, verdict(NftVerdict.ACCEPT))
                .addRule("choose", FROM_INTERFACE, DropChains.drop(Drop.Cause.INBOUND))
                .addRule("choose", setMark(mapped(KEY_AND_BUCKET, SPREAD)), verdict(NftVerdict.ACCEPT))
                .addRule("choose", DropChains.drop(Drop.Cause.UNBOUND));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
    }

    private static void forward(NftTransaction rules) {
        // Of an IPv6 packet this reads a part of its source, which is checked and is not that.
        NftStatement toSlot = NftStatement.within(NftValue.IP_DESTINATION, SLOTS.base().bytes(), SLOTS.prefix());
        NftStatement six = is(NftValue.FAMILY, NftData.octet(IPV6));
        NftStatement toSlot6 =
                NftStatement.within(NftValue.IP6_DESTINATION, SLOTS6.base().bytes(), SLOTS6.prefix());
        NftStatement notOut = isNot(NftValue.OUT_DEVICE, NftData.device(TRUNK, "trunk"));
        NftStatement tcp = is(NftValue.PROTOCOL, NftData.octet(6));
        NftStatement many = NftStatement.moreThan(CONNECTIONS_PER_SLOT, NftValue.IN_DEVICE, CONNECTIONS);
        rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", FROM_INTERFACE, verdict(NftVerdict.goTo("back")))
                .addRule("forward", state(NftStatement.ESTABLISHED), verdict(NftVerdict.ACCEPT))
                .addRule("forward", toSlot, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", six, toSlot6, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", notOut, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", ANSWER, verdict(NftVerdict.ACCEPT))
                .addRule("forward", state(NftStatement.INVALID), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", tcp, NftStatement.tcpOpens(false), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", many, DropChains.drop(Drop.Cause.SLOT_LIMIT))
                .addRule("forward", setCtMark(NftValue.MARK), verdict(NftVerdict.ACCEPT));
    }

    private static void translate(NftTransaction rules) {
        rules.addBaseChain("postrouting", "nat", NftHook.POSTROUTING, SOURCE_NAT, NftVerdict.ACCEPT);
        for (NftValue source : List.of(mapped(NftValue.MARK, ADDRESS), mapped(NftValue.MARK, ADDRESS6))) {
            NftStatement withPorts = NftStatement.snat(source, FIRST_PORT, LAST_PORT);
            rules.addRule("postrouting", is(NftValue.PROTOCOL, NftData.octet(6)), withPorts)
                    .addRule("postrouting", is(NftValue.PROTOCOL, NftData.octet(17)), withPorts)
                    .addRule("postrouting", NftStatement.snat(source, 0, 0));
        }
        NftStatement six = is(NftValue.FAMILY, NftData.octet(IPV6));
        rules.addRule("postrouting", six, DropChains.drop(Drop.Cause.ROUTE))
                .addRule("postrouting", DropChains.drop(Drop.Cause.UNBOUND));
    }

    static NftTransaction trunkBase() {
        return new NftTransaction(NftTransaction.Family.NETDEV, TRUNK_TABLE)
                .addTable()
                .addSet(PORT_OF)
                .addDeviceChain("out", NftHook.EGRESS, NftVerdict.DROP, "trunk")
                .addRule("out", NftStatement.forwardTo(mapped(NftValue.MARK, PORT_OF)));
    }

    /** An interface of a key: its mark, its device here, its addresses. */
    record Interface(int mark, int device, String name, Ipv4 address, Optional<Ipv6> address6) {
        Interface(int mark, int device, String name, Ipv4 address) {
            this(mark, device, name, address, Optional.empty());
        }
    }

    /** The IPv6 address of the slot that has an IPv4 address; nobody but its shard sees either. */
    static Ipv6 slot6(Ipv4 address) {
        return SLOTS6.base().plus(Integer.toUnsignedLong(address.bits()));
    }

    /** Makes the trunk lead an interface's packets to its device. */
    static NftTransaction trunk(Interface eni, boolean add) {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.NETDEV, TRUNK_TABLE);
        return add
                ? rules.addElements(PORT_OF, NftElement.of(NftData.mark(eni.mark()), NftData.device(eni.device(), eni.name())))
                : rules.deleteElements(PORT_OF, NftElement.of(NftData.mark(eni.mark())));
    }

    /**
     * The interfaces of a key.
     *
     * @param leading those that new connections get
     */
    record Interfaces(List<Interface> all, List<Interface> leading) {
        Interfaces(List<Interface> all) {
            this(all, all);
        }
    }

    /** Changes the interfaces of the key from {@code had} to {@code has}. */
    static NftTransaction key(int key, Interfaces had, Interfaces has) {
        NftTransaction rules = rules();
        NftData keyMark = NftData.mark(key);
        List<Interface> before = had.all();
        List<Interface> after = has.all();
        if (!before.isEmpty()) {
            rules.deleteElements(
                    SPREAD, buckets(key, had.leading()).stream().map(element -> NftElement.of(element.key())).toList());
        }
        for (Interface eni : before) {
            if (!after.contains(eni)) {
                rules.deleteElements(ADDRESS, NftElement.of(NftData.mark(eni.mark())))
                        .deleteElements(ADDRESS6, address6(eni).stream().map(element -> NftElement.of(element.key())).toList())
                        .deleteElements(MEMBER, NftElement.of(NftData.concat(keyMark, NftData.mark(eni.mark()))))
                        .deleteElements(ZONE_OF_PORT, NftElement.of(NftData.device(eni.device(), eni.name())));
            }
        }
        for (Interface eni : after) {
            if (!before.contains(eni)) {
                NftData device = NftData.device(eni.device(), eni.name());
                rules.addElements(ADDRESS, NftElement.of(NftData.mark(eni.mark()), NftData.address(eni.address().bytes())))
                        .addElements(ADDRESS6, address6(eni))
                        .addElements(MEMBER, NftElement.of(NftData.concat(keyMark, NftData.mark(eni.mark()))))
                        .addElements(ZONE_OF_PORT, NftElement.of(device, NftData.zone(key)));
            }
        }
        if (!after.isEmpty()) {
            rules.addElements(SPREAD, buckets(key, has.leading()));
        }
        return rules;
    }

    /** One element or none. */
    private static List<NftElement> address6(Interface eni) {
        return eni.address6().stream()
                .map(address -> NftElement.of(NftData.mark(eni.mark()), NftData.address(address.bytes())))
                .toList();
    }

    private static List<NftElement> buckets(int key, List<Interface> interfaces) {
        List<NftElement> elements = new ArrayList<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            Interface eni = interfaces.get(bucket % interfaces.size());
            elements.add(NftElement.of(NftData.concat(NftData.mark(key), NftData.mark(bucket)), NftData.mark(eni.mark())));
        }
        return elements;
    }

    /** Lets a slot send with its addresses, once it is bound. */
    static NftTransaction slot(int device, String name, Ipv4 address) {
        return rules().addElements(SOURCE, NftElement.of(source(device, name, address)))
                .addElements(SOURCE6, NftElement.of(source(device, name, slot6(address))));
    }

    /** The claim. */
    static NftTransaction bind(int device, String name, int key, boolean ipv6) {
        int value = ipv6 ? key | IPV6_BIT : key;
        return rules().addElements(BIND, NftElement.of(NftData.device(device, name), NftData.mark(value)));
    }

    static NftTransaction unbind(int device, String name) {
        return rules().deleteElements(BIND, NftElement.of(NftData.device(device, name)));
    }

    /**
     * Takes away all that there is of a slot. Its element of {@code connections} exists only if it ever opened one, so it is
     * added before it is deleted: the kernel undoes a transaction that deletes what is absent, and undoing waits 10 ms for a
     * grace period (nf_tables_abort in net/netfilter/nf_tables_api.c) while every claim of the shard waits for it.
     */
    static NftTransaction deleteSlot(int device, String name, Ipv4 address) {
        NftElement connections = NftElement.of(NftData.device(device, name));
        return rules().deleteElements(SOURCE, NftElement.of(source(device, name, address)))
                .deleteElements(SOURCE6, NftElement.of(source(device, name, slot6(address))))
                .addElements(CONNECTIONS, connections)
                .deleteElements(CONNECTIONS, connections);
    }

    private static NftData source(int device, String name, Ip address) {
        return NftData.concat(NftData.device(device, name), NftData.address(address.bytes()));
    }

    private static NftTransaction rules() {
        return new NftTransaction(NftTransaction.Family.INET, TABLE);
    }

    private ShardRules() {}
}
