package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

/** Codes in STS, and what policies then know of them. */
class SecondFactorTest {
    private static final String OTHER_ACCOUNT = "999988887777";
    private static final String WRONG =
            "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    private static final String FOREIGN = "403 AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code. "
            + " Please verify your MFA serial number is valid and associated with this user.";
    private static final String HALF =
            "403 AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
    private static final String PRESENT = "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}";

    private final Lab lab = new Lab();
    private Principal.User anna = user("anna");
    private VirtualMFADevice device = VirtualMFADevice.builder().build();

    @BeforeEach
    void enable() {
        device = device("anna", anna.name());
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private Principal.User user(String name) {
        var made = lab.iam(CreateUserRequest.builder().userName(name).build(), CreateUserResponse.class).user();
        return new Principal.User(Lab.ACCOUNT, "/", name, made.userId(), SessionTerms.NONE);
    }

    /** A device that has used the codes up to now. */
    private VirtualMFADevice device(String name, String user) {
        VirtualMFADevice made = lab.iam(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName(name).build(),
                CreateVirtualMfaDeviceResponse.class).virtualMFADevice();
        lab.iam(EnableMfaDeviceRequest.builder().userName(user).serialNumber(made.serialNumber())
                .authenticationCode1(code(made, -1)).authenticationCode2(code(made, 0)).build(), AwsResponse.class);
        return made;
    }

    private String code(VirtualMFADevice of, int steps) {
        return new Authenticator(of.base32StringSeed().asUtf8String()).code(lab.now, steps);
    }

    private GetSessionTokenRequest.Builder session(int steps) {
        return GetSessionTokenRequest.builder().serialNumber(device.serialNumber()).tokenCode(code(device, steps));
    }

    private Principal start(Principal caller, GetSessionTokenRequest.Builder request) {
        return holder(lab.sts(request.build(), caller, GetSessionTokenResponse.class).credentials());
    }

    private Principal holder(Credentials issued) {
        return ((Holder) lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now)).principal();
    }

    private String fault(Principal caller, GetSessionTokenRequest.Builder request) {
        return Lab.fault(() -> start(caller, request));
    }

    private static AssumeRoleRequest.Builder assuming(String arn) {
        return AssumeRoleRequest.builder().roleArn(arn).roleSessionName("s");
    }

    private AssumeRoleRequest.Builder assuming(String arn, int steps) {
        return assuming(arn).serialNumber(device.serialNumber()).tokenCode(code(device, steps));
    }

    private Principal assume(Principal caller, AssumeRoleRequest.Builder request) {
        return holder(lab.sts(request.build(), caller, AssumeRoleResponse.class).credentials());
    }

    private String fault(Principal caller, AssumeRoleRequest.Builder request) {
        return Lab.fault(() -> assume(caller, request));
    }

    private Decision decide(Principal caller, String action) {
        return lab.iam.authorizer().decide(caller, action, List.of("*"), Map.of());
    }

    private void allow(Principal.User user, String condition) {
        lab.iam(PutUserPolicyRequest.builder().userName(user.name()).policyName("p").policyDocument(Lab.policy(
                "{\"Effect\":\"Allow\",\"Action\":[\"s3:*\",\"sts:*\"],\"Resource\":\"*\",\"Condition\":{" + condition + "}}"))
                .build(), AwsResponse.class);
    }

    private String trusting(String condition) {
        return lab.role("r" + condition.length(), Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + anna.arn()
                + "\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{" + condition + "}}"));
    }

    @Test
    void aSessionSaysThatThereWasASecondFactor() {
        allow(anna, PRESENT);
        assertThat(decide(anna, "s3:GetObject").allowed()).as("the key itself").isFalse();
        assertThat(decide(start(anna, GetSessionTokenRequest.builder()), "s3:GetObject").allowed()).isFalse();
        Principal proved = start(anna, session(1));
        assertThat(proved.terms().mfa()).isTrue();
        assertThat(decide(proved, "s3:GetObject").allowed()).isTrue();
        assertThat(proved.barredFrom("iam")).isFalse();
        assertThat(start(anna, GetSessionTokenRequest.builder()).barredFrom("iam")).isTrue();
    }

    @Test
    void theAgeCountsFromTheCode() {
        allow(anna, "\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"300\"}");
        assertThat(decide(anna, "s3:GetObject").allowed()).isFalse();
        Principal proved = start(anna, session(1));
        lab.now = lab.now.plus(Duration.ofSeconds(299));
        assertThat(decide(proved, "s3:GetObject").allowed()).isTrue();
        lab.now = lab.now.plus(Duration.ofSeconds(1));
        assertThat(decide(proved, "s3:GetObject").allowed()).isFalse();
    }

    @Test
    void aCodeIsGoodOnceForItsOwnerAndInItsTime() {
        assertThat(fault(anna, session(0))).as("used to enable").isEqualTo(WRONG);
        assertThat(fault(anna, session(2))).isEqualTo(WRONG);
        assertThat(fault(anna, session(1))).isEqualTo("none");
        assertThat(fault(anna, session(1))).isEqualTo(WRONG);
        assertThat(fault(anna, assuming(trusting(PRESENT), 1))).isEqualTo(WRONG);
        lab.now = lab.now.plusSeconds(30);
        assertThat(fault(anna, session(1))).isEqualTo("none");
        lab.now = lab.now.plusSeconds(300);
        assertThat(fault(anna, session(-2))).isEqualTo(WRONG);
        assertThat(fault(anna, session(-1))).isEqualTo("none");
    }

    @Test
    void onlyADeviceOfTheCallersOwnCounts() {
        Principal bob = user("bob");
        Principal root = new Principal.Root(Lab.ACCOUNT);
        assertThat(fault(bob, session(1))).isEqualTo(FOREIGN);
        assertThat(fault(root, session(1))).isEqualTo(FOREIGN);
        assertThat(fault(new Principal.Root(OTHER_ACCOUNT), session(1))).isEqualTo(FOREIGN);
        assertThat(fault(anna, session(1).serialNumber(anna.arn()))).isEqualTo(FOREIGN);
        assertThat(fault(anna, session(1).serialNumber("GAHT12345678"))).isEqualTo(FOREIGN);
        assertThat(fault(anna, session(1).tokenCode(null))).isEqualTo(HALF);
        assertThat(fault(anna, session(1).serialNumber(null))).isEqualTo(HALF);
        String open = lab.role("open", Lab.trust("{\"AWS\":\"*\"}"));
        Principal role = assume(root, assuming(open));
        assertThat(fault(role, assuming(open, 1))).as("a session has no devices").isEqualTo(FOREIGN);
        lab.iam(DeactivateMfaDeviceRequest.builder().userName("anna").serialNumber(device.serialNumber()).build(),
                AwsResponse.class);
        assertThat(fault(anna, session(1))).isEqualTo(FOREIGN);
    }

    @Test
    void theRootProvesASecondFactorAsUsersDo() {
        device = device("root", Lab.ACCOUNT);
        assertThat(start(new Principal.Root(Lab.ACCOUNT), session(1)).terms().mfa()).isTrue();
    }

    @Test
    void aTrustIsJudgedWhenTheRoleIsAssumed() {
        String arn = trusting(PRESENT + ",\"NumericLessThan\":{\"aws:MultiFactorAuthAge\":\"1\"},"
                + "\"Null\":{\"aws:TokenIssueTime\":\"true\"}");
        assertThat(fault(anna, assuming(arn))).isEqualTo("403 AccessDenied: User: " + anna.arn()
                + " is not authorized to perform: sts:AssumeRole on resource: " + arn);
        assertThat(fault(anna, assuming(arn, 1))).isEqualTo("none");
    }

    @Test
    void aSessionWithASecondFactorAssumesARoleThatAsksForOne() {
        String arn = trusting(PRESENT);
        Principal plain = start(anna, GetSessionTokenRequest.builder());
        Principal proved = start(anna, session(1));
        assertThat(fault(plain, assuming(arn))).startsWith("403 AccessDenied: User:");
        assertThat(fault(proved, assuming(arn))).isEqualTo("none");
    }

    @Test
    void aRoleInAnotherAccountMayAskForOne() {
        String arn = "arn:aws:iam::" + OTHER_ACCOUNT + ":role/there";
        lab.roles().create(CreateRoleRequest.builder().roleName("there")
                .assumeRolePolicyDocument(Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + Lab.ACCOUNT
                + "\"},\"Action\":\"sts:AssumeRole\",\"Condition\":{" + PRESENT + "}}")).build(),
                lab.call(new Principal.Root(OTHER_ACCOUNT)));
        lab.iam(PutUserPolicyRequest.builder().userName("anna").policyName("q").policyDocument(
                Lab.allow("sts:AssumeRole", arn)).build(), AwsResponse.class);
        assertThat(fault(anna, assuming(arn))).startsWith("403 AccessDenied: User:");
        assertThat(fault(anna, assuming(arn, 1))).isEqualTo("none");
    }

    /** "The temporary credentials returned by AssumeRole do not include MFA information in the context." */
    @Test
    void theSecondFactorEndsWithTheAssumption() {
        String first = trusting(PRESENT);
        lab.inline("r" + PRESENT.length(), "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
                + "\"Condition\":{" + PRESENT + "}},{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\","
                + "\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"false\"}}}"));
        Principal session = assume(anna, assuming(first, 1));
        assertThat(decide(session, "s3:GetObject").allowed()).isFalse();
        assertThat(decide(session, "sqs:ListQueues").allowed()).isTrue();
        String second = lab.role("second", Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},"
                + "\"Action\":\"sts:AssumeRole\",\"Condition\":{" + PRESENT + "}}"));
        assertThat(fault(session, assuming(second))).startsWith("403 AccessDenied: User:");
    }

    @Test
    void whatIsWrongWithTheRequestAloneUsesNoCode() {
        assertThat(fault(anna, assuming("nonsense:x:y:z", 1))).startsWith("400");
        assertThat(fault(anna, session(1))).isEqualTo("none");
    }

    @Test
    void ofTwoWhoSendACodeAtOnceOneIsLetIn() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> attempt = () -> fault(anna, session(1));
            List<String> answers = threads.invokeAll(Stream.generate(() -> attempt).limit(8).toList()).stream()
                    .map(answer -> answer.resultNow()).toList();
            assertThat(answers).containsOnlyOnce("none").containsOnly("none", WRONG);
        }
    }
}
