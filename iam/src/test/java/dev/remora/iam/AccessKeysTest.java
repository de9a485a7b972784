package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.wire.AccessKeys.Absent;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;

class AccessKeysTest extends RunsAsRoot {
    private Principal.User anna = new Principal.User("", "", "", "", SessionTerms.NONE);

    @BeforeEach
    void user() {
        var made = lab.iam(CreateUserRequest.builder().userName("anna").build(), CreateUserResponse.class).user();
        anna = new Principal.User(Lab.ACCOUNT, "/", "anna", made.userId(), SessionTerms.NONE);
    }

    private AccessKey create(String user) {
        return lab.iam(CreateAccessKeyRequest.builder().userName(user).build(), CreateAccessKeyResponse.class).accessKey();
    }

    @Test
    void aKeyIsItsUser() {
        AccessKey key = create("anna");
        assertThat(key.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
        assertThat(KeyId.account(key.accessKeyId())).contains(Lab.ACCOUNT);
        assertThat(key.secretAccessKey()).hasSize(40);
        assertThat(key.status()).isEqualTo(StatusType.ACTIVE);
        assertThat(key.userName()).isEqualTo("anna");
        var holder = (Holder) lab.iam.accessKeys().find(key.accessKeyId(), "", lab.now);
        assertThat(holder.principal()).isEqualTo(anna);
        assertThat(holder.secret()).isEqualTo(key.secretAccessKey());
        assertThat(holder.loopbackOnly()).isFalse();
        assertThat(lab.iam.accessKeys().find(key.accessKeyId(), "token", lab.now)).isEqualTo(Absent.UNKNOWN);
        assertThat(lab.iam.accessKeys().find("AKIA" + "A".repeat(16), "", lab.now)).isEqualTo(Absent.UNKNOWN);
    }

    @Test
    void aKeyThatIsInactiveOrDeletedIsUnknown() {
        String id = create("anna").accessKeyId();
        run(UpdateAccessKeyRequest.builder().userName("anna").accessKeyId(id).status(StatusType.INACTIVE).build());
        assertThat(lab.iam.accessKeys().find(id, "", lab.now)).isEqualTo(Absent.UNKNOWN);
        assertThat(list("anna").accessKeyMetadata()).extracting(AccessKeyMetadata::status).containsExactly(StatusType.INACTIVE);
        run(UpdateAccessKeyRequest.builder().userName("anna").accessKeyId(id).status(StatusType.ACTIVE).build());
        assertThat(lab.iam.accessKeys().find(id, "", lab.now)).isInstanceOf(Holder.class);
        run(DeleteAccessKeyRequest.builder().userName("anna").accessKeyId(id).build());
        assertThat(lab.iam.accessKeys().find(id, "", lab.now)).isEqualTo(Absent.UNKNOWN);
        assertThat(list("anna").hasAccessKeyMetadata()).isTrue();
        assertThat(list("anna").accessKeyMetadata()).isEmpty();
        assertThat(fault(DeleteAccessKeyRequest.builder().userName("anna").accessKeyId(id).build()))
                .isEqualTo("404 NoSuchEntity: The Access Key with id " + id + " cannot be found.");
    }

    private ListAccessKeysResponse list(String user) {
        return lab.iam(ListAccessKeysRequest.builder().userName(user).build(), ListAccessKeysResponse.class);
    }

    @Test
    void aUserHasTwoKeysAtMost() {
        create("anna");
        create("anna");
        assertThat(fault(CreateAccessKeyRequest.builder().userName("anna").build()))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2");
        assertThat(fault(CreateAccessKeyRequest.builder().userName("none").build()))
                .isEqualTo("404 NoSuchEntity: The user with name none cannot be found.");
    }

    @Test
    void nobodyTouchesTheKeyOfAnotherByItsId() {
        String id = create("anna").accessKeyId();
        run(CreateUserRequest.builder().userName("bob").build());
        String unknown = "404 NoSuchEntity: The Access Key with id " + id + " cannot be found.";
        assertThat(fault(DeleteAccessKeyRequest.builder().userName("bob").accessKeyId(id).build())).isEqualTo(unknown);
        assertThat(fault(DeleteAccessKeyRequest.builder().accessKeyId(id).build())).as("the root's own").isEqualTo(unknown);
        assertThat(fault(UpdateAccessKeyRequest.builder().userName("bob").accessKeyId(id).status(StatusType.INACTIVE).build()))
                .isEqualTo(unknown);
    }

    @Test
    void withoutANameItIsTheCaller() {
        String id = lab.iam(CreateAccessKeyRequest.builder().build(), anna, CreateAccessKeyResponse.class)
                .accessKey().accessKeyId();
        assertThat(list("anna").accessKeyMetadata()).extracting(AccessKeyMetadata::accessKeyId).containsExactly(id);
        lab.iam(DeleteAccessKeyRequest.builder().accessKeyId(id).build(), anna, AwsResponse.class);
        assertThat(list("anna").accessKeyMetadata()).isEmpty();
        String root = lab.iam(CreateAccessKeyRequest.builder().build(), CreateAccessKeyResponse.class).accessKey().accessKeyId();
        assertThat(lab.holder(root)).isEqualTo(new Principal.Root(Lab.ACCOUNT));
        Principal session = lab.session(lab.role("r", Lab.LAMBDA_TRUST));
        assertThat(Lab.fault(() -> lab.iam(CreateAccessKeyRequest.builder().build(), session, AwsResponse.class)))
                .isEqualTo("400 ValidationError: Must specify userName when calling with non-User credentials");
    }

    private GetAccessKeyLastUsedResponse lastUsed(String id) {
        return lab.iam(GetAccessKeyLastUsedRequest.builder().accessKeyId(id).build(), GetAccessKeyLastUsedResponse.class);
    }

    @Test
    void theLastUseIsTold() {
        String id = create("anna").accessKeyId();
        var never = lastUsed(id);
        assertThat(never.userName()).isEqualTo("anna");
        assertThat(never.accessKeyLastUsed().serviceName()).isEqualTo("N/A");
        assertThat(never.accessKeyLastUsed().region()).isEqualTo("N/A");
        assertThat(never.accessKeyLastUsed().lastUsedDate()).isNull();
        lab.iam.accessKeys().used(anna, id, "s3", "eu-west-1", lab.now);
        lab.iam.accessKeys().used(anna, id, "ec2", "eu-west-2", lab.now.plusSeconds(7));
        var used = lastUsed(id).accessKeyLastUsed();
        assertThat(used.serviceName()).isEqualTo("ec2");
        assertThat(used.region()).isEqualTo("eu-west-2");
        assertThat(used.lastUsedDate()).isEqualTo("2026-01-02T03:04:12Z");
        assertThat(fault(GetAccessKeyLastUsedRequest.builder().accessKeyId("AKIAIOSFODNN7EXAMPLE").build()))
                .isEqualTo("403 AccessDenied: User: arn:aws:iam::111122223333:root is not authorized to perform"
                        + " iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE");
    }

    @Test
    void theLastUseOfARoleIsTold() {
        String arn = lab.role("r", Lab.LAMBDA_TRUST);
        assertThat(role("r").roleLastUsed().lastUsedDate()).isNull();
        lab.iam.accessKeys().used(lab.session(arn), "ASIA" + "A".repeat(16), "ec2", "eu-west-1", lab.now);
        assertThat(role("r").roleLastUsed().lastUsedDate()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(role("r").roleLastUsed().region()).isEqualTo("eu-west-1");
    }

    private software.amazon.awssdk.services.iam.model.Role role(String name) {
        return lab.iam(GetRoleRequest.builder().roleName(name).build(), GetRoleResponse.class).role();
    }

    @Test
    void usesAreSavedOnceInAWhile() {
        var uses = new LastUse(lab.store, Runnable::run);
        Instant start = lab.now;
        long revision = lab.store.view().revision();
        uses.used(Lab.ACCOUNT, "AKIA1", "ec2", "eu-west-1", start);
        uses.used(Lab.ACCOUNT, "AKIA1", "s3", "eu-west-1", start.plus(Duration.ofMinutes(14)));
        assertThat(lab.store.view().revision()).isEqualTo(revision + 1);
        assertThat(new LastUse(lab.store, Runnable::run).of(Lab.ACCOUNT, "AKIA1")).hasValueSatisfying(
                use -> assertThat(use.service()).isEqualTo("ec2"));
        uses.used(Lab.ACCOUNT, "AKIA1", "lambda", "eu-west-1", start.plus(Duration.ofMinutes(16)));
        assertThat(new LastUse(lab.store, Runnable::run).of(Lab.ACCOUNT, "AKIA1")).hasValueSatisfying(
                use -> assertThat(use.service()).isEqualTo("lambda"));
        lab.store.write(tx -> {
            uses.forget(tx, Lab.ACCOUNT, "AKIA1");
            return true;
        });
        assertThat(uses.of(Lab.ACCOUNT, "AKIA1")).isEmpty();
        assertThat(lab.store.view().get(LastUse.Use.KIND, Scope.global(Lab.ACCOUNT), "AKIA1")).isEmpty();
    }

    @Test
    void idsTellTheAccountAndNothingElseDoes() {
        assertThat(KeyId.account(KeyId.of(KeyId.LONG_LIVED, "000000000000", -1))).contains("000000000000");
        assertThat(KeyId.account(KeyId.of(KeyId.SESSION, "999999999999", 0))).contains("999999999999");
        assertThat(KeyId.account("AIDA" + "A".repeat(16))).isEmpty();
    }
}
