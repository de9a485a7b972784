package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftStatement.within;
import static dev.remora.linux.NftValue.mapped;

import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of the namespace that plays the internet. They never change but once, when there is a way to the outside; gateways,
 * their addresses and the shards are elements of flat sets and maps.
 *
 * <p>An internet gateway is the device at which its cable ends here, and translates one to one without tracking connections:
 * <ol>
 *   <li>{@code raw}: a packet from a gateway gets the public address that its source has ({@code public}, by device and private
 *       address: so it is the source check as well); without one it is dropped.
 *   <li>routing and {@code forward} see public addresses only.
 *   <li>{@code deliver}, last of all: the destination becomes private again ({@code private}); its route led to the gateway's
 * device.
 * </ol>
 * So a translation begins and ends with its elements, for packets of old connections as for new ones, no number of connections
 * is too large, and two public addresses reach each other, also those of one gateway. What an ICMP error quotes is translated
 * too.
 *
 * <p>IPv6 packets pass as they are, if their source is of a block of the gateway. To the devices of egress-only gateways go
 * only the answers to what came from there.
 *
 * <p>Rejected: a namespace for each gateway, with the kernel's NAT. It costs another hop and its connections have to be cut
 * when an address goes.
 */
final class InternetRules {
    static final String TABLE = "internet";

    /** Where packets without a way go to be counted: a cable with both ends here. The loopback would not do for IPv6. */
    static final int NOWHERE = 2;

    static final int NOWHERE_END = 3;

    /** The prefix of a VPC's IPv6 block. */
    static final int BLOCK = 56;

    private static final int RAW = -300;
    private static final int MANGLE = -150;
    private static final int SOURCE_NAT = 100;
    private static final int LAST = 300;
    private static final int IPV6 = 10;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;

    /** Destination unreachable, source quench, redirect, time exceeded, parameter problem: what quotes a header (RFC 792). */
    private static final int[] QUOTING = {3, 4, 5, 11, 12};

    private static final NftValue DEVICE_AND_SOURCE = NftValue.concat(NftValue.IN_DEVICE, NftValue.IP_SOURCE);
    private static final NftValue DEVICE_AND_QUOTED = NftValue.concat(NftValue.IN_DEVICE, NftValue.QUOTED_DESTINATION);
    private static final NftValue DEVICE_AND_BLOCK =
            NftValue.concat(NftValue.IN_DEVICE, NftValue.prefix(NftValue.IP6_SOURCE, BLOCK));

    private static final NftSet SHARDS = NftSet.set("shards", DEVICE_AND_SOURCE);
    private static final NftSet FROM = NftSet.set("from", NftValue.IN_DEVICE);
    private static final NftSet EGRESS_ONLY = NftSet.set("egress_only", NftValue.IN_DEVICE);
    private static final NftSet PUBLIC = NftSet.map("public", DEVICE_AND_SOURCE, NftSet.Value.ADDRESS);
    private static final NftSet PRIVATE = NftSet.map("private", NftValue.IP_DESTINATION, NftSet.Value.ADDRESS);
    private static final NftSet BLOCKS = NftSet.set("blocks", DEVICE_AND_BLOCK);
    private static final NftSet QUOTES = NftSet.set("quotes", NftValue.ICMP_TYPE);

    private static final NftData NOWHERE_DEVICE = NftData.device(NOWHERE, "nowhere");
    private static final NftStatement ACCEPT = verdict(NftVerdict.ACCEPT);
    private static final NftStatement ANSWER = state(NftStatement.ESTABLISHED | NftStatement.RELATED);

    static NftTransaction base() {
        NftTransaction rules = rules().addTable();
        for (NftSet set : List.of(SHARDS, FROM, EGRESS_ONLY, PUBLIC, PRIVATE, BLOCKS, QUOTES)) {
            rules.addSet(set);
        }
        for (int type : QUOTING) {
            rules.addElements(QUOTES, NftElement.of(NftData.octet(type)));
        }
        DropChains.add(
                rules, Drop.Cause.ROUTE, Drop.Cause.SOURCE_CHECK, Drop.Cause.ISOLATION, Drop.Cause.NO_PUBLIC_ADDRESS);
        rules.addChain("from_outside").addChain("to_outside");
        arrive(rules);
        receive(rules);
        forward(rules);
        NftStatement icmpError = is(NftValue.PROTOCOL, NftData.octet(ICMP));
        return rules.addBaseChain("deliver", "filter", NftHook.POSTROUTING, LAST, NftVerdict.ACCEPT)
                .addRule("deliver", is(NftValue.FAMILY, NftData.octet(IPV6)), ACCEPT)
                .addRule("deliver", icmpError, in(NftValue.ICMP_TYPE, QUOTES),
                        NftStatement.setQuotedSource(mapped(NftValue.QUOTED_SOURCE, PRIVATE)))
                .addRule("deliver", NftStatement.setDestination(mapped(NftValue.IP_DESTINATION, PRIVATE)));
    }

    private static void arrive(NftTransaction rules) {
        NftStatement icmp = is(NftValue.PROTOCOL, NftData.octet(ICMP));
        NftStatement fromGateway = in(NftValue.IN_DEVICE, FROM);
        rules.addChain("six")
                .addRule("six", within(NftValue.IP6_DESTINATION, LinkLocal.MULTICAST.base().bytes(), 8),
                        verdict(NftVerdict.DROP))
                .addRule("six", in(DEVICE_AND_BLOCK, BLOCKS), ACCEPT)
                .addRule("six", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("raw", "filter", NftHook.PREROUTING, RAW, NftVerdict.DROP)
                .addRule("raw", is(NftValue.IN_DEVICE, NftData.device(1, "lo")), ACCEPT)
                .addRule("raw", is(NftValue.FAMILY, NftData.octet(IPV6)), verdict(NftVerdict.goTo("six")))
                .addRule("raw", in(DEVICE_AND_SOURCE, SHARDS), ACCEPT)
                .addRule("raw", icmp, in(NftValue.ICMP_TYPE, QUOTES),
                        NftStatement.setQuotedDestination(mapped(DEVICE_AND_QUOTED, PUBLIC)))
                .addRule("raw", NftStatement.setSource(mapped(DEVICE_AND_SOURCE, PUBLIC)), ACCEPT)
                .addRule("raw", fromGateway, DropChains.drop(Drop.Cause.NO_PUBLIC_ADDRESS))
                .addRule("raw", verdict(NftVerdict.jump("from_outside")))
                .addRule("raw", DropChains.drop(Drop.Cause.SOURCE_CHECK));
    }

    private static void receive(NftTransaction rules) {
        NftStatement tcp = is(NftValue.PROTOCOL, NftData.octet(TCP));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, NftData.device(1, "lo")), ACCEPT)
                .addRule("input", ANSWER, ACCEPT);
        RouterRules.resolver(rules, "input");
        for (Ip api : KernelInternet.APIS) {
            NftValue destination = api instanceof Ipv4 ? NftValue.IP_DESTINATION : NftValue.IP6_DESTINATION;
            NftStatement family = is(NftValue.FAMILY, NftData.octet(api instanceof Ipv4 ? 2 : IPV6));
            rules.addRule("input", family, is(destination, NftData.address(api.bytes())), tcp, ACCEPT);
        }
        rules.addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
    }

    private static void forward(NftTransaction rules) {
        NftStatement toGateway = in(NftValue.OUT_DEVICE, FROM);
        rules.addChain("forward_six")
                // An answer to what came in by another gateway: nothing may come in by itself where only answers may.
                .addRule("forward_six", in(NftValue.IN_DEVICE, EGRESS_ONLY),
                        is(NftValue.CT_DIRECTION, NftData.octet(1)), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward_six", ANSWER, ACCEPT)
                .addRule("forward_six", in(NftValue.OUT_DEVICE, EGRESS_ONLY), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward_six", toGateway, ACCEPT)
                .addRule("forward_six", DropChains.drop(Drop.Cause.ROUTE));
        rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", is(NftValue.OUT_DEVICE, NOWHERE_DEVICE), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward", is(NftValue.FAMILY, NftData.octet(IPV6)), verdict(NftVerdict.goTo("forward_six")))
                .addRule("forward", ANSWER, ACCEPT)
                .addRule("forward", toGateway, ACCEPT)
                .addRule("forward", verdict(NftVerdict.jump("to_outside")))
                .addRule("forward", DropChains.drop(Drop.Cause.ROUTE));
    }

    /** The way out through a device, except to what is blocked; the way in only for answers. */
    static NftTransaction outside(int number, List<Ipv4> own) {
        NftTransaction rules = rules();
        NftData device = NftData.device(number, Outside.DEVICE);
        NftStatement in = is(NftValue.IN_DEVICE, device);
        NftStatement out = is(NftValue.OUT_DEVICE, device);
        rules.addBaseChain("answers", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.ACCEPT)
                .addRule("answers", in, ANSWER, ACCEPT)
                .addRule("answers", in, DropChains.drop(Drop.Cause.SOURCE_CHECK))
                .addRule("from_outside", in, ACCEPT);
        Stream.concat(Outside.BLOCKED.stream(), own.stream().map(Ipv4::alone)).distinct().forEach(block ->
                rules.addRule("to_outside", within(NftValue.IP_DESTINATION, block.base().bytes(), block.prefix()),
                        DropChains.drop(Drop.Cause.ISOLATION)));
        rules.addRule("to_outside", out, ACCEPT);
        NftValue source = NftValue.constant(NftData.address(Outside.ADDRESS.bytes()));
        rules.addBaseChain("postrouting", "nat", NftHook.POSTROUTING, SOURCE_NAT, NftVerdict.ACCEPT);
        for (int protocol : new int[] {TCP, UDP}) {
            NftStatement ofProtocol = is(NftValue.PROTOCOL, NftData.octet(protocol));
            rules.addRule("postrouting", out, ofProtocol, NftStatement.snat(source, 1024, 65535));
        }
        return rules.addRule("postrouting", out, NftStatement.snat(source, 0, 0));
    }

    static NftTransaction shard(int device, String name, Ipv4 address) {
        return rules().addElements(SHARDS, NftElement.of(deviceAndSource(device, name, address)));
    }

    /** A gateway's device, which may send as soon as it has addresses. */
    static NftTransaction gateway(int device, String id, boolean egressOnly) {
        NftElement element = NftElement.of(NftData.device(device, id));
        NftTransaction rules = rules().addElements(FROM, element);
        return egressOnly ? rules.addElements(EGRESS_ONLY, element) : rules;
    }

    static NftTransaction noGateway(int device, String id, boolean egressOnly) {
        NftElement element = NftElement.of(NftData.device(device, id));
        NftTransaction rules = rules().deleteElements(FROM, element);
        return egressOnly ? rules.deleteElements(EGRESS_ONLY, element) : rules;
    }

    static void translate(NftTransaction rules, int device, String id, Ipv4 inside, Ipv4 outside) {
        rules.addElements(PUBLIC, NftElement.of(deviceAndSource(device, id, inside), NftData.address(outside.bytes())))
                .addElements(PRIVATE,
                        NftElement.of(NftData.address(outside.bytes()), NftData.address(inside.bytes())));
    }

    static void untranslate(NftTransaction rules, int device, String id, Ipv4 inside, Ipv4 outside) {
        rules.deleteElements(PUBLIC, NftElement.of(deviceAndSource(device, id, inside)))
                .deleteElements(PRIVATE, NftElement.of(NftData.address(outside.bytes())));
    }

    static NftElement block(int device, String id, Cidr6 block) {
        return NftElement.of(
                NftData.concat(NftData.device(device, id), NftData.address(block.base().bytes())));
    }

    static NftTransaction blocks(List<NftElement> gone, List<NftElement> come) {
        return rules().deleteElements(BLOCKS, gone).addElements(BLOCKS, come);
    }

    private static NftData deviceAndSource(int device, String name, Ipv4 address) {
        return NftData.concat(NftData.device(device, name), NftData.address(address.bytes()));
    }

    static NftTransaction rules() {
        return new NftTransaction(NftTransaction.Family.INET, TABLE);
    }

    private InternetRules() {}
}
