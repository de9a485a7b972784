package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A queue triggers a function")
class QueueTriggersFunctionTest {
    private static final String QUEUE_ROLE = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole";
    private static final String PRINT = "import json\ndef handler(event, context): print('GOT', json.dumps(event))";

    private static String arn(Account account, String queue) {
        return "arn:aws:sqs:us-east-1:" + account.id() + ":" + queue;
    }

    private static List<String> logged(Account account, String function, String word) {
        var logs = Sdk.of(account).logs();
        String group = "/aws/lambda/" + function;
        if (logs.describeLogGroups(r -> r.logGroupNamePrefix(group)).logGroups().isEmpty()) {
            return List.of();
        }
        return logs.filterLogEvents(r -> r.logGroupName(group)).events().stream()
                .map(e -> e.message().strip())
                .filter(line -> line.contains(word))
                .toList();
    }

    private static String counts(Account account, String queue) {
        var sqs = Sdk.of(account).sqs();
        String url = sqs.getQueueUrl(r -> r.queueName(queue)).queueUrl();
        Map<QueueAttributeName, String> got =
                sqs.getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributes();
        return got.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES) + " "
                + got.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
    }

    private static String enabled(Account account, String function, String queue) {
        var lambda = Sdk.of(account).lambda();
        String uuid = lambda.createEventSourceMapping(r -> r.functionName(function).eventSourceArn(arn(account, queue))).uuid();
        Eventually.holds(
                "the mapping is enabled", () -> lambda.getEventSourceMapping(r -> r.uuid(uuid)).state().equals("Enabled"));
        return uuid;
    }

    @Test
    @DisplayName("with the commands of the AWS CLI; the event is as documented and the message is deleted")
    void commands(Account account) {
        var functions = Functions.of(account);
        functions.python("worker", functions.role("worker", QUEUE_ROLE), PRINT, f -> f);
        String url = account.aws("sqs", "create-queue", "--queue-name", "orders").get("QueueUrl").asString();
        JsonNode made = account.aws("lambda", "create-event-source-mapping", "--function-name", "worker", "--batch-size", "1",
                "--event-source-arn", arn(account, "orders"));
        assertThat(made.get("State").asString()).isEqualTo("Creating");
        String uuid = made.get("UUID").asString();
        Eventually.holds("the mapping is enabled", () -> account.aws("lambda", "get-event-source-mapping", "--uuid", uuid)
                .get("State").asString().equals("Enabled"));
        account.aws("sqs", "send-message", "--queue-url", url, "--message-body", "{\"CustID\":1021,\"Name\":\"Martha Rivera\"}",
                "--message-attributes", "kind={DataType=String,StringValue=new}");
        Eventually.holds("the function got it", () -> !logged(account, "worker", "GOT").isEmpty());
        assertThat(logged(account, "worker", "GOT").getFirst())
                .contains("\"body\": \"{\\\"CustID\\\":1021,\\\"Name\\\":\\\"Martha Rivera\\\"}\"",
                        "\"eventSource\": \"aws:sqs\"",
                        "\"eventSourceARN\": \"" + arn(account, "orders") + "\"", "\"awsRegion\": \"us-east-1\"",
                        "\"ApproximateReceiveCount\": \"1\"", "\"SentTimestamp\": \"", "\"SenderId\": \"" + account.id() + "\"",
                        "\"kind\": {\"stringValue\": \"new\", \"stringListValues\": [], \"binaryListValues\": [],"
                                + " \"dataType\": \"String\"}");
        Eventually.holds("the message is gone", () -> counts(account, "orders").equals("0 0"));

        assertThat(account.aws("lambda", "list-event-source-mappings", "--function-name", "worker")
                .get("EventSourceMappings").get(0).get("UUID").asString()).isEqualTo(uuid);
        assertThat(account.aws("lambda", "update-event-source-mapping", "--uuid", uuid, "--no-enabled").get("State").asString())
                .isEqualTo("Disabling");
        Eventually.holds("the mapping is disabled", () -> account.aws("lambda", "get-event-source-mapping", "--uuid", uuid)
                .get("State").asString().equals("Disabled"));
        assertThat(account.aws("lambda", "delete-event-source-mapping", "--uuid", uuid).get("State").asString())
                .isEqualTo("Deleting");
        Eventually.holds("the mapping is gone", () -> account.awsCommand("lambda", "get-event-source-mapping", "--uuid", uuid)
                .all().contains("(ResourceNotFoundException)"));
    }

    @Test
    @DisplayName("a message that the function fails comes back, and goes to the dead letters when it fails too often")
    void failures(Account account) {
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", QUEUE_ROLE),
                """
            def handler(event, context):
                for r in event['Records']:
                    print('TRY', r['body'], r['attributes']['ApproximateReceiveCount'])
                    if r['body'] == 'poison' or r['attributes']['ApproximateReceiveCount'] == '1': raise ValueError('no')
            """,
                f -> f.timeout(10));
        var sqs = Sdk.of(account).sqs();
        sqs.createQueue(r -> r.queueName("dead"));
        String url = sqs.createQueue(r -> r.queueName("q").attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "10",
                QueueAttributeName.REDRIVE_POLICY,
                "{\"deadLetterTargetArn\":\"" + arn(account, "dead") + "\",\"maxReceiveCount\":\"2\"}"))).queueUrl();
        Sdk.of(account).lambda().createEventSourceMapping(
                r -> r.functionName("f").eventSourceArn(arn(account, "q")).batchSize(1));
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("shy"));
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("poison"));
        Eventually.holds("the message is among the dead letters", () -> counts(account, "dead").equals("1 0"));
        assertThat(counts(account, "q")).isEqualTo("0 0");
        assertThat(logged(account, "f", "TRY shy")).containsExactly("TRY shy 1", "TRY shy 2");
        assertThat(logged(account, "f", "TRY poison")).containsExactly("TRY poison 1", "TRY poison 2");
    }

    @Test
    @DisplayName("the queue is polled by the service: a function in a VPC without a way out gets its messages")
    void inVpc(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS, QUEUE_ROLE);
        functions.python("f", role, PRINT, f -> f.vpcConfig(Functions.in(network)));
        var sqs = Sdk.of(account).sqs();
        String url = sqs.createQueue(r -> r.queueName("q")).queueUrl();
        enabled(account, "f", "q");
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("into the VPC"));
        Eventually.holds("the function got it", () -> !logged(account, "f", "into the VPC").isEmpty());
    }

    @Test
    @DisplayName("a function reports which messages of a batch failed, by boto3, and sends to another queue itself")
    void partial(Account account) {
        var functions = Functions.of(account);
        String role = functions.role("r", QUEUE_ROLE);
        functions.sdk().iam().putRolePolicy(r -> r.roleName("r").policyName("send").policyDocument("{\"Version\":"
                + "\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":[\"sqs:SendMessage\","
                + "\"sqs:GetQueueUrl\"]}]}"));
        functions.python("f", role,
                """
            import boto3
            sqs = boto3.client('sqs')
            def handler(event, context):
                failed, out = [], sqs.get_queue_url(QueueName='out')['QueueUrl']
                for r in event['Records']:
                    if r['body'] == 'bad': failed.append({'itemIdentifier': r['messageId']})
                    else: sqs.send_message(QueueUrl=out, MessageBody=r['body'] + ' done')
                return {'batchItemFailures': failed}
            """,
                f -> f.timeout(30).memorySize(512));
        String out = account.boto3(
                """
            sqs, lam = client('sqs'), client('lambda')
            out = sqs.create_queue(QueueName='out')['QueueUrl']
            url = sqs.create_queue(QueueName='in')['QueueUrl']
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
            sqs.send_message_batch(QueueUrl=url, Entries=[{'Id': b, 'MessageBody': b} for b in ('good', 'bad', 'fine')])
            lam.create_event_source_mapping(FunctionName='f', EventSourceArn=arn,
                                            FunctionResponseTypes=['ReportBatchItemFailures'])
            got = set()
            while len(got) < 2:
                got |= {m['Body'] for m in sqs.receive_message(QueueUrl=out, WaitTimeSeconds=20).get('Messages', [])}
            print(sorted(got))
            """);
        assertThat(out).isEqualTo("['fine done', 'good done']");
        Eventually.holds("only the failed one is left", () -> counts(account, "in").equals("0 1"));
    }

    @Test
    @DisplayName("what cannot work is refused in AWS's words")
    void refused(Account account) {
        var functions = Functions.of(account);
        functions.python("f", functions.role("lacking"), PRINT, f -> f);
        var sqs = Sdk.of(account).sqs();
        sqs.createQueue(r -> r.queueName("q"));
        assertThatThrownBy(() -> enabled(account, "f", "q"))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("The provided execution role does not have permissions to call ReceiveMessage on SQS");
        functions.sdk().iam().attachRolePolicy(r -> r.roleName("lacking").policyArn(QUEUE_ROLE));
        assertThatThrownBy(() -> enabled(account, "f", "none")).hasMessageContaining("AWS.SimpleQueueService.NonExistentQueue");
        functions.lambda().updateFunctionConfiguration(r -> r.functionName("f").timeout(31));
        assertThatThrownBy(() -> enabled(account, "f", "q"))
                .hasMessageContaining("Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds");
        assertThat(account.awsFails("lambda", "create-event-source-mapping", "--function-name", "nobody", "--event-source-arn",
                arn(account, "q"))).contains("InvalidParameterValueException", "Function does not exist");
        assertThat(functions.lambda().listEventSourceMappings(r -> { }).eventSourceMappings()).isEmpty();
    }

    @Test
    @DisplayName("kill -9: mappings go on, and messages that came before are worked on after")
    void killed(@TempDir Path data) {
        String id;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            var functions = Functions.of(account);
            functions.python("f", functions.role("r", QUEUE_ROLE),
                    """
                import time
                def handler(event, context):
                    r = event['Records'][0]
                    print('TRY', r['body'])
                    if r['body'] == 'slow' and r['attributes']['ApproximateReceiveCount'] == '1': time.sleep(60)
                """,
                    f -> f.timeout(10));
            var sqs = Sdk.of(account).sqs();
            String url = sqs.createQueue(r -> r.queueName("q").attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "10")))
                    .queueUrl();
            enabled(account, "f", "q");
            sqs.sendMessage(r -> r.queueUrl(url).messageBody("slow"));
            Eventually.holds("it is worked on", () -> counts(account, "q").equals("0 1"));
            server.kill();
        }
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            Eventually.holds("what was worked on is worked on again", () -> counts(account, "q").equals("0 0"));
            var sqs = Sdk.of(account).sqs();
            sqs.sendMessage(r -> r.queueUrl(sqs.getQueueUrl(u -> u.queueName("q")).queueUrl()).messageBody("after"));
            Eventually.holds("the mapping goes on", () -> !logged(account, "f", "TRY after").isEmpty());
        }
    }
}
