package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcePolicyTest {
    private static final String ARN = "arn:aws:s3:::b/k";
    private static final Principal ROOT = new Principal.Root("111122223333");
    private static final Principal ROLE =
            new Principal.RoleSession("111122223333", "arn:aws:iam::111122223333:role/r", "r", "AROAEXAMPLE", "s", "");
    private static final Principal USER =
            new Principal.User("111122223333", "/", "anna", "AIDAEXAMPLE", SessionTerms.NONE);
    private static final Principal FEDERATED = new Principal.FederatedUser("111122223333", "fred", USER, SessionTerms.NONE);
    private static final Principal SERVICE = new Principal.Service("111122223333", "delivery.logs.amazonaws.com");

    private static String statement(String principal, String rest) {
        return "{\"Effect\": \"Allow\", " + principal + ", \"Action\": \"s3:Get*\", \"Resource\": \"arn:aws:s3:::b/*\"" + rest
                + "}";
    }

    /** How the policy names the caller where it allows the call, or DENIED. */
    private static String decide(Principal caller, String action, String... statements) {
        PolicySet policy = ResourcePolicy.set(ARN,
                "{\"Version\": \"2012-10-17\", \"Statement\": [" + String.join(",", statements) + "]}");
        Facts facts = Lab.facts(caller, Map.of("aws:SourceAccount", List.of("111122223333")));
        if (policy.about(action).denial(ARN, facts) != null) {
            return "DENIED";
        }
        PolicySet.Placed grant = policy.about(action).bestGrant(ARN, facts);
        return grant == null ? "NOT" : grant.statement().naming(facts).name();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        // Principal | a role's session, a user, a federated session of the user, root, a service
        "'*' | SELF SELF SELF SELF SELF",
        "{'AWS':'*'} | SELF SELF SELF SELF SELF",
        "{'AWS':'111122223333'} | ACCOUNT ACCOUNT ACCOUNT ACCOUNT NOT",
        "{'AWS':'arn:aws:iam::111122223333:root'} | ACCOUNT ACCOUNT ACCOUNT ACCOUNT NOT",
        "{'AWS':['999988887777','arn:aws:iam::999988887777:root']} | NOT NOT NOT NOT NOT",
        "{'AWS':'arn:aws:iam::111122223333:role/r'} | ROLE NOT NOT NOT NOT",
        "{'AWS':'AROAEXAMPLE'} | ROLE NOT NOT NOT NOT",
        "{'AWS':'arn:aws:sts::111122223333:assumed-role/r/s'} | SELF NOT NOT NOT NOT",
        "{'AWS':'arn:aws:sts::111122223333:assumed-role/r/other'} | NOT NOT NOT NOT NOT",
        "{'AWS':'arn:aws:iam::111122223333:user/anna'} | NOT SELF ROLE NOT NOT",
        "{'AWS':'AIDAEXAMPLE'} | NOT SELF ROLE NOT NOT",
        "{'AWS':'arn:aws:iam::111122223333:user/Anna'} | NOT NOT NOT NOT NOT",
        "{'AWS':'arn:aws:sts::111122223333:federated-user/fred'} | NOT NOT SELF NOT NOT",
        "{'AWS':['111122223333','arn:aws:iam::111122223333:role/r']} | ROLE ACCOUNT ACCOUNT ACCOUNT NOT",
        "{'Service':'delivery.logs.amazonaws.com'} | NOT NOT NOT NOT SELF",
        "{'Service':['sns.amazonaws.com']} | NOT NOT NOT NOT NOT",
        "{'Federated':'cognito-identity.amazonaws.com'} | NOT NOT NOT NOT NOT",
    })
    void whoIsNamedAndHow(String principal, String expected) {
        String statement = statement("\"Principal\": " + principal.replace('\'', '"'), "");
        assertThat(Stream.of(ROLE, USER, FEDERATED, ROOT, SERVICE).map(caller -> decide(caller, "s3:GetObject", statement)))
                .containsExactly(expected.split(" "));
        assertThat(decide(ROLE, "s3:PutObject", statement)).isEqualTo("NOT");
    }

    /** "You must also specify the account ARN of the not-denied principal", and for a session its role's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'AWS':'arn:aws:iam::111122223333:root'} | DENIED DENIED DENIED SELF DENIED",
        "{'AWS':'arn:aws:iam::111122223333:user/anna'} | DENIED DENIED DENIED DENIED DENIED",
        "{'AWS':['111122223333','arn:aws:iam::111122223333:user/anna']} | DENIED SELF DENIED SELF DENIED",
        "{'AWS':['111122223333','arn:aws:iam::111122223333:role/r']} | DENIED DENIED DENIED SELF DENIED",
        "{'AWS':['111122223333','arn:aws:iam::111122223333:role/r','arn:aws:sts::111122223333:assumed-role/r/s']}"
                + " | SELF DENIED DENIED SELF DENIED",
        "{'AWS':['111122223333','arn:aws:sts::111122223333:federated-user/fred']} | DENIED DENIED SELF SELF DENIED",
        "{'Service':'delivery.logs.amazonaws.com'} | DENIED DENIED DENIED DENIED SELF",
    })
    void whomADenialOfAllOthersLeavesOut(String principal, String expected) {
        String all = statement("\"Principal\": \"*\"", "");
        String denial = statement("\"NotPrincipal\": " + principal.replace('\'', '"'), "").replace("Allow", "Deny");
        assertThat(Stream.of(ROLE, USER, FEDERATED, ROOT, SERVICE).map(caller -> decide(caller, "s3:GetObject", all, denial)))
                .containsExactly(expected.split(" "));
    }

    @Test
    void whoHasABoundaryIsNeverLeftOut() {
        String denial = statement("\"NotPrincipal\": {\"AWS\": [\"111122223333\", \"arn:aws:iam::111122223333:user/anna\"]}", "")
                .replace("Allow", "Deny");
        PolicySet policies = new ResourcePolicies().compiled("arn:aws:s3:::b/k", new ResourcePolicies.Resource(
                "arn:aws:s3:::b", "111122223333", "{\"Statement\": [" + denial + "]}"));
        var bounded = new Facts(USER, Map.of(), ControlPolicies.NONE, Map.of(), () -> Instant.EPOCH, true);
        assertThat(policies.about("s3:GetObject").denial("arn:aws:s3:::b/k", Lab.facts(USER, Map.of()))).isNull();
        assertThat(policies.about("s3:GetObject").denial("arn:aws:s3:::b/k", bounded)).isNotNull();
    }

    @Test
    void conditionsCount() {
        String own = ", \"Condition\": {\"StringEquals\": {\"aws:SourceAccount\": \"%s\"}}";
        assertThat(decide(SERVICE, "s3:GetObject", statement("\"Principal\": \"*\"", own.formatted("111122223333"))))
                .isEqualTo("SELF");
        assertThat(decide(SERVICE, "s3:GetObject", statement("\"Principal\": \"*\"", own.formatted("999999999999"))))
                .isEqualTo("NOT");
    }

    @Test
    void aPolicyIsCompiledOnceForAllThatIsInItsResource() {
        var policies = new ResourcePolicies();
        String text = "{\"Statement\": [" + statement("\"Principal\": \"*\"", "") + "]}";
        var bucket = new ResourcePolicies.Resource("arn:aws:s3:::b", "111122223333", text);
        PolicySet known = policies.compiled("arn:aws:s3:::b/k", bucket);
        assertThat(policies.compiled("arn:aws:s3:::b/other", bucket)).isSameAs(known);
        assertThat(known.about("s3:GetObject").bestGrant("arn:aws:s3:::b/k", Lab.facts(ROOT, Map.of())).source().policy())
                .isEqualTo("arn:aws:s3:::b");
        var changed = new ResourcePolicies.Resource("arn:aws:s3:::b", "111122223333", text.replace("s3:Get*", "s3:Put*"));
        assertThat(policies.compiled("arn:aws:s3:::b/k", changed)).isNotSameAs(known);
        assertThat(policies.compiled("arn:aws:s3:::b/k", new ResourcePolicies.Resource("111122223333", "")))
                .isSameAs(PolicySet.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "no | Policies must be valid JSON and the first byte must be '{'",
        "[] | Policies must be valid JSON and the first byte must be '{'",
        "{} | Missing required field Statement",
        "{\"Versio\": 1} | Unknown field Versio",
        "{\"Version\": \"1\", \"Statement\": {}} | The policy must contain a valid version string",
        "{\"Statement\": [{\"Sid\": \"a-b\", \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\":"
                + " \"arn:aws:s3:::b/k\"}, {\"Sid\": \"a-b\", \"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:*\","
                + " \"Resource\": \"arn:aws:s3:::b/k\"}]} | Statement IDs (SID) in a single policy must be unique.",
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
