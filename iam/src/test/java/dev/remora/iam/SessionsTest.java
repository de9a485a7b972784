package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.RoleAccess.SessionCredentials;
import dev.remora.store.DataFolder;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.wire.AccessKeys.Absent;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;

class SessionsTest {
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:" + Lab.ACCOUNT + ":function:f";

    @Test
    void aSessionsKeyIsGoodWithItsTokenUntilItExpires() {
        try (var lab = new Lab()) {
            String role = lab.role("r", Lab.LAMBDA_TRUST);
            SessionCredentials issued = lab.iam.roles().issue(role, "my-function", FUNCTION, Duration.ofHours(1));
            assertThat(issued.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
            assertThat(issued.secretAccessKey()).hasSize(40);
            assertThat(issued.assumedRoleId()).matches("AROA[A-Z2-7]{17}:my-function");
            assertThat(issued.expiration()).isEqualTo("2026-01-02T04:04:05Z");

            var holder = (Holder) lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now);
            assertThat(holder.secret()).isEqualTo(issued.secretAccessKey());
            assertThat(holder.loopbackOnly()).isFalse();
            assertThat(holder.principal()).isEqualTo(new Principal.RoleSession(Lab.ACCOUNT, role, "r",
                    issued.assumedRoleId().substring(0, 21), "my-function", FUNCTION,
                    SessionTerms.plain(Instant.parse("2026-01-02T03:04:05Z"))));
            assertThat(lab.iam.accessKeys()
                    .find(issued.accessKeyId(), issued.sessionToken(), issued.expiration().minusSeconds(1)))
                    .isInstanceOf(Holder.class);
            assertThat(lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), issued.expiration()))
                    .isEqualTo(Absent.EXPIRED);
        }
    }

    @Test
    void noBitOfATokenCanBeChanged() {
        try (var lab = new Lab()) {
            SessionCredentials issued = lab.iam.roles().issue(lab.role("r", Lab.LAMBDA_TRUST), "s", "", Duration.ofHours(1));
            byte[] token = Base64.getDecoder().decode(issued.sessionToken());
            for (int i = 0; i < token.length * 8; i++) {
                byte[] forged = token.clone();
                forged[i / 8] ^= (byte) (1 << i % 8);
                assertThat(lab.iam.accessKeys().find(issued.accessKeyId(), Base64.getEncoder().encodeToString(forged), lab.now))
                        .isEqualTo(Absent.UNKNOWN);
            }
        }
    }

    @Test
    void aTokenIsGoodForItsOwnKeyOnly() {
        try (var lab = new Lab()) {
            String role = lab.role("r", Lab.LAMBDA_TRUST);
            SessionCredentials one = lab.iam.roles().issue(role, "s", "", Duration.ofHours(1));
            SessionCredentials two = lab.iam.roles().issue(role, "s", "", Duration.ofHours(1));
            assertThat(one.accessKeyId()).isNotEqualTo(two.accessKeyId());
            assertThat(one.secretAccessKey()).isNotEqualTo(two.secretAccessKey());
            assertThat(lab.iam.accessKeys().find(one.accessKeyId(), two.sessionToken(), lab.now)).isEqualTo(Absent.UNKNOWN);
            for (String token : new String[] {"", "x", "!!", "A".repeat(60), "A".repeat(100_000)}) {
                assertThat(lab.iam.accessKeys().find(one.accessKeyId(), token, lab.now)).isEqualTo(Absent.UNKNOWN);
            }
        }
    }

    @Test
    void aSessionEndsWithItsRole() {
        try (var lab = new Lab()) {
            SessionCredentials issued = lab.iam.roles().issue(lab.role("r", Lab.LAMBDA_TRUST), "s", "", Duration.ofHours(1));
            lab.iam(DeleteRoleRequest.builder().roleName("r").build(), AwsResponse.class);
            assertThat(lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now)).isEqualTo(Absent.UNKNOWN);
            lab.role("r", Lab.LAMBDA_TRUST);
            assertThat(lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now)).isEqualTo(Absent.UNKNOWN);
        }
    }

    @Test
    void issuingWritesNothing() {
        try (var lab = new Lab()) {
            String role = lab.role("r", Lab.LAMBDA_TRUST);
            long before = lab.store.view().revision();
            lab.iam.roles().issue(role, "s", "", Duration.ofHours(1));
            assertThat(lab.store.view().revision()).isEqualTo(before);
        }
    }

    @Test
    void sessionsSurviveARestartAndAreWorthNothingElsewhere(@TempDir Path data) {
        SessionCredentials issued;
        try (var folder = DataFolder.open(data);
                var lab = new Lab(SqliteStore.open(folder, IamService.kinds()))) {
            issued = lab.iam.roles().issue(lab.role("r", Lab.LAMBDA_TRUST), "s", "", Duration.ofHours(1));
        }
        try (var folder = DataFolder.open(data);
                var lab = new Lab(SqliteStore.open(folder, IamService.kinds()))) {
            assertThat(lab.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), lab.now))
                    .isInstanceOf(Holder.class);
        }
        try (var other = new Lab(SqliteStore.inMemory(IamService.kinds()))) {
            other.store.write(tx -> {
                tx.put(Sessions.InstallationKey.KIND, Scope.global("000000000000"), "session",
                        new Sessions.InstallationKey("00".repeat(64)));
                return 0;
            });
            try (var elsewhere = new Lab(other.store)) {
                elsewhere.role("r", Lab.LAMBDA_TRUST);
                assertThat(elsewhere.iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), elsewhere.now))
                        .isEqualTo(Absent.UNKNOWN);
            }
        }
    }

    @Test
    void theAccountCanBeReadOutOfAKeyId() {
        try (var lab = new Lab()) {
            SessionCredentials issued = lab.iam.roles().issue(lab.role("r", Lab.LAMBDA_TRUST), "s", "", Duration.ofHours(1));
            assertThat(Sessions.accountOf(issued.accessKeyId())).contains(Lab.ACCOUNT);
        }
        // A key id that has been in print, with its account.
        assertThat(Sessions.accountOf("ASIAQNZGKIQY56JQ7WML")).contains("029608264753");
        for (String invalid : new String[] {"", "test", "ASIA", "AKIAIOSFODNN7EXAMPLE1", "AKIA1111111111111111",
                "XXXXQNZGKIQY56JQ7WML"}) {
            assertThat(Sessions.accountOf(invalid)).isEmpty();
        }
    }

    @Test
    void wellKnownKeysAreRootsOfTheirAccountsOnTheLoopback() {
        try (var lab = new Lab()) {
            var keys = lab.iam.accessKeys();
            assertThat(keys.find("test", "", lab.now)).isEqualTo(new Holder(new Principal.Root("000000000000"), "test", true));
            assertThat(keys.find("test", "whatever", lab.now)).isInstanceOf(Holder.class);
            assertThat(keys.find("123456789012", "", lab.now))
                    .isEqualTo(new Holder(new Principal.Root("123456789012"), "test", true));
            assertThat(keys.find("12345678901", "", lab.now)).isEqualTo(Absent.UNKNOWN);
            assertThat(keys.find("AKIAIOSFODNN7EXAMPLE", "", lab.now)).isEqualTo(Absent.UNKNOWN);

            var closed = new IamService(lab.store, Lab.ids(), () -> lab.now, false).accessKeys();
            assertThat(closed.find("test", "", lab.now)).isEqualTo(Absent.UNKNOWN);
            assertThat(closed.find("123456789012", "", lab.now)).isEqualTo(Absent.UNKNOWN);
        }
    }
}
