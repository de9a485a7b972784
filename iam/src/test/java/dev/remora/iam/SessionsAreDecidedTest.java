package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;
import software.amazon.awssdk.services.sts.model.Tag;

/** From the request for credentials to what they may do: the token alone carries it there. */
class SessionsAreDecidedTest {
    private static final Principal ROOT = new Principal.Root(Lab.ACCOUNT);
    private static final String BUCKET = "arn:aws:s3:::data";

    private final Lab lab = new Lab();
    private String role = "";

    @BeforeEach
    void makeRole() {
        role = lab.role("r", Lab.trust("{\"AWS\":\"*\"}")
                .replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]"));
        lab.inline("r", "p", Lab.allow("s3:*", "*"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private Principal holder(Credentials issued) {
        return ((Holder) lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now)).principal();
    }

    private Principal assume(AssumeRoleRequest.Builder request) {
        return holder(lab.sts(request.build(), ROOT, AssumeRoleResponse.class).credentials());
    }

    private AssumeRoleRequest.Builder request() {
        return AssumeRoleRequest.builder().roleArn(role).roleSessionName("s1");
    }

    private Reason decide(Principal caller, String action) {
        return lab.iam.authorizer().decide(caller, action, List.of(BUCKET + "/k"), Map.of()).reason();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    /** A user that may do everything with S3. */
    private Principal.User user() {
        var user = new User(Lab.ACCOUNT, "Bob", "/", "AIDABOB", Instant.EPOCH, "", Map.of("team", "red"), List.of(), List.of(),
                Map.of("p", Lab.allow("s3:*", "*")));
        lab.store.write(tx -> {
            tx.put(User.KIND, Scope.global(Lab.ACCOUNT), User.key("Bob"), user);
            return 0;
        });
        return new Principal.User(Lab.ACCOUNT, "/", "Bob", "AIDABOB", SessionTerms.NONE);
    }

    @Test
    void aSessionPolicyNarrowsAndNeverWidens() {
        assertThat(decide(assume(request()), "s3:GetObject")).isEqualTo(Reason.ALLOWED);
        Principal narrow = assume(request().policy(Lab.policy("{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\",\"sqs:*\"],"
                + "\"Resource\":\"*\"},{\"Effect\":\"Deny\",\"Action\":\"s3:GetObjectAcl\",\"Resource\":\"*\"}")));
        assertThat(decide(narrow, "s3:GetObject")).isEqualTo(Reason.ALLOWED);
        assertThat(decide(narrow, "s3:PutObject")).isEqualTo(Reason.NO_SESSION_POLICY);
        assertThat(decide(narrow, "s3:GetObjectAcl")).isEqualTo(Reason.SESSION_DENY);
        assertThat(decide(narrow, "sqs:SendMessage")).isEqualTo(Reason.NO_IDENTITY_POLICY);
    }

    @Test
    void aManagedSessionPolicyIsReadWhenACallIsDecided() {
        String arn = lab.iam(CreatePolicyRequest.builder().policyName("m").policyDocument(Lab.allow("s3:Get*", "*")).build(),
                CreatePolicyResponse.class).policy().arn();
        Principal session = assume(request().policyArns(policy -> policy.arn(arn)));
        assertThat(decide(session, "s3:GetObject")).isEqualTo(Reason.ALLOWED);
        lab.iam(CreatePolicyVersionRequest.builder().policyArn(arn).setAsDefault(true).policyDocument(Lab.allow("s3:Put*", "*"))
                .build(), AwsResponse.class);
        assertThat(decide(session, "s3:GetObject")).isEqualTo(Reason.NO_SESSION_POLICY);
        assertThat(decide(session, "s3:PutObject")).isEqualTo(Reason.ALLOWED);
    }

    @Test
    void tagsOfTheSessionCountBeforeThoseOfTheRoleWhateverTheirCase() {
        lab.iam(TagRoleRequest.builder().roleName("r").tags(t -> t.key("Team").value("red"), t -> t.key("Site").value("x"))
                .build(), AwsResponse.class);
        lab.inline("r", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{"
                + "\"StringEquals\":{\"aws:PrincipalTag/team\":\"blue\",\"aws:PrincipalTag/site\":\"x\"}}}"));
        assertThat(decide(assume(request()), "s3:GetObject")).isEqualTo(Reason.NO_IDENTITY_POLICY);
        assertThat(decide(assume(request().tags(tag("TEAM", "blue"))), "s3:GetObject")).isEqualTo(Reason.ALLOWED);
    }

    @Test
    void theSourceIdentityIsAKeyOfEveryCall() {
        lab.inline("r", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Condition\":{"
                + "\"StringEquals\":{\"aws:SourceIdentity\":\"alice\"}}}"));
        assertThat(decide(assume(request()), "s3:GetObject")).isEqualTo(Reason.NO_IDENTITY_POLICY);
        assertThat(decide(assume(request().sourceIdentity("alice")), "s3:GetObject")).isEqualTo(Reason.ALLOWED);
    }

    /** The inline policy that "Revoke IAM role temporary security credentials" attaches. */
    @Test
    void sessionsFromBeforeAMomentAreRevoked() {
        Principal before = assume(request());
        lab.now = lab.now.plusSeconds(10);
        lab.inline("r", "AWSRevokeOlderSessions", Lab.policy("{\"Effect\":\"Deny\",\"Action\":[\"*\"],\"Resource\":[\"*\"],"
                + "\"Condition\":{\"DateLessThan\":{\"aws:TokenIssueTime\":\"" + lab.now + "\"}}}"));
        lab.now = lab.now.plusSeconds(1);
        assertThat(decide(before, "s3:GetObject")).isEqualTo(Reason.EXPLICIT_DENY);
        assertThat(decide(assume(request()), "s3:GetObject")).isEqualTo(Reason.ALLOWED);
    }

    @Test
    void aUsersSessionMayWhatTheUserMayAndIsKnownToBeOne() {
        Principal.User bob = user();
        Principal session = holder(lab.sts(GetSessionTokenRequest.builder().build(), bob, GetSessionTokenResponse.class)
                .credentials());
        assertThat(decide(session, "s3:GetObject")).isEqualTo(Reason.ALLOWED);
        assertThat(decide(session, "sqs:SendMessage")).isEqualTo(Reason.NO_IDENTITY_POLICY);
        String withoutFactor = Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
                + "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"false\"}}}");
        lab.store.write(tx -> {
            User stored = tx.get(User.KIND, Scope.global(Lab.ACCOUNT), "bob").orElseThrow();
            tx.put(User.KIND, Scope.global(Lab.ACCOUNT), "bob", new User(Lab.ACCOUNT, "Bob", "/", "AIDABOB", Instant.EPOCH, "",
                    stored.tags(), List.of(), List.of(), Map.of("p", Lab.allow("s3:*", "*"), "q", withoutFactor)));
            return 0;
        });
        assertThat(decide(bob, "s3:GetObject")).as("keys that do not end have no such key").isEqualTo(Reason.ALLOWED);
        assertThat(decide(session, "s3:GetObject")).isEqualTo(Reason.EXPLICIT_DENY);
    }

    @Test
    void aFederatedUserMayWhatBothItsIssuerAndItsPolicyAllow() {
        Principal.User bob = user();
        assertThat(decide(federate(bob, GetFederationTokenRequest.builder().name("carol")), "s3:GetObject"))
                .isEqualTo(Reason.NO_SESSION_POLICY);
        Principal carol = federate(bob, GetFederationTokenRequest.builder().name("carol")
                .policy(Lab.policy("{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\",\"sqs:*\"],\"Resource\":\"*\",\"Condition\":{"
                + "\"StringEquals\":{\"aws:PrincipalTag/team\":\"red\",\"aws:PrincipalTag/job\":\"guest\"},"
                + "\"Null\":{\"aws:username\":\"true\"}}}")).tags(tag("job", "guest")));
        assertThat(decide(carol, "s3:GetObject")).isEqualTo(Reason.ALLOWED);
        assertThat(decide(carol, "s3:PutObject")).isEqualTo(Reason.NO_SESSION_POLICY);
        assertThat(decide(carol, "sqs:SendMessage")).isEqualTo(Reason.NO_IDENTITY_POLICY);
    }

    private Principal federate(Principal issuer, GetFederationTokenRequest.Builder request) {
        return holder(lab.sts(request.build(), issuer, GetFederationTokenResponse.class).credentials());
    }
}
