package dev.remora.cloudtrail;

import dev.remora.wire.Audit.Answered;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Principal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * One call.
 *
 * @param number rises with every call
 */
record TrailEvent(long number, Answered answered) {
    /** Calls that use things and do not manage them; CloudTrail's event history has none of these. */
    private static final Set<String> DATA = Set.of(
            "lambda:Invoke",
            "lambda:InvokeAsync",
            "sqs:SendMessage",
            "sqs:SendMessageBatch",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:DeleteMessageBatch",
            "sqs:ChangeMessageVisibility",
            "sqs:ChangeMessageVisibilityBatch",
            "logs:PutLogEvents",
            "logs:GetLogEvents",
            "logs:FilterLogEvents");

    private static final List<String> READS = List.of("Describe", "Get", "List", "Lookup", "Head", "Simulate", "Decode");

    String service() {
        return answered.service();
    }

    String operation() {
        return answered.operation();
    }

    String source() {
        return service() + ".amazonaws.com";
    }

    Instant time() {
        return answered.call().time();
    }

    Principal principal() {
        return answered.call().principal();
    }

    /** From the request's id, so that the same event always has the same. */
    String id() {
        return UUID.nameUUIDFromBytes(answered.call().requestId().getBytes(StandardCharsets.UTF_8)).toString();
    }

    boolean management() {
        return service().equals("s3") ? operation().contains("Bucket") : !DATA.contains(service() + ":" + operation());
    }

    boolean readOnly() {
        return READS.stream().anyMatch(operation()::startsWith);
    }

    /** The name that the event is listed under: the user's, the session's, or root. */
    String user() {
        return switch (principal()) {
            case Principal.Root root -> "root";
            case Principal.User user -> user.name();
            case Principal.RoleSession session -> session.session();
            case Principal.FederatedUser federated -> federated.name();
            case Principal.Service service -> service.name();
        };
    }

    /** Whether the call was let pass although policies do not allow it. */
    boolean waived() {
        return answered.decision() != null
                && answered.decision().allowed()
                && answered.decision().reason() != Reason.ALLOWED;
    }

    boolean denied() {
        return answered.decision() != null && !answered.decision().allowed();
    }
}
