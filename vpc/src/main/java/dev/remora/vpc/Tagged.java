package dev.remora.vpc;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A resource that carries tags.
 *
 * @param <T> the resource itself
 */
public interface Tagged<T> {
    String id();

    /** Values by key, in the order of the keys. */
    Map<String, String> tags();

    /** The same resource with these tags and no others. */
    T withTags(Map<String, String> tags);

    /** An immutable copy in the order of the keys. */
    static SortedMap<String, String> sorted(Map<String, String> tags) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }
}
