package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Principal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

class SecurityTokensTest {
    private static final Principal ROOT = new Principal.Root(Lab.ACCOUNT);
    private static final String OTHER_ACCOUNT = "999988887777";

    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    private static AssumeRoleRequest.Builder request(String arn) {
        return AssumeRoleRequest.builder().roleArn(arn).roleSessionName("session-1");
    }

    private AssumeRoleResponse assume(Principal caller, AssumeRoleRequest.Builder request) {
        return lab.sts(request.build(), caller, AssumeRoleResponse.class);
    }

    private String fault(Principal caller, AssumeRoleRequest.Builder request) {
        return Lab.fault(() -> assume(caller, request));
    }

    private static String denied(Principal caller, String arn) {
        return "403 AccessDenied: User: " + caller.arn() + " is not authorized to perform: sts:AssumeRole on resource: " + arn;
    }

    private static String trustInRole(String arn) {
        return Lab.trust("{\"AWS\":\"" + arn + "\"}");
    }

    @Test
    void saysWhoOneIs() {
        GetCallerIdentityResponse root =
                lab.sts(GetCallerIdentityRequest.builder().build(), ROOT, GetCallerIdentityResponse.class);
        assertThat(root.account()).isEqualTo(Lab.ACCOUNT);
        assertThat(root.userId()).isEqualTo(Lab.ACCOUNT);
        assertThat(root.arn()).isEqualTo("arn:aws:iam::111122223333:root");
        var session = lab.session(lab.role("r", Lab.LAMBDA_TRUST));
        GetCallerIdentityResponse me =
                lab.sts(GetCallerIdentityRequest.builder().build(), session, GetCallerIdentityResponse.class);
        assertThat(me.arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/r/s1");
        assertThat(me.userId()).isEqualTo(session.roleId() + ":s1");
    }

    @Test
    void theAccountsRootAssumesARoleThatTrustsTheAccount() {
        String arn = lab.role("r", Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}"));
        AssumeRoleResponse answer = assume(ROOT, request(arn));
        assertThat(answer.assumedRoleUser().arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/r/session-1");
        assertThat(answer.assumedRoleUser().assumedRoleId()).matches("AROA[A-Z2-7]{17}:session-1");
        assertThat(answer.packedPolicySize()).isNull();
        assertThat(answer.credentials().expiration()).isEqualTo("2026-01-02T04:04:05Z");
        var holder = (Holder) lab.iam.accessKeys()
                .find(answer.credentials().accessKeyId(), answer.credentials().sessionToken(), lab.now);
        assertThat(holder.secret()).isEqualTo(answer.credentials().secretAccessKey());
        assertThat(holder.principal().arn()).isEqualTo(answer.assumedRoleUser().arn());
    }

    @Test
    void theTrustDocumentDecides() {
        String lambdas = lab.role("lambdas", Lab.LAMBDA_TRUST);
        assertThat(fault(ROOT, request(lambdas))).isEqualTo(denied(ROOT, lambdas));
        String none = lambdas.replace("lambdas", "none-such");
        assertThat(fault(ROOT, request(none))).isEqualTo(denied(ROOT, none));
        String denying = lab.role("denying",
                Lab.policy("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\"},"
                + "{\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"" + Lab.ACCOUNT + "\"},\"Action\":\"sts:AssumeRole\"}"));
        assertThat(fault(ROOT, request(denying)))
                .isEqualTo(denied(ROOT, denying) + " with an explicit deny in the role trust policy");
        String sparing = lab.role("sparing",
                Lab.policy("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\"},"
                + "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":\"" + Lab.ACCOUNT + "\"},\"Action\":\"sts:AssumeRole\"}"));
        assertThat(fault(ROOT, request(sparing))).isEqualTo("none");
        assertThat(fault(new Principal.Root(OTHER_ACCOUNT), request(sparing))).startsWith("403");
    }

    @Test
    void aRoleNamedByItsArnNeedsNoPolicyOfItsOwn() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        String target = lab.role("target", trustInRole(worker));
        assertThat(fault(lab.session(worker), request(target))).isEqualTo("none");
        lab.inline("worker", "deny", Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\"}"));
        assertThat(fault(lab.session(worker), request(target)))
                .isEqualTo(denied(lab.session(worker), target) + " with an explicit deny in an identity-based policy");
    }

    @Test
    void aRoleTrustedByItsAccountNeedsAPolicyOfItsOwn() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        String target = lab.role("target", Lab.trust("{\"AWS\":\"arn:aws:iam::" + Lab.ACCOUNT + ":root\"}"));
        assertThat(fault(lab.session(worker), request(target))).isEqualTo(denied(lab.session(worker), target));
        lab.inline("worker", "allow", Lab.allow("sts:AssumeRole", target));
        assertThat(fault(lab.session(worker), request(target))).isEqualTo("none");
    }

    @Test
    void fromAnotherAccountBothMustAgree() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        var there = lab.call(new Principal.Root(OTHER_ACCOUNT));
        String target = lab.roles()
                .create(CreateRoleRequest.builder()
                .roleName("target").assumeRolePolicyDocument(trustInRole(worker)).build(), there).role().arn();
        assertThat(target).contains(OTHER_ACCOUNT);
        assertThat(fault(lab.session(worker), request(target))).isEqualTo(denied(lab.session(worker), target));
        lab.inline("worker", "allow", Lab.allow("sts:AssumeRole", target));
        AssumeRoleResponse answer = assume(lab.session(worker), request(target));
        assertThat(answer.assumedRoleUser().arn()).isEqualTo("arn:aws:sts::" + OTHER_ACCOUNT + ":assumed-role/target/session-1");
    }

    @Test
    void anExternalIdMayBeDemanded() {
        String arn = lab.role("r", Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}").replace("\"sts:AssumeRole\"",
                "\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"secret-7\"}}"));
        assertThat(fault(ROOT, request(arn))).isEqualTo(denied(ROOT, arn));
        assertThat(fault(ROOT, request(arn).externalId("other"))).isEqualTo(denied(ROOT, arn));
        assertThat(fault(ROOT, request(arn).externalId("secret-7"))).isEqualTo("none");
    }

    @Test
    void theSessionsNameIsACondition() {
        String arn = lab.role("r", Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}").replace("\"sts:AssumeRole\"",
                "\"sts:AssumeRole\",\"Condition\":{\"StringLike\":{\"sts:RoleSessionName\":\"ci-*\"}}"));
        assertThat(fault(ROOT, request(arn))).startsWith("403");
        assertThat(fault(ROOT, request(arn).roleSessionName("ci-1"))).isEqualTo("none");
    }

    @Test
    void sessionsAreNoLongerThanTheRoleAndChainingAllow() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        String arn = lab.role("r", Lab.trust("{\"AWS\":\"*\"}"));
        assertThat(fault(ROOT, request(arn).durationSeconds(3601)))
                .isEqualTo("400 ValidationError: The requested DurationSeconds exceeds the"
                        + " MaxSessionDuration set for this role.");
        lab.iam(UpdateRoleRequest.builder().roleName("r").maxSessionDuration(43200).build(), AwsResponse.class);
        assertThat(assume(ROOT, request(arn).durationSeconds(43200)).credentials().expiration())
                .isEqualTo("2026-01-02T15:04:05Z");
        assertThat(assume(ROOT, request(arn).durationSeconds(900)).credentials().expiration()).isEqualTo("2026-01-02T03:19:05Z");
        assertThat(fault(lab.session(worker), request(arn).durationSeconds(3601))).isEqualTo("400 ValidationError: The requested"
                + " DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        assertThat(fault(lab.session(worker), request(arn).durationSeconds(3600))).isEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing-valid-in-here", "arn::b:::something/test-role", "arn:a::::something/test-role",
        "arn:a:::something/test-role", "arn:a:a::aaaaaaaaaa:"})
    void whatIsNoArnIsInvalid(String arn) {
        assertThat(fault(ROOT, request(arn))).isEqualTo("400 ValidationError: " + arn + " is invalid");
    }

    @Test
    void aKeysAccountIsTold() {
        assertThat(lab.sts(GetAccessKeyInfoRequest.builder().accessKeyId("ASIAQNZGKIQY56JQ7WML").build(), ROOT,
                GetAccessKeyInfoResponse.class).account()).isEqualTo("029608264753");
        assertThat(Lab.fault(() -> lab.sts(GetAccessKeyInfoRequest.builder().accessKeyId("NOTAKEYNOTAKEYNOTAKE").build(), ROOT,
                AwsResponse.class))).startsWith("400 ValidationError");
    }
}
