package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.Tagged;
import dev.remora.wire.Call;
import dev.remora.wire.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * What a Describe call asks for: ids, or filters and a page. It reads no more documents than it must: those with the ids,
 * those that an index holds, or as many as fill the page.
 *
 * @param nextToken where the page begins: behind the last id of the page before
 */
record Listing(
        List<String> ids,
        List<Filter> filters,
        @Nullable Integer maxResults,
        @Nullable String nextToken,
        Tokens tokens) {
    static final int MIN_RESULTS = 5;
    static final int MAX_RESULTS = 1000;

    /** How many documents are read at once in search of those that pass the filters. */
    private static final int STRIDE = 500;

    /** @param nextToken null if nothing follows */
    record Page<T>(List<T> items, @Nullable String nextToken) {
        <R> List<R> map(Function<? super T, R> f) {
            return items.stream().map(f).toList();
        }
    }

    /**
     * @param idParameter the name of the parameter that holds the ids, for the refusal of ids together with a page size
     * @throws dev.remora.wire.AwsError if the request contradicts itself
     */
    static Listing of(
            Call call,
            String idParameter,
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {
        if (!ids.isEmpty() && maxResults != null) {
            throw Refusals.combination(
                    "The parameter " + idParameter + " cannot be used with the parameter maxResults");
        }
        if (maxResults != null && maxResults < MIN_RESULTS) {
            throw Refusals.invalidValue("Value ( " + maxResults
                    + " ) for parameter maxResults is invalid. Expecting a value greater than or equal to " + MIN_RESULTS + ".");
        }
        if (maxResults != null && maxResults > MAX_RESULTS) {
            throw Refusals.invalidValue("Value ( " + maxResults
                    + " ) for parameter maxResults is invalid. Expecting a value less than or equal to " + MAX_RESULTS + ".");
        }
        var tokens = Tokens.of(call, () -> Refusals.of("InvalidNextToken", "The token '" + nextToken + "' is invalid"));
        return new Listing(ids, filters, maxResults, nextToken, tokens);
    }

    <T extends Record & Tagged<T>> Page<T> read(View view, Scope scope, Resource<T> resource, Filters<T> known) {
        Predicate<T> passes = known.matching(filters);
        if (!ids.isEmpty()) {
            var found = new TreeMap<String, T>();
            ids.forEach(id -> found.put(id, resource.require(view, scope, id)));
            return page(found.values().stream().filter(passes).toList(), Tagged::id);
        }
        var lookup = known.lookup(filters);
        if (lookup.isPresent()) {
            var found = new TreeMap<String, T>();
            for (String key : lookup.get().keys()) {
                for (T t : view.find(resource.kind(), scope, lookup.get().index(), key)) {
                    if (passes.test(t)) {
                        found.put(t.id(), t);
                    }
                }
            }
            return page(List.copyOf(found.values()), Tagged::id);
        }
        return scan(view, scope, resource, passes);
    }

    private <T extends Record & Tagged<T>> Page<T> scan(View view, Scope scope, Resource<T> resource, Predicate<T> passes) {
        if (maxResults == null && nextToken == null) {
            return new Page<>(view.all(resource.kind(), scope).stream().filter(passes).toList(), null);
        }
        int limit = limit();
        var found = new ArrayList<T>();
        String after = after();
        while (true) {
            List<T> stride = view.page(resource.kind(), scope, after, Math.min(STRIDE, limit + 1));
            for (T t : stride) {
                if (passes.test(t)) {
                    if (found.size() == limit) {
                        return new Page<>(found, tokens.behind(found.getLast().id()));
                    }
                    found.add(t);
                }
            }
            if (stride.size() < Math.min(STRIDE, limit + 1)) {
                return new Page<>(found, null);
            }
            after = stride.getLast().id();
        }
    }

    /** The page of what was found already and is in the order of {@code id}. */
    <T> Page<T> page(List<T> sorted, Function<T, String> id) {
        String after = after();
        List<T> rest = after.isEmpty()
                ? sorted
                : sorted.stream().filter(t -> id.apply(t).compareTo(after) > 0).toList();
        if (rest.size() <= limit()) {
            return new Page<>(rest, null);
        }
        List<T> first = rest.subList(0, limit());
        return new Page<>(first, tokens.behind(id.apply(first.getLast())));
    }

    private int limit() {
        if (maxResults == null) {
            return nextToken == null ? Integer.MAX_VALUE : MAX_RESULTS;
        }
        return maxResults;
    }

    private String after() {
        return nextToken == null || nextToken.isEmpty() ? "" : tokens.position(nextToken);
    }
}
