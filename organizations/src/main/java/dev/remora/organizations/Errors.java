package dev.remora.organizations;

import dev.remora.wire.AwsError;
import java.util.Map;

/** Organizations' errors, in its words. */
final class Errors {
    private static final int BAD_REQUEST = 400;

    private Errors() {}

    static AwsError of(String code, String message) {
        return new AwsError(code, BAD_REQUEST, message);
    }

    static AwsError notInUse() {
        return of("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
    }

    /** A member asked for what only the managing account may do. */
    static AwsError notManaging() {
        return of("AccessDeniedException", "You don't have permissions to access this resource.");
    }

    static AwsError noPolicy() {
        return of("PolicyNotFoundException", "You specified a policy that doesn't exist.");
    }

    static AwsError noTarget() {
        return of("TargetNotFoundException", "You specified a target that doesn't exist.");
    }

    static AwsError noAccount() {
        return of("AccountNotFoundException", "You specified an account that doesn't exist.");
    }

    static AwsError noUnit() {
        return of("OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.");
    }

    static AwsError noParent() {
        return of("ParentNotFoundException", "You specified parent that doesn't exist.");
    }

    static AwsError noInvitation() {
        return of("HandshakeNotFoundException", "You specified a handshake that doesn't exist.");
    }

    static AwsError constraint(String reason, String message) {
        return new AwsError("ConstraintViolationException", BAD_REQUEST, message, Map.of("Reason", reason));
    }

    static AwsError invalid(String reason, String message) {
        return new AwsError("InvalidInputException", BAD_REQUEST, message, Map.of("Reason", reason));
    }

    static AwsError malformed(String why) {
        return of("MalformedPolicyDocumentException",
                "The provided policy document does not meet the requirements of the specified policy type: " + why);
    }
}
