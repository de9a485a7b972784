package dev.remora.fleet;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page as RDS and ElastiCache have it: MaxRecords of 20 to 100, and a Marker. */
public record MarkerPage<T>(List<T> items, @Nullable String marker) {
    private static final int MIN = 20;
    private static final int MAX = 100;
    private static final int BAD_REQUEST = 400;

    /** @throws AwsError InvalidParameterValue, for a size that is not allowed, or a marker that is none of this listing's */
    public static <T> MarkerPage<T> of(
            Call call, List<T> items, Function<? super T, String> id, @Nullable Integer maxRecords, @Nullable String marker) {
        int size = maxRecords == null ? MAX : maxRecords;
        if (size < MIN || size > MAX) {
            throw invalid("Invalid value " + size + " for MaxRecords. Must be between " + MIN + " and " + MAX);
        }
        var page = Page.of(items, id, marker, size, Tokens.of(call, () -> invalid("Invalid marker: " + marker)));
        return new MarkerPage<>(page.items(), page.nextToken().orElse(null));
    }

    private static AwsError invalid(String message) {
        return new AwsError("InvalidParameterValue", BAD_REQUEST, message);
    }
}
