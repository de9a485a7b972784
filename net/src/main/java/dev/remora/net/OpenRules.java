package dev.remora.net;

import dev.remora.net.RouterState.GroupSet;
import dev.remora.net.Topology.Group;
import dev.remora.net.Topology.Peer;
import dev.remora.net.Topology.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * @param last the tag that was given out last
 */
record OpenRules(Map<Open, Integer> tags, int last) {
    static final OpenRules NONE = new OpenRules(Map.of(), 0);

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
    record Open(int set, boolean egress, IpFamily family, int protocol, int from, int to) {
        /** The bits of the connection's mark that hold the tag. */
        int mask() {
            return egress ? MOST : MOST << 16;
        }

        int mark(int tag) {
            return egress ? tag : tag << 16;
        }
    }

    /** What is open now, with the tags that it had; rules that find no tag are tracked like all others. */
    OpenRules next(Map<String, Group> groups, Map<GroupSet, Integer> sets, boolean six) {
        Map<Open, Integer> next = new LinkedHashMap<>();
        List<Open> fresh = new ArrayList<>();
        sets.forEach((set, number) -> {
            if (!set.tracked()) {
                for (Open open : open(groups, set, number, six)) {
                    Integer tag = tags.get(open);
                    if (tag != null) {
                        next.put(open, tag);
                    } else {
                        fresh.add(open);
                    }
                }
            }
        });
        Set<Integer> taken = new HashSet<>(tags.values());
        int tag = last;
        for (Open open : fresh) {
            for (int tried = 0; tried < MOST && !next.containsKey(open); tried++) {
                tag = tag % MOST + 1;
                if (taken.add(tag)) {
                    next.put(open, tag);
                }
            }
        }
        return new OpenRules(next, tag);
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
        before.open().tags().forEach((open, tag) -> {
            if (!tag.equals(after.open().tags().get(open))) {
                stale.add(new Stale(open.family(), Optional.empty(), open.egress(), open.mark(tag), open.mask()));
            }
        });
        before.devices().forEach((id, device) -> {
            if (device.equals(after.devices().get(id)) && RouterState.hasGroups(before.port(id))) {
                int set = before.groupSet(before.port(id));
                if (set != after.groupSet(after.port(id))) {
                    before.port(id).addresses().forEach(address -> before.open().tags().forEach((open, tag) -> {
                        if (open.set() == set && open.family().has(address)) {
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
        return tags.entrySet().stream()
                .filter(tag -> tag.getKey().set() == set && tag.getKey().egress() == egress && tag.getKey().family() == family)
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
