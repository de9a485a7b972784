package dev.remora.iam;

import dev.remora.wire.Authorizer;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import tools.jackson.databind.JsonNode;

/**
 * The policies of VPC endpoints. Such a policy only limits: what it allows, the caller's own policies must allow too, and what it
 * does not allow, or denies, is refused.
 */
public final class EndpointPolicies {
    /** How many compiled policies are kept; beyond them they are compiled for each call. */
    private static final int KEPT = 500;

    private final PolicyAuthorizer authorizer;
    private final ConcurrentMap<String, PolicySet> compiled = new ConcurrentHashMap<>();

    EndpointPolicies(PolicyAuthorizer authorizer) {
        this.authorizer = authorizer;
    }

    /** @throws AwsError InvalidPolicyDocument if the text is no policy of an endpoint */
    public void check(String text) {
        try {
            JsonNode root = PolicyDocument.tree(text).orElseThrow(() -> MalformedPolicy.because(MalformedPolicy.SYNTAX));
            for (JsonNode statement : IdentityGrammar.syntax(root)) {
                MalformedPolicy.require(
                        statement.has("Principal") || statement.has("NotPrincipal"), "Missing required field Principal");
                MalformedPolicy.require(
                        statement.has("Action") || statement.has("NotAction"), "Policy statement must contain actions.");
                MalformedPolicy.require(
                        statement.has("Resource") || statement.has("NotResource"), "Policy statement must contain resources.");
            }
        } catch (AwsError malformed) {
            throw new AwsError("InvalidPolicyDocument", 400, malformed.text());
        }
    }

    /** An authorizer that knows the policy alone; {@code text} is one that {@link #check} let pass. */
    public Authorizer of(String text) {
        PolicySet policy = compiled(text);
        return (principal, action, resources, context) ->
                decide(policy, principal, action, resources.isEmpty() ? List.of("*") : resources, context);
    }

    private PolicySet compiled(String text) {
        PolicySet known = compiled.get(text);
        if (known != null) {
            return known;
        }
        var made = new PolicySet(List.of(new PolicySet.Attached(PolicyType.ENDPOINT, "", "", PolicyDocument.compile(text))));
        if (compiled.size() < KEPT) {
            compiled.put(text, made);
        }
        return made;
    }

    private Decision decide(
            PolicySet policy, Principal caller, String action, List<String> resources, Map<String, List<String>> context) {
        Facts facts = authorizer.facts(caller, context);
        PolicySet.About about = policy.about(action);
        for (String resource : resources) {
            authorizer.about(action, resource, facts);
            PolicySet.Placed denial = about.denial(resource, facts);
            if (denial != null) {
                return new Decision(false, resource, Reason.ENDPOINT_DENY, denial.source());
            }
            if (about.silent(resource, facts)) {
                return new Decision(false, resource, Reason.NO_ENDPOINT_POLICY);
            }
        }
        return Decision.ALLOWED;
    }
}
