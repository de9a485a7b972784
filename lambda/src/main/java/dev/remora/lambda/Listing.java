package dev.remora.lambda;

import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How Lambda pages its lists: whatever is asked for, an answer holds no more than fifty functions or versions. */
final class Listing {
    static final int ITEMS_MAX = 50;

    private Listing() {}

    static <T> Page<T> page(Call call, List<T> items, Function<T, String> key, @Nullable String marker, @Nullable Integer asked) {
        if (asked != null && asked < 1) {
            throw Refusal.validation(asked, "maxItems", "Member must have value greater than or equal to 1");
        }
        int size = asked == null ? ITEMS_MAX : Math.min(asked, ITEMS_MAX);
        return Page.of(items, key, marker, size,
                Tokens.of(call, () -> Refusal.invalid("The Marker is not one that this operation gave.")));
    }
}
