package dev.remora.secretsmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Declarations;
import dev.remora.wire.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;

class SecretsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private final Store store = SqliteStore.inMemory(SecretsManagerService.kinds());
    private final Secrets secrets = new Secrets(store, Ids.random());
    private Instant now = NOW;

    @AfterEach
    void close() {
        store.close();
    }

    private Call call() {
        return new Call("request", "us-east-1", new Principal.Root("123456789012"), "127.0.0.1", now);
    }

    private CreateSecretResponse create(UnaryOperator<CreateSecretRequest.Builder> more) {
        return secrets.create(
                more.apply(CreateSecretRequest.builder().name("db/shop").secretString("one")).build(), call());
    }

    private GetSecretValueResponse get(UnaryOperator<GetSecretValueRequest.Builder> more) {
        return secrets.get(
                more.apply(GetSecretValueRequest.builder().secretId("db/shop")).build(), call());
    }

    private String put(String value) {
        return secrets.put(
                        PutSecretValueRequest.builder().secretId("db/shop").secretString(value).build(), call())
                .versionId();
    }

    private void delete(UnaryOperator<DeleteSecretRequest.Builder> more) {
        secrets.delete(more.apply(DeleteSecretRequest.builder().secretId("db/shop")).build(), call());
    }

    private static void refused(ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.text()).isEqualTo(message);
        });
    }

    @Test
    void areFoundByNameArnAndTheArnWithoutItsEnd() {
        String arn = create(r -> r).arn();

        assertThat(arn).matches("arn:aws:secretsmanager:us-east-1:123456789012:secret:db/shop-[A-Za-z0-9]{6}");
        assertThat(get(r -> r).secretString()).isEqualTo("one");
        assertThat(get(r -> r.secretId(arn)).secretString()).isEqualTo("one");
        assertThat(get(r -> r.secretId(arn.substring(0, arn.length() - 7))).secretString()).isEqualTo("one");
        refused(
                () -> get(r -> r.secretId(arn.substring(0, arn.length() - 6) + "000000")),
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.");
    }

    @Test
    void keepTheVersionBefore() {
        String first = create(r -> r).versionId();
        String second = put("two");
        assertThat(get(r -> r.versionStage("AWSPREVIOUS")).versionId()).isEqualTo(first);

        put("three");
        assertThat(get(r -> r).secretString()).isEqualTo("three");
        assertThat(get(r -> r.versionStage("AWSPREVIOUS")).versionId()).isEqualTo(second);
        refused(
                () -> get(r -> r.versionId(first)),
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for VersionId: " + first);
        refused(
                () -> get(r -> r.versionStage("mine")),
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: mine");
    }

    @Test
    void haveNoTagsWithoutKeys() {
        var request = CreateSecretRequest.builder()
                .name("db/shop")
                .secretString("one")
                .tags(t -> t.value("red"))
                .build();
        assertThat(Secrets.requested(request).map()).doesNotContainKey("aws:TagKeys");
        refused(() -> secrets.create(request, call()), "InvalidParameterException", "A tag must have a key.");
    }

    @Test
    void mayBeBytes() {
        create(r -> r.secretString(null).secretBinary(SdkBytes.fromByteArray(new byte[] {1, 2, 3})));

        assertThat(get(r -> r).secretBinary().asByteArray()).containsExactly(1, 2, 3);
        assertThat(get(r -> r).secretString()).isNull();
    }

    @Test
    void takeARequestThatIsSentAgainOnce() {
        String token = "0123456789abcdef0123456789abcdef";
        String arn = create(r -> r.clientRequestToken(token)).arn();

        assertThat(create(r -> r.clientRequestToken(token)).arn()).isEqualTo(arn);
        refused(
                () -> create(r -> r.secretString("two")),
                "ResourceExistsException",
                "The operation failed because the secret db/shop already exists.");
        var other = PutSecretValueRequest.builder()
                .secretId("db/shop")
                .secretString("two")
                .clientRequestToken(token)
                .build();
        refused(
                () -> secrets.put(other, call()),
                "ResourceExistsException",
                "You can't use ClientRequestToken " + token + " because that value is already in use for a version of secret "
                        + arn + ".");
    }

    @Test
    void areThereToBeSeenUntilTheirWindowIsOver() {
        create(r -> r);
        delete(r -> r.recoveryWindowInDays(7L));

        refused(
                () -> get(r -> r),
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.");
        refused(
                () -> create(r -> r),
                "InvalidRequestException",
                "You can't create this secret because a secret with this name is already scheduled for deletion.");
        var describe = DescribeSecretRequest.builder().secretId("db/shop").build();
        assertThat(secrets.describe(describe, call()).deletedDate()).isEqualTo(NOW.plus(Duration.ofDays(7)));
        assertThat(secrets.list(ListSecretsRequest.builder().build(), call()).secretList()).isEmpty();
        var planned = ListSecretsRequest.builder().includePlannedDeletion(true).build();
        assertThat(secrets.list(planned, call()).secretList()).hasSize(1);

        now = NOW.plus(Duration.ofDays(7));
        refused(
                () -> secrets.describe(describe, call()),
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.");
        assertThat(create(r -> r.secretString("new")).name()).isEqualTo("db/shop");
        assertThat(get(r -> r).secretString()).isEqualTo("new");
    }

    @Test
    void areGoneAtOnceWhenForced() {
        create(r -> r);
        delete(r -> r.forceDeleteWithoutRecovery(true));
        delete(r -> r.forceDeleteWithoutRecovery(true));

        refused(
                () -> get(r -> r), "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }

    @Test
    void refuseWhatIsWrong() {
        refused(
                () -> create(r -> r.name("a b")),
                "InvalidParameterException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!");
        create(r -> r);
        refused(
                () -> delete(r -> r.recoveryWindowInDays(6L)),
                "InvalidParameterException",
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        refused(
                () -> delete(r -> r.recoveryWindowInDays(7L).forceDeleteWithoutRecovery(true)),
                "InvalidParameterException",
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        refused(
                () -> secrets.put(PutSecretValueRequest.builder().secretId("db/shop").build(), call()),
                "InvalidRequestException",
                "You must provide either SecretString or SecretBinary.");
    }

    @Test
    void areDecidedByTheirArn() {
        assertThat(secrets.decided("db/shop", call()))
                .isEqualTo("arn:aws:secretsmanager:us-east-1:123456789012:secret:db/shop");
        String arn = create(r -> r).arn();
        assertThat(secrets.decided("db/shop", call())).isEqualTo(arn);
        assertThat(secrets.current(new Scope("123456789012", "us-east-1"), arn, now)).contains("one");
        assertThat(secrets.current(new Scope("999999999999", "us-east-1"), arn, now)).isEmpty();
    }

    @Test
    void declareEveryParameter() {
        assertThat(Declarations.undeclared(SecretsManagerOperations.of(secrets, new SecretPolicies(store)))).isEqualTo(List.of());
        assertThat(Declarations.unknown(SecretsManagerOperations.of(secrets, new SecretPolicies(store)))).isEqualTo(List.of());
    }
}
