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

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A user works with its access key")
class UserWorksWithItsKeyTest {
    private static final String READ_EC2 = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess";

    /** The AWS CLI with an access key of a user. */
    private record Caller(Account account, String keyId, String secret) {
        static Caller of(Account account, String user) {
            JsonNode key = account.aws("iam", "create-access-key", "--user-name", user).get("AccessKey");
            return new Caller(account, key.get("AccessKeyId").asString(), key.get("SecretAccessKey").asString());
        }

        Command run(String... words) {
            Map<String, String> environment = account.environment();
            environment.put("AWS_ACCESS_KEY_ID", keyId);
            environment.put("AWS_SECRET_ACCESS_KEY", secret);
            var line = new ArrayList<>(List.of("aws", "--endpoint-url", account.server().endpoint(), "--output", "json"));
            line.addAll(List.of(words));
            return Command.run(environment, line);
        }

        String fails(String... words) {
            Command command = run(words);
            assertThat(command.exit()).as(command.all()).isNotZero();
            return command.all().strip();
        }
    }

    private static String allow(String actions) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":" + actions
                + ",\"Resource\":\"*\"}]}";
    }

    @Test
    @DisplayName("it may what its own policies and its groups' allow, and nothing before")
    void policiesAndGroups(Account account) {
        account.aws("iam", "create-user", "--user-name", "anna");
        Caller anna = Caller.of(account, "anna");
        assertThat(anna.run("sts", "get-caller-identity").mustSucceed().out())
                .contains("arn:aws:iam::" + account.id() + ":user/anna");
        assertThat(anna.fails("ec2", "describe-vpcs")).contains("UnauthorizedOperation",
                "User: arn:aws:iam::" + account.id() + ":user/anna is not authorized to perform: ec2:DescribeVpcs",
                "because no identity-based policy allows the ec2:DescribeVpcs action");

        account.aws("iam", "attach-user-policy", "--user-name", "anna", "--policy-arn", READ_EC2);
        anna.run("ec2", "describe-vpcs").mustSucceed();
        account.aws("iam", "detach-user-policy", "--user-name", "anna", "--policy-arn", READ_EC2);
        assertThat(anna.fails("ec2", "describe-vpcs")).contains("UnauthorizedOperation");

        account.aws("iam", "create-group", "--group-name", "readers");
        account.aws("iam", "attach-group-policy", "--group-name", "readers", "--policy-arn", READ_EC2);
        account.aws("iam", "add-user-to-group", "--group-name", "readers", "--user-name", "anna");
        anna.run("ec2", "describe-vpcs").mustSucceed();
        account.aws("iam", "remove-user-from-group", "--group-name", "readers", "--user-name", "anna");
        assertThat(anna.fails("ec2", "describe-vpcs")).contains("UnauthorizedOperation");
    }

    @Test
    @DisplayName("a boundary limits what its policies allow")
    void boundary(Account account) {
        account.aws("iam", "create-user", "--user-name", "bob", "--permissions-boundary", READ_EC2);
        account.aws("iam", "put-user-policy", "--user-name", "bob", "--policy-name", "much", "--policy-document",
                allow("[\"ec2:*\", \"ssm:*\"]"));
        Caller bob = Caller.of(account, "bob");
        bob.run("ec2", "describe-vpcs").mustSucceed();
        assertThat(bob.fails("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16"))
                .contains("because no permissions boundary allows the ec2:CreateVpc action");
        account.aws("iam", "delete-user-permissions-boundary", "--user-name", "bob");
        bob.run("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16").mustSucceed();
        assertThat(account.aws("iam", "get-user", "--user-name", "bob").get("User").get("PermissionsBoundary")).isNull();
    }

    @Test
    @DisplayName("who may make users only under a boundary cannot make others")
    void delegation(Account account) {
        String limit = "arn:aws:iam::" + account.id() + ":policy/limit";
        account.aws("iam", "create-policy", "--policy-name", "limit", "--policy-document", allow("\"ec2:*\""));
        account.aws("iam", "create-user", "--user-name", "chief");
        account.aws("iam", "put-user-policy", "--user-name", "chief", "--policy-name", "delegate", "--policy-document",
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:CreateUser\","
                        + "\"Resource\":\"*\",\"Condition\":"
                        + "{\"StringEquals\":{\"iam:PermissionsBoundary\":\"" + limit + "\"}}}]}");
        Caller chief = Caller.of(account, "chief");
        assertThat(chief.fails("iam", "create-user", "--user-name", "free"))
                .contains("AccessDenied", "not authorized to perform: iam:CreateUser on resource: arn:aws:iam::" + account.id()
                        + ":user/free");
        chief.run("iam", "create-user", "--user-name", "bound", "--permissions-boundary", limit).mustSucceed();
        assertThat(account.aws("iam", "get-policy", "--policy-arn", limit).get("Policy")
                .get("PermissionsBoundaryUsageCount").asInt()).isEqualTo(1);
    }

    @Test
    @DisplayName("a key is unknown while it is inactive and once it is deleted, and goes along when its user is renamed")
    void keys(Account account) {
        account.aws("iam", "create-user", "--user-name", "carl");
        Caller carl = Caller.of(account, "carl");
        assertThat(account.aws("iam", "get-access-key-last-used", "--access-key-id", carl.keyId())
                .get("AccessKeyLastUsed").get("ServiceName").asString()).isEqualTo("N/A");
        carl.run("sts", "get-caller-identity").mustSucceed();
        assertThat(account.aws("iam", "get-access-key-last-used", "--access-key-id", carl.keyId())
                .get("AccessKeyLastUsed").get("ServiceName").asString()).isEqualTo("sts");

        status(account, "carl", carl, "Inactive");
        assertThat(carl.fails("sts", "get-caller-identity"))
                .contains("InvalidClientTokenId", "The security token included in the request is invalid");
        status(account, "carl", carl, "Active");
        account.aws("iam", "update-user", "--user-name", "carl", "--new-user-name", "charles");
        assertThat(carl.run("sts", "get-caller-identity").mustSucceed().out()).contains(":user/charles");

        assertThat(account.awsFails("iam", "delete-user", "--user-name", "charles"))
                .contains("DeleteConflict", "Cannot delete entity, must delete access keys first.");
        account.aws("iam", "delete-access-key", "--user-name", "charles", "--access-key-id", carl.keyId());
        account.aws("iam", "delete-user", "--user-name", "charles");
        assertThat(carl.fails("sts", "get-caller-identity")).contains("InvalidClientTokenId");
    }

    private static void status(Account account, String user, Caller key, String status) {
        account.aws("iam", "update-access-key", "--user-name", user, "--access-key-id", key.keyId(), "--status", status);
    }

    @Test
    @DisplayName("the account's lists come in pages, and its details in one answer")
    void lists(Account account) {
        for (String name : List.of("u1", "u2", "u3")) {
            account.aws("iam", "create-user", "--user-name", name, "--path", "/crew/");
        }
        assertThat(account.aws("iam", "list-users", "--path-prefix", "/crew/", "--page-size", "2").get("Users"))
                .extracting(user -> user.get("UserName").asString()).containsExactly("u1", "u2", "u3");
        JsonNode details = account.aws("iam", "get-account-authorization-details", "--filter", "User");
        assertThat(details.get("UserDetailList")).hasSize(3);
        assertThat(account.aws("iam", "get-account-summary").get("SummaryMap").get("Users").asInt()).isEqualTo(3);
        assertThat(account.awsVersion2("iam", "list-policies", "--scope", "AWS", "--query", "length(Policies)")
                .mustSucceed().out().strip()).isEqualTo("1594");
    }
}
