package dev.remora.ssm;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A parameter with its versions, oldest first; there is always one. */
record ParameterDocument(String name, List<Version> versions, Map<String, String> tags) {
    /** Versions that are kept; the oldest goes when there would be more ("Working with parameter versions"). */
    static final int MAX_VERSIONS = 100;

    static final String SECURE = "SecureString";
    static final Kind<ParameterDocument> KIND = Kind.of("ssm.parameter", ParameterDocument.class);

    /**
     * What PutParameter made.
     *
     * @param sealed what is shown of a SecureString in place of its value to who does not ask for decryption
     * @param modifiedBy the caller's ARN
     */
    record Version(long number, String type, String value, String sealed, Optional<String> keyId, Optional<String> description,
            Optional<String> allowedPattern, String tier, String dataType, Instant modified, String modifiedBy) {
        String shown(boolean decrypted) {
            return type.equals(SECURE) && !decrypted ? sealed : value;
        }
    }

    ParameterDocument {
        versions = List.copyOf(versions);
        tags = Map.copyOf(tags);
    }

    static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    static Optional<ParameterDocument> find(View view, Scope scope, ParameterName name) {
        return name.candidates().stream().flatMap(n -> view.get(KIND, scope, n).stream()).findFirst();
    }

    Version newest() {
        return versions.getLast();
    }

    Optional<Version> version(String selector) {
        if (selector.isEmpty()) {
            return Optional.of(newest());
        }
        return versions.stream().filter(v -> Long.toString(v.number()).equals(selector)).findFirst();
    }

    ParameterDocument with(Version version) {
        var more = new ArrayList<>(versions);
        more.add(version);
        return new ParameterDocument(name, more.subList(Math.max(0, more.size() - MAX_VERSIONS), more.size()), tags);
    }

    ParameterDocument tagged(Map<String, String> newTags) {
        return new ParameterDocument(name, versions, newTags);
    }
}
