package dev.remora.net;

import dev.remora.net.GroupSets.GroupSet;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules by which flows are not tracked, and a tag for each.
 *
 * <p>AWS does not track a flow of TCP or UDP that a rule for all addresses allows, if the groups let every answer go the other
 * way as well ("Security group connection tracking", Untracked connections). Such a flow is judged again at every packet: it ends
 * with its rule, where a tracked one lives on. The kernel here tracks all, because judging only a connection's first packet is
 * cheaper; so the rule's tag is noted in the connection's mark, and when the rule goes, or the groups no longer let every answer
 * through, {@link StaleFlows} judges the connections with that tag once more.
 *
 * <p>The sender's groups have the lower 16 bits of the mark, the receiver's the upper.
 *
 * @param taken the rules by their tags
 * @param last the tag that was given out last
 */
record OpenRules(SharedMap<Open, Integer> tags, SharedMap<Integer, Open> taken, int last) {
    static final OpenRules NONE = new OpenRules(SharedMap.empty(), SharedMap.empty(), 0);

    private static final int MOST = 0xffff;
    private static final int TCP = 6;
    private static final int UDP = 17;

    /**
     * What an open rule allows to the ports of a set of groups.
     *
     * @param set the number of the set
     * @param protocol TCP or UDP
     * @param from first port, -1 for all
     */
    record Open(int set, boolean egress, IpFamily family, int protocol, int from, int to) implements Comparable<Open> {
        private static final Comparator<Open> ORDER = Comparator.comparingInt(Open::set)
                .thenComparing(Open::egress)
                .thenComparing(Open::family)
                .thenComparingInt(Open::protocol)
                .thenComparingInt(Open::from)
                .thenComparingInt(Open::to);

        /** Before all of a set. */
        static Open first(int set) {
            return new Open(set, false, IpFamily.V4, -1, -1, -1);
        }

        @Override
        public int compareTo(Open other) {
            return ORDER.compare(this, other);
        }

        /** The bits of the connection's mark that hold the tag. */
        int mask() {
            return egress ? MOST : MOST << 16;
        }

        int mark(int tag) {
            return egress ? tag : tag << 16;
        }
    }

    /**
     * What is open now, with the tags that it had; rules that find no tag are tracked like all others.
     *
     * @param touched the sets that came, went, or have a group that is another one now
     */
    OpenRules next(Map<String, Group> groups, GroupSets before, GroupSets after, Set<GroupSet> touched, boolean six) {
        SharedMap<Open, Integer> next = tags;
        SharedMap<Integer, Open> nextTaken = taken;
        List<Integer> freed = new ArrayList<>();
        SortedMap<Integer, Set<Open>> fresh = new TreeMap<>();
        for (GroupSet set : touched) {
            Integer had = before.number(set);
            Integer has = after.number(set);
            Set<Open> wanted = has == null || set.tracked() ? Set.of() : open(groups, set, has, six);
            if (has != null) {
                fresh.put(has, wanted);
            }
            for (Map.Entry<Open, Integer> tag : had == null ? Map.<Open, Integer>of().entrySet() : of(had).entrySet()) {
                if (!wanted.contains(tag.getKey())) {
                    next = next.minus(tag.getKey());
                    freed.add(tag.getValue());
                }
            }
        }
        int tag = last;
        for (Set<Open> wanted : fresh.values()) {
            for (Open open : wanted) {
                for (int tried = 0; tried < MOST && !next.containsKey(open); tried++) {
                    tag = tag % MOST + 1;
                    if (!nextTaken.containsKey(tag)) {
                        nextTaken = nextTaken.plus(tag, open);
                        next = next.plus(open, tag);
                    }
                }
            }
        }
        for (Integer free : freed) {
            nextTaken = nextTaken.minus(free);
        }
        return new OpenRules(next, nextTaken, tag);
    }

    private SharedMap<Open, Integer> of(int set) {
        return tags.range(Open.first(set), Open.first(set + 1));
    }

    /**
     * Connections that were accepted by an open rule which is no longer theirs.
     *
     * @param end the address at its end in question; empty for all with that tag
     * @param source whether that is the end which began it
     */
    record Stale(IpFamily family, Optional<Ip> end, boolean source, int mark, int mask) {}

    /** What the change from one state to the other leaves to be forgotten: rules that went, ports that are in other groups. */
    static Set<Stale> stale(RouterState before, RouterState after) {
        Set<Stale> stale = new LinkedHashSet<>();
        SharedMap.differences(before.open().tags(), after.open().tags(), (open, tag, now) -> {
            if (tag != null) {
                stale.add(new Stale(open.family(), Optional.empty(), open.egress(), open.mark(tag), open.mask()));
            }
        });
        SharedMap.differences(before.topology().ports(), after.topology().ports(), (id, had, has) -> {
            Integer device = before.devices().get(id);
            if (had != null && device != null && device.equals(after.devices().get(id)) && RouterState.hasGroups(had)) {
                int set = before.groupSet(had);
                if (set != after.groupSet(after.port(id))) {
                    had.addresses().forEach(address -> before.open().of(set).forEach((open, tag) -> {
                        if (open.family().has(address)) {
                            stale.add(new Stale(
                                    open.family(), Optional.of(address), open.egress(), open.mark(tag), open.mask()));
                        }
                    }));
                }
            }
        });
        return stale;
    }

    /** Those of one chain, in the order of its rules. */
    List<Map.Entry<Open, Integer>> of(int set, boolean egress, IpFamily family) {
        return of(set).entrySet().stream()
                .filter(tag -> tag.getKey().egress() == egress && tag.getKey().family() == family)
                .sorted(Comparator.comparing(tag -> tag.getValue()))
                .toList();
    }

    private static Set<Open> open(Map<String, Group> groups, GroupSet set, int number, boolean six) {
        List<Rule> out = new ArrayList<>();
        List<Rule> in = new ArrayList<>();
        set.groups().stream().filter(groups::containsKey).map(groups::get).forEach(group -> {
            out.addAll(group.egress());
            in.addAll(group.ingress());
        });
        Set<Open> all = new TreeSet<>(Comparator.comparing(Open::toString));
        for (IpFamily family : six ? IpFamily.values() : new IpFamily[] {IpFamily.V4}) {
            for (int protocol : new int[] {TCP, UDP}) {
                all.addAll(open(out, in, new Open(number, true, family, protocol, -1, -1)));
                all.addAll(open(in, out, new Open(number, false, family, protocol, -1, -1)));
            }
        }
        return all;
    }

    private static List<Open> open(List<Rule> rules, List<Rule> answers, Open of) {
        if (answers.stream().noneMatch(answer -> open(answer, of) && allPorts(answer))) {
            return List.of();
        }
        return rules.stream()
                .filter(rule -> open(rule, of))
                .map(rule -> new Open(of.set(), of.egress(), of.family(), of.protocol(), rule.from(), rule.to()))
                .distinct()
                .toList();
    }

    private static boolean open(Rule rule, Open of) {
        return (rule.protocol() == -1 || rule.protocol() == of.protocol())
                && rule.peer() instanceof Peer.Block(IpBlock block)
                && block.equals(of.family().everything());
    }

    private static boolean allPorts(Rule rule) {
        return rule.protocol() == -1 || rule.from() <= 0 && (rule.to() == -1 || rule.to() == MOST);
    }
}
