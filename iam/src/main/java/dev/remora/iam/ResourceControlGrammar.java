package dev.remora.iam;

import static dev.remora.iam.MalformedPolicy.SYNTAX;
import static dev.remora.iam.MalformedPolicy.because;
import static dev.remora.iam.MalformedPolicy.require;

import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What Organizations takes as a resource control policy (its user guide, "RCP syntax"). Which words it has for faults is not
 * known, but for those that every policy may have.
 */
final class ResourceControlGrammar {
    /** Its user guide, "List of AWS services that support RCPs", by the prefixes of their actions. */
    private static final Set<String> SERVICES = Set.of("aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans",
            "budgets", "clouddirectory", "cloudfront", "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild",
            "codecommit", "codepipeline", "cognito-identity", "cognito-idp", "comprehend", "comprehendmedical",
            "compute-optimizer", "cost-optimization-hub", "dax", "dsql", "dynamodb", "ecr", "ecr-public", "events", "firehose",
            "fis", "fms", "gamelift", "health", "inspector-scan", "kendra", "kinesisvideo", "kms", "logs", "memorydb",
            "networkmonitor", "notifications", "opensearch", "pca-connector-ad", "personalize", "polly", "pricing",
            "resource-groups", "rolesanywhere", "s3", "secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support",
            "swf", "textract", "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2", "workspaces", "xray");

    private ResourceControlGrammar() {}

    /** @throws AwsError MalformedPolicyDocument */
    static void check(String text) {
        JsonNode root = PolicyDocument.tree(text).orElseThrow(() -> because(SYNTAX));
        List<JsonNode> statements = IdentityGrammar.syntax(root);
        require(root.path("Version").asString("").equals(PolicyDocument.CURRENT_VERSION),
                "Policy document must be version 2012-10-17 or greater.");
        for (JsonNode statement : statements) {
            require(!statement.has("NotPrincipal"), "NotPrincipal is not supported in resource control policies.");
            require(!statement.has("NotAction"), "NotAction is not supported in resource control policies.");
            require(statement.path("Effect").asString("").equals("Deny"),
                    "The Effect of a resource control policy must be Deny.");
            require(statement.path("Principal").asString("").equals("*"),
                    "The Principal of a resource control policy must be \"*\".");
        }
        IdentityGrammar.content(statements);
        statements.stream()
                .flatMap(statement -> PolicyDocument.texts(statement.path("Action")).stream())
                .forEach(ResourceControlGrammar::service);
    }

    private static void service(String action) {
        require(!action.equals("*"), "The Action of a resource control policy must name a service.");
        String prefix = action.substring(0, action.indexOf(':'));
        require(SERVICES.contains(prefix), "The service " + prefix + " does not support resource control policies.");
    }
}
