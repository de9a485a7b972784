package dev.remora.lambda;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import java.util.List;
import java.util.Optional;

/**
 * One version of a layer, which never changes but for its policy; stored under {@code name:version}.
 *
 * @param created as answers print it
 * @param policy the text of its policy, or an empty text
 */
record LayerVersionDocument(
        String layer,
        long version,
        Settings.Code code,
        Optional<String> description,
        Optional<String> license,
        List<String> runtimes,
        List<String> architectures,
        String created,
        String policy,
        String revisionId) {
    /** Indexes: {@code layer} by name, {@code code} by hash. */
    static final Kind<LayerVersionDocument> KIND = Kind.of("lambda.layer-version", LayerVersionDocument.class)
            .index("layer", v -> List.of(v.layer()))
            .index("code", v -> List.of(v.code().sha256()));

    /** The number that a layer's newest version has or had: numbers are never used again. Stored under the layer's name. */
    record Last(long version) {
        static final Kind<Last> KIND = Kind.of("lambda.layer-last", Last.class);
    }

    LayerVersionDocument {
        runtimes = List.copyOf(runtimes);
        architectures = List.copyOf(architectures);
    }

    static String id(String layer, long version) {
        return layer + ":" + version;
    }

    LayerName name(Scope scope) {
        return new LayerName(scope.account(), scope.region(), layer, Optional.of(version));
    }

    LayerVersionDocument withPolicy(String text, String revision) {
        return new LayerVersionDocument(
                layer, version, code, description, license, runtimes, architectures, created, text, revision);
    }
}
