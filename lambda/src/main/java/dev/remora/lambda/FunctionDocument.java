package dev.remora.lambda;

import dev.remora.store.Kind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What belongs to a function as a whole; stored under its name.
 *
 * @param lastVersion the number published last, 0 for none; numbers are never used again
 * @param reserved the concurrency reserved for it, if any
 */
record FunctionDocument(String name, long lastVersion, Map<String, String> tags, Optional<Integer> reserved) {
    /** Found under {@code reserved}/{@code yes} where concurrency is reserved. */
    static final Kind<FunctionDocument> KIND = Kind.of("lambda.function", FunctionDocument.class)
            .index("reserved", f -> f.reserved().isPresent() ? List.of("yes") : List.of());

    FunctionDocument {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    FunctionDocument published(long version) {
        return new FunctionDocument(name, version, tags, reserved);
    }

    FunctionDocument tagged(Map<String, String> newTags) {
        return new FunctionDocument(name, lastVersion, newTags, reserved);
    }

    FunctionDocument reserving(Optional<Integer> concurrency) {
        return new FunctionDocument(name, lastVersion, tags, concurrency);
    }
}
