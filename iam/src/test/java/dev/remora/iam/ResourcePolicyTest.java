package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.iam.ResourcePolicy.Verdict;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcePolicyTest {
    private static final String ARN = "arn:aws:s3:::b/k";
    private static final Principal ROOT = new Principal.Root("111122223333");
    private static final Principal ROLE =
            new Principal.RoleSession("111122223333", "arn:aws:iam::111122223333:role/r", "r", "AROAEXAMPLE", "s", "");
    private static final Principal SERVICE = new Principal.Service("111122223333", "delivery.logs.amazonaws.com");

    private static String statement(String principal, String rest) {
        return "{\"Effect\": \"Allow\", " + principal + ", \"Action\": \"s3:Get*\", \"Resource\": \"arn:aws:s3:::b/*\"" + rest
                + "}";
    }

    private static Verdict decide(Principal caller, String action, String... statements) {
        var policy = ResourcePolicy.stored(
                "{\"Version\": \"2012-10-17\", \"Statement\": [" + String.join(",", statements) + "]}");
        return policy.decide(caller, action, ARN, Map.of("aws:SourceAccount", List.of("111122223333")));
    }

    @Test
    void whoIsNamedAndHow() {
        String everybody = statement("\"Principal\": \"*\"", "");
        assertThat(decide(ROOT, "s3:GetObject", everybody)).isEqualTo(Verdict.ALLOWED);
        assertThat(decide(ROOT, "s3:PutObject", everybody)).isEqualTo(Verdict.SILENT);
        String account = statement("\"Principal\": {\"AWS\": \"111122223333\"}", "");
        assertThat(decide(ROLE, "s3:GetObject", account)).isEqualTo(Verdict.ALLOWED_ACCOUNT);
        String role = statement("\"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:role/r\"}", "");
        assertThat(decide(ROLE, "s3:GetObject", role)).isEqualTo(Verdict.ALLOWED);
        assertThat(decide(ROOT, "s3:GetObject", role)).isEqualTo(Verdict.SILENT);
        String service = statement("\"Principal\": {\"Service\": \"delivery.logs.amazonaws.com\"}", "");
        assertThat(decide(SERVICE, "s3:GetObject", service)).isEqualTo(Verdict.ALLOWED);
        assertThat(decide(ROLE, "s3:GetObject", service)).isEqualTo(Verdict.SILENT);
    }

    @Test
    void denialsAndConditionsCount() {
        String all = statement("\"Principal\": \"*\"", "");
        String denied = statement("\"NotPrincipal\": {\"AWS\": \"arn:aws:iam::111122223333:role/r\"}", "").replace("Allow",
                "Deny");
        assertThat(decide(ROOT, "s3:GetObject", all, denied)).isEqualTo(Verdict.DENIED);
        assertThat(decide(ROLE, "s3:GetObject", all, denied)).isEqualTo(Verdict.ALLOWED);
        String own = ", \"Condition\": {\"StringEquals\": {\"aws:SourceAccount\": \"%s\"}}";
        assertThat(decide(ROOT, "s3:GetObject", statement("\"Principal\": \"*\"", own.formatted("111122223333"))))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(decide(ROOT, "s3:GetObject", statement("\"Principal\": \"*\"", own.formatted("999999999999"))))
                .isEqualTo(Verdict.SILENT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "no | Policies must be valid JSON and the first byte must be '{'",
        "[] | Policies must be valid JSON and the first byte must be '{'",
        "{} | Missing required field Statement",
        "{\"Versio\": 1} | Unknown field Versio",
        "{\"Version\": \"1\", \"Statement\": {}} | The policy must contain a valid version string",
        "{\"Statement\": {\"Effect\": \"Allow\"}} | Missing required field Principal",
        "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"me\"}} | Invalid principal in policy",
        "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\"}} | Missing required field Action",
        "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:*\"}} | Missing required field Resource",
        "{\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\": \"x\"}} | Policy"
                + " has invalid"
                + " resource"
    })
    void whatIsNoPolicyIsRefused(String text, String message) {
        assertThatThrownBy(() -> ResourcePolicy.check(text, ARN::equals)).hasToString("MalformedPolicy: " + message);
        ResourcePolicy.check("{\"Statement\": " + statement("\"Principal\": \"*\"", "").replace("b/*", "b/k") + "}", ARN::equals);
    }
}
