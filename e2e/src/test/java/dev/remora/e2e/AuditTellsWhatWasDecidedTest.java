package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
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
@DisplayName("Who called, what was decided, and by which policy")
class AuditTellsWhatWasDecidedTest {
    private static final String NO_VPCS = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},\
            {"Sid":"NoVpcs","Effect":"Deny","Action":"ec2:CreateVpc","Resource":"*"},\
            {"Sid":"NoRoles","Effect":"Deny","Action":"iam:PassRole","Resource":"*"}]}""";

    /** Runs {@code aws} with a user's keys. */
    private static Command as(Account account, JsonNode key, String... words) {
        Map<String, String> environment = new LinkedHashMap<>(account.environment());
        environment.put("AWS_ACCESS_KEY_ID", key.at("/AccessKey/AccessKeyId").asString());
        environment.put("AWS_SECRET_ACCESS_KEY", key.at("/AccessKey/SecretAccessKey").asString());
        var line = new ArrayList<>(List.of("aws", "--endpoint-url", account.server().endpoint(), "--output", "json"));
        line.addAll(List.of(words));
        return Command.run(environment, line);
    }

    private static JsonNode ada(Account account) {
        account.aws("iam", "create-user", "--user-name", "ada");
        account.aws("iam", "put-user-policy", "--user-name", "ada", "--policy-name", "own", "--policy-document", NO_VPCS);
        return account.aws("iam", "create-access-key", "--user-name", "ada");
    }

    private static String remora(Account account, String... words) {
        var line = new ArrayList<>(List.of(Project.ROOT.resolve("remora").toString()));
        line.addAll(List.of(words));
        line.addAll(List.of("--account", account.id()));
        return Command.run(account.environment(), line).mustSucceed().out();
    }

    @Test
    @DisplayName("CloudTrail's event history and remora audit name the denied call and the statement that denied it")
    void denied(Account account) {
        JsonNode key = ada(account);
        assertThat(as(account, key, "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16").all()).contains("UnauthorizedOperation");

        JsonNode event = account.aws("cloudtrail", "lookup-events", "--lookup-attributes",
                        "AttributeKey=EventName,AttributeValue=CreateVpc")
                .at("/Events/0");
        assertThat(event.get("Username").asString()).isEqualTo("ada");
        JsonNode record = new ObjectMapper().readTree(event.get("CloudTrailEvent").asString());
        assertThat(record.get("errorCode").asString()).isEqualTo("UnauthorizedOperation");
        assertThat(record.get("userIdentity").get("accessKeyId").asString())
                .isEqualTo(key.at("/AccessKey/AccessKeyId").asString());

        assertThat(remora(account, "audit", "--denied"))
                .contains("user/ada", "ec2:CreateVpc", "DENIED", "own (NoVpcs)")
                .doesNotContain("iam:CreateUser");
        assertThat(remora(account, "audit")).contains("iam:CreateUser", "allowed");
    }

    @Test
    @DisplayName("A role that the caller may not pass to a function is a denied call, too")
    void passing(Account account) {
        String role = "arn:aws:iam::" + account.id() + ":role/any";
        assertThat(as(account, ada(account), "lambda", "create-function", "--function-name", "f", "--runtime", "python3.12",
                        "--handler", "index.handler", "--code", "S3Bucket=code,S3Key=f.zip", "--role", role).all())
                .contains("AccessDeniedException", "iam:PassRole on resource: " + role + " with an explicit deny");

        assertThat(remora(account, "audit", "--denied")).contains("iam:PassRole", "DENIED", role, "own (NoRoles)");
    }

    @Test
    @DisplayName("With --iam=warn a call that policies do not allow goes on, and is listed")
    void warned() {
        try (Server server = Server.start("--ephemeral", "--iam=warn")) {
            var account = Account.fresh(server);
            as(account, ada(account), "ec2", "create-vpc", "--cidr-block", "10.0.0.0/16").mustSucceed();
            assertThat(remora(account, "audit", "--denied")).contains("ec2:CreateVpc", "would be denied", "own (NoVpcs)");
        }
    }
}
