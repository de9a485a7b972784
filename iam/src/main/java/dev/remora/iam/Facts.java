package dev.remora.iam;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The condition keys of one request and their values. Key names have no case. Not for use by several threads. */
final class Facts {
    static final Facts NONE = new Facts(Map::of);

    private final Supplier<Map<String, List<String>>> given;
    private @Nullable Map<String, List<String>> byLowerName;

    /** @param given asked at most once, and only when a condition or a variable is met, which most decisions do not */
    Facts(Supplier<Map<String, List<String>>> given) {
        this.given = given;
    }

    /** The values of a key, given in lower case; empty if the request does not have it. */
    List<String> values(String lowerName) {
        Map<String, List<String>> names = byLowerName;
        if (names == null) {
            names = new HashMap<>();
            for (var entry : given.get().entrySet()) {
                names.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue());
            }
            byLowerName = names;
        }
        return names.getOrDefault(lowerName, List.of());
    }
}
