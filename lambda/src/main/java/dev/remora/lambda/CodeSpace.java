package dev.remora.lambda;

import dev.remora.sharing.SharedMap;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * How many bytes all code of an account in a region has, of functions and of layers. Counted on from the documents that were
 * counted last, so that it costs what changed since then.
 */
final class CodeSpace {
    static final long BYTES_MAX = 80_530_636_800L;

    private final Count<VersionDocument> functions =
            new Count<>(VersionDocument.KIND, version -> version.shown().code().bytes());
    private final Count<LayerVersionDocument> layers =
            new Count<>(LayerVersionDocument.KIND, version -> version.code().bytes());

    private static final class Count<T extends Record> {
        private record Counted<T extends Record>(SharedMap<String, T> documents, long bytes) {}

        private final Kind<T> kind;
        private final ToLongFunction<T> size;
        private final ConcurrentHashMap<Scope, Counted<T>> counted = new ConcurrentHashMap<>();

        Count(Kind<T> kind, ToLongFunction<T> size) {
            this.kind = kind;
            this.size = size;
        }

        long bytes(View view, Scope scope) {
            SharedMap<String, T> now = view.documents(kind, scope);
            return counted.compute(scope, (same, last) -> last == null
                            ? next(SharedMap.empty(), 0, now)
                            : next(last.documents(), last.bytes(), now))
                    .bytes();
        }

        private Counted<T> next(SharedMap<String, T> before, long bytes, SharedMap<String, T> now) {
            long[] sum = {bytes};
            SharedMap.differences(before, now, (id, had, has) ->
                    sum[0] += (has == null ? 0 : size.applyAsLong(has)) - (had == null ? 0 : size.applyAsLong(had)));
            return new Counted<>(now, sum[0]);
        }
    }

    long bytes(View view, Scope scope) {
        return functions.bytes(view, scope) + layers.bytes(view, scope);
    }

    void check(View view, Scope scope, long more) {
        if (bytes(view, scope) + more > BYTES_MAX) {
            throw new AwsError("CodeStorageExceededException", 400, "Code storage limit exceeded.");
        }
    }
}
