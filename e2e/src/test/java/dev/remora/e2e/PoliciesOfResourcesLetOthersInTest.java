package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Policies of functions and queues")
class PoliciesOfResourcesLetOthersInTest {
    @Test
    @DisplayName("Another account invokes a function once the function's policy says that it may")
    void functions(Account account) {
        var functions = Functions.of(account);
        functions.python("shared", functions.role("plain"), "def handler(event, context): return 'hello'", f -> f);
        Account other = Account.fresh(account.server());
        String arn = "arn:aws:lambda:us-east-1:" + account.id() + ":function:shared";
        assertThat(other.awsFails("lambda", "invoke", "--function-name", arn, "/dev/null")).contains("User: arn:aws:iam::"
                + other.id() + ":root is not authorized to perform: lambda:InvokeFunction on resource: " + arn
                + " because no resource-based policy allows the lambda:InvokeFunction action");
        String statement = account.aws("lambda", "add-permission", "--function-name", "shared", "--statement-id", "other",
                        "--action", "lambda:InvokeFunction", "--principal", other.id())
                .get("Statement").asString();
        assertThat(account.aws("lambda", "get-policy", "--function-name", "shared").get("Policy").asString())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + statement + "]}");
        assertThat(other.aws("lambda", "invoke", "--function-name", arn, "/dev/null").get("StatusCode").asInt()).isEqualTo(200);
        account.aws("lambda", "remove-permission", "--function-name", "shared", "--statement-id", "other");
        assertThat(other.awsFails("lambda", "invoke", "--function-name", arn, "/dev/null")).contains("AccessDeniedException");
        assertThat(account.awsFails("lambda", "get-policy", "--function-name", "shared"))
                .contains("(ResourceNotFoundException)", "The resource you requested does not exist.");
    }

    @Test
    @DisplayName("Another account sends to a queue whose policy lets it, but never deletes it")
    void queues(Account account) {
        String url = account.aws("sqs", "create-queue", "--queue-name", "inbox").get("QueueUrl").asString();
        Account other = Account.fresh(account.server());
        String arn = "arn:aws:sqs:us-east-1:" + account.id() + ":inbox";
        assertThat(other.awsFails("sqs", "send-message", "--queue-url", url, "--message-body", "x")).contains(
                "(AccessDenied) when calling the SendMessage operation: User: arn:aws:iam::" + other.id()
                        + ":root is not authorized to perform: sqs:sendmessage on resource: " + arn
                        + " because no resource-based policy allows the sqs:sendmessage action");
        account.aws("sqs", "add-permission", "--queue-url", url, "--label", "other", "--aws-account-ids", other.id(), "--actions",
                "SendMessage");
        other.aws("sqs", "send-message", "--queue-url", url, "--message-body", "from outside");
        assertThat(account.aws("sqs", "receive-message", "--queue-url", url).get("Messages").get(0).get("Body").asString())
                .isEqualTo("from outside");
        String policy = """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"%s"}]}"""
                .formatted(arn);
        account.aws("sqs", "set-queue-attributes", "--queue-url", url, "--attributes",
                "{\"Policy\":\"" + policy.replace("\"", "\\\"") + "\"}");
        assertThat(other.awsFails("sqs", "delete-queue", "--queue-url", url)).contains("sqs:deletequeue");
    }
}
