package dev.remora.organizations;

import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Organizations' way of listing in pages. */
final class Listing {
    private static final int DEFAULT_RESULTS = 20;

    private Listing() {}

    static <T> Page<T> page(
            Call call, List<T> all, Function<T, String> id, @Nullable String token, @Nullable Integer maxResults) {
        return Page.of(all, id, token, maxResults == null ? DEFAULT_RESULTS : maxResults,
                Tokens.ofAccount(
                        call, () -> Errors.invalid("INVALID_NEXT_TOKEN", "You specified an invalid value for nextToken.")));
    }
}
