package dev.remora.iam;

import dev.remora.wire.AwsError;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.SessionTerms;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * The tags of a session that is asked for: those of the request, and those that the caller's session passes on. Keys have no
 * case. ("Passing session tags in AWS STS".)
 *
 * @param requested of the request alone
 * @param all with the inherited ones
 * @param transitive keys of {@code all} that the next session inherits
 */
record SessionTags(Map<String, String> requested, Map<String, String> all, Set<String> transitive) {
    private static final String RESERVED = "aws:";

    /**
     * @param caller what the caller's own session was issued with
     * @throws AwsError InvalidParameterValue
     */
    static SessionTags of(List<Tag> tags, List<String> transitiveKeys, SessionTerms caller) {
        var requested = new TreeMap<String, String>();
        Set<String> folded = new HashSet<>();
        for (Tag tag : tags) {
            if (!folded.add(fold(tag.key()))) {
                throw invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
            if (fold(tag.key()).startsWith(RESERVED)) {
                throw invalid("Tag keys that start with " + RESERVED + " are reserved for AWS.");
            }
            requested.put(tag.key(), tag.value());
        }
        if (caller.transitive().stream().anyMatch(key -> folded.contains(fold(key)))) {
            throw invalid("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key"
                    + " from the calling session.");
        }
        Set<String> passing = new HashSet<>();
        transitiveKeys.forEach(key -> passing.add(fold(key)));
        if (!folded.containsAll(passing)) {
            throw invalid("The specified transitive tag key must be included in the requested tags.");
        }
        var all = new TreeMap<>(requested);
        Set<String> transitive = new TreeSet<>();
        caller.transitive().forEach(key -> {
            all.put(key, caller.tags().getOrDefault(key, ""));
            transitive.add(key);
        });
        requested.keySet().stream().filter(key -> passing.contains(fold(key))).forEach(transitive::add);
        return new SessionTags(requested, all, transitive);
    }

    private static String fold(String key) {
        return key.toLowerCase(Locale.ROOT);
    }

    private static AwsError invalid(String text) {
        return new AwsError("InvalidParameterValue", 400, text);
    }

    /** Whether {@code sts:TagSession} is needed; it is for inherited tags, too. */
    boolean any() {
        return !all.isEmpty();
    }

    /** What conditions see of the request's tags. */
    ConditionKeys keys(List<String> transitiveKeys) {
        return ConditionKeys.requested(requested).withAll("sts:TransitiveTagKeys", transitiveKeys);
    }
}
