package dev.remora.fleet;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The documents of a service's servers.
 *
 * @param <D> the documents
 */
public final class Roll<D extends Record & Member<D>> {
    private final Store store;
    private final Kind<D> kind;
    private final Function<String, AwsError> missing;

    /** @param missing the error for an id that no document has */
    public Roll(Store store, Kind<D> kind, Function<String, AwsError> missing) {
        this.store = store;
        this.kind = kind;
        this.missing = missing;
    }

    /** A change of one document. */
    public interface Edit<D> {
        D edit(Transaction tx, D now);
    }

    /**
     * Adds a document. It is written first, which takes the id, then its interface is made, so that a subnet without a free
     * address or a group that is gone is refused at the door; a refusal takes the document away again. A crash in between leaves
     * a document without an interface, which the fleet completes.
     *
     * @param check refuses an id that is taken
     * @return the document with its place
     */
    public D add(Scope scope, D document, Consumer<Transaction> check, Supplier<Place> place) {
        store.write(tx -> {
            check.accept(tx);
            tx.put(kind, scope, document.id(), document);
            return true;
        });
        try {
            Place taken = place.get();
            return store.write(tx -> {
                D placed = tx.get(kind, scope, document.id()).orElse(document).with(taken);
                tx.put(kind, scope, document.id(), placed);
                return placed;
            });
        } catch (AwsError refused) {
            store.write(tx -> {
                tx.delete(kind, scope, document.id());
                return true;
            });
            throw refused;
        }
    }

    public D change(Scope scope, String id, Edit<D> edit) {
        return store.write(tx -> {
            D next = edit.edit(tx, tx.get(kind, scope, id).orElseThrow(() -> missing.apply(id)));
            tx.put(kind, scope, id, next);
            return next;
        });
    }

    public D require(Scope scope, String id) {
        return find(scope, id).orElseThrow(() -> missing.apply(id));
    }

    public Optional<D> find(Scope scope, String id) {
        return store.view().get(kind, scope, id);
    }

    public List<D> all(Scope scope) {
        return store.view().all(kind, scope);
    }
}
