package dev.remora.iam;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** IAM's way of listing in pages. */
final class Listing {
    private static final int DEFAULT_ITEMS = 100;

    private Listing() {}

    /** @param key by which the listing is ordered; all are different */
    static <T> Page<T> page(
            Call call, List<T> all, Function<T, String> key, @Nullable String marker, @Nullable Integer maxItems) {
        return Page.of(all, key, marker, maxItems == null ? DEFAULT_ITEMS : maxItems,
                Tokens.ofAccount(call, () -> new AwsError("ValidationError", 400, "Invalid Marker.")));
    }

    /** What paths must begin with: all do with a slash. */
    static String prefix(@Nullable String pathPrefix) {
        return pathPrefix == null ? "/" : pathPrefix;
    }
}
