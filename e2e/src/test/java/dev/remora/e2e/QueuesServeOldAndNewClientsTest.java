package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Queues serve clients that speak JSON and clients that still speak awsQuery")
class QueuesServeOldAndNewClientsTest {
    /** What Python prints with any version of boto3. */
    private static final String PROGRAM =
            """
        sqs = client('sqs')
        url = sqs.create_queue(QueueName='py', Attributes={'VisibilityTimeout': '60'}, tags={'team': 'a'})['QueueUrl']
        sqs.send_message(QueueUrl=url, MessageBody='héllo <&>',
                         MessageAttributes={'n': {'DataType': 'Number', 'StringValue': '7'},
                                            'b': {'DataType': 'Binary', 'BinaryValue': b'\\x00\\xff'}})
        print(sorted(e['Id'] for e in sqs.send_message_batch(QueueUrl=url, Entries=[
            {'Id': 'a', 'MessageBody': '1'}, {'Id': 'b', 'MessageBody': '2', 'DelaySeconds': 900}])['Successful']))
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=['All'], MessageAttributeNames=['All'])
        m = [m for m in got['Messages'] if 'MessageAttributes' in m][0]
        print(m['Body'], m['MessageAttributes']['n']['StringValue'], m['MessageAttributes']['b']['BinaryValue'],
              m['Attributes']['ApproximateReceiveCount'], len(got['Messages']))
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']
        print(counts['ApproximateNumberOfMessages'], counts['ApproximateNumberOfMessagesNotVisible'],
              counts['ApproximateNumberOfMessagesDelayed'], counts['VisibilityTimeout'])
        print(sqs.list_queue_tags(QueueUrl=url)['Tags'], [u.rsplit('/', 1)[1] for u in sqs.list_queues()['QueueUrls']])
        print(sqs.delete_message_batch(QueueUrl=url, Entries=[{'Id': 'x', 'ReceiptHandle': m['ReceiptHandle']},
                                                              {'Id': 'y', 'ReceiptHandle': 'no'}])['Failed'][0]['Code'])
        print(refused(sqs.get_queue_url, QueueName='none'))
        print(refused(sqs.create_queue, QueueName='py', Attributes={'DelaySeconds': '9'}))
        print(refused(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=11))
        print(refused(sqs.create_queue, QueueName='a b'))
        try: sqs.send_message(QueueUrl=url[:-2] + 'none', MessageBody='x')
        except sqs.exceptions.QueueDoesNotExist as e: print('its own class')
        """;

    private static final List<String> PRINTED = List.of(
            "['a', 'b']",
            "héllo <&> 7 b'\\x00\\xff' 1 2",
            "0 2 1 60",
            "{'team': 'a'} ['py']",
            "ReceiptHandleIsInvalid",
            "400 AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.",
            "400 QueueAlreadyExists: A queue already exists with the same name and a different value for attribute DelaySeconds",
            "400 InvalidParameterValue: Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10,"
                    + " if provided.",
            "400 InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            "its own class");

    @Test
    @DisplayName("boto3, the PATH's and Debian's")
    void boto3(Account account, Server server) {
        assertThat(account.boto3(PROGRAM).lines()).isEqualTo(PRINTED);
        assertThat(Account.fresh(server).debianBoto3(PROGRAM).lines()).isEqualTo(PRINTED);
    }

    @Test
    @DisplayName("boto3 with a FIFO queue, the PATH's and Debian's")
    void fifo(Account account, Server server) {
        String program =
                """
            sqs = client('sqs')
            kind = {'FifoQueue': 'true', 'ContentBasedDeduplication': 'true'}
            url = sqs.create_queue(QueueName='q.fifo', Attributes=kind)['QueueUrl']
            sent = [sqs.send_message(QueueUrl=url, MessageBody=b, MessageGroupId='g')['SequenceNumber'] for b in 'abca']
            print(sent[0] == sent[3], sent[:3] == sorted(set(sent)))
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2, AttributeNames=['All'])['Messages']
            first = got[0]['Attributes']
            print([m['Body'] for m in got], first['MessageGroupId'], first['SequenceNumber'] == sent[0])
            print(len(sqs.receive_message(QueueUrl=url).get('Messages', [])))
            sqs.delete_message_batch(QueueUrl=url, Entries=[
                {'Id': m['Body'], 'ReceiptHandle': m['ReceiptHandle']} for m in got])
            print(sqs.receive_message(QueueUrl=url)['Messages'][0]['Body'])
            print(refused(sqs.send_message, QueueUrl=url, MessageBody='x'))
            """;
        String printed = "True True\n['a', 'b'] g True\n0\nc\n400 MissingParameter: The request must contain the parameter"
                + " MessageGroupId.";
        assertThat(account.boto3(program)).isEqualTo(printed);
        assertThat(Account.fresh(server).debianBoto3(program)).isEqualTo(printed);
    }

    @Test
    @DisplayName("the AWS CLI, the PATH's and Debian's")
    void cli(Account account, Server server) {
        story(account::awsCommand);
        story(Account.fresh(server)::awsVersion2);
    }

    private static void story(Function<String[], Command> aws) {
        String url = json(aws, "create-queue", "--queue-name", "q").get("QueueUrl").asString();
        json(aws, "send-message", "--queue-url", url, "--message-body", "hello");
        JsonNode message = json(aws, "receive-message", "--queue-url", url, "--wait-time-seconds", "20").get("Messages").get(0);
        assertThat(message.get("Body").asString()).isEqualTo("hello");
        json(aws, "delete-message", "--queue-url", url, "--receipt-handle", message.get("ReceiptHandle").asString());
        json(aws, "purge-queue", "--queue-url", url);
        json(aws, "delete-queue", "--queue-url", url);
        assertThat(aws.apply(new String[] {"sqs", "get-queue-url", "--queue-name", "q"}).all())
                .contains("(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation")
                .contains(": The specified queue does not exist.");
    }

    private static JsonNode json(Function<String[], Command> aws, String... words) {
        var all = new ArrayList<>(List.of("sqs"));
        all.addAll(List.of(words));
        String out = aws.apply(all.toArray(String[]::new)).mustSucceed().out();
        var mapper = tools.jackson.databind.json.JsonMapper.shared();
        return out.isBlank() ? mapper.nullNode() : mapper.readTree(out);
    }

    @Test
    @DisplayName("the SDK for JavaScript, which sends to where a queue's URL points")
    void javaScript(Account account) {
        assertThat(account.node(
                        """
            const { SQSClient, CreateQueueCommand, SendMessageCommand, ReceiveMessageCommand } = require('@aws-sdk/client-sqs');
            (async () => {
              const sqs = new SQSClient({});
              const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'js' }));
              const receiving = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
              await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
              console.log((await receiving).Messages[0].Body);
              try { await sqs.send(new SendMessageCommand({ QueueUrl: QueueUrl + 'x', MessageBody: 'x' })); }
              catch (e) { console.log(e.name, e.message); }
            })();
            """))
                .isEqualTo("hello\nQueueDoesNotExist The specified queue does not exist.");
    }

    @Test
    @DisplayName("kill -9 while messages are sent: each that was answered is there, and each at most once besides")
    void killed(@TempDir Path data) throws Exception {
        Set<String> answered = ConcurrentHashMap.newKeySet();
        String id;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            String url = Sdk.of(account).sqs().createQueue(r -> r.queueName("q")
                    .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "600"))).queueUrl();
            var senders = new ArrayList<Thread>();
            for (int s = 0; s < 4; s++) {
                String sender = "sender " + s + " message ";
                senders.add(Thread.ofVirtual().start(() -> sendUntilItFails(account, url, sender, answered)));
            }
            Eventually.holds("a hundred messages are answered", () -> answered.size() >= 100);
            server.kill();
            for (Thread sender : senders) {
                sender.join(Duration.ofSeconds(60));
            }
        }
        try (var server = Server.start("--data", data.toString())) {
            var sqs = Sdk.of(new Account(server, id)).sqs();
            String url = sqs.getQueueUrl(r -> r.queueName("q")).queueUrl();
            var found = new ArrayList<String>();
            List<Message> got;
            do {
                got = sqs.receiveMessage(r -> r.queueUrl(url).maxNumberOfMessages(10)).messages();
                got.forEach(message -> found.add(message.body()));
            } while (!got.isEmpty());
            assertThat(found).doesNotHaveDuplicates();
            assertThat(new HashSet<>(found)).containsAll(answered);
        }
    }

    private static void sendUntilItFails(Account account, String url, String sender, Set<String> answered) {
        var sqs = Sdk.of(account).sqs();
        for (int i = 0; ; i++) {
            String body = sender + i;
            try {
                sqs.sendMessage(r -> r.queueUrl(url).messageBody(body));
            } catch (SdkException killed) {
                return;
            }
            answered.add(body);
        }
    }
}
