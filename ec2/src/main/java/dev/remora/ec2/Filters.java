package dev.remora.ec2;

import com.google.re2j.Pattern;
import dev.remora.store.Scope;
import dev.remora.vpc.Tagged;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * The filters that an operation knows. A resource passes if it passes each filter; it passes a filter if one of its values
 * equals one of the filter's, but for the wildcards {@code *} and {@code ?}, which a backslash makes ordinary characters.
 * Wildcards are matched by RE2, which never steps back: with {@code java.util.regex} five of them kept a processor for days.
 *
 * @param <T> what is filtered
 */
final class Filters<T> {
    /** How many values one call may name in all its filters. */
    static final int MAX_VALUES = 200;

    private final Map<String, Function<T, ? extends Collection<String>>> known = new LinkedHashMap<>();
    private final Map<String, String> indexed = new LinkedHashMap<>();
    private @Nullable BiFunction<T, String, List<String>> tagValues;

    /** A filter over one value of the resource. */
    Filters<T> on(String name, Function<T, String> value) {
        known.put(name, t -> List.of(value.apply(t)));
        return this;
    }

    /** A filter over any of several values. */
    Filters<T> onAny(String name, Function<T, ? extends Collection<String>> values) {
        known.put(name, values);
        return this;
    }

    /** These filters and {@code owner-id}, under which everything in a scope is its account's. */
    Filters<T> withOwner(Scope scope) {
        var filters = new Filters<T>();
        filters.known.putAll(known);
        filters.indexed.putAll(indexed);
        filters.tagValues = tagValues;
        return filters.on("owner-id", t -> scope.account());
    }

    /** Says that the store finds what passes this filter by an index of its own. */
    Filters<T> indexed(String name, String index) {
        indexed.put(name, index);
        return this;
    }

    /** What the filters {@code tag:KEY} look at. */
    Filters<T> onTag(BiFunction<T, String, List<String>> values) {
        tagValues = values;
        return this;
    }

    /** The filters {@code tag:KEY} and {@code tag-key}. */
    static <R extends Tagged<R>> Filters<R> tagged() {
        var filters = new Filters<R>();
        filters.onTag((t, key) -> {
            String value = t.tags().get(key);
            return value == null ? List.of() : List.of(value);
        });
        filters.known.put("tag-key", t -> t.tags().keySet());
        return filters;
    }

    /** @throws dev.remora.wire.AwsError if a filter is not known or there are too many values */
    Predicate<T> matching(List<Filter> wanted) {
        long values = wanted.stream().filter(Filter::hasValues).mapToLong(f -> f.values().size()).sum();
        if (values > MAX_VALUES) {
            throw Refusals.of(
                    "FilterLimitExceeded",
                    "The maximum number of filter values specified on a single call is " + MAX_VALUES);
        }
        List<Predicate<T>> all = new ArrayList<>();
        for (Filter filter : wanted) {
            String name = filter.name() == null ? "" : filter.name();
            Function<T, ? extends Collection<String>> of = values(name);
            Predicate<String> matches = matches(filter.values());
            all.add(t -> of.apply(t).stream().anyMatch(matches));
        }
        return t -> all.stream().allMatch(p -> p.test(t));
    }

    private Function<T, ? extends Collection<String>> values(String name) {
        var ofTag = tagValues;
        if (ofTag != null && name.startsWith("tag:")) {
            String key = name.substring("tag:".length());
            return t -> ofTag.apply(t, key);
        }
        var of = known.get(name);
        if (of == null) {
            throw Refusals.invalidValue("The filter '" + name + "' is invalid");
        }
        return of;
    }

    /** An index of the store and the keys in it that hold everything that can pass, if one of the filters gives such. */
    Optional<Lookup> lookup(List<Filter> wanted) {
        for (Filter filter : wanted) {
            String index = indexed.get(filter.name());
            if (index != null && filter.values().stream().noneMatch(Filters::isPattern)) {
                return Optional.of(new Lookup(index, Set.copyOf(filter.values())));
            }
        }
        return Optional.empty();
    }

    record Lookup(String index, Set<String> keys) {}

    private static boolean isPattern(String value) {
        return value.indexOf('*') >= 0 || value.indexOf('?') >= 0 || value.indexOf('\\') >= 0;
    }

    private static Predicate<String> matches(List<String> wanted) {
        var exact = new HashSet<String>();
        var patterns = new ArrayList<Pattern>();
        for (String value : wanted) {
            if (isPattern(value)) {
                patterns.add(pattern(value));
            } else {
                exact.add(value);
            }
        }
        return value -> exact.contains(value) || patterns.stream().anyMatch(p -> p.matcher(value).matches());
    }

    private static Pattern pattern(String value) {
        var regex = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                if (c == '\\' && i + 1 < value.length()) {
                    c = value.charAt(++i);
                }
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
