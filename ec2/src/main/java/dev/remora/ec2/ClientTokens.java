package dev.remora.ec2;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.vpc.Tagged;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a creating call that is sent twice with one client token create once. */
final class ClientTokens {
    /** How long a token is remembered. */
    static final Duration REMEMBERED = Duration.ofHours(24);

    static final int MAX_LENGTH = 64;

    /** @param request a digest of what was asked for */
    record Used(String request, String resourceId, Instant at) {}

    static final Kind<Used> KIND = Kind.of("ec2.client-token", Used.class);

    private final InstantSource clock;

    ClientTokens(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The resource that the token already made, or else what {@code make} makes.
     *
     * @param request all of the request's parameters as text
     * @throws dev.remora.wire.AwsError if the token came with another request before
     */
    <T extends Record & Tagged<T>> T once(
            Transaction tx, Scope scope, Resource<T> resource, @Nullable String token, String request, Supplier<T> make) {
        if (token == null) {
            return make.get();
        }
        if (token.length() > MAX_LENGTH) {
            throw Refusals.invalidValue(token, "clientToken", "It must have at most " + MAX_LENGTH + " characters.");
        }
        String key = resource.type() + "/" + token;
        String digest = HexFormat.of().formatHex(AccountRegions.sha256(request));
        Optional<Used> before =
                tx.get(KIND, scope, key).filter(used -> used.at().plus(REMEMBERED).isAfter(clock.instant()));
        if (before.isPresent() && !before.get().request().equals(digest)) {
            throw Refusals.of(
                    "IdempotentParameterMismatch",
                    "The request uses the same client token as a previous, but non-identical request.");
        }
        if (before.isPresent()) {
            return resource.require(tx, scope, before.get().resourceId());
        }
        T made = make.get();
        tx.put(KIND, scope, key, new Used(digest, made.id(), clock.instant()));
        return made;
    }
}
