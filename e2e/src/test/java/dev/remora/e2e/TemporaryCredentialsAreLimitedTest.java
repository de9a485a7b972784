package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Temporary credentials are limited by what they were issued with")
class TemporaryCredentialsAreLimitedTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements).replace('\'', '"') + "]}";
    }

    /** The ARN of a role that the account may assume, and tag, under a condition. */
    private static String role(Account account, String name, String condition, String permissions) {
        String trust = policy("{'Effect':'Allow','Principal':{'AWS':'" + account.id()
                + "'},'Action':['sts:AssumeRole','sts:TagSession'],'Condition':{" + condition + "}}");
        String arn = account.aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)
                .get("Role")
                .get("Arn")
                .asString();
        account.aws("iam", "put-role-policy", "--role-name", name, "--policy-name", "p", "--policy-document", permissions);
        return arn;
    }

    private static String[] assuming(String arn, String... more) {
        var words = new ArrayList<>(List.of("sts", "assume-role", "--role-arn", arn, "--role-session-name", "me"));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    @Test
    @DisplayName("a session policy narrows what the role may do, and a malformed one is refused")
    void sessionPolicy(Account account) {
        String arn = role(account, "networks", "", policy("{'Effect':'Allow','Action':'ec2:*','Resource':'*'}"));
        String describing = policy("{'Effect':'Allow','Action':['ec2:Describe*','sqs:*'],'Resource':'*'}");
        JsonNode answer = account.aws(assuming(arn, "--policy", describing));
        assertThat(answer.get("PackedPolicySize").asInt()).isBetween(1, 10);

        Account narrow = account.with(answer);
        narrow.aws("ec2", "describe-vpcs");
        assertThat(narrow.awsFails("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16"))
                .contains("UnauthorizedOperation", "because no session policy allows the ec2:CreateVpc action");
        assertThat(narrow.awsFails("sqs", "list-queues")).contains("because no identity-based policy allows");
        account.with(account.aws(assuming(arn))).aws("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16");
        assertThat(account.awsFails(assuming(arn, "--policy", "{}"))).contains("(MalformedPolicyDocument)");
        assertThat(account.awsFails(assuming(arn, "--duration-seconds", "43200")))
                .contains("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }

    @Test
    @DisplayName("a role that asks for an external id is assumed with it only")
    void externalId(Account account) {
        String arn = role(account, "partner", "'StringEquals':{'sts:ExternalId':'Example987'}",
                policy("{'Effect':'Allow','Action':'ec2:*','Resource':'*'}"));
        String denied = "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::" + account.id()
                + ":root is not authorized to perform: sts:AssumeRole on resource: " + arn;
        assertThat(account.awsFails(assuming(arn))).contains(denied);
        assertThat(account.awsFails(assuming(arn, "--external-id", "Example986"))).contains(denied);
        assertThat(account.aws(assuming(arn, "--external-id", "Example987")).get("AssumedRoleUser").get("Arn").asString())
                .isEqualTo("arn:aws:sts::" + account.id() + ":assumed-role/partner/me");
    }

    @Test
    @DisplayName("a policy on aws:PrincipalTag goes by the session's tags, which pass down a chain if they are transitive")
    void sessionTags(Account account) {
        String blue = policy("{'Effect':'Allow','Action':'ec2:DescribeVpcs','Resource':'*','Condition':"
                + "{'StringEquals':{'aws:PrincipalTag/Team':'blue'}}},{'Effect':'Allow','Action':'sts:*','Resource':'*'}");
        String first = role(account, "first", "", blue);
        String second = role(account, "second", "", blue);
        Account plain = account.with(account.aws(assuming(first)));
        assertThat(plain.awsFails("ec2", "describe-vpcs")).contains("UnauthorizedOperation");
        Account tagged = account.with(account.aws(assuming(
                first, "--tags", "Key=team,Value=blue", "Key=Site,Value=x", "--transitive-tag-keys", "team")));
        tagged.aws("ec2", "describe-vpcs");

        Account chained = tagged.with(tagged.aws(assuming(second)));
        chained.aws("ec2", "describe-vpcs");
        assertThat(tagged.awsFails(assuming(second, "--tags", "Key=Team,Value=red")))
                .contains("(InvalidParameterValue)", "conflicts with a transitive tag key from the calling session");
        assertThat(account.awsFails(assuming(first, "--tags", "Key=team,Value=a", "Key=Team,Value=b")))
                .contains("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }

    @Test
    @DisplayName("a user's session is the user, but for IAM; a federated user may what its policy says, too")
    void userSessions(Account account) {
        account.aws("iam", "create-user", "--user-name", "Bob");
        account.aws("iam", "put-user-policy", "--user-name", "Bob", "--policy-name", "p", "--policy-document", policy(
                "{'Effect':'Allow','Action':['ec2:*','iam:*','sts:GetFederationToken'],'Resource':'*'}"));
        JsonNode key = account.aws("iam", "create-access-key", "--user-name", "Bob").get("AccessKey");
        var bob = new Account(account.server(), account.id(), Map.of(
                "AWS_ACCESS_KEY_ID", key.get("AccessKeyId").asString(),
                "AWS_SECRET_ACCESS_KEY", key.get("SecretAccessKey").asString()));
        String arn = "arn:aws:iam::" + account.id() + ":user/Bob";

        Account session = bob.with(bob.aws("sts", "get-session-token"));
        assertThat(session.aws("sts", "get-caller-identity").get("Arn").asString()).isEqualTo(arn);
        session.aws("ec2", "describe-vpcs");
        bob.aws("iam", "list-users");
        assertThat(session.awsFails("iam", "list-users"))
                .contains("(InvalidClientTokenId)", "The security token included in the request is invalid");
        assertThat(session.awsFails("sts", "get-session-token"))
                .contains("(AccessDenied)", "Cannot call GetSessionToken with session credentials");
        assertThat(bob.awsFails("sts", "get-session-token", "--serial-number", arn.replace(":user/", ":mfa/"), "--token-code",
                "123456")).contains("MultiFactorAuthentication failed, unable to validate MFA code.");

        Account carol = bob.with(bob.aws("sts", "get-federation-token", "--name", "Carol", "--policy",
                policy("{'Effect':'Allow','Action':'ec2:Describe*','Resource':'*'}")));
        assertThat(carol.aws("sts", "get-caller-identity").get("UserId").asString()).isEqualTo(account.id() + ":Carol");
        carol.aws("ec2", "describe-vpcs");
        assertThat(carol.awsFails("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16")).contains("UnauthorizedOperation", "User:"
                + " arn:aws:sts::" + account.id() + ":federated-user/Carol", "because no session policy allows");
        Account nobody = bob.with(bob.aws("sts", "get-federation-token", "--name", "Nobody"));
        assertThat(nobody.awsFails("ec2", "describe-vpcs")).contains("UnauthorizedOperation");
    }

    @Test
    @DisplayName("the message of a denial tells which statement denied, to whom may decode it")
    void decoded(Account account) {
        Account role = account.inRole("denied", policy("{'Effect':'Allow','Action':'*','Resource':'*'}",
                "{'Sid':'NoNetworks','Effect':'Deny','Action':['ec2:CreateVpc','sts:DecodeAuthorizationMessage'],'Resource':'*',"
                + "'Condition':{'StringEquals':{'aws:RequestedRegion':'us-east-1'}}}"));
        String failure = role.awsFails("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16");
        assertThat(failure)
                .contains("with an explicit deny in an identity-based policy. Encoded authorization failure message: ");
        String message = failure.substring(failure.lastIndexOf(' ') + 1);

        JsonNode decoded = JSON.readTree(account.aws("sts", "decode-authorization-message", "--encoded-message", message)
                .get("DecodedMessage").asString());
        assertThat(decoded.get("allowed").asBoolean()).isFalse();
        assertThat(decoded.get("explicitDeny").asBoolean()).isTrue();
        JsonNode statement = decoded.get("matchedStatements").get("items").get(0);
        assertThat(statement.get("statementId").asString()).isEqualTo("NoNetworks");
        assertThat(statement.get("actions").get("items").get(0).get("value").asString()).isEqualTo("ec2:CreateVpc");
        JsonNode context = decoded.get("context");
        assertThat(context.get("action").asString()).isEqualTo("ec2:CreateVpc");
        assertThat(context.get("resource").asString()).startsWith("arn:aws:ec2:us-east-1:" + account.id() + ":vpc/");
        assertThat(context.get("principal").get("arn").asString()).endsWith(":assumed-role/denied/test");
        assertThat(context.get("conditions").toString()).contains("\"aws:RequestedRegion\"", "\"aws:TokenIssueTime\"");

        assertThat(role.awsFails("sts", "decode-authorization-message", "--encoded-message", message))
                .contains("AccessDenied");
        assertThat(account.awsFails("sts", "decode-authorization-message", "--encoded-message", message.substring(1)))
                .contains("(InvalidAuthorizationMessageException)");
    }
}
