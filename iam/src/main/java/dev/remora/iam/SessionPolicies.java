package dev.remora.iam;

import dev.remora.store.View;
import dev.remora.wire.AwsError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;

/**
 * The policies that a request for credentials passes along, to limit the session.
 *
 * @param text of the inline policy; empty if none was passed
 * @param arns of managed policies
 */
record SessionPolicies(String text, List<String> arns) {
    /** Managed policies of one session ("AssumeRole"). */
    private static final int MAX_ARNS = 10;

    /** Of the policy's text and the ARNs together ("AssumeRole"). */
    private static final int MAX_CHARS = 2048;

    /**
     * @param account that owns the role or the user; managed policies must be its own or AWS's
     * @throws AwsError MalformedPolicyDocument, PackedPolicyTooLarge, ValidationError
     */
    static SessionPolicies of(@Nullable String text, List<PolicyDescriptorType> managed, String account, View view) {
        List<String> arns = managed.stream().map(policy -> policy.arn() == null ? "" : policy.arn()).distinct().toList();
        if (managed.size() > MAX_ARNS) {
            throw new AwsError("ValidationError", 400, "1 validation error detected: Value '" + arns
                    + "' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to "
                    + MAX_ARNS);
        }
        String inline = text == null ? "" : text;
        int chars = inline.length() + arns.stream().mapToInt(String::length).sum();
        if (chars > MAX_CHARS) {
            throw tooLarge(Math.ceilDiv(100 * chars, MAX_CHARS));
        }
        if (text != null) {
            IdentityGrammar.check(text, false);
        }
        for (String arn : arns) {
            if (Policies.visible(arn, view, account).isEmpty()) {
                throw new AwsError("ValidationError", 400, "ARN " + arn + " is not valid.");
            }
        }
        return new SessionPolicies(inline, arns);
    }

    static AwsError tooLarge(int percent) {
        return new AwsError("PackedPolicyTooLarge", 400,
                "Packed policy consumes " + percent + "% of allotted space, please use smaller policy.");
    }

    boolean any() {
        return !text.isEmpty() || !arns.isEmpty();
    }
}
