package dev.remora.store;

import dev.remora.sharing.SharedMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All documents at one revision; immutable, so whoever holds it may read it without a lock for as long as it likes. */
record Snapshot(long revision, Kinds kinds, SharedMap<String, SharedMap<Scope, Shelf<?>>> shelves) implements View {
    static Snapshot empty(Kinds kinds) {
        return new Snapshot(0, kinds, SharedMap.empty());
    }

    @SuppressWarnings("unchecked") // a shelf is made with the kind under whose name it is kept, and check() lets no other kind in
    private <T extends Record> @Nullable Shelf<T> shelf(Kind<T> kind, Scope scope) {
        kinds.check(kind);
        var ofKind = shelves.get(kind.name());
        return ofKind == null ? null : (Shelf<T>) ofKind.get(scope);
    }

    @Override
    public <T extends Record> Optional<T> get(Kind<T> kind, Scope scope, String id) {
        Shelf<T> shelf = shelf(kind, scope);
        return shelf == null ? Optional.empty() : Optional.ofNullable(shelf.get(id));
    }

    @Override
    public <T extends Record> List<T> all(Kind<T> kind, Scope scope) {
        Shelf<T> shelf = shelf(kind, scope);
        return shelf == null ? List.of() : shelf.all();
    }

    @Override
    public <T extends Record> SharedMap<String, T> documents(Kind<T> kind, Scope scope) {
        Shelf<T> shelf = shelf(kind, scope);
        return shelf == null ? SharedMap.empty() : shelf.documents();
    }

    @Override
    public int count(Kind<?> kind, Scope scope) {
        Shelf<?> shelf = shelf(kind, scope);
        return shelf == null ? 0 : shelf.count();
    }

    @Override
    public <T extends Record> List<T> page(Kind<T> kind, Scope scope, String afterId, int limit) {
        Shelf<T> shelf = shelf(kind, scope);
        return shelf == null ? List.of() : shelf.page(afterId, limit);
    }

    @Override
    public <T extends Record> List<T> find(Kind<T> kind, Scope scope, String index, String key) {
        return List.copyOf(under(kind, scope, index, key).values());
    }

    @Override
    public <T extends Record> SharedMap<String, T> under(Kind<T> kind, Scope scope, String index, String key) {
        Shelf<T> shelf = indexed(kind, scope, index);
        return shelf == null ? SharedMap.empty() : shelf.under(index, key);
    }

    @Override
    public <T extends Record> SharedMap<String, SharedMap<String, T>> index(Kind<T> kind, Scope scope, String index) {
        Shelf<T> shelf = indexed(kind, scope, index);
        return shelf == null ? SharedMap.empty() : shelf.index(index);
    }

    @Override
    public <T extends Record> boolean any(Kind<T> kind, Scope scope, String index, String key) {
        return !under(kind, scope, index, key).isEmpty();
    }

    @Override
    public <T extends Record> int count(Kind<T> kind, Scope scope, String index, String key) {
        return under(kind, scope, index, key).size();
    }

    private <T extends Record> @Nullable Shelf<T> indexed(Kind<T> kind, Scope scope, String index) {
        if (!kind.indexes().containsKey(index)) {
            throw new IllegalArgumentException(kind + " has no index " + index);
        }
        return shelf(kind, scope);
    }

    @Override
    public Set<Scope> scopes(Kind<?> kind) {
        kinds.check(kind);
        var ofKind = shelves.get(kind.name());
        return ofKind == null ? Set.of() : ofKind.keySet();
    }

    Snapshot at(long newRevision) {
        return new Snapshot(newRevision, kinds, shelves);
    }

    <T extends Record> Snapshot with(Kind<T> kind, Scope scope, String id, T value) {
        Shelf<T> shelf = shelf(kind, scope);
        return replaced(kind, scope, (shelf == null ? Shelf.of(kind, new TreeMap<String, T>()) : shelf).with(id, value));
    }

    <T extends Record> Snapshot without(Kind<T> kind, Scope scope, String id) {
        Shelf<T> shelf = shelf(kind, scope);
        return shelf == null ? this : replaced(kind, scope, shelf.without(id));
    }

    <T extends Record> Snapshot withAll(Kind<T> kind, Scope scope, SortedMap<String, T> documents) {
        return replaced(kind, scope, Shelf.of(kind, documents));
    }

    private Snapshot replaced(Kind<?> kind, Scope scope, Shelf<?> shelf) {
        SharedMap<Scope, Shelf<?>> known = shelves.get(kind.name());
        SharedMap<Scope, Shelf<?>> ofKind = known == null ? SharedMap.empty() : known;
        ofKind = shelf.count() == 0 ? ofKind.minus(scope) : ofKind.plus(scope, shelf);
        return new Snapshot(revision, kinds, shelves.plus(kind.name(), ofKind));
    }
}
