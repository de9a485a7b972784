package dev.remora.lambda;

import dev.remora.wire.AwsError;
import java.util.Map;

/** Lambda's errors, in its own words. Texts come from answers recorded from AWS; see the tests. */
final class Refusal {
    private Refusal() {}

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterValueException", 400, message);
    }

    /** The front door's wording for one member; {@code path} is the member's name in lower camel case. */
    static AwsError validation(Object value, String path, String constraint) {
        return new AwsError("ValidationException", 400, constraintText(value, path, constraint));
    }

    static String constraintText(Object value, String path, String constraint) {
        return "1 validation error detected: Value '" + value + "' at '" + path + "' failed to satisfy constraint: " + constraint;
    }

    static AwsError functionNotFound(String arn) {
        return new AwsError("ResourceNotFoundException", 404, "Function not found: " + arn);
    }

    static AwsError conflict(String message) {
        return new AwsError("ResourceConflictException", 409, message);
    }

    static AwsError updateInProgress(String arn) {
        return conflict("The operation cannot be performed at this time. An update is in progress for resource: " + arn);
    }

    static AwsError wrongState(String state) {
        return conflict("The operation cannot be performed at this time. The function is currently in the following state: "
                + state);
    }

    static AwsError denied(String message) {
        return new AwsError("AccessDeniedException", 403, message);
    }

    static AwsError staleRevision() {
        return new AwsError(
                "PreconditionFailedException",
                412,
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to"
                + " retrieve the"
                        + " latest Revision Id");
    }

    static AwsError stalePolicy() {
        return new AwsError(
                "PreconditionFailedException",
                412,
                "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest"
                        + " Revision Id");
    }

    static AwsError throttled(String reason) {
        return new AwsError("TooManyRequestsException", 429, "Rate Exceeded.", Map.of("Reason", reason));
    }

    static AwsError tooLarge(String code, String message) {
        return new AwsError(code, 413, message);
    }

    /** A failure of ours, not of the client; the cause is in the log. */
    static AwsError service(String message) {
        return new AwsError("ServiceException", 500, message);
    }
}
