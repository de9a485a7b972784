package dev.remora.logs;

import dev.remora.wire.AwsError;

/** The errors of CloudWatch Logs, in its words. */
final class LogErrors {
    private LogErrors() {}

    static AwsError noGroup() {
        return new AwsError("ResourceNotFoundException", 400, "The specified log group does not exist.");
    }

    static AwsError noStream() {
        return new AwsError("ResourceNotFoundException", 400, "The specified log stream does not exist.");
    }

    static AwsError groupExists() {
        return new AwsError("ResourceAlreadyExistsException", 400, "The specified log group already exists");
    }

    static AwsError streamExists() {
        return new AwsError("ResourceAlreadyExistsException", 400, "The specified log stream already exists");
    }

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterException", 400, message);
    }

    static AwsError badToken() {
        return invalid("The specified nextToken is invalid.");
    }
}
