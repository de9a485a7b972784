package dev.remora.iam;

import dev.remora.wire.AwsError;
import dev.remora.wire.ConditionKeys;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import software.amazon.awssdk.services.iam.model.Tag;

/** Tags of IAM's things. The tag keys of users and roles have no case, those of policies and instance profiles have. */
enum Tags {
    OF_IDENTITIES("Duplicate tag keys found. Please note that Tag keys are case insensitive."),
    OF_OTHERS("Duplicate tag keys found.");

    private static final int MAX = 50;

    private final String duplicate;

    Tags(String duplicate) {
        this.duplicate = duplicate;
    }

    private String folded(String key) {
        return this == OF_IDENTITIES ? key.toLowerCase(Locale.ROOT) : key;
    }

    /** @throws AwsError InvalidInput for a key given twice, LimitExceeded */
    SortedMap<String, String> with(Map<String, String> present, List<Tag> added) {
        Set<String> keys = new HashSet<>();
        for (Tag tag : added) {
            if (!keys.add(folded(tag.key()))) {
                throw new AwsError("InvalidInput", 400, duplicate);
            }
        }
        var tags = new TreeMap<>(present);
        tags.keySet().removeIf(key -> keys.contains(folded(key)));
        added.forEach(tag -> tags.put(tag.key(), tag.value()));
        if (tags.size() > MAX) {
            throw new AwsError("LimitExceeded", 409, "The number of tags has reached the maximum limit.");
        }
        return tags;
    }

    SortedMap<String, String> without(Map<String, String> present, List<String> removed) {
        Set<String> keys = new HashSet<>();
        removed.forEach(key -> keys.add(folded(key)));
        var tags = new TreeMap<>(present);
        tags.keySet().removeIf(key -> keys.contains(folded(key)));
        return tags;
    }

    static List<Tag> list(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }

    /** The condition keys of a request that gives tags. */
    static Map<String, List<String>> requested(List<Tag> tags) {
        var given = new LinkedHashMap<String, String>();
        tags.forEach(tag -> given.put(tag.key(), tag.value()));
        return ConditionKeys.requested(given).map();
    }

    /** The condition keys of a thing that has tags. */
    static Map<String, List<String>> owned(Map<String, String> tags) {
        return ConditionKeys.owned(tags).tags("iam:ResourceTag/", tags).map();
    }
}
