package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list, and the token for the next one if there is more.
 *
 * <p>A token is the id of the last item that was given out, in opaque form: a page goes on behind it, so that items
 * made or deleted between two pages are neither repeated nor make others be left out.
 */
public record Page<T>(List<T> items, Optional<String> nextToken) {
    private static final String MARK = "r1:";

    /** Tokens are as long as ids are; anything longer is none of ours. */
    private static final int MAX_TOKEN = 4096;

    /**
     * @param items in any order; pages are in the order of their ids
     * @param token of the page before, or null or empty for the first page
     * @param max items on this page, at least 1
     * @param invalid the error of the service for a token that is none
     */
    public static <T> Page<T> of(
            List<T> items,
            Function<? super T, String> id,
            @Nullable String token,
            int max,
            Supplier<AwsError> invalid) {
        List<T> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparing(id));
        int from = 0;
        if (token != null && !token.isEmpty()) {
            String last = position(token, invalid);
            while (from < sorted.size() && id.apply(sorted.get(from)).compareTo(last) <= 0) {
                from++;
            }
        }
        int to = Math.min(sorted.size(), from + Math.max(1, max));
        List<T> page = List.copyOf(sorted.subList(from, to));
        return new Page<>(page, to < sorted.size() ? Optional.of(token(id.apply(page.getLast()))) : Optional.empty());
    }

    /** The token that goes on behind an id. */
    public static String token(String id) {
        return Base64.getUrlEncoder().encodeToString((MARK + id).getBytes(StandardCharsets.UTF_8));
    }

    /** The id that a token goes on behind. */
    public static String position(String token, Supplier<AwsError> invalid) {
        if (token.length() > MAX_TOKEN) {
            throw invalid.get();
        }
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid.get();
        }
        if (!text.startsWith(MARK)) {
            throw invalid.get();
        }
        return text.substring(MARK.length());
    }
}
