package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.wire.AwsError;

/** How many bytes all code of an account in a region has, of functions and of layers. */
final class CodeSpace {
    static final long BYTES_MAX = 80_530_636_800L;

    private final Total<VersionDocument> functions =
            new Total<>(VersionDocument.KIND, version -> version.shown().code().bytes());
    private final Total<LayerVersionDocument> layers =
            new Total<>(LayerVersionDocument.KIND, version -> version.code().bytes());

    long bytes(View view, Scope scope) {
        return functions.in(view, scope) + layers.in(view, scope);
    }

    void check(View view, Scope scope, long more) {
        if (bytes(view, scope) + more > BYTES_MAX) {
            throw new AwsError("CodeStorageExceededException", 400, "Code storage limit exceeded.");
        }
    }
}
