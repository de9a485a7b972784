package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.setMark;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftStatement.verdictFrom;

import dev.remora.linux.NftData;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.net.Topology.Gateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rules of a VPC's router, as a pure function of two states: what to change in the kernel to come from one to the other.
 * There is a table for each family of addresses, so that no rule has to ask for it; that of IPv6 is there if the VPC has an IPv6
 * block.
 *
 * <p>The way of a packet:
 * <ol>
 *   <li>{@code prerouting}: the source check, which finds the subnet's mark, too; that chooses the route table. A device
 *       without a source check, and that of a gateway, is in {@code arriving}; what comes from a gateway has no mark, unless a
 *       route table was given to the gateway, which it then looks up. Only the router's own addresses are nobody else's: {@code
 *       anyone} says so, and the kernel need not, which would look up the source of every packet ({@code accept_local}).
 *   <li>{@code boundary}, empty unless there are network ACLs: out of the source's subnet by mark, into the destination's by
 *       outgoing device. Stateless: it sees every packet. See {@link AclRules}.
 *   <li>{@code forward}: a known connection passes. A new one is judged three times: by the incoming device's groups, whose
 *       rules {@code goto ingress}; there by its route, for what has none was routed to the device {@code nowhere}; then by the
 *       outgoing device's groups, whose rules accept. See {@link GroupRules}.
 *   <li>{@code input}: only the resolver is here, for what did not come by a {@code way}; neither groups nor ACLs apply to it.
 * </ol>
 *
 * <p>A gateway has no groups: what comes from it goes to {@code entering}, where it must not leave by a {@code way}, i.e. another
 * gateway or a translator (no transit), and then on to {@code ingress}; what leaves by it is accepted.
 *
 * <p>A device has one element in {@code egress} and one in {@code ingress}, which lead to the chain of its set of groups. So a
 * packet sees the rules of its own groups and no others, however many there are. By device and not by address, because an
 * interface without source check may send and receive for others, and its groups apply all the same.
 *
 * <p>A change touches what it changes: elements of ports, rules of one group, chains of sets of groups that came or went. A
 * new rule is added to its group's chain; where one goes, the chain is filled again in the same transaction, so no handle of a
 * rule must be known.
 */
final class RouterRules {
    static final String TABLE = "vpc";

    /** Between connection tracking (-200) and destination NAT (-100); include/uapi/linux/netfilter_ipv4.h. */
    private static final int MANGLE = -150;

    /** RTN_LOCAL, an address of this namespace. */
    private static final int LOCAL = 2;

    /** For devices whose packets may have anyone's source. */
    static final NftVerdict ANYONE = NftVerdict.goTo("anyone");

    static final Drop.Cause[] CAUSES = {
        Drop.Cause.GROUP_EGRESS,
        Drop.Cause.GROUP_INGRESS,
        Drop.Cause.ACL_EGRESS,
        Drop.Cause.ACL_INGRESS,
        Drop.Cause.ROUTE,
        Drop.Cause.SOURCE_CHECK,
        Drop.Cause.INVALID,
        Drop.Cause.ISOLATION
    };

    static final NftSet SUBNET = NftSet.map("subnet", NftValue.IN_DEVICE, NftSet.Value.MARK);
    static final NftSet ARRIVING = NftSet.map("arriving", NftValue.IN_DEVICE, NftSet.Value.VERDICT);
    static final NftSet EGRESS = NftSet.map("egress", NftValue.IN_DEVICE, NftSet.Value.VERDICT);
    static final NftSet INGRESS = NftSet.map("ingress", NftValue.OUT_DEVICE, NftSet.Value.VERDICT);
    static final NftSet WAYS = NftSet.set("ways", NftValue.OUT_DEVICE);

    private static final NftData LOOPBACK = NftData.device(1, "lo");
    private static final NftData NOWHERE = NftData.device(LinkLocal.NOWHERE, "nowhere");
    private static final NftStatement KNOWN = state(NftStatement.ESTABLISHED | NftStatement.RELATED);

    /** IPv6 multicast: hosts ask for neighbours and routers and report their groups, which nobody here wants to know. */
    private static final Cidr6 MULTICAST = Cidr6.parse("ff00::/8");

    /** The source check: for each address that a device may send with, the mark of its subnet. */
    static NftSet source(IpFamily family) {
        return NftSet.map("source", deviceAndSource(family), NftSet.Value.MARK);
    }

    private static NftValue deviceAndSource(IpFamily family) {
        return NftValue.concat(NftValue.IN_DEVICE, family.source);
    }

    /** What every router has, whatever its topology. */
    static NftTransaction base(IpFamily family) {
        NftTransaction rules = new NftTransaction(family.tables, TABLE);
        base(rules, family);
        return rules;
    }

    private static void base(NftTransaction rules, IpFamily family) {
        rules.addTable();
        for (NftSet set : List.of(SUBNET, source(family), ARRIVING, EGRESS, INGRESS, WAYS)) {
            rules.addSet(set);
        }
        AclRules.SETS.forEach(rules::addSet);
        DropChains.add(rules, CAUSES);
        rules.addChain("ingress")
                .addRule("ingress", is(NftValue.OUT_DEVICE, NOWHERE), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("ingress", verdictFrom(NftValue.OUT_DEVICE, INGRESS))
                .addRule("ingress", DropChains.drop(Drop.Cause.GROUP_INGRESS));
        rules.addChain("entering")
                .addRule("entering", in(NftValue.OUT_DEVICE, WAYS), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("entering", verdict(NftVerdict.goTo("ingress")));
        rules.addChain("anyone")
                .addRule("anyone", is(NftValue.SOURCE_TYPE, NftData.mark(LOCAL)), DropChains.drop(Drop.Cause.SOURCE_CHECK))
                .addRule("anyone", verdict(NftVerdict.ACCEPT));
        rules.addBaseChain("prerouting", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.DROP)
                .addRule("prerouting", setMark(NftValue.mapped(deviceAndSource(family), source(family))),
                        verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", setMark(NftValue.mapped(NftValue.IN_DEVICE, SUBNET)))
                .addRule("prerouting", verdictFrom(NftValue.IN_DEVICE, ARRIVING));
        if (family == IpFamily.V6) {
            rules.addRule("prerouting", within(family.destination, MULTICAST), verdict(NftVerdict.DROP));
        }
        rules.addRule("prerouting", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addChain("resolver");
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("input", KNOWN, verdict(NftVerdict.ACCEPT))
                .addRule("input", in(NftValue.IN_DEVICE, WAYS), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("input", verdict(NftVerdict.jump("resolver")))
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
        rules.addChain(AclRules.CHAIN);
        rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", verdict(NftVerdict.jump(AclRules.CHAIN)))
                .addRule("forward", is(NftValue.OUT_DEVICE, NOWHERE), KNOWN, DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward", KNOWN, verdict(NftVerdict.ACCEPT))
                .addRule("forward", state(NftStatement.INVALID), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", verdictFrom(NftValue.IN_DEVICE, EGRESS))
                .addRule("forward", DropChains.drop(Drop.Cause.GROUP_EGRESS));
    }

    /** Questions to the resolver, over UDP and TCP. */
    static void resolver(NftTransaction rules, String chain) {
        for (int protocol : new int[] {17, 6}) {
            rules.addRule(
                    chain,
                    is(NftValue.PROTOCOL, NftData.octet(protocol)),
                    is(NftValue.DESTINATION_PORT, NftData.port(53)),
                    verdict(NftVerdict.ACCEPT));
        }
    }

    /** What makes {@code after} of {@code before}, to be committed together; nothing in them if nothing is to change. */
    static List<NftTransaction> change(RouterState before, RouterState after) {
        List<NftTransaction> changes = new ArrayList<>();
        for (IpFamily family : after.families()) {
            NftTransaction rules = new NftTransaction(family.tables, TABLE);
            boolean known = before.families().contains(family);
            if (!known) {
                base(rules, family);
            }
            change(rules, family, known ? before : RouterState.empty(before.topology().router()), after);
            changes.add(rules);
        }
        return changes;
    }

    private static void change(NftTransaction rules, IpFamily family, RouterState before, RouterState after) {
        boolean answersBefore = answers(before);
        if (answersBefore != answers(after)) {
            if (answersBefore) {
                rules.flushChain("resolver");
            } else {
                resolver(rules, "resolver");
            }
        }
        GroupRules groups = new GroupRules(family, before, after);
        AclRules acls = new AclRules(family, before, after);
        groups.add(rules);
        acls.add(rules);
        peers(rules, family, before, after);
        new RouterElements(family, before, after).change(rules);
        acls.remove(rules);
        groups.remove(rules);
        for (String gateway : peerings(before).keySet()) {
            if (!peerings(after).containsKey(gateway)) {
                removeChain(rules, from(gateway));
            }
        }
    }

    /** A router with a block is that of a VPC, and not {@link RouterState#empty}. */
    private static boolean answers(RouterState state) {
        return state.topology().dns().support() && !state.topology().blocks().isEmpty();
    }

    /** For each peering connection a chain that knows the other side's addresses. */
    private static void peers(NftTransaction rules, IpFamily family, RouterState before, RouterState after) {
        Map<String, List<IpBlock>> known = peerings(before);
        peerings(after).forEach((gateway, blocks) -> {
            String chain = from(gateway);
            if (blocks.equals(known.get(gateway))) {
                return;
            }
            if (known.containsKey(gateway)) {
                rules.flushChain(chain);
            } else {
                rules.addChain(chain);
            }
            blocks.stream().filter(family::has).forEach(block ->
                    rules.addRule(chain, within(family.source, block), verdict(NftVerdict.ACCEPT)));
            rules.addRule(chain, DropChains.drop(Drop.Cause.SOURCE_CHECK));
        });
    }

    private static Map<String, List<IpBlock>> peerings(RouterState state) {
        Map<String, List<IpBlock>> peerings = new TreeMap<>();
        state.topology().gateways().forEach((id, gateway) -> {
            if (gateway instanceof Gateway.Peering(String connection, List<IpBlock> blocks)) {
                peerings.put(id, blocks);
            }
        });
        return peerings;
    }

    /** The chain that checks the sources of what comes from a peering connection. */
    static String from(String gateway) {
        return "from-" + gateway;
    }

    static void removeChain(NftTransaction rules, String chain) {
        rules.flushChain(chain).deleteChain(chain);
    }

    static NftStatement within(NftValue address, IpBlock block) {
        return NftStatement.within(address, block.base().bytes(), block.prefix());
    }

    /** The conditions on protocol and port, or ICMP type and code, of a rule of a group or an ACL; -1 for all. */
    static void protocol(IpFamily family, int protocol, int from, int to, List<NftStatement> conditions) {
        if (protocol < 0) {
            return;
        }
        conditions.add(is(NftValue.PROTOCOL, NftData.octet(protocol)));
        if (protocol == family.icmp) {
            if (from >= 0) {
                conditions.add(is(family.icmpType, NftData.octet(from)));
                if (to >= 0) {
                    conditions.add(is(family.icmpCode, NftData.octet(to)));
                }
            }
        } else if (from >= 0 && Set.of(6, 17).contains(protocol)) {
            conditions.add(
                    from == to
                            ? is(NftValue.DESTINATION_PORT, NftData.port(from))
                            : NftStatement.between(NftValue.DESTINATION_PORT, NftData.port(from), NftData.port(to)));
        }
    }

    private RouterRules() {}
}
