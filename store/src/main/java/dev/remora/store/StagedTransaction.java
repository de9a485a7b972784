package dev.remora.store;

import dev.remora.sharing.SharedMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A transaction while its work runs: a snapshot of its own that grows with each write, and the places written to. */
final class StagedTransaction implements Transaction {
    private record Place(Kind<?> kind, Scope scope, String id) {}

    private final Snapshot base;
    private final Set<Place> touched = new LinkedHashSet<>();
    private Snapshot current;
    private boolean open = true;

    StagedTransaction(Snapshot base) {
        this.base = base;
        this.current = base;
    }

    @Override
    public <T extends Record> void put(Kind<T> kind, Scope scope, String id, T value) {
        current = reading().with(kind, scope, id, kind.type().cast(value));
        touched.add(new Place(kind, scope, id));
    }

    @Override
    public void delete(Kind<?> kind, Scope scope, String id) {
        current = reading().without(kind, scope, id);
        touched.add(new Place(kind, scope, id));
    }

    private Snapshot reading() {
        if (!open) {
            throw new IllegalStateException("the transaction has ended");
        }
        return current;
    }

    /** Ends the transaction. */
    void end() {
        open = false;
    }

    /** What the transaction changed, in the order of the first touch; a document that is again as it was is no change. */
    List<Change.Edit<?>> edits() {
        var edits = new ArrayList<Change.Edit<?>>();
        for (Place place : touched) {
            var edit = edit(place.kind, place);
            if (!edit.before().equals(edit.after())) {
                edits.add(edit);
            }
        }
        return List.copyOf(edits);
    }

    private <T extends Record> Change.Edit<T> edit(Kind<T> kind, Place place) {
        return new Change.Edit<>(kind, place.scope, place.id, base.get(kind, place.scope, place.id),
                current.get(kind, place.scope, place.id));
    }

    Snapshot result() {
        return current.at(base.revision() + 1);
    }

    @Override
    public long revision() {
        return base.revision();
    }

    @Override
    public <T extends Record> Optional<T> get(Kind<T> kind, Scope scope, String id) {
        return reading().get(kind, scope, id);
    }

    @Override
    public <T extends Record> List<T> all(Kind<T> kind, Scope scope) {
        return reading().all(kind, scope);
    }

    @Override
    public <T extends Record> SharedMap<String, T> documents(Kind<T> kind, Scope scope) {
        return reading().documents(kind, scope);
    }

    @Override
    public int count(Kind<?> kind, Scope scope) {
        return reading().count(kind, scope);
    }

    @Override
    public <T extends Record> List<T> page(Kind<T> kind, Scope scope, String afterId, int limit) {
        return reading().page(kind, scope, afterId, limit);
    }

    @Override
    public <T extends Record> List<T> find(Kind<T> kind, Scope scope, String index, String key) {
        return reading().find(kind, scope, index, key);
    }

    @Override
    public <T extends Record> SharedMap<String, T> under(Kind<T> kind, Scope scope, String index, String key) {
        return reading().under(kind, scope, index, key);
    }

    @Override
    public <T extends Record> SharedMap<String, SharedMap<String, T>> index(Kind<T> kind, Scope scope, String index) {
        return reading().index(kind, scope, index);
    }

    @Override
    public <T extends Record> boolean any(Kind<T> kind, Scope scope, String index, String key) {
        return reading().any(kind, scope, index, key);
    }

    @Override
    public <T extends Record> int count(Kind<T> kind, Scope scope, String index, String key) {
        return reading().count(kind, scope, index, key);
    }

    @Override
    public Set<Scope> scopes(Kind<?> kind) {
        return reading().scopes(kind);
    }
}
