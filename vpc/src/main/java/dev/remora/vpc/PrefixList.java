package dev.remora.vpc;

import dev.remora.net.IpBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A named list of blocks that rules and routes may stand for.
 *
 * @param family {@code IPv4} or {@code IPv6}
 * @param maxEntries how many entries it may have, which is what it weighs in a rule or a route
 * @param state as the API names it: {@code create-complete}
 * @param versions oldest first, the newest in force
 */
public record PrefixList(
        String id, String name, String family, int maxEntries, String state, List<Version> versions, Map<String, String> tags)
        implements Tagged<PrefixList> {
    public record Entry(IpBlock block, String description) {}

    public record Version(long number, List<Entry> entries) {
        public Version {
            entries = List.copyOf(entries);
        }
    }

    public PrefixList {
        versions = List.copyOf(versions);
        tags = Tagged.sorted(tags);
    }

    public Version current() {
        return versions.getLast();
    }

    public Optional<Version> version(long number) {
        return versions.stream().filter(v -> v.number() == number).findFirst();
    }

    public List<IpBlock> blocks() {
        return current().entries().stream().map(Entry::block).toList();
    }

    /** The list with a further version in force, and no more than {@code kept} versions. */
    public PrefixList next(List<Entry> entries, int kept) {
        var more = new ArrayList<>(versions);
        more.add(new Version(current().number() + 1, entries));
        return new PrefixList(
                id, name, family, maxEntries, state, more.subList(Math.max(0, more.size() - kept), more.size()), tags);
    }

    public PrefixList with(String newName, int newMaxEntries, String newState) {
        return new PrefixList(id, newName, family, newMaxEntries, newState, versions, tags);
    }

    @Override
    public PrefixList withTags(Map<String, String> newTags) {
        return new PrefixList(id, name, family, maxEntries, state, versions, newTags);
    }
}
