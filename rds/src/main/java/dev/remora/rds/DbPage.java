package dev.remora.rds;

import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** RDS's pages: MaxRecords of 20 to 100. */
record DbPage<T>(List<T> items, @Nullable String marker) {
    static final int MIN = 20;
    static final int MAX = 100;

    static <T> DbPage<T> of(
            Call call, List<T> items, Function<T, String> name, @Nullable Integer maxRecords, @Nullable String marker) {
        int size = maxRecords == null ? MAX : maxRecords;
        if (size < MIN || size > MAX) {
            throw RdsErrors.invalid(
                    "Invalid value " + size + " for MaxRecords. Must be between " + MIN + " and " + MAX);
        }
        var tokens = Tokens.of(call, () -> RdsErrors.invalid("Invalid marker: " + marker));
        var page = Page.of(items, name, marker, size, tokens);
        return new DbPage<>(page.items(), page.nextToken().orElse(null));
    }
}
