package dev.remora.iam;

import dev.remora.wire.AwsError;

/** The error of a policy that IAM does not take. */
final class MalformedPolicy {
    static final String SYNTAX = "Syntax errors in policy.";

    private MalformedPolicy() {}

    static AwsError because(String message) {
        return new AwsError("MalformedPolicyDocument", 400, message);
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw because(message);
        }
    }
}
