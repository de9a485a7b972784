package dev.remora.lambda;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list in the order of its items' keys. The marker names the last item of the page before, so items that come and
 * go in between neither repeat nor hide others.
 *
 * @param next the marker of the next page, if there is one
 */
record Page<T>(List<T> items, Optional<String> next) {
    /** Whatever is asked for, an answer holds no more functions than these. */
    static final int ITEMS_MAX = 50;

    static <T> Page<T> of(List<T> sorted, Function<T, String> key, @Nullable String marker, @Nullable Integer asked) {
        if (asked != null && asked < 1) {
            throw Refusal.validation(asked, "maxItems", "Member must have value greater than or equal to 1");
        }
        String after = marker == null || marker.isEmpty() ? "" : decode(marker);
        int size = asked == null ? ITEMS_MAX : Math.min(asked, ITEMS_MAX);
        List<T> rest = sorted.stream().filter(item -> key.apply(item).compareTo(after) > 0).toList();
        if (rest.size() <= size) {
            return new Page<>(rest, Optional.empty());
        }
        List<T> items = rest.subList(0, size);
        return new Page<>(items, Optional.of(encode(key.apply(items.getLast()))));
    }

    private static String encode(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String marker) {
        try {
            return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid("The Marker is not one that this operation gave.");
        }
    }
}
