package dev.remora.store;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A kind of document: the name it is stored under, the record that it is in memory, and the indexes kept over it.
 *
 * @param <T> the record; its components are what the stored JSON holds, so a change of their names or types needs a new
 *     {@code version}
 */
public final class Kind<T extends Record> {
    private final String name;
    private final Class<T> type;
    private final int version;
    private final Map<String, Function<T, ? extends Collection<String>>> indexes;

    private Kind(String name, Class<T> type, int version, Map<String, Function<T, ? extends Collection<String>>> indexes) {
        this.name = name;
        this.type = type;
        this.version = version;
        this.indexes = Map.copyOf(indexes);
    }

    /** A kind at version 1 without indexes, e.g. {@code Kind.of("ec2.subnet", Subnet.class)}. */
    public static <T extends Record> Kind<T> of(String name, Class<T> type) {
        return new Kind<>(name, type, 1, Map.of());
    }

    /** The same kind with one more index; {@code keys} gives the keys under which a document is found (none, one or several). */
    public Kind<T> index(String index, Function<T, ? extends Collection<String>> keys) {
        var more = new LinkedHashMap<>(indexes);
        more.put(index, keys);
        return new Kind<>(name, type, version, more);
    }

    public String name() {
        return name;
    }

    public Class<T> type() {
        return type;
    }

    public int version() {
        return version;
    }

    public Map<String, Function<T, ? extends Collection<String>>> indexes() {
        return indexes;
    }

    @Override
    public String toString() {
        return name;
    }
}
