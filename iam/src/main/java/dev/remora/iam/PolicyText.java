package dev.remora.iam;

import dev.remora.wire.AwsError;

/** What other services of ours that keep policies ask about a policy's text. */
public final class PolicyText {
    private PolicyText() {}

    /**
     * Checks a text as IAM checks a policy of an identity: statements without a principal.
     *
     * @throws AwsError MalformedPolicyDocument
     */
    public static void checkIdentity(String text) {
        IdentityGrammar.check(text, true);
    }

    /**
     * Checks a text as Organizations checks a resource control policy.
     *
     * @throws AwsError MalformedPolicyDocument
     */
    public static void checkResourceControl(String text) {
        ResourceControlGrammar.check(text);
    }
}
