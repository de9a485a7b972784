package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.wire.AccessKeys.Absent;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;
import software.amazon.awssdk.services.sts.model.Tag;

/** Temporary credentials that users and roots make for themselves or for others. */
class TemporaryCredentialsTest {
    private static final Principal ROOT = new Principal.Root(Lab.ACCOUNT);

    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    /** A user that exists, as its access key shows it. */
    private Principal.User user(String name, String id) {
        var user = new User(Lab.ACCOUNT, name, "/team/", id, Instant.EPOCH, "", Map.of(), List.of(), List.of(), Map.of());
        lab.store.write(tx -> {
            tx.put(User.KIND, Scope.global(Lab.ACCOUNT), User.key(name), user);
            return 0;
        });
        return new Principal.User(Lab.ACCOUNT, user.path(), name, id, SessionTerms.NONE);
    }

    private Credentials sessionToken(Principal caller, GetSessionTokenRequest.Builder request) {
        return lab.sts(request.build(), caller, GetSessionTokenResponse.class).credentials();
    }

    private static GetSessionTokenRequest.Builder sessionToken() {
        return GetSessionTokenRequest.builder();
    }

    private GetFederationTokenResponse federate(Principal caller, GetFederationTokenRequest.Builder request) {
        return lab.sts(request.build(), caller, GetFederationTokenResponse.class);
    }

    private static GetFederationTokenRequest.Builder federation() {
        return GetFederationTokenRequest.builder().name("carol");
    }

    private Object found(Credentials credentials) {
        return lab.iam.accessKeys().find(credentials.accessKeyId(), credentials.sessionToken(), lab.now);
    }

    private Principal holder(Credentials credentials) {
        return ((Holder) found(credentials)).principal();
    }

    @Test
    void aUsersSessionIsTheUserForTwelveHours() {
        Principal.User bob = user("Bob", "AIDABOB");
        Credentials credentials = sessionToken(bob, sessionToken());
        assertThat(credentials.accessKeyId()).startsWith("ASIA");
        assertThat(Duration.between(lab.now, credentials.expiration())).isCloseTo(Duration.ofHours(12), Duration.ofSeconds(1));
        Principal holder = holder(credentials);
        assertThat(holder).isEqualTo(new Principal.User(Lab.ACCOUNT, "/team/", "Bob", "AIDABOB",
                SessionTerms.plain(Instant.parse("2026-01-02T03:04:05Z"))));
        GetCallerIdentityResponse me =
                lab.sts(GetCallerIdentityRequest.builder().build(), holder, GetCallerIdentityResponse.class);
        assertThat(me.arn()).isEqualTo("arn:aws:iam::111122223333:user/team/Bob");
        assertThat(me.userId()).isEqualTo("AIDABOB");
        assertThat(sessionToken(bob, sessionToken().durationSeconds(129_600)).expiration()).isEqualTo("2026-01-03T15:04:05Z");
    }

    @Test
    void aRootsSessionEndsAfterAnHour() {
        Credentials credentials = sessionToken(ROOT, sessionToken());
        assertThat(credentials.expiration()).isEqualTo("2026-01-02T04:04:05Z");
        assertThat(holder(credentials).arn()).isEqualTo(ROOT.arn());
        assertThat(((Holder) found(credentials)).loopbackOnly()).isFalse();
        assertThat(sessionToken(ROOT, sessionToken().durationSeconds(900)).expiration()).isEqualTo("2026-01-02T03:19:05Z");
        assertThat(federate(ROOT, federation()).credentials().expiration()).isEqualTo("2026-01-02T04:04:05Z");
    }

    @Test
    void sessionsMakeNoSessionsOfTheirOwn() {
        Principal role = lab.session(lab.role("r", Lab.LAMBDA_TRUST));
        Principal bob = holder(sessionToken(user("Bob", "AIDABOB"), sessionToken()));
        Principal root = holder(sessionToken(ROOT, sessionToken()));
        Principal carol = holder(federate(ROOT, federation()).credentials());
        for (Principal caller : List.of(role, bob, root, carol)) {
            assertThat(Lab.fault(() -> sessionToken(caller, sessionToken())))
                    .isEqualTo("403 AccessDenied: Cannot call GetSessionToken with session credentials");
            assertThat(Lab.fault(() -> federate(caller, federation())))
                    .isEqualTo("403 AccessDenied: Cannot call GetFederationToken with session credentials");
        }
    }

    @Test
    void aSessionEndsWithItsUser() {
        Principal.User bob = user("Bob", "AIDABOB");
        Credentials session = sessionToken(bob, sessionToken());
        Credentials federated = federate(bob, federation()).credentials();
        assertThat(found(session)).isInstanceOf(Holder.class);
        assertThat(found(federated)).isInstanceOf(Holder.class);
        lab.iam(UpdateUserRequest.builder().userName("Bob").newUserName("Robert").build(), AwsResponse.class);
        assertThat(holder(session).arn()).as("renamed").endsWith(":user/team/Robert");
        lab.iam(UpdateUserRequest.builder().userName("Robert").newUserName("Bob").build(), AwsResponse.class);
        user("bob", "AIDAOTHER");
        assertThat(found(session)).isEqualTo(Absent.UNKNOWN);
        assertThat(found(federated)).isEqualTo(Absent.UNKNOWN);
    }

    @Test
    void aFederatedUserHasAnArnOfItsOwnAndWhatItWasIssuedWith() {
        Principal.User bob = user("Bob", "AIDABOB");
        String policy = Lab.allow("s3:*", "*");
        GetFederationTokenResponse answer = federate(bob, federation().policy(policy)
                .tags(Tag.builder().key("team").value("blue").build()).durationSeconds(3600));
        assertThat(answer.federatedUser().arn()).isEqualTo("arn:aws:sts::111122223333:federated-user/carol");
        assertThat(answer.federatedUser().federatedUserId()).isEqualTo("111122223333:carol");
        assertThat(answer.packedPolicySize()).isPositive();
        assertThat(answer.credentials().expiration()).isEqualTo("2026-01-02T04:04:05Z");
        var carol = (Principal.FederatedUser) holder(answer.credentials());
        assertThat(carol.issuer()).isEqualTo(bob);
        assertThat(carol.terms().policy()).isEqualTo(policy);
        assertThat(carol.terms().tags()).isEqualTo(Map.of("team", "blue"));
        assertThat(carol.arn()).isEqualTo(answer.federatedUser().arn());
        assertThat(federate(bob, federation()).packedPolicySize()).isZero();
        assertThat(Lab.fault(() -> federate(bob, federation().policy("nonsense")))).startsWith("400 MalformedPolicyDocument");
    }
}
