package dev.remora.lambda;

import dev.remora.store.Kind;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What belongs to a function as a whole; stored under its name.
 *
 * @param lastVersion the number published last, 0 for none; numbers are never used again
 * @param reserved the concurrency reserved for it, if any
 * @param policies texts of policies: of the function under the empty text, of a version under its number
 */
record FunctionDocument(
        String name, long lastVersion, Map<String, String> tags, Optional<Integer> reserved, Map<String, String> policies) {
    static final Kind<FunctionDocument> KIND = Kind.of("lambda.function", FunctionDocument.class);

    FunctionDocument {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
        policies = Map.copyOf(policies);
    }

    FunctionDocument(String name, long lastVersion, Map<String, String> tags, Optional<Integer> reserved) {
        this(name, lastVersion, tags, reserved, Map.of());
    }

    FunctionDocument published(long version) {
        return new FunctionDocument(name, version, tags, reserved, policies);
    }

    FunctionDocument tagged(Map<String, String> newTags) {
        return new FunctionDocument(name, lastVersion, newTags, reserved, policies);
    }

    FunctionDocument reserving(Optional<Integer> concurrency) {
        return new FunctionDocument(name, lastVersion, tags, concurrency, policies);
    }

    /** The text of a policy; empty if there is none. */
    String policy(String qualifier) {
        return policies.getOrDefault(qualifier, "");
    }

    /** @param text the policy, or an empty text to have none */
    FunctionDocument withPolicy(String qualifier, String text) {
        var changed = new TreeMap<>(policies);
        changed.put(qualifier, text);
        changed.values().removeIf(String::isEmpty);
        return new FunctionDocument(name, lastVersion, tags, reserved, changed);
    }
}
