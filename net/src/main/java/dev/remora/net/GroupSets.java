package dev.remora.net;

import dev.remora.net.Topology.Attachment;
import dev.remora.net.Topology.Port;
import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sets of groups that attached ports are in, each with its number and how many ports have it.
 *
 * @param members which sets a group is in
 */
record GroupSets(SharedMap<GroupSet, Numbered> sets, SharedSet<Link> members) {
    static final GroupSets NONE = new GroupSets(SharedMap.empty(), SharedSet.empty());

    /**
     * The groups of one or more ports.
     *
     * @param groups sorted
     * @param tracked whether every connection of these ports is tracked, also one that an open rule allows; see {@link OpenRules}
     */
    record GroupSet(List<String> groups, boolean tracked) implements Comparable<GroupSet> {
        static GroupSet of(Port port) {
            return new GroupSet(
                    port.groups().stream().sorted().toList(), port.attachment() instanceof Attachment.Hyperplane);
        }

        @Override
        public int compareTo(GroupSet other) {
            for (int i = 0; i < Math.min(groups.size(), other.groups.size()); i++) {
                int order = groups.get(i).compareTo(other.groups.get(i));
                if (order != 0) {
                    return order;
                }
            }
            int order = Integer.compare(groups.size(), other.groups.size());
            return order != 0 ? order : Boolean.compare(tracked, other.tracked);
        }
    }

    record Numbered(int number, int ports) {}

    /** That a group is in a set. */
    record Link(String group, GroupSet set) implements Comparable<Link> {
        private static final GroupSet LEAST = new GroupSet(List.of(), false);

        static Link first(String group) {
            return new Link(group, LEAST);
        }

        @Override
        public int compareTo(Link other) {
            int order = group.compareTo(other.group);
            return order != 0 ? order : set.compareTo(other.set);
        }
    }

    /** Null if no port has the set. */
    @Nullable Integer number(GroupSet set) {
        Numbered found = sets.get(set);
        return found == null ? null : found.number();
    }

    /** The sets that a group is in. */
    List<GroupSet> with(String group) {
        return members.range(Link.first(group), Link.first(group + '\0')).stream().map(Link::set).toList();
    }

    /** One port less; the set stays, so that another port may have it next: see {@link #without}. */
    GroupSets left(GroupSet set) {
        Numbered had = Objects.requireNonNull(sets.get(set));
        return new GroupSets(sets.plus(set, new Numbered(had.number(), had.ports() - 1)), members);
    }

    /** One port more; {@code number} if the set is new. */
    GroupSets joined(GroupSet set, int number) {
        Numbered had = sets.get(set);
        if (had != null) {
            return new GroupSets(sets.plus(set, new Numbered(had.number(), had.ports() + 1)), members);
        }
        SharedSet<Link> more = members;
        for (String group : set.groups()) {
            more = more.plus(new Link(group, set));
        }
        return new GroupSets(sets.plus(set, new Numbered(number, 1)), more);
    }

    /** Without the set, if no port has it any more. */
    GroupSets without(GroupSet set) {
        Numbered had = sets.get(set);
        if (had == null || had.ports() > 0) {
            return this;
        }
        SharedSet<Link> less = members;
        for (String group : set.groups()) {
            less = less.minus(new Link(group, set));
        }
        return new GroupSets(sets.minus(set), less);
    }
}
