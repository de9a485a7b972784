package dev.remora.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.iam.IamService;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import java.net.URI;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Policies of secrets, decided by IAM and seen by AWS's own client. */
class SecretPoliciesTest {
    private static final String OTHER = "444455556666";
    private static final String POLICY = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
            + "{\"AWS\":\"arn:aws:iam::" + OTHER + ":root\"},\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"*\"}]}";

    private final InstantSource clock = InstantSource.system();
    private final Store store = SqliteStore.inMemory(Stream.of(SecretsManagerService.kinds(), IamService.kinds())
            .<Kind<?>>flatMap(Collection::stream)
            .toList());
    private final IamService iam = new IamService(store, Ids.random(), clock, true);
    private final SecretsManagerService service = new SecretsManagerService(store, Ids.random(), clock);
    private final Dispatcher dispatcher =
            new Dispatcher(List.of(service.operations()), iam.accessKeys(), iam.authorizer(), clock);
    private final SecretsManagerClient owner = client("123456789012");
    private final SecretsManagerClient other = client(OTHER);
    private String arn = "";

    private SecretsManagerClient client(String account) {
        return SecretsManagerClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(account, "test")))
                .region(Region.US_EAST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)))
                .httpClient(new InProcessClient(dispatcher))
                .build();
    }

    @BeforeEach
    void secret() {
        iam.resourcePolicies().register("secretsmanager", service.policies());
        arn = owner.createSecret(r -> r.name("db").secretString("one")).arn();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static String fault(ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        return error.statusCode() + " " + error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage();
    }

    @Test
    void anotherAccountReadsWhatThePolicyGives() {
        assertThat(fault(() -> other.getSecretValue(r -> r.secretId(arn)))).isEqualTo("400 AccessDeniedException: User:"
                + " arn:aws:iam::" + OTHER + ":root is not authorized to perform: secretsmanager:GetSecretValue on resource: "
                + arn + " because no resource-based policy allows the secretsmanager:GetSecretValue action");
        owner.putResourcePolicy(r -> r.secretId("db").resourcePolicy(POLICY));
        assertThat(other.getSecretValue(r -> r.secretId(arn)).secretString()).isEqualTo("one");
        assertThat(fault(() -> other.deleteSecret(r -> r.secretId(arn)))).startsWith("400 AccessDeniedException");
        owner.deleteResourcePolicy(r -> r.secretId("db"));
        assertThat(fault(() -> other.getSecretValue(r -> r.secretId(arn)))).startsWith("400 AccessDeniedException");
    }

    @Test
    void aPolicyIsShownAsItWasGiven() {
        assertThat(owner.getResourcePolicy(r -> r.secretId("db")).resourcePolicy()).isNull();
        assertThat(owner.putResourcePolicy(r -> r.secretId("db").resourcePolicy(POLICY)).arn()).isEqualTo(arn);
        var shown = owner.getResourcePolicy(r -> r.secretId(arn));
        assertThat(shown.resourcePolicy()).isEqualTo(POLICY);
        assertThat(shown.name()).isEqualTo("db");
        assertThat(fault(() -> owner.getResourcePolicy(r -> r.secretId("none")))).startsWith("400 ResourceNotFoundException");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"Statement\":[]}", "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\","
            + "\"Action\":\"secretsmanager:*\",\"Resource\":\"arn:aws:secretsmanager:us-east-1:123456789012:secret:x\"}}"})
    void whatIsNoPolicyOfTheSecretIsRefused(String text) {
        assertThat(fault(() -> owner.putResourcePolicy(r -> r.secretId("db").resourcePolicy(text)))).isEqualTo(
                "400 MalformedPolicyDocumentException: This resource policy contains a syntax error.");
    }

    @Test
    void aPolicyForEverybodyCanBeBlocked() {
        String everybody = POLICY.replaceAll("\\{\"AWS\":[^}]*}", "{\"AWS\":[\"*\"]}");
        assertThat(fault(() -> owner.putResourcePolicy(
                        r -> r.secretId("db").resourcePolicy(everybody).blockPublicPolicy(true))))
                .startsWith("400 PublicPolicyException");
        owner.putResourcePolicy(r -> r.secretId("db").resourcePolicy(everybody));
    }

    @Test
    void aDenialPrintsASecretAsItWasAskedFor() {
        owner.putResourcePolicy(r -> r.secretId("db").resourcePolicy(POLICY
                .replace("\"Allow\"", "\"Deny\"").replaceAll("\\{\"AWS\":[^}]*}", "\"*\"")));
        assertThat(fault(() -> owner.getSecretValue(r -> r.secretId("db"))))
                .endsWith("secretsmanager:GetSecretValue on resource: db with an explicit deny in a resource-based policy");
    }
}
