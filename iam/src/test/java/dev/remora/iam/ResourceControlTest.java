package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.ControlPolicies.Policy;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.store.Scope;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/**
 * Whom the resource control policies of an account keep from its resources. The account and a colleague are in an organization
 * whose policies want callers of it, or services that work for it; a stranger is not.
 */
class ResourceControlTest {
    private static final String ACCOUNT = Lab.ACCOUNT;
    private static final String COLLEAGUE = "444455556666";
    private static final String STRANGER = "999988887777";
    private static final String QUEUE = "arn:aws:sqs:us-east-1:" + ACCOUNT + ":box";
    private static final String ARN = "arn:aws:organizations::444455556666:policy/o-example/resource_control_policy/p-1";
    private static final String POLICY = Lab.policy("""
            {"Sid":"Ours","Effect":"Deny","Principal":"*","Action":["sqs:*","sts:AssumeRole"],"Resource":"*","Condition":{
              "StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-example"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}},
            {"Effect":"Deny","Principal":"*","Action":["sqs:*","sts:AssumeRole"],"Resource":"*","Condition":{
              "StringNotEquals":{"aws:SourceOrgID":"o-example"},"Bool":{"aws:PrincipalIsAWSService":"true"}}},
            {"Effect":"Deny","Principal":"*","Action":"sqs:DeleteQueue","Resource":"*","Condition":{
              "StringEquals":{"aws:ResourceOrgID":"o-example"}}}""");

    private final Lab lab = new Lab();

    @BeforeEach
    void arrange() {
        var member = new Standing("o-example", "o-example/r-1/", List.of(), List.of(new Policy(ARN, POLICY)));
        var colleague = new Standing("o-example", "o-example/r-1/", List.of(), List.of());
        lab.iam.controlPolicies(account -> account.equals(ACCOUNT) ? member
                : account.equals(COLLEAGUE) ? colleague : Standing.ALONE);
        String everybody = Lab.policy("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}");
        lab.iam.resourcePolicies().register("sqs", (caller, action, arn) -> arn.equals("*") ? Optional.empty()
                : Optional.of(new ResourcePolicies.Resource(arn.split(":")[4], everybody)));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private Principal principal(String kind, String account) {
        Map<String, String> inline = Map.of("i", Lab.allow("*", "*"));
        lab.store.write(tx -> {
            Scope scope = Scope.global(account);
            tx.put(User.KIND, scope, "anna",
                    new User(account, "anna", "/", "AIDAEXAMPLE", lab.now, "", Map.of(), List.of(), List.of(), inline));
            for (String path : List.of("/", "/aws-service-role/x.amazonaws.com/", "/x/aws-service-role/")) {
                String name = "r" + path.length();
                tx.put(Role.KIND, scope, name, new Role(account, name, path, "AROA" + name, lab.now, Lab.LAMBDA_TRUST, "", 3600,
                        "", Map.of(), List.of(), inline));
            }
            return 0;
        });
        return switch (kind) {
            case "root" -> new Principal.Root(account);
            case "user" -> new Principal.User(account, "/", "anna", "AIDAEXAMPLE", SessionTerms.NONE);
            case "role" -> session(account, "/");
            case "linked" -> session(account, "/aws-service-role/x.amazonaws.com/");
            case "seemingly linked" -> session(account, "/x/aws-service-role/");
            case "service" -> new Principal.Service(account, "x.amazonaws.com");
            default -> throw new AssertionError(kind);
        };
    }

    private static Principal session(String account, String path) {
        String name = "r" + path.length();
        String arn = "arn:aws:iam::" + account + ":role" + path + name;
        return new Principal.RoleSession(account, arn, name, "AROA" + name, "s", "");
    }

    private Decision decide(Principal caller, String action, String arn) {
        return lab.iam.authorizer().decide(caller, action, List.of(arn), Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // caller | its account | action | outcome
        "user    | 111122223333 | sqs:SendMessage | ALLOWED",
        "user    | 444455556666 | sqs:SendMessage | ALLOWED",
        "user    | 999988887777 | sqs:SendMessage | RESOURCE_CONTROL_DENY",
        "root    | 999988887777 | sqs:SendMessage | RESOURCE_CONTROL_DENY",
        "role    | 999988887777 | sqs:SendMessage | RESOURCE_CONTROL_DENY",
        "seemingly linked | 999988887777 | sqs:SendMessage | RESOURCE_CONTROL_DENY",
        "linked  | 999988887777 | sqs:SendMessage | ALLOWED",
        "service | 111122223333 | sqs:SendMessage | ALLOWED",
        "service | 444455556666 | sqs:SendMessage | ALLOWED",
        "service | 999988887777 | sqs:SendMessage | RESOURCE_CONTROL_DENY",
        "root    | 111122223333 | sqs:DeleteQueue | RESOURCE_CONTROL_DENY",
        "linked  | 111122223333 | sqs:DeleteQueue | ALLOWED",
        "service | 111122223333 | sqs:DeleteQueue | RESOURCE_CONTROL_DENY",
    })
    void limitsWhoeverCalls(String caller, String account, String action, Reason outcome) {
        Decision decision = decide(principal(caller, account), action, QUEUE);

        assertThat(decision.reason()).isEqualTo(outcome);
        assertThat(decision.allowed()).isEqualTo(outcome == Reason.ALLOWED);
        assertThat(decision.reason().denies()).isEqualTo(outcome != Reason.ALLOWED);
    }

    @Test
    void saysWhichStatement() {
        Decision decision = decide(principal("root", STRANGER), "sqs:SendMessage", QUEUE);

        assertThat(decision.resource()).isEqualTo(QUEUE);
        assertThat(decision.decidedBy()).hasValueSatisfying(source -> {
            assertThat(source.type()).isEqualTo(PolicyType.RESOURCE_CONTROL);
            assertThat(source.policy()).isEqualTo(ARN);
            assertThat(source.sid()).isEqualTo("Ours");
            assertThat(source.denies()).isTrue();
        });
    }

    @Test
    void limitsNoResourcesOfOtherAccounts() {
        assertThat(decide(principal("user", ACCOUNT), "sqs:SendMessage", QUEUE.replace(ACCOUNT, STRANGER)).allowed()).isTrue();
        assertThat(decide(principal("root", COLLEAGUE), "sqs:DeleteQueue", QUEUE.replace(ACCOUNT, COLLEAGUE)).allowed()).isTrue();
    }

    /** It gives nothing: a user without policies stays without rights. */
    @Test
    void grantsNothing() {
        var nobody = new Principal.User(COLLEAGUE, "/", "nobody", "AIDANOBODY", SessionTerms.NONE);
        assertThat(decide(nobody, "sqs:SendMessage", QUEUE).reason()).isEqualTo(Reason.NO_IDENTITY_POLICY);
    }

    /** What is about no resource counts as the caller's. */
    @Test
    void callsWithoutAResourceAreTheCallersOwn() {
        var closed = new Standing("o-example", "o-example/r-1/", List.of(), List.of(new Policy(ARN, Lab.policy(
                "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sqs:ListQueues\",\"Resource\":\"*\"}"))));
        lab.iam.controlPolicies(account -> account.equals(ACCOUNT) ? closed : Standing.ALONE);

        assertThat(decide(principal("root", ACCOUNT), "sqs:ListQueues", "*").reason()).isEqualTo(Reason.RESOURCE_CONTROL_DENY);
        assertThat(decide(principal("root", STRANGER), "sqs:ListQueues", "*").allowed()).isTrue();
    }

    @Test
    void aChangedPolicyHoldsAtOnce() {
        assertThat(decide(principal("root", STRANGER), "sqs:SendMessage", QUEUE).allowed()).isFalse();
        lab.iam.controlPolicies(account -> Standing.ALONE);
        assertThat(decide(principal("root", STRANGER), "sqs:SendMessage", QUEUE).allowed()).isTrue();
    }

    private String assume(String role, Principal caller) {
        return Lab.fault(() -> lab.sts(AssumeRoleRequest.builder().roleArn(role).roleSessionName("s").build(), caller,
                AssumeRoleResponse.class));
    }

    @Test
    void strangersDoNotAssumeRolesThatTrustThem() {
        String role = lab.role("open", Lab.trust("{\"AWS\":[\"" + STRANGER + "\",\"" + COLLEAGUE + "\"]}"));

        assertThat(assume(role, principal("user", STRANGER))).isEqualTo("403 AccessDenied: User: arn:aws:iam::" + STRANGER
                + ":user/anna is not authorized to perform: sts:AssumeRole on resource: " + role
                + " with an explicit deny in a resource control policy");
        lab.sts(AssumeRoleRequest.builder().roleArn(role).roleSessionName("s").build(), principal("user", COLLEAGUE),
                AssumeRoleResponse.class);
    }

    @Test
    void servicesAssumeWhatTheyMay() {
        String role = lab.role("r", Lab.LAMBDA_TRUST);
        String linked = linkedRole();
        assertThat(lab.iam.roles().assumableBy(role, "lambda.amazonaws.com")).isTrue();

        var closed = new Standing("o-example", "o-example/r-1/", List.of(), List.of(new Policy(ARN, Lab.policy(
                "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sts:*\",\"Resource\":\"*\"}"))));
        lab.iam.controlPolicies(account -> closed);

        assertThat(lab.iam.roles().assumableBy(role, "lambda.amazonaws.com")).isFalse();
        assertThat(lab.iam.roles().assumableBy(linked, "lambda.amazonaws.com")).isTrue();
    }

    private String linkedRole() {
        principal("linked", ACCOUNT);
        String path = "/aws-service-role/x.amazonaws.com/";
        return "arn:aws:iam::" + ACCOUNT + ":role" + path + "r" + path.length();
    }

    @Test
    void simulationsOfIdentitiesKnowIt() {
        principal("user", ACCOUNT);
        var result = lab.iam(SimulatePrincipalPolicyRequest.builder().policySourceArn("arn:aws:iam::" + ACCOUNT + ":user/anna")
                        .actionNames("sqs:SendMessage", "sqs:DeleteQueue").resourceArns(QUEUE).build(),
                SimulatePrincipalPolicyResponse.class);

        assertThat(result.evaluationResults())
                .extracting(r -> r.evalDecisionAsString() + " " + r.organizationsDecisionDetail().allowedByOrganizations())
                .containsExactly("allowed true", "explicitDeny false");
        assertThat(result.evaluationResults().getLast().matchedStatements())
                .extracting(s -> s.sourcePolicyId())
                .containsExactly("p-1");
    }
}
