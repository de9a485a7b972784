package dev.remora.logs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page of a listing; its token holds the key of its last item, so a listing goes on rightly while items come and go. */
record Page<T>(List<T> items, @Nullable String token) {
    static final int MAX = 50;

    /** @param all in ascending order of their keys, or descending if {@code descending} */
    static <T> Page<T> of(
            List<T> all, Function<T, String> key, boolean descending, @Nullable String token, @Nullable Integer limit) {
        int size = limit == null ? MAX : limit;
        String after = token == null ? null : decode(token);
        var items = new ArrayList<T>();
        for (T item : all) {
            if (after != null && (descending ? key.apply(item).compareTo(after) >= 0 : key.apply(item).compareTo(after) <= 0)) {
                continue;
            }
            if (items.size() == size) {
                return new Page<>(items, encode(key.apply(items.getLast())));
            }
            items.add(item);
        }
        return new Page<>(items, null);
    }

    static String encode(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    static String decode(String token) {
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw LogErrors.badToken();
        }
    }
}
