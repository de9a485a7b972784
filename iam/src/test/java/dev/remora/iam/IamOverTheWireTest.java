package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.User;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * The two services behind the dispatcher, called by AWS's own clients: signatures, tokens, permissions and the forms of answers.
 */
class IamOverTheWireTest {
    private static final AwsCredentials ROOT = AwsBasicCredentials.create(Lab.ACCOUNT, "test");

    private final Lab lab = new Lab();
    private final Dispatcher dispatcher;

    IamOverTheWireTest() {
        // The SDK's clients sign with the time of day.
        lab.now = Instant.now();
        dispatcher = new Dispatcher(List.of(lab.iam.iamOperations(), lab.iam.stsOperations()), lab.iam.accessKeys(),
                lab.iam.authorizer(),
                () -> lab.now);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private <B extends AwsClientBuilder<B, C> & SdkSyncClientBuilder<B, C>, C> C client(
            B builder, AwsCredentials credentials) {
        return builder.credentialsProvider(StaticCredentialsProvider.create(credentials))
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .httpClient(new InProcessClient(dispatcher))
                .build();
    }

    private IamClient iam(AwsCredentials credentials) {
        return client(IamClient.builder(), credentials);
    }

    private StsClient sts(AwsCredentials credentials) {
        return client(StsClient.builder(), credentials);
    }

    private static String fault(ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        return error.statusCode() + " " + error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage();
    }

    private static AwsCredentials of(Credentials credentials) {
        return AwsSessionCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
    }

    private AssumeRoleResponse assume(String arn) {
        return sts(ROOT).assumeRole(r -> r.roleArn(arn).roleSessionName("me").durationSeconds(900));
    }

    private String assumableRole() {
        return iam(ROOT).createRole(r -> r.roleName("worker")
                .assumeRolePolicyDocument(Lab.trust("{\"AWS\":\"" + Lab.ACCOUNT + "\"}")))
                .role().arn();
    }

    @Test
    void aRoleForAFunction() {
        Role role = iam(ROOT).createRole(r -> r.roleName("fn").assumeRolePolicyDocument(Lab.LAMBDA_TRUST)).role();
        assertThat(role.arn()).isEqualTo("arn:aws:iam::111122223333:role/fn");
        assertThat(URLDecoder.decode(role.assumeRolePolicyDocument(), StandardCharsets.UTF_8)).isEqualTo(Lab.LAMBDA_TRUST);
        String arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
        iam(ROOT).attachRolePolicy(r -> r.roleName("fn").policyArn(arn));
        assertThat(iam(ROOT).listAttachedRolePoliciesPaginator(r -> r.roleName("fn")).attachedPolicies())
                .extracting(AttachedPolicy::policyArn).containsExactly(arn);
        assertThat(iam(ROOT).listPoliciesPaginator(r -> r.maxItems(500)).policies())
                .hasSize(AwsPolicies.policies().all().size());
        assertThat(iam(ROOT).getAccountSummary().summaryMapAsStrings()).containsEntry("Roles", 1);
        assertThat(catchThrowableOfType(MalformedPolicyDocumentException.class, () -> iam(ROOT).putRolePolicy(
                r -> r.roleName("fn").policyName("p").policyDocument("{ \"Version\": \"2012-10-17\", }"))).awsErrorDetails()
                        .errorMessage())
                .isEqualTo("Syntax errors in policy.");
    }

    @Test
    void aSessionIsItselfAndMayWhatItsRoleMay() {
        AssumeRoleResponse assumed = assume(assumableRole());
        AwsCredentials session = of(assumed.credentials());
        assertThat(sts(session).getCallerIdentity().arn()).isEqualTo("arn:aws:sts::111122223333:assumed-role/worker/me");
        assertThat(sts(session).getCallerIdentity().userId()).isEqualTo(assumed.assumedRoleUser().assumedRoleId());
        assertThat(fault(() -> iam(session).getRole(r -> r.roleName("worker")))).isEqualTo("403 AccessDenied: User:"
                + " arn:aws:sts::111122223333:assumed-role/worker/me is not authorized to perform: iam:GetRole on resource:"
                + " arn:aws:iam::111122223333:role/worker because no identity-based policy allows the iam:GetRole action");
        iam(ROOT).putRolePolicy(r -> r.roleName("worker").policyName("p").policyDocument(Lab.allow("iam:Get*", "*")));
        assertThat(iam(session).getRole(r -> r.roleName("worker")).role().roleName()).isEqualTo("worker");
        iam(ROOT).putRolePolicy(r -> r.roleName("worker").policyName("deny").policyDocument(
                Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"iam:GetRole\",\"Resource\":\"*\"}")));
        assertThat(fault(() -> iam(session).getRole(r -> r.roleName("worker"))))
                .endsWith("role/worker with an explicit deny in an identity-based policy");
    }

    @Test
    void aSessionNeedsItsTokenItsSecretAndTime() {
        Credentials issued = assume(assumableRole()).credentials();
        String invalid = "403 InvalidClientTokenId: The security token included in the request is invalid.";
        assertThat(fault(() -> sts(AwsBasicCredentials.create(issued.accessKeyId(), issued.secretAccessKey()))
                .getCallerIdentity()))
                .isEqualTo(invalid);
        assertThat(fault(() -> sts(AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(),
                "B" + issued.sessionToken().substring(1))).getCallerIdentity())).isEqualTo(invalid);
        assertThat(fault(() -> sts(AwsSessionCredentials.create(issued.accessKeyId(), "wrong", issued.sessionToken()))
                .getCallerIdentity())).startsWith("403 SignatureDoesNotMatch");
        var expiring = lab.iam.roles().issue("arn:aws:iam::111122223333:role/worker", "brief", "", Duration.ofSeconds(10));
        lab.now = lab.now.plusSeconds(60);
        assertThat(fault(() -> sts(AwsSessionCredentials.create(expiring.accessKeyId(), expiring.secretAccessKey(),
                expiring.sessionToken())).getCallerIdentity()))
                .isEqualTo("403 ExpiredToken: The security token included in the request is expired");
    }

    @Test
    void temporaryCredentialsOfUsersCallNothingOfIam() {
        Credentials session = sts(ROOT).getSessionToken().credentials();
        Credentials federated = sts(ROOT).getFederationToken(r -> r.name("carol").policy(Lab.allow("*", "*"))).credentials();
        for (Credentials issued : List.of(session, federated)) {
            var keys = AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken());
            assertThat(fault(() -> iam(keys).listRoles()))
                    .isEqualTo("403 InvalidClientTokenId: The security token included in the request is invalid.");
            assertThat(sts(keys).getCallerIdentity().account()).isEqualTo(Lab.ACCOUNT);
            assertThat(fault(() -> sts(keys).getSessionToken()))
                    .isEqualTo("403 AccessDenied: Cannot call GetSessionToken with session credentials");
            assertThat(fault(() -> sts(keys).decodeAuthorizationMessage(r -> r.encodedMessage("x"))))
                    .startsWith("403 AccessDenied");
        }
        assertThat(fault(() -> sts(ROOT).decodeAuthorizationMessage(r -> r.encodedMessage("nonsense"))))
                .startsWith("400 InvalidAuthorizationMessageException");
    }

    @Test
    void withASecondFactorAUsersSessionCallsIam() {
        iam(ROOT).createUser(r -> r.userName("anna"));
        iam(ROOT).putUserPolicy(r -> r.userName("anna").policyName("p").policyDocument(Lab.allow("iam:*", "*")));
        AccessKey key = iam(ROOT).createAccessKey(r -> r.userName("anna")).accessKey();
        AwsCredentials anna = AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
        VirtualMFADevice device = iam(anna).createVirtualMFADevice(r -> r.virtualMFADeviceName("phone").path("/team/"))
                .virtualMFADevice();
        assertThat(device.serialNumber()).isEqualTo("arn:aws:iam::111122223333:mfa/team/phone");
        assertThat(Authenticator.read(device.qrCodePNG().asByteArray())).contains(device.base32StringSeed().asUtf8String());
        var phone = new Authenticator(device.base32StringSeed().asUtf8String());
        assertThat(fault(() -> iam(anna).enableMFADevice(r -> r.userName("anna").serialNumber(device.serialNumber())
                .authenticationCode1("12345").authenticationCode2("abcdef")))).startsWith("400 ValidationError");
        iam(anna).enableMFADevice(r -> r.userName("anna").serialNumber(device.serialNumber())
                .authenticationCode1(phone.code(lab.now, -1)).authenticationCode2(phone.code(lab.now, 0)));
        assertThat(iam(anna).listMFADevicesPaginator().mfaDevices()).extracting(MFADevice::serialNumber)
                .containsExactly(device.serialNumber());
        assertThat(iam(anna).listVirtualMFADevicesPaginator().virtualMFADevices()).extracting(VirtualMFADevice::user)
                .extracting(User::userName).containsExactly("anna");
        assertThat(fault(() -> iam(anna).deactivateMFADevice(r -> r.serialNumber(device.serialNumber()))))
                .startsWith("403 AccessDenied: To complete this action");

        AwsCredentials plain = of(sts(anna).getSessionToken().credentials());
        assertThat(fault(() -> iam(plain).listUsers())).startsWith("403 InvalidClientTokenId");
        assertThat(fault(() -> sts(anna).getSessionToken(r -> r.serialNumber(device.serialNumber()).tokenCode("12345"))))
                .startsWith("400 ValidationError");
        AwsCredentials proved = of(sts(anna).getSessionToken(
                r -> r.serialNumber(device.serialNumber()).tokenCode(phone.code(lab.now, 1))).credentials());
        assertThat(iam(proved).listUsers().users()).hasSize(1);
        iam(proved).deactivateMFADevice(r -> r.serialNumber(device.serialNumber()));
        iam(proved).deleteVirtualMFADevice(r -> r.serialNumber(device.serialNumber()));
        assertThat(fault(() -> iam(ROOT).deleteVirtualMFADevice(r -> r.serialNumber("arn:aws:iam::444455556666:mfa/phone"))))
                .startsWith("403 AccessDenied");
    }

    @Test
    void aUserSignsWithItsKeyAsLongAsThatIsActive() {
        iam(ROOT).createUser(r -> r.userName("anna"));
        AccessKey key = iam(ROOT).createAccessKey(r -> r.userName("anna")).accessKey();
        AwsCredentials anna = AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey());
        assertThat(sts(anna).getCallerIdentity().arn()).isEqualTo("arn:aws:iam::111122223333:user/anna");
        assertThat(fault(() -> sts(AwsBasicCredentials.create(key.accessKeyId(), "wrong")).getCallerIdentity()))
                .startsWith("403 SignatureDoesNotMatch");
        AccessKeyLastUsed used = iam(ROOT).getAccessKeyLastUsed(r -> r.accessKeyId(key.accessKeyId())).accessKeyLastUsed();
        assertThat(used.serviceName()).isEqualTo("sts");
        assertThat(used.region()).isEqualTo("eu-west-1");
        iam(ROOT).updateAccessKey(r -> r.userName("anna").accessKeyId(key.accessKeyId()).status(StatusType.INACTIVE));
        assertThat(fault(() -> sts(anna).getCallerIdentity()))
                .isEqualTo("403 InvalidClientTokenId: The security token included in the request is invalid.");
    }

    @Test
    void whatIsLaterIsRefusedByName() {
        String arn = assumableRole();
        assertThat(fault(() -> sts(ROOT).assumeRole(r -> r.roleArn(arn).roleSessionName("me")
                .providedContexts(c -> c.providerArn("arn:aws:iam::aws:contextProvider/x").contextAssertion("asserted")))))
                .contains("ProvidedContexts");
        assertThat(fault(() -> iam(ROOT).createSAMLProvider(r -> r.name("m").samlMetadataDocument("x".repeat(1000)))))
                .contains("CreateSAMLProvider");
    }
}
