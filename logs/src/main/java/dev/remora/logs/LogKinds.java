package dev.remora.logs;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.StreamName;
import dev.remora.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the service keeps as documents: that groups and streams exist, and their settings. Events are rows of streams. */
final class LogKinds {
    /** So many documents are read from a view at a time. */
    private static final int CHUNK = 500;

    /** A log group. */
    record Group(String name, Instant created, Optional<Integer> retentionDays, String logClass, Map<String, String> tags) {
        Group {
            tags = Map.copyOf(tags);
        }

        Group retained(Optional<Integer> days) {
            return new Group(name, created, days, logClass, tags);
        }

        Group tagged(Map<String, String> newTags) {
            return new Group(name, created, retentionDays, logClass, newTags);
        }

        /** The time before which events are gone by {@code now}. */
        Instant horizon(Instant now) {
            return retentionDays.map(days -> now.minus(Duration.ofDays(days))).orElse(Instant.EPOCH);
        }
    }

    /** A log stream; its id is {@link #id}, which sorts the streams of a group side by side. */
    record Stream(String group, String name, Instant created) {}

    static final Kind<Group> GROUPS = Kind.of("logs.group", Group.class);
    static final Kind<Stream> STREAMS = Kind.of("logs.stream", Stream.class);

    private LogKinds() {}

    /** A stream's id. Names of groups hold no colon, so no two streams share one. */
    static String id(String group, String stream) {
        return group + ":" + stream;
    }

    /** Where a group's events are. */
    static StreamName.Family family(Scope scope, String group) {
        return new StreamName.Family(scope, "logs:" + group);
    }

    /** The streams of a group whose names begin with {@code prefix}, in the order of their names. */
    static List<Stream> streams(View view, Scope scope, String group, String prefix) {
        var found = new ArrayList<Stream>();
        String after = id(group, prefix);
        view.get(STREAMS, scope, after).ifPresent(found::add);
        while (true) {
            List<Stream> chunk = view.page(STREAMS, scope, after, CHUNK);
            for (Stream stream : chunk) {
                if (!stream.group.equals(group) || !stream.name.startsWith(prefix)) {
                    return found;
                }
                found.add(stream);
                after = id(group, stream.name);
            }
            if (chunk.size() < CHUNK) {
                return found;
            }
        }
    }
}
