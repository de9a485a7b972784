package dev.remora.iam;

import static dev.remora.iam.MalformedPolicy.SYNTAX;
import static dev.remora.iam.MalformedPolicy.because;
import static dev.remora.iam.MalformedPolicy.require;

import dev.remora.wire.AwsError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What IAM takes as an identity policy, and its words for what it does not take. The order of the checks is IAM's: it decides
 * which of several faults a client hears of. "Legacy parsing" is IAM's name for the second of its two parsers.
 */
final class IdentityGrammar {
    private static final Set<String> TOP = Set.of("Version", "Id", "Statement");
    private static final Set<String> ELEMENTS =
            Set.of("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition",
                    "Principal", "NotPrincipal");
    private static final Set<String> PARTITIONS =
            Set.of("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f",
                    "aws-eusc");
    private static final List<String> IAM_PATHS =
            List.of("user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/",
                    "server-certificate/", "policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/",
                    "access-report/");
    /** Of S3, only these have a region in their ARNs. */
    private static final List<String> S3_REGIONAL = List.of("accesspoint/", "access-grants/");

    private static final Pattern SID = Pattern.compile("[0-9A-Za-z]*");
    private static final Pattern VENDOR = Pattern.compile("[a-zA-Z0-9.-]+");
    private static final Pattern LEGACY_ARN = Pattern.compile("[^:]*:[^:]*:[^:]+.*", Pattern.DOTALL);
    private static final int ARN_COLONS = 5;

    private IdentityGrammar() {}

    /**
     * @param managed whether it is a managed policy, which must name the current version
     * @throws AwsError MalformedPolicyDocument
     */
    static void check(String text, boolean managed) {
        JsonNode root = PolicyDocument.tree(text).orElseThrow(() -> because(SYNTAX));
        List<JsonNode> statements = syntax(root);
        require(!managed || root.path("Version").asString("").equals(PolicyDocument.CURRENT_VERSION),
                "Policy document must be version 2012-10-17 or greater.");
        for (JsonNode statement : statements) {
            require(!statement.has("Principal") && !statement.has("NotPrincipal"),
                    "Policy document should not specify a principal.");
        }
        content(statements);
    }

    /** What statements of any policy that names resources must be like, beside their principals. */
    static void content(List<JsonNode> statements) {
        Optional<String> resourceFault = legacy(statements);
        sids(statements);
        for (JsonNode statement : statements) {
            require(!actions(statement).isEmpty(), "Policy statement must contain actions.");
        }
        resourceFault.ifPresent(fault -> {
            throw because(fault);
        });
        statements.stream().flatMap(statement -> actions(statement).stream()).forEach(IdentityGrammar::action);
        for (JsonNode statement : statements) {
            require(!resources(statement).isEmpty(), "Policy statement must contain resources.");
        }
    }

    private static List<String> actions(JsonNode statement) {
        return PolicyDocument.texts(statement.path(statement.has("NotAction") ? "NotAction" : "Action"));
    }

    private static List<String> resources(JsonNode statement) {
        return PolicyDocument.texts(statement.path(statement.has("NotResource") ? "NotResource" : "Resource"));
    }

    /** The statements of what has the form of a policy. */
    static List<JsonNode> syntax(JsonNode root) {
        require(root.isObject() && TOP.containsAll(root.propertyNames()), SYNTAX);
        require(!root.has("Version") || PolicyDocument.VERSIONS.contains(root.path("Version").asString("")), SYNTAX);
        require(!root.has("Id") || root.path("Id").isString(), SYNTAX);
        List<JsonNode> statements = PolicyDocument.each(root.path("Statement"));
        require(!statements.isEmpty(), SYNTAX);
        for (JsonNode statement : statements) {
            require(statement.isObject() && ELEMENTS.containsAll(statement.propertyNames()), SYNTAX);
            require(!(statement.has("Action") && statement.has("NotAction")), SYNTAX);
            require(!(statement.has("Resource") && statement.has("NotResource")), SYNTAX);
            String effect = statement.path("Effect").isString() ? statement.path("Effect").stringValue() : "";
            require(effect.equalsIgnoreCase("Allow") || effect.equalsIgnoreCase("Deny"), SYNTAX);
            require(!statement.has("Sid") || statement.path("Sid").isString(), SYNTAX);
            for (String element : List.of("Action", "NotAction", "Resource", "NotResource")) {
                require(PolicyDocument.each(statement.path(element)).stream().allMatch(JsonNode::isString), SYNTAX);
            }
            conditions(statement.path("Condition"));
        }
        return statements;
    }

    /** The form of a Condition element, the same in both kinds of document. */
    static void conditions(JsonNode condition) {
        if (condition.isMissingNode()) {
            return;
        }
        require(condition.isObject(), SYNTAX);
        for (Map.Entry<String, JsonNode> operator : condition.properties()) {
            require(operator.getValue().isObject(), SYNTAX);
            require(operator.getValue().isEmpty() || Condition.Word.parse(operator.getKey()).isPresent(), SYNTAX);
            for (JsonNode values : operator.getValue().values()) {
                require(PolicyDocument.each(values).stream().allMatch(value -> value.isValueNode() && !value.isNull()), SYNTAX);
            }
        }
    }

    /** @return the first fault of a resource, which IAM tells of only after other faults */
    private static Optional<String> legacy(List<JsonNode> statements) {
        String fails = "The policy failed legacy parsing";
        for (JsonNode statement : statements) {
            String effect = statement.path("Effect").stringValue();
            require(effect.equals("Allow") || effect.equals("Deny"), fails);
            for (Map.Entry<String, JsonNode> operator : statement.path("Condition").properties()) {
                if (Condition.Word.parse(operator.getKey()).filter(word -> word.operator().dates()).isPresent()) {
                    require(operator.getValue().values().stream()
                            .flatMap(values -> PolicyDocument.texts(values).stream())
                            .allMatch(date -> date.contains("${") || Operator.date(date).isPresent()), fails);
                }
            }
        }
        for (JsonNode statement : statements) {
            var sorted = new ArrayList<>(resources(statement));
            sorted.sort(Comparator.reverseOrder());
            for (String resource : sorted) {
                Optional<String> fault = resource(resource);
                if (fault.isPresent()) {
                    return fault;
                }
                require(resource.equals("*") || resource.contains("${") || LEGACY_ARN.matcher(resource).matches()
                        && (resource.chars().filter(c -> c == ':').count() >= ARN_COLONS || !resource.contains("::")), fails);
            }
        }
        return Optional.empty();
    }

    static void sids(List<JsonNode> statements) {
        var seen = new HashSet<String>();
        for (JsonNode statement : statements) {
            String sid = statement.path("Sid").asString("");
            require(SID.matcher(sid).matches(),
                    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular"
                    + " expression [0-9A-Za-z]*");
            require(sid.isEmpty() || seen.add(sid), "Statement IDs (SID) in a single policy must be unique.");
        }
    }

    private static void action(String action) {
        String[] parts = action.split(":", -1);
        require(parts.length > 1 || action.equals("*"),
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        require(parts.length <= 2, "Actions/Condition can contain only one colon.");
        require(parts[0].equals("*") || VENDOR.matcher(parts[0]).matches(), "Vendor " + parts[0] + " is not valid");
    }

    private static Optional<String> resource(String resource) {
        if (resource.equals("*")) {
            return Optional.empty();
        }
        String[] parts = resource.split(":", ARN_COLONS + 1);
        if (parts.length == 1) {
            return Optional.of("Resource " + resource + " must be in ARN format or \"*\".");
        }
        if (!parts[1].equals("*") && !PARTITIONS.contains(parts[1])) {
            String[] rest = new String[4];
            Arrays.setAll(rest, i -> i + 2 < parts.length && (i > 0 || !parts[i + 2].isEmpty() || parts.length > 3)
                    ? parts[i + 2] : "*");
            return Optional.of("Partition \"" + parts[1] + "\" is not valid for resource \"arn:" + parts[1] + ":"
                    + String.join(":", rest)
                    + "\".");
        }
        if (parts.length == 2) {
            return Optional.of("Resource vendor must be fully qualified and cannot contain regexes.");
        }
        if (parts.length <= ARN_COLONS) {
            return Optional.empty();
        }
        String path = parts[ARN_COLONS];
        if (parts[2].equals("iam") && !parts[3].isEmpty()) {
            return Optional.of("IAM resource " + resource + " cannot contain region information.");
        }
        if (parts[2].equals("s3") && !parts[3].isEmpty() && S3_REGIONAL.stream().noneMatch(path::startsWith)) {
            return Optional.of("Resource " + resource + " can not contain region information.");
        }
        if (parts[2].equals("iam") && !iamPath(path)) {
            return Optional.of("IAM resource path must either be \"*\" or start with " + String.join(", ", IAM_PATHS) + ".");
        }
        return Optional.empty();
    }

    /** Whether a path starts, as far as its first wildcard or variable, like one of IAM's kinds of things. */
    private static boolean iamPath(String path) {
        String fixed = path.split("[*?$]", 2)[0];
        boolean open = fixed.length() < path.length();
        return path.equals("root")
                || IAM_PATHS.stream().anyMatch(kind -> fixed.startsWith(kind) || open && kind.startsWith(fixed));
    }
}
