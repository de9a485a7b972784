package dev.remora.wire;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Condition keys of a call or of a resource, brought together one by one. A key without a value is left out. */
public final class ConditionKeys {
    private final Map<String, List<String>> keys = new HashMap<>();

    /** The tags that a request brings: {@code aws:RequestTag/…} and {@code aws:TagKeys}. */
    public static ConditionKeys requested(Map<String, String> tags) {
        return new ConditionKeys().tags("aws:RequestTag/", tags).withAll("aws:TagKeys", tags.keySet());
    }

    /** The names of tags that a request takes away. */
    public static ConditionKeys untagging(Collection<String> names) {
        return new ConditionKeys().withAll("aws:TagKeys", names);
    }

    /** The tags that a resource has. */
    public static ConditionKeys owned(Map<String, String> tags) {
        return new ConditionKeys().tags("aws:ResourceTag/", tags);
    }

    /** One key for each tag. */
    public ConditionKeys tags(String prefix, Map<String, String> tags) {
        tags.forEach((name, value) -> with(prefix + name, value));
        return this;
    }

    /** @param value a text, or a number or truth value that is written as IAM writes it */
    public ConditionKeys with(String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, List.of(value.toString()));
        }
        return this;
    }

    /** A key with several values. */
    public ConditionKeys withAll(String key, @Nullable Collection<String> values) {
        if (values != null && !values.isEmpty()) {
            keys.put(key, List.copyOf(values));
        }
        return this;
    }

    public ConditionKeys and(Map<String, List<String>> more) {
        keys.putAll(more);
        return this;
    }

    public Map<String, List<String>> map() {
        return keys;
    }
}
