package dev.remora.iam;

import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A policy that is attached to a resource of another service and says who may do what with it. */
public final class ResourcePolicy {
    private static final Set<String> ELEMENTS = Set.of("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
            "Resource", "NotResource", "Condition");
    private static final Set<String> TOP = Set.of("Version", "Id", "Statement");

    /** What a resource's policy says of a call; in rising order of what it gives, but for a denial. */
    public enum Verdict {
        /** It forbids the call, whatever else allows it. */
        DENIED,
        /** It does not speak of the call. */
        SILENT,
        /** It lets the caller's account decide who may. */
        ALLOWED_ACCOUNT,
        /** It allows the call to the caller itself; within one account nothing else is needed. */
        ALLOWED
    }

    private final PolicyDocument document;

    private ResourcePolicy(PolicyDocument document) {
        this.document = document;
    }

    /** A policy that was checked when it was stored. */
    public static ResourcePolicy stored(String text) {
        return new ResourcePolicy(PolicyDocument.compile(text));
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
            String version = root.path("Version").asString("");
            require(version.equals("2008-10-17") || version.equals(PolicyDocument.CURRENT_VERSION),
                    "The policy must contain a valid version string");
        }
        List<JsonNode> statements = PolicyDocument.each(root.path("Statement"));
        require(!statements.isEmpty(), "Missing required field Statement");
        for (JsonNode statement : statements) {
            statement(statement, ownResource);
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

    /** What it says of one call. */
    public Verdict decide(Principal caller, String action, String resource, Map<String, List<String>> context) {
        var facts = new Facts(() -> context);
        String lower = action.toLowerCase(Locale.ROOT);
        Verdict verdict = Verdict.SILENT;
        for (Statement statement : document.statements()) {
            PrincipalElement.Naming naming = statement.principals().map(p -> p.names(caller)).orElse(PrincipalElement.Naming.NOT);
            if (naming == PrincipalElement.Naming.NOT
                    || !statement.coversAction(lower)
                    || !statement.coversResource(resource, facts)
                    || !statement.conditionsHold(facts)) {
                continue;
            }
            if (!statement.allows()) {
                return Verdict.DENIED;
            }
            Verdict said = naming == PrincipalElement.Naming.DIRECT ? Verdict.ALLOWED : Verdict.ALLOWED_ACCOUNT;
            verdict = said.compareTo(verdict) > 0 ? said : verdict;
        }
        return verdict;
    }
}
