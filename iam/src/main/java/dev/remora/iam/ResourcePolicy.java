package dev.remora.iam;

import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.AwsError;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A policy that is attached to a resource of another service and says who may do what with it. */
public final class ResourcePolicy {
    private static final Set<String> ELEMENTS = Set.of("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
            "Resource", "NotResource", "Condition");
    private static final Set<String> TOP = Set.of("Version", "Id", "Statement");

    private ResourcePolicy() {}

    /** A policy that was checked when it was stored, ready to decide. */
    static PolicySet set(String arn, String text) {
        return new PolicySet(List.of(new PolicySet.Attached(PolicyType.RESOURCE, arn, "", PolicyDocument.compile(text))));
    }

    /**
     * Checks a policy before it is stored.
     *
     * @param ownResource whether an ARN, perhaps with wildcards, names the resource or something in it
     * @throws AwsError MalformedPolicy, in S3's words
     */
    public static void check(String text, Predicate<String> ownResource) {
        JsonNode root = PolicyDocument.tree(text)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> malformed("Policies must be valid JSON and the first byte must be '{'"));
        for (String name : root.propertyNames()) {
            require(TOP.contains(name), "Unknown field " + name);
        }
        if (root.has("Version")) {
            require(PolicyDocument.VERSIONS.contains(root.path("Version").asString("")),
                    "The policy must contain a valid version string");
        }
        List<JsonNode> statements = PolicyDocument.each(root.path("Statement"));
        require(!statements.isEmpty(), "Missing required field Statement");
        for (JsonNode statement : statements) {
            statement(statement, ownResource);
        }
        Set<String> seen = new HashSet<>();
        for (JsonNode statement : statements) {
            require(!statement.has("Sid") || seen.add(statement.path("Sid").asString("")),
                    "Statement IDs (SID) in a single policy must be unique.");
        }
    }

    private static void statement(JsonNode statement, Predicate<String> ownResource) {
        require(statement.isObject(), "Statement must be an object");
        for (String name : statement.propertyNames()) {
            require(ELEMENTS.contains(name), "Unknown field " + name);
        }
        String effect = statement.path("Effect").asString("");
        require(statement.has("Effect"), "Missing required field Effect");
        require(effect.equals("Allow") || effect.equals("Deny"), "Invalid effect: " + effect);
        require(statement.has("Principal") != statement.has("NotPrincipal"), "Missing required field Principal");
        JsonNode principal = statement.path(statement.has("Principal") ? "Principal" : "NotPrincipal");
        require(principal.isString() ? principal.stringValue().equals("*") : principal.isObject() && !principal.isEmpty(),
                "Invalid principal in policy");
        require(statement.has("Action") != statement.has("NotAction"), "Missing required field Action");
        require(statement.has("Resource") != statement.has("NotResource"), "Missing required field Resource");
        for (String element : List.of("Action", "NotAction", "Resource", "NotResource")) {
            for (JsonNode value : PolicyDocument.each(statement.path(element))) {
                require(value.isString() && !value.stringValue().isEmpty(), "Policy has invalid "
                        + element.toLowerCase(Locale.ROOT));
            }
        }
        for (String resource : PolicyDocument.texts(statement.path(statement.has("Resource") ? "Resource" : "NotResource"))) {
            require(ownResource.test(resource), "Policy has invalid resource");
        }
        try {
            IdentityGrammar.conditions(statement.path("Condition"));
        } catch (AwsError fault) {
            throw malformed("Policy has an invalid condition key");
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw malformed(message);
        }
    }

    private static AwsError malformed(String message) {
        return new AwsError("MalformedPolicy", 400, message);
    }
}
