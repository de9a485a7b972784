package dev.remora.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list, and the token for the next one if there is more.
 *
 * <p>A token is the id of the last item that was given out, in opaque form: a page goes on behind it, so that items
 * made or deleted between two pages are neither repeated nor make others be left out.
 */
public record Page<T>(List<T> items, Optional<String> nextToken) {
    /**
     * @param items in any order; pages are in the order of their ids
     * @param token of the page before, or null or empty for the first page
     * @param max items on this page, at least 1
     * @param tokens of the list
     */
    public static <T> Page<T> of(
            List<T> items,
            Function<? super T, String> id,
            @Nullable String token,
            int max,
            Tokens tokens) {
        List<T> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparing(id));
        int from = 0;
        if (token != null && !token.isEmpty()) {
            String last = tokens.position(token);
            while (from < sorted.size() && id.apply(sorted.get(from)).compareTo(last) <= 0) {
                from++;
            }
        }
        int to = Math.min(sorted.size(), from + Math.max(1, max));
        List<T> page = List.copyOf(sorted.subList(from, to));
        return new Page<>(page, to < sorted.size() ? Optional.of(tokens.behind(id.apply(page.getLast()))) : Optional.empty());
    }
}
