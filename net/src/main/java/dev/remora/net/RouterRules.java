package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.isNot;
import static dev.remora.linux.NftStatement.setMark;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;
import static dev.remora.linux.NftStatement.verdictFrom;

import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Port;
import dev.remora.net.Topology.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules of a VPC's router, as a pure function of two states: what to change in the kernel to come from one to the other.
 *
 * <p>The way of a packet:
 * <ol>
 *   <li>{@code prerouting}: the subnet's mark by incoming device, which chooses the route table; then the source check.
 *   <li>{@code forward}: a known connection passes. A new one is judged three times: by the incoming device's groups, whose
 *       rules {@code goto ingress}; there by its route, for what has none was routed to the loopback; then by the outgoing
 *       device's groups, whose rules accept. (Network ACLs, stateless, will be two chains of earlier priority on this hook:
 *       they see every packet, not only the first of a connection.)
 *   <li>{@code input}: only the resolver is here; groups do not apply to it.
 * </ol>
 *
 * <p>A device has one element in {@code egress} and one in {@code ingress}, which lead to the chain of its set of groups;
 * that jumps to a chain for each group. So a packet sees the rules of its own groups and no others, however many there are.
 * Who is in a group is a set of addresses. By device and not by address, because an interface without source check may send
 * and receive for others, and its groups apply all the same.
 *
 * <p>A change touches what it changes: elements of ports, rules of one group (its chain is filled again in the same
 * transaction, so no handle of a rule must be known), chains of sets of groups that came or went.
 */
final class RouterRules {
    static final String TABLE = "vpc";

    /** Between connection tracking (-200) and destination NAT (-100); include/uapi/linux/netfilter_ipv4.h. */
    private static final int MANGLE = -150;

    private static final int IPV4 = 2;
    static final Drop.Cause[] CAUSES = {
        Drop.Cause.GROUP_EGRESS,
        Drop.Cause.GROUP_INGRESS,
        Drop.Cause.ROUTE,
        Drop.Cause.SOURCE_CHECK,
        Drop.Cause.INVALID,
        Drop.Cause.ISOLATION
    };

    static final NftSet SUBNET = NftSet.map("subnet", NftValue.IN_DEVICE, NftSet.Value.MARK);
    static final NftValue DEVICE_AND_SOURCE = NftValue.concat(NftValue.IN_DEVICE, NftValue.IP_SOURCE);
    static final NftSet SOURCE = NftSet.set("source", DEVICE_AND_SOURCE);
    static final NftSet UNCHECKED = NftSet.set("unchecked", NftValue.IN_DEVICE);
    static final NftSet EGRESS = NftSet.map("egress", NftValue.IN_DEVICE, NftSet.Value.VERDICT);
    static final NftSet INGRESS = NftSet.map("ingress", NftValue.OUT_DEVICE, NftSet.Value.VERDICT);

    private static final NftData LOOPBACK = NftData.device(1, "lo");

    /** What every router has, whatever its topology. */
    static NftTransaction base() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE).addTable();
        for (NftSet set : List.of(SUBNET, SOURCE, UNCHECKED, EGRESS, INGRESS)) {
            rules.addSet(set);
        }
        DropChains.add(rules, CAUSES);
        rules.addChain("ingress")
                .addRule("ingress", is(NftValue.OUT_DEVICE, LOOPBACK), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("ingress", verdictFrom(NftValue.OUT_DEVICE, INGRESS))
                .addRule("ingress", DropChains.drop(Drop.Cause.GROUP_INGRESS));
        rules.addBaseChain("prerouting", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.DROP)
                .addRule("prerouting", isNot(NftValue.FAMILY, NftData.octet(IPV4)), verdict(NftVerdict.DROP))
                .addRule("prerouting", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", setMark(NftValue.mapped(NftValue.IN_DEVICE, SUBNET)))
                .addRule("prerouting", in(DEVICE_AND_SOURCE, SOURCE), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", in(NftValue.IN_DEVICE, UNCHECKED), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", DropChains.drop(Drop.Cause.SOURCE_CHECK));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("input", state(NftStatement.ESTABLISHED | NftStatement.RELATED), verdict(NftVerdict.ACCEPT));
        resolver(rules, "input");
        rules.addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
        return rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", is(NftValue.OUT_DEVICE, LOOPBACK),
                        state(NftStatement.ESTABLISHED | NftStatement.RELATED), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward", state(NftStatement.ESTABLISHED | NftStatement.RELATED), verdict(NftVerdict.ACCEPT))
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

    /** What makes {@code after} of {@code before}; empty if nothing is to change. */
    static NftTransaction change(RouterState before, RouterState after) {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE);
        SortedSet<String> setsBefore = memberSets(before.topology());
        SortedSet<String> setsAfter = memberSets(after.topology());
        setsAfter.stream().filter(group -> !setsBefore.contains(group)).forEach(group -> rules.addSet(members(group)));
        groups(rules, before.topology(), after.topology());
        groupSets(rules, before, after);
        elements(rules, before, after);
        before.groupSets().forEach((groups, number) -> {
            if (!number.equals(after.groupSets().get(groups))) {
                remove(rules, setChain("out", number), setChain("in", number));
            }
        });
        for (String group : new TreeSet<>(before.topology().groups().keySet())) {
            if (!after.topology().groups().containsKey(group)) {
                remove(rules, "out-" + group, "in-" + group);
            }
        }
        setsBefore.stream().filter(group -> !setsAfter.contains(group)).forEach(group -> rules.deleteSet(members(group).name()));
        return rules;
    }

    private static void groups(NftTransaction rules, Topology before, Topology after) {
        Map<String, Group> changed = new TreeMap<>(after.groups());
        changed.values().removeIf(group -> group.equals(before.groups().get(group.id())));
        changed.keySet().forEach(group -> {
            if (!before.groups().containsKey(group)) {
                rules.addChain("out-" + group).addChain("in-" + group);
            }
        });
        changed.values().forEach(group -> {
            Group old = before.groups().getOrDefault(group.id(), new Group(group.id(), Set.of(), Set.of()));
            fill(rules, "out-" + group.id(), old.egress(), group.egress(), NftValue.IP_DESTINATION, NftVerdict.goTo("ingress"));
            fill(rules, "in-" + group.id(), old.ingress(), group.ingress(), NftValue.IP_SOURCE, NftVerdict.ACCEPT);
        });
    }

    private static void fill(
            NftTransaction rules,
            String chain,
            Set<Rule> before,
            Set<Rule> after,
            NftValue peer,
            NftVerdict verdict) {
        if (before.equals(after)) {
            return;
        }
        if (!before.isEmpty()) {
            rules.flushChain(chain);
        }
        after.stream()
                .filter(rule -> !(rule.peer() instanceof Peer.Block(Cidr6 ignored)))
                .sorted(Comparator.comparing(Rule::toString))
                .forEach(rule -> rules.addRule(chain, statements(rule, peer, verdict)));
    }

    private static void groupSets(NftTransaction rules, RouterState before, RouterState after) {
        after.groupSets().forEach((groups, number) -> {
            boolean isNew = !number.equals(before.groupSets().get(groups));
            List<String> jumps = defined(after.topology(), groups);
            if (!isNew && jumps.equals(defined(before.topology(), groups))) {
                return;
            }
            for (String direction : new String[] {"out", "in"}) {
                String chain = setChain(direction, number);
                if (isNew) {
                    rules.addChain(chain);
                } else {
                    rules.flushChain(chain);
                }
                jumps.forEach(group -> rules.addRule(chain, verdict(NftVerdict.jump(direction + "-" + group))));
                rules.addRule(
                        chain, DropChains.drop(direction.equals("out") ? Drop.Cause.GROUP_EGRESS : Drop.Cause.GROUP_INGRESS));
            }
        });
    }

    /** Elements of ports that came, went or changed. All deletions of a set go before all additions to it. */
    private static void elements(NftTransaction rules, RouterState before, RouterState after) {
        Map<NftSet, List<NftElement>> gone = new LinkedHashMap<>();
        Map<NftSet, List<NftElement>> come = new LinkedHashMap<>();
        SortedSet<String> ports = new TreeSet<>(before.topology().ports().keySet());
        ports.addAll(after.topology().ports().keySet());
        for (String id : ports) {
            Port old = before.topology().ports().get(id);
            Port now = after.topology().ports().get(id);
            if (old != null && old.equals(now) && Objects.equals(before.devices().get(id), after.devices().get(id))) {
                continue;
            }
            Map<NftSet, List<NftElement>> had = elements(before, id);
            Map<NftSet, List<NftElement>> has = elements(after, id);
            difference(had, has, gone);
            difference(has, had, come);
        }
        gone.forEach((set, elements) -> rules.deleteElements(set, elements.stream().map(e -> NftElement.of(e.key())).toList()));
        come.forEach(rules::addElements);
    }

    private static void difference(
            Map<NftSet, List<NftElement>> of, Map<NftSet, List<NftElement>> without, Map<NftSet, List<NftElement>> to) {
        of.forEach((set, elements) -> {
            List<String> same = without.getOrDefault(set, List.of()).stream().map(NftElement::toString).toList();
            elements.stream()
                    .filter(element -> !same.contains(element.toString()))
                    .forEach(element -> to.computeIfAbsent(set, absent -> new ArrayList<>()).add(element));
        });
    }

    /** All that a port puts into sets and maps. */
    private static Map<NftSet, List<NftElement>> elements(RouterState state, String id) {
        Map<NftSet, List<NftElement>> elements = new LinkedHashMap<>();
        Port port = state.topology().ports().get(id);
        if (port == null) {
            return elements;
        }
        NftData address = NftData.address(port.ipv4().orElseThrow().bytes());
        for (String group : new TreeSet<>(port.groups())) {
            elements.put(members(group), List.of(NftElement.of(address)));
        }
        Integer number = state.devices().get(id);
        if (number != null) {
            NftData device = NftData.device(number, id);
            int groups = state.groupSet(port);
            elements.put(SUBNET, List.of(NftElement.of(device, NftData.mark(state.mark(port.subnet())))));
            elements.put(
                    port.sourceCheck() ? SOURCE : UNCHECKED,
                    List.of(NftElement.of(port.sourceCheck() ? NftData.concat(device, address) : device)));
            elements.put(EGRESS, List.of(NftElement.of(device, NftVerdict.goTo(setChain("out", groups)))));
            elements.put(INGRESS, List.of(NftElement.of(device, NftVerdict.goTo(setChain("in", groups)))));
        }
        return elements;
    }

    /** A set of members for every group that exists, is named by a rule, or has a port in it. */
    private static SortedSet<String> memberSets(Topology topology) {
        SortedSet<String> groups = new TreeSet<>(topology.groups().keySet());
        topology.ports().values().forEach(port -> groups.addAll(port.groups()));
        topology.groups().values().forEach(group -> {
            for (Set<Rule> rules : List.of(group.ingress(), group.egress())) {
                for (Rule rule : rules) {
                    if (rule.peer() instanceof Peer.Members(String named)) {
                        groups.add(named);
                    }
                }
            }
        });
        return groups;
    }

    private static NftSet members(String group) {
        return NftSet.set("members-" + group, NftValue.IP_SOURCE);
    }

    private static List<String> defined(Topology topology, SortedSet<String> groups) {
        return groups.stream().filter(topology.groups()::containsKey).toList();
    }

    private static String setChain(String direction, int number) {
        return direction + "-set-" + number;
    }

    private static void remove(NftTransaction rules, String... chains) {
        for (String chain : chains) {
            rules.flushChain(chain).deleteChain(chain);
        }
    }

    private static List<NftStatement> statements(Rule rule, NftValue peer, NftVerdict verdict) {
        List<NftStatement> statements = new ArrayList<>();
        switch (rule.peer()) {
            case Peer.Block(IpBlock block) -> {
                if (block.prefix() > 0) {
                    statements.add(NftStatement.within(peer, block.base().bytes(), block.prefix()));
                }
            }
            case Peer.Members(String group) -> statements.add(in(peer, members(group)));
        }
        if (rule.protocol() >= 0) {
            statements.add(is(NftValue.PROTOCOL, NftData.octet(rule.protocol())));
            if (rule.protocol() == 1) {
                icmp(rule, statements);
            } else if (rule.from() >= 0 && (rule.protocol() == 6 || rule.protocol() == 17)) {
                NftData from = NftData.port(rule.from());
                statements.add(
                        rule.from() == rule.to()
                                ? is(NftValue.DESTINATION_PORT, from)
                                : NftStatement.between(NftValue.DESTINATION_PORT, from, NftData.port(rule.to())));
            }
        }
        statements.add(verdict(verdict));
        return statements;
    }

    private static void icmp(Rule rule, List<NftStatement> statements) {
        if (rule.from() >= 0) {
            statements.add(is(NftValue.ICMP_TYPE, NftData.octet(rule.from())));
            if (rule.to() >= 0) {
                statements.add(is(NftValue.ICMP_CODE, NftData.octet(rule.to())));
            }
        }
    }

    private RouterRules() {}
}
