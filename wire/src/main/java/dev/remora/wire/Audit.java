package dev.remora.wire;

import dev.remora.wire.Authorizer.Decision;
import org.jspecify.annotations.Nullable;

/**
 * Is told of every call whose caller is known, once its answer is made. It is on the way of every answer, so it must be quick.
 */
@FunctionalInterface
public interface Audit {
    Audit NONE = answered -> {};

    void answered(Answered call);

    /**
     * A call and what became of it.
     *
     * @param accessKey of the credentials that signed it
     * @param service the signing name
     * @param operation as AWS spells it, e.g. {@code CreateDBInstance}
     * @param decision the denial, or the last of the decisions that let it pass; null where none was needed or it did not come
     *     so far
     * @param action what the decision was about
     * @param error null if it succeeded
     */
    record Answered(Call call, String accessKey, String service, String operation, @Nullable Decision decision, String action,
            @Nullable AwsError error) {}
}
