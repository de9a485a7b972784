package dev.remora.store;

import dev.remora.sharing.SharedMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A consistent reading of all documents at one revision. Reading never locks. */
public interface View {
    /** The number of the last transaction in this view. */
    long revision();

    <T extends Record> Optional<T> get(Kind<T> kind, Scope scope, String id);

    /** All documents of a kind in a scope, in the order of their ids. */
    <T extends Record> List<T> all(Kind<T> kind, Scope scope);

    /**
     * The same by their ids, as a map that shares what did not change with those of earlier views, so that the difference
     * between two of them costs what differs.
     */
    <T extends Record> SharedMap<String, T> documents(Kind<T> kind, Scope scope);

    /** How many documents of a kind a scope holds; that takes as long for many as for few. */
    int count(Kind<?> kind, Scope scope);

    /** At most {@code limit} documents whose ids come after {@code afterId} (the empty string for the first), in order. */
    <T extends Record> List<T> page(Kind<T> kind, Scope scope, String afterId, int limit);

    /** The documents that an index of the kind holds under {@code key}, in the order of their ids. */
    <T extends Record> List<T> find(Kind<T> kind, Scope scope, String index, String key);

    /** The same by their ids; it shares as {@link #documents} does. */
    <T extends Record> SharedMap<String, T> under(Kind<T> kind, Scope scope, String index, String key);

    /**
     * A whole index of the kind: the documents by the keys under which they are found, and by their ids; it shares as {@link
     * #documents} does.
     */
    <T extends Record> SharedMap<String, SharedMap<String, T>> index(Kind<T> kind, Scope scope, String index);

    /** Whether an index of the kind holds anything under {@code key}; how much it holds makes no difference. */
    <T extends Record> boolean any(Kind<T> kind, Scope scope, String index, String key);

    /** How many documents an index of the kind holds under {@code key}; that takes as long for many as for few. */
    <T extends Record> int count(Kind<T> kind, Scope scope, String index, String key);

    /** The scopes that hold at least one document of the kind. */
    Set<Scope> scopes(Kind<?> kind);
}
