package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Tag("e2e")
@DisplayName("Credentials inside functions end, and no invocation ever has ended ones")
class CredentialsOfFunctionsEndTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CODE =
            """
            import os, boto3
            def handler(event, context):
                return {'arn': boto3.client('sts').get_caller_identity()['Arn'],
                        'Credentials': {'AccessKeyId': os.environ['AWS_ACCESS_KEY_ID'],
                                        'SecretAccessKey': os.environ['AWS_SECRET_ACCESS_KEY'],
                                        'SessionToken': os.environ['AWS_SESSION_TOKEN']}}
            """;

    @Test
    @DisplayName("a sandbox is replaced before its credentials end, and ended ones are told to be expired")
    void replaced() {
        try (var server = Server.start("--ephemeral", "--credentials-life", "25")) {
            Account account = Account.fresh(server);
            var functions = Functions.of(account);
            functions.python("f", functions.role("r"), CODE, f -> f.timeout(20).memorySize(1769));
            JsonNode first = JSON.readTree(functions.invoke("f", "{}").payload());
            Account inside = account.with(first);
            Eventually.holds("the first credentials end", () -> inside.awsCommand("sts", "get-caller-identity").exit() != 0);
            assertThat(inside.awsFails("sts", "get-caller-identity"))
                    .contains("(ExpiredToken)", "The security token included in the request is expired");
            assertThat(inside.awsFails("ec2", "describe-vpcs")).contains("(RequestExpired)", "Request has expired.");
            assertThat(inside.awsFails("lambda", "list-functions")).contains("(ExpiredTokenException)");

            JsonNode second = JSON.readTree(functions.invoke("f", "{}").payload());
            assertThat(second.get("arn").asString()).isEqualTo("arn:aws:sts::" + account.id() + ":assumed-role/r/f");
            assertThat(keyOf(second)).isNotEqualTo(keyOf(first));
        }
    }

    private static String keyOf(JsonNode answer) {
        return answer.get("Credentials").get("AccessKeyId").asString();
    }
}
