package dev.remora.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * HTTP headers in the order of their arrival; names compare without regard to case. A message has about a dozen, so
 * that a scan of an array beats a hash map that would have to be filled first.
 */
public final class Headers {
    private String[] pairs;
    private int size;

    public Headers() {
        pairs = new String[24];
    }

    public static Headers of(String... namesAndValues) {
        var headers = new Headers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    public Headers add(String name, String value) {
        if (size == pairs.length) {
            pairs = Arrays.copyOf(pairs, size * 2);
        }
        pairs[size++] = name;
        pairs[size++] = value;
        return this;
    }

    /** Replaces every header of that name. */
    public Headers set(String name, String value) {
        remove(name);
        return add(name, value);
    }

    public Headers remove(String name) {
        int kept = 0;
        for (int i = 0; i < size; i += 2) {
            if (!pairs[i].equalsIgnoreCase(name)) {
                pairs[kept++] = pairs[i];
                pairs[kept++] = pairs[i + 1];
            }
        }
        size = kept;
        return this;
    }

    /** The first value of a header, or null. */
    public @Nullable String first(String name) {
        for (int i = 0; i < size; i += 2) {
            if (pairs[i].equalsIgnoreCase(name)) {
                return pairs[i + 1];
            }
        }
        return null;
    }

    public List<String> all(String name) {
        var values = new ArrayList<String>(1);
        for (int i = 0; i < size; i += 2) {
            if (pairs[i].equalsIgnoreCase(name)) {
                values.add(pairs[i + 1]);
            }
        }
        return values;
    }

    public void forEach(BiConsumer<String, String> each) {
        for (int i = 0; i < size; i += 2) {
            each.accept(pairs[i], pairs[i + 1]);
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
