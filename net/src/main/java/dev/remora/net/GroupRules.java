package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.setCtMark;
import static dev.remora.linux.NftStatement.verdict;

import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.net.OpenRules.Open;
import dev.remora.net.RouterState.GroupSet;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules of groups, for one family of addresses.
 *
 * <p>A group has a chain for each direction, and who is in it is a set of addresses. A set of groups that some device has (a
 * number) has a chain for each direction as well, which jumps to those of its groups and then drops; before that come its open
 * rules, which note their tags ({@link OpenRules}).
 */
final class GroupRules {
    private final IpFamily family;
    private final RouterState before;
    private final RouterState after;
    private final SortedSet<String> membersBefore;
    private final SortedSet<String> membersAfter;

    GroupRules(IpFamily family, RouterState before, RouterState after) {
        this.family = family;
        this.before = before;
        this.after = after;
        membersBefore = named(before.topology());
        membersAfter = named(after.topology());
    }

    /** The set of the addresses in a group. */
    static NftSet members(IpFamily family, String group) {
        return NftSet.set("members-" + group, family.source);
    }

    /** The chain of a set of groups. */
    static String chain(boolean egress, int set) {
        return (egress ? "out-set-" : "in-set-") + set;
    }

    /** What must be there before elements lead to it. */
    void add(NftTransaction rules) {
        membersAfter.stream().filter(group -> !membersBefore.contains(group)).forEach(group ->
                rules.addSet(members(family, group)));
        Map<String, Group> changed = new TreeMap<>(after.topology().groups());
        changed.values().removeIf(group -> group.equals(before.topology().groups().get(group.id())));
        changed.keySet().forEach(group -> {
            if (!before.topology().groups().containsKey(group)) {
                rules.addChain("out-" + group).addChain("in-" + group);
            }
        });
        changed.values().forEach(group -> {
            Group old = before.topology().groups().getOrDefault(group.id(), new Group(group.id(), Set.of(), Set.of()));
            fill(rules, true, group.id(), old.egress(), group.egress());
            fill(rules, false, group.id(), old.ingress(), group.ingress());
        });
        after.groupSets().forEach((groups, number) -> fill(rules, groups, number));
    }

    /** What no element leads to any more. */
    void remove(NftTransaction rules) {
        before.groupSets().forEach((groups, number) -> {
            if (!number.equals(after.groupSets().get(groups))) {
                RouterRules.removeChain(rules, chain(true, number));
                RouterRules.removeChain(rules, chain(false, number));
            }
        });
        for (String group : new TreeSet<>(before.topology().groups().keySet())) {
            if (!after.topology().groups().containsKey(group)) {
                RouterRules.removeChain(rules, "out-" + group);
                RouterRules.removeChain(rules, "in-" + group);
            }
        }
        membersBefore.stream().filter(group -> !membersAfter.contains(group)).forEach(group ->
                rules.deleteSet(members(family, group).name()));
    }

    private void fill(NftTransaction rules, boolean egress, String group, Set<Rule> old, Set<Rule> now) {
        List<Rule> had = ofFamily(old);
        List<Rule> has = ofFamily(now);
        if (had.equals(has)) {
            return;
        }
        String chain = (egress ? "out-" : "in-") + group;
        if (!had.isEmpty()) {
            rules.flushChain(chain);
        }
        has.forEach(rule -> rules.addRule(chain, statements(rule, egress)));
    }

    private List<Rule> ofFamily(Set<Rule> rules) {
        return rules.stream()
                .filter(rule -> family.has(rule.protocol()))
                .filter(rule -> !(rule.peer() instanceof Peer.Block(IpBlock block)) || family.has(block))
                .sorted(Comparator.comparing(Rule::toString))
                .toList();
    }

    private List<NftStatement> statements(Rule rule, boolean egress) {
        List<NftStatement> statements = new ArrayList<>();
        NftValue peer = egress ? family.destination : family.source;
        switch (rule.peer()) {
            case Peer.Block(IpBlock block) -> {
                if (block.prefix() > 0) {
                    statements.add(RouterRules.within(peer, block));
                }
            }
            case Peer.Members(String group) -> statements.add(in(peer, members(family, group)));
        }
        RouterRules.protocol(family, rule.protocol(), rule.from(), rule.to(), statements);
        statements.add(allowed(egress));
        return statements;
    }

    private static NftStatement allowed(boolean egress) {
        return verdict(egress ? NftVerdict.goTo("ingress") : NftVerdict.ACCEPT);
    }

    private void fill(NftTransaction rules, GroupSet set, int number) {
        boolean isNew = !number(before, set, number);
        for (boolean egress : new boolean[] {true, false}) {
            List<List<NftStatement>> has = statements(after, set, number, egress);
            if (!isNew && text(has).equals(text(statements(before, set, number, egress)))) {
                continue;
            }
            String chain = chain(egress, number);
            if (isNew) {
                rules.addChain(chain);
            } else {
                rules.flushChain(chain);
            }
            has.forEach(rule -> rules.addRule(chain, rule));
        }
    }

    private static boolean number(RouterState state, GroupSet set, int number) {
        return Integer.valueOf(number).equals(state.groupSets().get(set));
    }

    private List<List<NftStatement>> statements(RouterState state, GroupSet set, int number, boolean egress) {
        List<List<NftStatement>> rules = new ArrayList<>();
        for (Map.Entry<Open, Integer> open : state.open().of(number, egress, family)) {
            Open allows = open.getKey();
            List<NftStatement> rule = new ArrayList<>();
            RouterRules.protocol(family, allows.protocol(), allows.from(), allows.to(), rule);
            rule.add(setCtMark(NftValue.ctMarkWith(~allows.mask(), allows.mark(open.getValue()))));
            rule.add(allowed(egress));
            rules.add(rule);
        }
        set.groups().stream().filter(state.topology().groups()::containsKey).forEach(group ->
                rules.add(List.of(verdict(NftVerdict.jump((egress ? "out-" : "in-") + group)))));
        rules.add(List.of(DropChains.drop(egress ? Drop.Cause.GROUP_EGRESS : Drop.Cause.GROUP_INGRESS)));
        return rules;
    }

    private static List<String> text(List<List<NftStatement>> rules) {
        return rules.stream().map(NftStatement::text).toList();
    }

    /** A set of members for every group that exists, is named by a rule, or has a port in it. */
    static SortedSet<String> named(Topology topology) {
        SortedSet<String> groups = new TreeSet<>(topology.groups().keySet());
        topology.ports().values().forEach(port -> groups.addAll(port.groups()));
        groups.addAll(topology.foreignMembers().keySet());
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
}
