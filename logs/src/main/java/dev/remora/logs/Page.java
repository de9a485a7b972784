package dev.remora.logs;

import dev.remora.wire.Call;
import dev.remora.wire.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page of a listing; its token holds the key of its last item, so a listing goes on rightly while items come and go. */
record Page<T>(List<T> items, @Nullable String token) {
    static final int MAX = 50;

    /** @param all in ascending order of their keys, or descending if {@code descending} */
    static <T> Page<T> of(
            Call call,
            List<T> all,
            Function<T, String> key,
            boolean descending,
            @Nullable String token,
            @Nullable Integer limit) {
        int size = limit == null ? MAX : limit;
        Tokens tokens = tokens(call);
        String after = token == null ? null : tokens.position(token);
        var items = new ArrayList<T>();
        for (T item : all) {
            if (after != null && (descending ? key.apply(item).compareTo(after) >= 0 : key.apply(item).compareTo(after) <= 0)) {
                continue;
            }
            if (items.size() == size) {
                return new Page<>(items, tokens.behind(key.apply(items.getLast())));
            }
            items.add(item);
        }
        return new Page<>(items, null);
    }

    static Tokens tokens(Call call) {
        return Tokens.of(call, LogErrors::badToken);
    }
}
