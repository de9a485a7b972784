package dev.remora.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

/** The documents of one kind in one scope with their indexes; immutable, a change gives a new shelf that shares almost all. */
final class Shelf<T extends Record> {
    /** An index is one sorted map of these; a key's documents lie side by side in it, in the order of their ids. */
    private record Entry(String key, String id) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : id.compareTo(other.id);
        }
    }

    private final Kind<T> kind;
    private final TreePMap<String, T> documents;
    private final PMap<String, TreePMap<Entry, T>> indexes;

    private Shelf(Kind<T> kind, TreePMap<String, T> documents, PMap<String, TreePMap<Entry, T>> indexes) {
        this.kind = kind;
        this.documents = documents;
        this.indexes = indexes;
    }

    static <T extends Record> Shelf<T> of(Kind<T> kind, SortedMap<String, T> documents) {
        PMap<String, TreePMap<Entry, T>> indexes = HashTreePMap.empty();
        for (var index : kind.indexes().entrySet()) {
            var entries = new TreeMap<Entry, T>();
            documents.forEach((id, value) -> {
                for (String key : index.getValue().apply(value)) {
                    entries.put(new Entry(key, id), value);
                }
            });
            indexes = indexes.plus(index.getKey(), TreePMap.fromSortedMap(entries));
        }
        return new Shelf<>(kind, TreePMap.fromSortedMap(documents), indexes);
    }

    int count() {
        return documents.size();
    }

    @Nullable T get(String id) {
        return documents.get(id);
    }

    List<T> all() {
        return List.copyOf(documents.values());
    }

    List<T> page(String afterId, int limit) {
        var page = new ArrayList<T>(Math.min(limit, 64));
        for (T value : documents.tailMap(afterId, false).values()) {
            if (page.size() == limit) {
                break;
            }
            page.add(value);
        }
        return List.copyOf(page);
    }

    List<T> find(String index, String key) {
        var found = new ArrayList<T>();
        for (var entry : from(index, key).entrySet()) {
            if (!entry.getKey().key.equals(key)) {
                break;
            }
            found.add(entry.getValue());
        }
        return List.copyOf(found);
    }

    boolean any(String index, String key) {
        var entries = from(index, key);
        return !entries.isEmpty() && entries.firstKey().key.equals(key);
    }

    /** A part of the sorted map knows its size, so nothing is walked through. */
    int count(String index, String key) {
        return from(index, key).headMap(new Entry(key + '\0', ""), false).size();
    }

    private TreePMap<Entry, T> from(String index, String key) {
        TreePMap<Entry, T> entries = indexes.get(index);
        if (entries == null) {
            throw new IllegalArgumentException(kind + " has no index " + index);
        }
        return entries.tailMap(new Entry(key, ""), true);
    }

    Shelf<T> with(String id, T value) {
        return new Shelf<>(kind, documents.plus(id, value), reindexed(id, documents.get(id), value));
    }

    Shelf<T> without(String id) {
        T old = documents.get(id);
        return old == null ? this : new Shelf<>(kind, documents.minus(id), reindexed(id, old, null));
    }

    private PMap<String, TreePMap<Entry, T>> reindexed(String id, @Nullable T old, @Nullable T fresh) {
        var result = indexes;
        for (var index : kind.indexes().entrySet()) {
            var entries = result.getOrDefault(index.getKey(), TreePMap.empty());
            var stale = new HashSet<String>(old == null ? List.of() : index.getValue().apply(old));
            if (fresh != null) {
                for (String key : index.getValue().apply(fresh)) {
                    entries = entries.plus(new Entry(key, id), fresh);
                    stale.remove(key);
                }
            }
            for (String key : stale) {
                entries = entries.minus(new Entry(key, id));
            }
            result = result.plus(index.getKey(), entries);
        }
        return result;
    }
}
