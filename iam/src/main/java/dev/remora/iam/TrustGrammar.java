package dev.remora.iam;

import static dev.remora.iam.MalformedPolicy.SYNTAX;
import static dev.remora.iam.MalformedPolicy.because;
import static dev.remora.iam.MalformedPolicy.require;

import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What IAM takes as a role's trust document. It is read by another parser than identity policies, with other words for faults.
 */
final class TrustGrammar {
    private static final Set<String> TOP = Set.of("Version", "Id", "Statement");
    private static final Set<String> ELEMENTS = Set.of("Sid", "Effect", "Principal", "NotPrincipal", "Action", "Condition");
    private static final Set<String> PRINCIPALS = Set.of("AWS", "Service", "Federated", "CanonicalUser");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    /** Labels, the last ones of them AWS's. Possessive, as a loop that may step back takes stack frames for each label. */
    private static final Pattern SERVICE = Pattern.compile("(?:[a-z0-9-]+\\.)++[a-z0-9-]+"
            + "(?<=[a-z0-9-]\\.(?:amazonaws\\.com|amazonaws\\.com\\.cn|amazon\\.com|aws\\.internal))");
    private static final Pattern ROOT = Pattern.compile("arn:aws:iam::\\d{12}:root");
    private static final Pattern SESSION =
            Pattern.compile("arn:aws:sts::\\d{12}:(assumed-role/[\\w+=,.@-]+/[\\w+=,.@-]+|federated-user/[\\w+=,.@-]+)");

    private TrustGrammar() {}

    /**
     * @param exists whether there is a principal of that ARN: IAM refuses a trust in roles and users that do not exist
     * @throws AwsError MalformedPolicyDocument
     */
    static void check(String text, Predicate<String> exists) {
        JsonNode root = PolicyDocument.tree(text).orElseThrow(() -> because("This policy contains invalid Json"));
        require(root.isObject(), SYNTAX);
        known(root, TOP);
        require(!root.has("Version") || PolicyDocument.VERSIONS.contains(root.path("Version").asString("")), SYNTAX);
        require(root.has("Statement"), "Missing required field Statement");
        List<JsonNode> statements = PolicyDocument.each(root.path("Statement"));
        require(!statements.isEmpty(), SYNTAX);
        for (JsonNode statement : statements) {
            require(statement.isObject(), SYNTAX);
            statement(statement, exists);
        }
        IdentityGrammar.sids(statements);
    }

    private static void statement(JsonNode statement, Predicate<String> exists) {
        for (String element : List.of("Resource", "NotResource")) {
            require(!statement.has(element), "Has prohibited field " + element);
        }
        known(statement, ELEMENTS);
        require(statement.has("Effect"), "Missing required field Effect");
        String effect = statement.path("Effect").asString("");
        require(effect.equals("Allow") || effect.equals("Deny"), "Invalid effect: " + effect);
        require(statement.has("Principal") || statement.has("NotPrincipal"), "Missing required field Principal");
        require(!statement.has("NotPrincipal") || effect.equals("Deny") && !statement.has("Principal"),
                "Has prohibited field NotPrincipal");
        require(!PolicyDocument.each(statement.path("Action")).isEmpty(), "Missing required field Action");
        for (String action : PolicyDocument.texts(statement.path("Action"))) {
            require(action.toLowerCase(Locale.ROOT).startsWith("sts:"),
                    "AssumeRole policy may only specify STS AssumeRole actions.");
        }
        principal(statement.path(statement.has("Principal") ? "Principal" : "NotPrincipal"), exists);
        IdentityGrammar.conditions(statement.path("Condition"));
    }

    private static void known(JsonNode node, Set<String> names) {
        for (String name : node.propertyNames()) {
            require(names.contains(name), "Unknown field " + name);
        }
    }

    private static void principal(JsonNode principal, Predicate<String> exists) {
        if (principal.isString()) {
            require(principal.stringValue().equals("*"),
                    "Invalid principal in policy: \"AWS\":\"" + principal.stringValue() + "\"");
            return;
        }
        require(principal.isObject() && !principal.isEmpty(), SYNTAX);
        for (Map.Entry<String, JsonNode> kind : principal.properties()) {
            require(PRINCIPALS.contains(kind.getKey()), "Invalid principal in policy: \"" + kind.getKey() + "\"");
            for (String name : PolicyDocument.texts(kind.getValue())) {
                boolean valid = switch (kind.getKey()) {
                    case "AWS" -> name.equals("*") || ACCOUNT.matcher(name).matches() || ROOT.matcher(name).matches()
                            || SESSION.matcher(name).matches() || exists.test(name);
                    case "Service" -> SERVICE.matcher(name).matches();
                    default -> !name.isEmpty();
                };
                String shown = kind.getKey().equals("Service") ? "SERVICE" : kind.getKey();
                require(valid, "Invalid principal in policy: \"" + shown + "\":\"" + name + "\"");
            }
        }
    }
}
