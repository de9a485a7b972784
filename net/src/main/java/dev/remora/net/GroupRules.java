package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.setCtMark;
import static dev.remora.linux.NftStatement.verdict;

import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.net.GroupSets.GroupSet;
import dev.remora.net.OpenRules.Open;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
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

    GroupRules(IpFamily family, RouterState before, RouterState after) {
        this.family = family;
        this.before = before;
        this.after = after;
    }

    /** The set of the addresses in a group. */
    static NftSet members(IpFamily family, String group) {
        return NftSet.set("members-" + group, family.source);
    }

    /** The chain of a set of groups. */
    static String chain(boolean egress, int set) {
        return (egress ? "out-set-" : "in-set-") + set;
    }

    /** What must be there before elements lead to it. There is a set of members for every group that anything names. */
    void add(NftTransaction rules) {
        SharedMap.differences(before.index().groupUses(), after.index().groupUses(), (group, had, has) -> {
            if (had == null) {
                rules.addSet(members(family, group));
            }
        });
        List<Group> changed = new ArrayList<>();
        SharedMap.differences(before.topology().groups(), after.topology().groups(), (id, had, has) -> {
            if (has != null) {
                changed.add(has);
            }
        });
        changed.forEach(group -> {
            if (!before.topology().groups().containsKey(group.id())) {
                rules.addChain("out-" + group.id()).addChain("in-" + group.id());
            }
        });
        changed.forEach(group -> {
            Group old = before.topology().groups().getOrDefault(group.id(), new Group(group.id(), Set.of(), Set.of()));
            fill(rules, true, group.id(), old.egress(), group.egress());
            fill(rules, false, group.id(), old.ingress(), group.ingress());
        });
        touched().forEach((number, set) -> fill(rules, set, number));
    }

    /** The sets, by number, that are new or have a group that is another one now. */
    private SortedMap<Integer, GroupSet> touched() {
        SortedMap<Integer, GroupSet> touched = new TreeMap<>();
        SharedMap.differences(before.groupSets().sets(), after.groupSets().sets(), (set, had, has) -> {
            if (has != null && (had == null || had.number() != has.number())) {
                touched.put(has.number(), set);
            }
        });
        SharedMap.differences(before.topology().groups(), after.topology().groups(), (id, had, has) -> {
            for (GroupSet set : after.groupSets().with(id)) {
                touched.put(Objects.requireNonNull(after.groupSets().number(set)), set);
            }
        });
        return touched;
    }

    /** What no element leads to any more. */
    void remove(NftTransaction rules) {
        SortedSet<Integer> gone = new TreeSet<>();
        SharedMap.differences(before.groupSets().sets(), after.groupSets().sets(), (set, had, has) -> {
            if (had != null && (has == null || had.number() != has.number())) {
                gone.add(had.number());
            }
        });
        gone.forEach(number -> {
            RouterRules.removeChain(rules, chain(true, number));
            RouterRules.removeChain(rules, chain(false, number));
        });
        SharedMap.differences(before.topology().groups(), after.topology().groups(), (id, had, has) -> {
            if (has == null) {
                RouterRules.removeChain(rules, "out-" + id);
                RouterRules.removeChain(rules, "in-" + id);
            }
        });
        SharedMap.differences(before.index().groupUses(), after.index().groupUses(), (group, had, has) -> {
            if (has == null) {
                rules.deleteSet(members(family, group).name());
            }
        });
    }

    private void fill(NftTransaction rules, boolean egress, String group, Set<Rule> old, Set<Rule> now) {
        List<Rule> had = ofFamily(old);
        List<Rule> has = ofFamily(now);
        if (had.equals(has)) {
            return;
        }
        String chain = (egress ? "out-" : "in-") + group;
        Set<Rule> kept = new HashSet<>(had);
        if (!now.containsAll(had)) {
            rules.flushChain(chain);
            kept.clear();
        }
        has.stream().filter(rule -> !kept.contains(rule)).forEach(rule -> rules.addRule(chain, statements(rule, egress)));
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
        return Integer.valueOf(number).equals(state.groupSets().number(set));
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
}
