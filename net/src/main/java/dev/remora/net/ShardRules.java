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
 *   <li>{@code raw}, then {@code claim}: {@code bind} says for the slot's device and address the key that it is bound to (that
 *       element is the claim), and the key's number is the connection-tracking zone: equal addresses in two VPCs never meet in
 *       one zone. What is not there has a source that is not the slot's, or the slot is not bound.
 *   <li>{@code forward}: a known connection keeps the interface that is in its mark, and passes, for it was judged when it was
 *       new. A new one: not to another slot; a TCP segment in the middle of a connection that is not known here is another
 *       tenant's and must not begin one; at most {@link #CONNECTIONS_PER_SLOT} connections. It gets one of the key's interfaces,
 *       chosen once by a random number out of {@link #BUCKETS}, which {@code spread} shares out among them; the interface is
 *       noted in the connection's mark.
 *   <li>{@code postrouting}: the interface's address becomes the source. Then the one route leads to the trunk, whose egress
 *       hook sends the packet out of the interface's device: no route table and no routing rule for each interface.
 * </ol>
 *
 * <p>IPv6 goes the same way, in the same zones and counted together, if the slot may send it: its element of {@code bind6} says
 * so. It leaves with the IPv6 address of the key's interface, or not at all if that has none.
 *
 * <p>And {@code back}: the interface's device says the zone; only answers pass; and only to a slot that is bound, now, to the
 * key whose zone the connection is in ({@code bound}).
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

    /** What stands in {@code bind6} for the key of a slot that is bound and may not send IPv6; no key has this number. */
    static final int NO_IPV6 = 0x10000;

    static final int TRUNK = 2;
    static final int TRUNK_PEER = 3;

    private static final int RAW = -300;
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
    private static final NftValue DEVICE_AND_ZONE = NftValue.concat(NftValue.OUT_DEVICE, NftValue.CT_ZONE);

    private static final NftSet BIND = NftSet.map("bind", DEVICE_AND_SOURCE, NftSet.Value.MARK);
    private static final NftSet BIND6 = NftSet.map("bind6", DEVICE_AND_SOURCE6, NftSet.Value.MARK);
    private static final NftSet BOUND = NftSet.set("bound", DEVICE_AND_ZONE);
    private static final NftSet ZONE_OF_PORT = NftSet.map("zone_of_port", NftValue.IN_DEVICE, NftSet.Value.ZONE);
    private static final NftSet SPREAD = NftSet.map("spread", KEY_AND_BUCKET, NftSet.Value.MARK);
    private static final NftSet ADDRESS = NftSet.map("address", NftValue.MARK, NftSet.Value.ADDRESS);
    private static final NftSet ADDRESS6 = NftSet.map("address6", NftValue.MARK, NftSet.Value.ADDRESS6);
    private static final NftSet SOURCE = NftSet.set("source", DEVICE_AND_SOURCE);
    private static final NftSet SOURCE6 = NftSet.set("source6", DEVICE_AND_SOURCE6);
    private static final NftSet CONNECTIONS = NftSet.dynamic("connections", NftValue.IN_DEVICE);
    private static final NftSet PORT_OF = NftSet.map("port", NftValue.MARK, NftSet.Value.DEVICE);

    /** Behind {@code raw} a slot's packet has its key's mark; what comes from an interface has none. */
    private static final NftStatement UNMARKED = is(NftValue.MARK, NftData.mark(0));

    private static final NftStatement ANSWER = state(NftStatement.ESTABLISHED | NftStatement.RELATED);

    static NftTransaction base() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE).addTable();
        List.of(BIND, BIND6, BOUND, ZONE_OF_PORT, SPREAD, ADDRESS, ADDRESS6, SOURCE, SOURCE6, CONNECTIONS)
                .forEach(rules::addSet);
        DropChains.add(rules, CAUSES);
        claim(rules);
        arrive(rules);
        forward(rules);
        translate(rules);
        return rules;
    }

    /** What comes with the address of a slot. */
    private static void claim(NftTransaction rules) {
        rules.addChain("claim")
                .addRule("claim", setMark(mapped(DEVICE_AND_SOURCE, BIND)), setCtZone(NftValue.MARK), verdict(NftVerdict.ACCEPT))
                .addRule("claim", in(DEVICE_AND_SOURCE, SOURCE), DropChains.drop(Drop.Cause.UNBOUND))
                .addRule("claim", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addChain("claim_six")
                .addRule("claim_six", setMark(mapped(DEVICE_AND_SOURCE6, BIND6)))
                .addRule("claim_six", is(NftValue.MARK, NftData.mark(NO_IPV6)), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("claim_six", isNot(NftValue.MARK, NftData.mark(0)), setCtZone(NftValue.MARK), verdict(NftVerdict.ACCEPT))
                .addRule("claim_six", in(DEVICE_AND_SOURCE6, SOURCE6), DropChains.drop(Drop.Cause.UNBOUND))
                .addRule("claim_six", DropChains.drop(Drop.Cause.SOURCE_CHECK));
    }

    /** Who a packet belongs to, before connection tracking. */
    private static void arrive(NftTransaction rules) {
        NftStatement six = is(NftValue.FAMILY, NftData.octet(IPV6));
        rules.addChain("six")
                .addRule("six", NftStatement.within(NftValue.IP6_DESTINATION, LinkLocal.MULTICAST.base().bytes(), 8),
                        verdict(NftVerdict.DROP))
                .addRule("six", within(NftValue.IP6_SOURCE, SLOTS6), verdict(NftVerdict.goTo("claim_six")))
                .addRule("six", setCtZone(mapped(NftValue.IN_DEVICE, ZONE_OF_PORT)), verdict(NftVerdict.ACCEPT))
                .addRule("six", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("raw", "filter", NftHook.PREROUTING, RAW, NftVerdict.DROP)
                .addRule("raw", six, verdict(NftVerdict.goTo("six")))
                .addRule("raw", within(NftValue.IP_SOURCE, SLOTS), verdict(NftVerdict.goTo("claim")))
                .addRule("raw", setCtZone(mapped(NftValue.IN_DEVICE, ZONE_OF_PORT)), verdict(NftVerdict.ACCEPT))
                .addRule("raw", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
    }

    private static void forward(NftTransaction rules) {
        // Of an IPv6 packet this reads a part of its source, which is checked and is not that.
        NftStatement toSlot = within(NftValue.IP_DESTINATION, SLOTS);
        NftStatement six = is(NftValue.FAMILY, NftData.octet(IPV6));
        NftStatement toSlot6 = within(NftValue.IP6_DESTINATION, SLOTS6);
        NftStatement notOut = isNot(NftValue.OUT_DEVICE, NftData.device(TRUNK, "trunk"));
        NftStatement tcp = is(NftValue.PROTOCOL, NftData.octet(6));
        NftStatement many = NftStatement.moreThan(CONNECTIONS_PER_SLOT, NftValue.IN_DEVICE, CONNECTIONS);
        NftStatement itsInterface = setMark(NftValue.CT_MARK);
        rules.addChain("back")
                .addRule("back", ANSWER, in(DEVICE_AND_ZONE, BOUND), verdict(NftVerdict.ACCEPT))
                .addRule("back", ANSWER, DropChains.drop(Drop.Cause.INVALID))
                .addRule("back", DropChains.drop(Drop.Cause.INBOUND));
        rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", UNMARKED, verdict(NftVerdict.goTo("back")))
                .addRule("forward", state(NftStatement.ESTABLISHED), itsInterface, verdict(NftVerdict.ACCEPT))
                .addRule("forward", toSlot, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", six, toSlot6, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", notOut, DropChains.drop(Drop.Cause.ISOLATION))
                .addRule("forward", ANSWER, itsInterface, verdict(NftVerdict.ACCEPT))
                .addRule("forward", state(NftStatement.INVALID), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", tcp, NftStatement.tcpOpens(false), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", many, DropChains.drop(Drop.Cause.SLOT_LIMIT))
                .addRule("forward", setMark(mapped(KEY_AND_BUCKET, SPREAD)), setCtMark(NftValue.MARK), verdict(NftVerdict.ACCEPT))
                .addRule("forward", DropChains.drop(Drop.Cause.UNBOUND));
    }

    private static NftStatement within(NftValue address, IpBlock block) {
        return RouterRules.within(address, block);
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
                        .deleteElements(ZONE_OF_PORT, NftElement.of(NftData.device(eni.device(), eni.name())));
            }
        }
        for (Interface eni : after) {
            if (!before.contains(eni)) {
                NftData device = NftData.device(eni.device(), eni.name());
                rules.addElements(ADDRESS, NftElement.of(NftData.mark(eni.mark()), NftData.address(eni.address().bytes())))
                        .addElements(ADDRESS6, address6(eni))
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
    static NftTransaction bind(int device, String name, Ipv4 address, int key, boolean ipv6) {
        return rules().addElements(BIND, NftElement.of(source(device, name, address), NftData.mark(key)))
                .addElements(BIND6, NftElement.of(source(device, name, slot6(address)), NftData.mark(ipv6 ? key : NO_IPV6)))
                .addElements(BOUND, NftElement.of(bound(device, name, key)));
    }

    static NftTransaction unbind(int device, String name, Ipv4 address, int key) {
        return rules().deleteElements(BIND, NftElement.of(source(device, name, address)))
                .deleteElements(BIND6, NftElement.of(source(device, name, slot6(address))))
                .deleteElements(BOUND, NftElement.of(bound(device, name, key)));
    }

    private static NftData bound(int device, String name, int key) {
        return NftData.concat(NftData.device(device, name), NftData.zone(key));
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
