package dev.remora.elasticache;

import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** ElastiCache's pages: MaxRecords of 20 to 100. */
record CachePage<T>(List<T> items, @Nullable String marker) {
    static final int MIN = 20;
    static final int MAX = 100;

    static <T> CachePage<T> of(
            Call call, List<T> items, Function<? super T, String> id, @Nullable Integer maxRecords, @Nullable String marker) {
        int size = maxRecords == null ? MAX : maxRecords;
        if (size < MIN || size > MAX) {
            throw CacheErrors.invalid("Invalid value " + size + " for MaxRecords. Must be between " + MIN + " and " + MAX);
        }
        var tokens = Tokens.of(call, () -> CacheErrors.invalid("Invalid marker: " + marker));
        var page = Page.of(items, id, marker, size, tokens);
        return new CachePage<>(page.items(), page.nextToken().orElse(null));
    }
}
