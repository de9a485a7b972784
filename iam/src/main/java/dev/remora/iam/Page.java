package dev.remora.iam;

import dev.remora.wire.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing. A marker holds the key of the last thing shown, so that pages stay whole while things come and go.
 *
 * @param marker where the next part begins; empty at the end
 */
record Page<T>(List<T> items, Optional<String> marker) {
    private static final int DEFAULT_ITEMS = 100;

    /** @param all in the order of their keys, which are all different */
    static <T> Page<T> of(List<T> all, Function<T, String> key, @Nullable String marker, @Nullable Integer maxItems) {
        int start = 0;
        if (marker != null) {
            String after = decode(marker);
            while (start < all.size() && key.apply(all.get(start)).compareTo(after) <= 0) {
                start++;
            }
        }
        int end = Math.min(all.size(), start + (maxItems == null ? DEFAULT_ITEMS : maxItems));
        return new Page<>(all.subList(start, end),
                end < all.size() ? Optional.of(encode(key.apply(all.get(end - 1)))) : Optional.empty());
    }

    boolean truncated() {
        return marker.isPresent();
    }

    private static String encode(String key) {
        return Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String marker) {
        try {
            return new String(Base64.getDecoder().decode(marker), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new AwsError("ValidationError", 400, "Invalid Marker.");
        }
    }
}
