package dev.remora.secretsmanager;

import dev.remora.wire.AwsError;

/** Secrets Manager's errors in its words. */
final class SecretErrors {
    private static final int BAD_REQUEST = 400;

    static AwsError notFound() {
        return new AwsError(
                "ResourceNotFoundException", BAD_REQUEST, "Secrets Manager can't find the specified secret.");
    }

    static AwsError noValueAtStage(String stage) {
        return new AwsError(
                "ResourceNotFoundException",
                BAD_REQUEST,
                "Secrets Manager can't find the specified secret value for staging label: " + stage);
    }

    static AwsError noValueOfVersion(String id) {
        return new AwsError(
                "ResourceNotFoundException",
                BAD_REQUEST,
                "Secrets Manager can't find the specified secret value for VersionId: " + id);
    }

    static AwsError exists(String name) {
        return new AwsError(
                "ResourceExistsException",
                BAD_REQUEST,
                "The operation failed because the secret " + name + " already exists.");
    }

    static AwsError tokenTaken(String token, String arn) {
        return new AwsError(
                "ResourceExistsException",
                BAD_REQUEST,
                "You can't use ClientRequestToken " + token + " because that value is already in use for a version of secret "
                        + arn + ".");
    }

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterException", BAD_REQUEST, message);
    }

    static AwsError request(String message) {
        return new AwsError("InvalidRequestException", BAD_REQUEST, message);
    }

    static AwsError deleted() {
        return request("You can't perform this operation on the secret because it was marked for deletion.");
    }

    private SecretErrors() {}
}
