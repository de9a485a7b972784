package dev.remora.store;

import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The documents of one kind in one scope with their indexes; immutable, a change gives a new shelf that shares almost all. */
final class Shelf<T extends Record> {
    private final Kind<T> kind;
    private final SharedMap<String, T> documents;

    /** By the index's name; each holds the documents that are found under a key, by their ids. */
    private final SharedMap<String, SharedMap<String, SharedMap<String, T>>> indexes;

    private Shelf(
            Kind<T> kind, SharedMap<String, T> documents, SharedMap<String, SharedMap<String, SharedMap<String, T>>> indexes) {
        this.kind = kind;
        this.documents = documents;
        this.indexes = indexes;
    }

    static <T extends Record> Shelf<T> of(Kind<T> kind, SortedMap<String, T> documents) {
        SharedMap<String, SharedMap<String, SharedMap<String, T>>> indexes = SharedMap.empty();
        for (var index : kind.indexes().entrySet()) {
            var found = new TreeMap<String, TreeMap<String, T>>();
            documents.forEach((id, value) -> {
                for (String key : index.getValue().apply(value)) {
                    found.computeIfAbsent(key, first -> new TreeMap<>()).put(id, value);
                }
            });
            var under = new TreeMap<String, SharedMap<String, T>>();
            found.forEach((key, those) -> under.put(key, SharedMap.copyOf(those)));
            indexes = indexes.plus(index.getKey(), SharedMap.copyOf(under));
        }
        return new Shelf<>(kind, SharedMap.copyOf(documents), indexes);
    }

    int count() {
        return documents.size();
    }

    @Nullable T get(String id) {
        return documents.get(id);
    }

    SharedMap<String, T> documents() {
        return documents;
    }

    List<T> all() {
        return List.copyOf(documents.values());
    }

    List<T> page(String afterId, int limit) {
        var page = new ArrayList<T>(Math.min(limit, 64));
        for (T value : documents.after(afterId).values()) {
            if (page.size() == limit) {
                break;
            }
            page.add(value);
        }
        return List.copyOf(page);
    }

    SharedMap<String, T> under(String index, String key) {
        SharedMap<String, T> found = index(index).get(key);
        return found == null ? SharedMap.empty() : found;
    }

    SharedMap<String, SharedMap<String, T>> index(String index) {
        SharedMap<String, SharedMap<String, T>> found = indexes.get(index);
        if (found == null) {
            throw new IllegalArgumentException(kind + " has no index " + index);
        }
        return found;
    }

    Shelf<T> with(String id, T value) {
        return new Shelf<>(kind, documents.plus(id, value), reindexed(id, documents.get(id), value));
    }

    Shelf<T> without(String id) {
        T old = documents.get(id);
        return old == null ? this : new Shelf<>(kind, documents.minus(id), reindexed(id, old, null));
    }

    private SharedMap<String, SharedMap<String, SharedMap<String, T>>> reindexed(
            String id, @Nullable T old, @Nullable T fresh) {
        var result = indexes;
        for (var index : kind.indexes().entrySet()) {
            SharedMap<String, SharedMap<String, T>> entries = index(index.getKey());
            var stale = new HashSet<String>(old == null ? List.of() : index.getValue().apply(old));
            if (fresh != null) {
                for (String key : index.getValue().apply(fresh)) {
                    entries = entries.plus(key, under(entries, key).plus(id, fresh));
                    stale.remove(key);
                }
            }
            for (String key : stale) {
                SharedMap<String, T> left = under(entries, key).minus(id);
                entries = entries.with(key, left.isEmpty() ? null : left);
            }
            result = result.plus(index.getKey(), entries);
        }
        return result;
    }

    private static <T> SharedMap<String, T> under(SharedMap<String, SharedMap<String, T>> entries, String key) {
        SharedMap<String, T> found = entries.get(key);
        return found == null ? SharedMap.empty() : found;
    }
}
