package dev.remora.organizations;

import dev.remora.wire.ConditionKeys;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.organizations.model.Tag;

/** Tags of places and policies. */
final class Tags {
    static final int MAX = 50;

    private Tags() {}

    static Map<String, String> with(Map<String, String> present, List<Tag> added) {
        var tags = new TreeMap<>(present);
        added.forEach(tag -> tags.put(tag.key(), tag.value()));
        if (tags.size() > MAX) {
            throw Errors.constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the allowed number of tags.");
        }
        return tags;
    }

    /** The condition keys of a request that gives tags. */
    static ConditionKeys requested(List<Tag> tags) {
        var given = new TreeMap<String, String>();
        tags.forEach(tag -> given.put(tag.key(), tag.value()));
        return ConditionKeys.requested(given);
    }

    static Map<String, String> without(Map<String, String> present, List<String> keys) {
        var tags = new TreeMap<>(present);
        keys.forEach(tags::remove);
        return tags;
    }

    static List<Tag> list(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
