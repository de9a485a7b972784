package dev.remora.iam;

import dev.remora.iam.PrincipalElement.Naming;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Locale;
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

    private final RoleAuthorizer authorizer;
    private final ConcurrentMap<String, PolicyDocument> compiled = new ConcurrentHashMap<>();

    EndpointPolicies(RoleAuthorizer authorizer) {
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
        PolicyDocument policy = compiled(text);
        return (principal, action, resources, context) ->
                decide(policy, principal, action, resources.isEmpty() ? List.of("*") : resources, context);
    }

    private PolicyDocument compiled(String text) {
        PolicyDocument known = compiled.get(text);
        if (known != null) {
            return known;
        }
        PolicyDocument made = PolicyDocument.compile(text);
        if (compiled.size() < KEPT) {
            compiled.put(text, made);
        }
        return made;
    }

    private Decision decide(
            PolicyDocument policy, Principal caller, String action, List<String> resources, Map<String, List<String>> context) {
        Facts facts = authorizer.facts(caller, context);
        for (String resource : resources) {
            Reason reason = Reason.NO_ENDPOINT_POLICY;
            for (Statement statement : policy.statements()) {
                if (covers(statement, caller, action, resource, facts)) {
                    if (!statement.allows()) {
                        return new Decision(false, resource, Reason.ENDPOINT_DENY);
                    }
                    reason = Reason.ALLOWED;
                }
            }
            if (reason != Reason.ALLOWED) {
                return new Decision(false, resource, reason);
            }
        }
        return Decision.ALLOWED;
    }

    private static boolean covers(Statement statement, Principal caller, String action, String resource, Facts facts) {
        return statement.principals().filter(p -> p.names(caller) != Naming.NOT).isPresent()
                && statement.coversAction(action.toLowerCase(Locale.ROOT))
                && statement.coversResource(resource, facts)
                && statement.conditionsHold(facts);
    }
}
