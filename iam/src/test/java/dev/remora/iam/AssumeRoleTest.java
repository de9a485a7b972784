package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;
import software.amazon.awssdk.services.sts.model.Tag;

/** What AssumeRole takes besides a role and a name: policies, tags, a source identity. */
class AssumeRoleTest {
    private static final Principal ROOT = new Principal.Root(Lab.ACCOUNT);
    private static final String MANAGED = "arn:aws:iam::aws:policy/AWSLambda_FullAccess";

    private final Lab lab = new Lab();
    private String role = "";

    @BeforeEach
    void makeRole() {
        role = lab.role("r", trust("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private static String trust(String... actions) {
        return Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}")
                .replace("\"sts:AssumeRole\"", "[\"" + String.join("\",\"", actions) + "\"]");
    }

    private AssumeRoleRequest.Builder request() {
        return request(role);
    }

    private static AssumeRoleRequest.Builder request(String arn) {
        return AssumeRoleRequest.builder().roleArn(arn).roleSessionName("session-1");
    }

    private AssumeRoleResponse assume(Principal caller, AssumeRoleRequest.Builder request) {
        return lab.sts(request.build(), caller, AssumeRoleResponse.class);
    }

    private Principal.RoleSession session(Principal caller, AssumeRoleRequest.Builder request) {
        var issued = assume(caller, request).credentials();
        var holder = (Holder) lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now);
        return (Principal.RoleSession) holder.principal();
    }

    private String fault(Principal caller, AssumeRoleRequest.Builder request) {
        return Lab.fault(() -> assume(caller, request));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static PolicyDescriptorType arn(String arn) {
        return PolicyDescriptorType.builder().arn(arn).build();
    }

    @Test
    void theTermsOfTheSessionAreInItsToken() {
        String policy = Lab.allow("ec2:Describe*", "*");
        Principal.RoleSession session = session(ROOT, request().policy(policy).policyArns(arn(MANAGED))
                .tags(tag("Team", "blue"), tag("Cost", "7")).transitiveTagKeys("team").sourceIdentity("alice"));
        assertThat(session.terms()).isEqualTo(new SessionTerms(lab.now.truncatedTo(ChronoUnit.SECONDS), policy,
                List.of(MANAGED), Map.of("Cost", "7", "Team", "blue"), Set.of("Team"), "alice", false));
        assertThat(session.sourceFunctionArn()).isEmpty();
    }

    @Test
    void theAnswerTellsHowMuchRoomTheTermsTake() {
        assertThat(assume(ROOT, request()).packedPolicySize()).isNull();
        assertThat(assume(ROOT, request().policy(Lab.allow("ec2:Describe*", "*"))).packedPolicySize()).isBetween(1, 10);
        assertThat(assume(ROOT, request().tags(tag("a", "b"))).packedPolicySize()).isEqualTo(1);
        assertThat(assume(ROOT, request().sourceIdentity("alice")).sourceIdentity()).isEqualTo("alice");
        String tooLong = Lab.allow("ec2:" + "a".repeat(2048), "*");
        assertThat(fault(ROOT, request().policy(tooLong))).isEqualTo("400 PackedPolicyTooLarge: Packed policy consumes 105% of"
                + " allotted space, please use smaller policy.");
        var random = new Random(3);
        List<Tag> tags = IntStream.range(0, 50).mapToObj(i -> tag("k" + i, random.ints(60, 'A', 'z').filter(Character::isLetter)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString())).toList();
        assertThat(fault(ROOT, request().tags(tags))).matches("400 PackedPolicyTooLarge: Packed policy consumes 1[0-9]{2}% of"
                + " allotted space, please use smaller policy\\.");
    }

    @Test
    void aTokenIsNotLongerThanFourKilobytes() {
        var policy = new StringBuilder();
        IntStream.range(0, 40).forEach(i -> policy.append(i == 0 ? "" : "\",\"").append("ec2:Action").append(i * 7919));
        String document = Lab.policy("{\"Effect\":\"Allow\",\"Action\":[\"" + policy + "\"],\"Resource\":\"*\"}");
        var answer = assume(ROOT, request().policy(document).sourceIdentity("a".repeat(64)).roleSessionName("s".repeat(64))
                .tags(IntStream.range(0, 20).mapToObj(i -> tag("key-" + i, "value-" + i)).toList()));
        assertThat(answer.packedPolicySize()).isBetween(10, 100);
        assertThat(answer.credentials().sessionToken()).hasSizeLessThan(4096);
    }

    @Test
    void aPolicyMustBeOne() {
        assertThat(fault(ROOT, request().policy("{"))).isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
        assertThat(fault(ROOT, request().policy(Lab.LAMBDA_TRUST)))
                .isEqualTo("400 MalformedPolicyDocument: Policy document should not specify a principal.");
        assertThat(fault(ROOT, request().policyArns(arn("arn:aws:iam::" + Lab.ACCOUNT + ":policy/none"))))
                .isEqualTo("400 ValidationError: ARN arn:aws:iam::" + Lab.ACCOUNT + ":policy/none is not valid.");
        List<PolicyDescriptorType> eleven = IntStream.range(0, 11).mapToObj(i -> arn(MANAGED + i)).toList();
        assertThat(fault(ROOT, request().policyArns(eleven))).endsWith(
                "at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10");
    }

    @Test
    void tagsAreNamedOnceAndTransitiveOnesAreAmongThem() {
        assertThat(fault(ROOT, request().tags(tag("a", "1"), tag("A", "2")))).isEqualTo("400 InvalidParameterValue: Duplicate tag"
                + " keys found. Please note that Tag keys are case insensitive.");
        assertThat(fault(ROOT, request().tags(tag("a", "1")).transitiveTagKeys("b"))).isEqualTo("400 InvalidParameterValue: The"
                + " specified transitive tag key must be included in the requested tags.");
        assertThat(fault(ROOT, request().tags(tag("aws:x", "1")))).startsWith("400 InvalidParameterValue");
    }

    @Test
    void taggingNeedsAPermissionOfItsOwn() {
        String plain = lab.role("plain", trust("sts:AssumeRole"));
        assertThat(fault(ROOT, request(plain))).isEqualTo("none");
        assertThat(fault(ROOT, request(plain).tags(tag("a", "1")))).isEqualTo("403 AccessDenied: User: " + ROOT.arn()
                + " is not authorized to perform: sts:TagSession on resource: " + plain);
    }

    @Test
    void theTrustDocumentSeesTagsAndTransitiveKeys() {
        String strict = lab.role("strict", Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + Lab.ACCOUNT
                + "\"},\"Action\":\"sts:AssumeRole\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + Lab.ACCOUNT
                + "\"},\"Action\":\"sts:TagSession\",\"Condition\":{"
                + "\"StringEquals\":{\"aws:RequestTag/team\":[\"red\",\"blue\"]},"
                + "\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"team\",\"cost\"],\"sts:TransitiveTagKeys\":[\"team\"]}}}"));
        assertThat(fault(ROOT, request(strict).tags(tag("team", "red")))).isEqualTo("none");
        assertThat(fault(ROOT, request(strict).tags(tag("team", "red"), tag("cost", "1")).transitiveTagKeys("team")))
                .isEqualTo("none");
        assertThat(fault(ROOT, request(strict).tags(tag("team", "green")))).contains("sts:TagSession");
        assertThat(fault(ROOT, request(strict).tags(tag("team", "red"), tag("other", "1")))).contains("sts:TagSession");
        assertThat(fault(ROOT, request(strict).tags(tag("team", "red"), tag("cost", "1")).transitiveTagKeys("cost")))
                .contains("sts:TagSession");
    }

    /** The IAM user guide's three roles, "Chaining roles with session tags". */
    @Test
    void transitiveTagsPassDownAChainAndCannotBeReplaced() {
        String trusting = Lab.trust("{\"AWS\":\"*\"}").replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:TagSession\"]");
        String second = lab.role("Role2", trusting);
        String third = lab.role("Role3", trusting);
        Principal one = session(ROOT, request(lab.role("Role1", trusting))
                .tags(tag("Star", "1"), tag("Heart", "1"), tag("Moon", "1")).transitiveTagKeys("Star", "Heart"));
        Principal two = session(one, request(second));
        assertThat(two.terms().tags()).isEqualTo(Map.of("Heart", "1", "Star", "1"));
        assertThat(fault(two, request(third).tags(tag("heart", "3")))).isEqualTo("400 InvalidParameterValue: One of the specified"
                + " transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.");
        Principal three = session(two, request(third).tags(tag("Lightning", "3")));
        assertThat(three.terms().tags()).isEqualTo(Map.of("Heart", "1", "Lightning", "3", "Star", "1"));
        assertThat(three.terms().transitive()).containsExactlyInAnyOrder("Heart", "Star");
        String closed = lab.role("closed", Lab.trust("{\"AWS\":\"*\"}"));
        assertThat(fault(two, request(closed))).as("inherited tags need the permission, too")
                .contains("is not authorized to perform: sts:TagSession");
    }

    @Test
    void aSourceIdentityNeedsAPermissionAndStaysForTheWholeChain() {
        String plain = lab.role("plain", Lab.trust("{\"AWS\":\"*\"}"));
        String setting = lab.role("setting", Lab.trust("{\"AWS\":\"*\"}")
                .replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:SetSourceIdentity\"],"
                + "\"Condition\":{\"StringLike\":{\"sts:SourceIdentity\":\"al*\"}}"));
        assertThat(fault(ROOT, request(plain).sourceIdentity("alice"))).contains("sts:SetSourceIdentity on resource: " + plain);
        assertThat(fault(ROOT, request(setting).sourceIdentity("bob"))).contains("sts:AssumeRole");
        Principal one = session(ROOT, request(setting).sourceIdentity("alice"));
        assertThat(fault(one, request(plain))).contains("sts:SetSourceIdentity");
        assertThat(fault(one, request(setting).sourceIdentity("albert")))
                .isEqualTo("400 ValidationError: The source identity is already set for this assume role session");
        AssumeRoleResponse two = assume(one, request(setting));
        assertThat(two.sourceIdentity()).isEqualTo("alice");
        assertThat(session(one, request(setting)).terms().sourceIdentity()).isEqualTo("alice");
    }

    @Test
    void theTagsOfTheRoleAreThoseOfTheResource() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        String target = lab.role("target", Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}"));
        lab.inline("worker", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\","
                + "\"Condition\":{\"StringEquals\":{\"aws:ResourceTag/open\":\"yes\"}}}"));
        assertThat(fault(lab.session(worker), request(target))).startsWith("403 AccessDenied");
        lab.iam(TagRoleRequest.builder().roleName("target").tags(t -> t.key("open").value("yes")).build(), AwsResponse.class);
        assertThat(fault(lab.session(worker), request(target))).isEqualTo("none");
    }

    @Test
    void theRequestsOwnKeysCount() {
        String near = lab.role("near", Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}").replace("\"sts:AssumeRole\"",
                "\"sts:AssumeRole\",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"127.0.0.0/8\"}}"));
        var call = new Call("request-1", "us-east-1", ROOT, "127.0.0.1", lab.now, "http://localhost",
                Map.of("aws:SourceIp", List.of("127.0.0.1")));
        assertThat(fault(ROOT, request(near))).startsWith("403");
        assertThat(Lab.fault(() -> lab.sts(request(near).build(), call, AssumeRoleResponse.class))).isEqualTo("none");
    }
}
