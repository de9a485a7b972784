package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys that follow from who calls: IAM User Guide, "AWS global condition context keys" and "Principal key values". */
class GlobalKeyTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Instant ISSUED = Instant.parse("2026-01-02T03:00:00Z");
    private static final SessionTerms TERMS = new SessionTerms(
            ISSUED, "", List.of(), Map.of("Team", "blue", "own", "session"), Set.of(), "anna@example.com", true);
    private static final Principal.User ANNA =
            new Principal.User("111122223333", "/a/", "anna", "AIDAEXAMPLE", SessionTerms.NONE);

    private static Principal caller(String kind) {
        return switch (kind) {
            case "root" -> new Principal.Root("111122223333");
            case "user" -> ANNA;
            case "token" -> new Principal.User("111122223333", "/a/", "anna", "AIDAEXAMPLE", TERMS);
            case "token without mfa" ->
                new Principal.User("111122223333", "/a/", "anna", "AIDAEXAMPLE", SessionTerms.plain(ISSUED));
            case "federated" -> new Principal.FederatedUser("111122223333", "fred", ANNA, TERMS);
            case "role" -> new Principal.RoleSession("111122223333", "arn:aws:iam::111122223333:role/p/r", "r", "AROAEXAMPLE",
                    "s", "arn:aws:lambda:us-east-1:111122223333:function:f", TERMS);
            case "plain role" -> new Principal.RoleSession("111122223333", "arn:aws:iam::111122223333:role/p/r", "r",
                    "AROAEXAMPLE", "s", "", SessionTerms.plain(ISSUED));
            case "service" -> new Principal.Service("111122223333", "sqs.amazonaws.com");
            default -> throw new AssertionError(kind);
        };
    }

    private static Facts facts(String kind, Map<String, List<String>> context) {
        var standing = new Standing("o-example", "o-example/r-1/ou-2/", List.of(), List.of());
        Map<String, String> tags = Map.of("own", "identity", "cost", "7");
        Facts facts = new Facts(caller(kind), tags, account -> standing, context, () -> NOW, false);
        facts.ownedBy("999988887777");
        return facts;
    }

    private static String value(String kind, String key) {
        List<String> values = facts(kind, Map.of()).values(Facts.Key.of(key));
        return values.isEmpty() ? "-" : String.join(";", values);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // key | root | user | token | federated | role | service; "-" where the request does not have it
        "aws:PrincipalArn     | arn:aws:iam::111122223333:root | arn:aws:iam::111122223333:user/a/anna"
            + " | arn:aws:iam::111122223333:user/a/anna | arn:aws:sts::111122223333:federated-user/fred"
            + " | arn:aws:iam::111122223333:role/p/r | -",
        "aws:PrincipalAccount | 111122223333 | 111122223333 | 111122223333 | 111122223333 | 111122223333 | -",
        "aws:PrincipalType    | Account | User | User | FederatedUser | AssumedRole | -",
        "aws:userid           | 111122223333 | AIDAEXAMPLE | AIDAEXAMPLE | 111122223333:fred | AROAEXAMPLE:s | -",
        "aws:username         | - | anna | anna | - | - | -",
        "aws:PrincipalOrgID   | o-example | o-example | o-example | o-example | o-example | -",
        "aws:PrincipalOrgPaths | o-example/r-1/ou-2/ | o-example/r-1/ou-2/ | o-example/r-1/ou-2/ | o-example/r-1/ou-2/"
            + " | o-example/r-1/ou-2/ | -",
        "aws:PrincipalIsAWSService | false | false | false | false | false | true",
        "aws:PrincipalServiceName  | - | - | - | - | - | sqs.amazonaws.com",
        "aws:SourceAccount    | - | - | - | - | - | 111122223333",
        "aws:SourceOrgID      | - | - | - | - | - | o-example",
        "aws:SourceOrgPaths   | - | - | - | - | - | o-example/r-1/ou-2/",
        "aws:ViaAWSService    | false | false | false | false | false | false",
        "aws:CalledVia        | - | - | - | - | - | -",
        "aws:FederatedProvider | - | - | - | - | - | -",
        "aws:TokenIssueTime   | - | - | 2026-01-02T03:00:00Z | 2026-01-02T03:00:00Z | 2026-01-02T03:00:00Z | -",
        "aws:MultiFactorAuthPresent | - | - | true | true | true | -",
        "aws:MultiFactorAuthAge     | - | - | 245 | 245 | 245 | -",
        "aws:SourceIdentity   | - | - | anna@example.com | anna@example.com | anna@example.com | -",
        "aws:PrincipalTag/team | - | - | blue | blue | blue | -",
        "AWS:principaltag/OWN | identity | identity | session | session | session | identity",
        "aws:PrincipalTag/cost | 7 | 7 | 7 | 7 | 7 | 7",
        "lambda:SourceFunctionArn | - | - | - | - | arn:aws:lambda:us-east-1:111122223333:function:f | -",
        "aws:ResourceAccount  | 999988887777 | 999988887777 | 999988887777 | 999988887777 | 999988887777 | 999988887777",
        "aws:ResourceOrgID    | o-example | o-example | o-example | o-example | o-example | o-example",
        "aws:CurrentTime      | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z"
            + " | 2026-01-02T03:04:05Z | 2026-01-02T03:04:05Z",
        "AWS:EPOCHTIME        | 1767323045 | 1767323045 | 1767323045 | 1767323045 | 1767323045 | 1767323045",
    })
    void valuesByCaller(
            String key, String root, String user, String token, String federated, String role, String service) {
        assertThat(List.of(value("root", key), value("user", key), value("token", key), value("federated", key),
                value("role", key), value("service", key))).containsExactly(root, user, token, federated, role, service);
    }

    /** Temporary credentials always say whether there was a second factor; those that do not end never do. */
    @Test
    void aSecondFactorIsFalseOnlyInSessions() {
        assertThat(value("token without mfa", "aws:MultiFactorAuthPresent")).isEqualTo("false");
        assertThat(value("plain role", "aws:MultiFactorAuthPresent")).isEqualTo("false");
        assertThat(value("plain role", "aws:MultiFactorAuthAge")).isEqualTo("-");
        assertThat(value("user", "aws:MultiFactorAuthPresent")).isEqualTo("-");
    }

    @Test
    void aRequestSaysOnlyWhatIsOpenToIt() {
        Map<String, List<String>> claims = Map.of("aws:PrincipalArn", List.of("x"), "AWS:PrincipalTag/cost", List.of("x"),
                "aws:MultiFactorAuthPresent", List.of("x"), "aws:viaawsservice", List.of("x"), "AWS:CurrentTime", List.of("x"));
        Facts facts = facts("user", claims);
        assertThat(facts.values(Facts.Key.of("aws:PrincipalArn"))).containsExactly(ANNA.arn());
        assertThat(facts.values(Facts.Key.of("aws:PrincipalTag/cost"))).containsExactly("7");
        assertThat(facts.values(Facts.Key.of("aws:MultiFactorAuthPresent"))).isEmpty();
        assertThat(facts.values(Facts.Key.of("aws:ViaAWSService"))).containsExactly("x");
        assertThat(facts.values(Facts.Key.of("aws:CurrentTime"))).containsExactly("x");
        Facts supposed = facts.supposing();
        assertThat(supposed.values(Facts.Key.of("aws:PrincipalArn"))).containsExactly("x");
        assertThat(supposed.values(Facts.Key.of("aws:username"))).containsExactly("anna");
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:sqs:us-east-1:111122223333:box, 111122223333, true",
        "arn:aws:sqs:us-east-1:999988887777:box, 999988887777, false",
        "arn:aws:iam::999988887777:role/r:x, 999988887777, false",
        "arn:aws:sqs:us-east-1:1111222233333:box, '', true",
        "arn:aws:sqs:us-east-1:11112222333:4:box, '', true",
        "arn:aws:sqs:us-east-1:99998888777*:box, '', true",
        "arn:aws:sqs:us-east-1:999988887777, '', true",
        "arn:aws:s3:::bucket/111122223333:key, '', true",
        "arn:aws:iam::aws:policy/ReadOnlyAccess, '', true",
        "arn:aws:s3, '', true",
        "*, '', true",
    })
    void anArnTellsWhoseTheResourceIs(String arn, String owner, boolean within) {
        Facts facts = facts("user", Map.of());
        facts.about(arn);
        assertThat(facts.owner()).isEqualTo(owner);
        assertThat(facts.within()).isEqualTo(within);
    }
}
