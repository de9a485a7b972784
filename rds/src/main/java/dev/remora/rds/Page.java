package dev.remora.rds;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** RDS's pages: MaxRecords of 20 to 100, and as Marker the last name of the page before. */
record Page<T>(List<T> items, @Nullable String marker) {
    static final int MIN = 20;
    static final int MAX = 100;

    /** @param items in the order of their names */
    static <T> Page<T> of(
            List<T> items, Function<T, String> name, @Nullable Integer maxRecords, @Nullable String marker) {
        int size = maxRecords == null ? MAX : maxRecords;
        if (size < MIN || size > MAX) {
            throw RdsErrors.invalid(
                    "Invalid value " + size + " for MaxRecords. Must be between " + MIN + " and " + MAX);
        }
        var rest = items.stream()
                .filter(item -> marker == null || name.apply(item).compareTo(marker) > 0)
                .toList();
        if (rest.size() <= size) {
            return new Page<>(rest, null);
        }
        var page = rest.subList(0, size);
        return new Page<>(page, name.apply(page.getLast()));
    }
}
