package dev.remora.lambda;

import dev.remora.sharing.SharedMap;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * A sum over all documents of a kind in an account and region. It is counted on from the documents that were counted last, so
 * that it costs what changed since then, and one look-up if nothing did.
 */
final class Total<T extends Record> {
    private record Counted<T extends Record>(SharedMap<String, T> documents, long sum) {}

    private final Kind<T> kind;
    private final ToLongFunction<T> part;
    private final ConcurrentHashMap<Scope, Counted<T>> counted = new ConcurrentHashMap<>();

    /** @param part what one document adds */
    Total(Kind<T> kind, ToLongFunction<T> part) {
        this.kind = kind;
        this.part = part;
    }

    long in(View view, Scope scope) {
        SharedMap<String, T> now = view.documents(kind, scope);
        Counted<T> last = counted.get(scope);
        if (last == null || last.documents() != now) {
            last = next(last == null ? new Counted<>(SharedMap.empty(), 0) : last, now);
            counted.put(scope, last);
        }
        return last.sum();
    }

    private Counted<T> next(Counted<T> last, SharedMap<String, T> now) {
        long[] sum = {last.sum()};
        SharedMap.differences(last.documents(), now, (id, had, has) ->
                sum[0] += (has == null ? 0 : part.applyAsLong(has)) - (had == null ? 0 : part.applyAsLong(had)));
        return new Counted<>(now, sum[0]);
    }
}
