package dev.remora.sqs;

import static dev.remora.sqs.SqsLab.arn;
import static dev.remora.sqs.SqsLab.fault;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

/** Messages through AWS's own client, which checks every digest. */
class MessagesTest {
    private SqsLab lab;
    private SqsClient sqs;
    private String url;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new SqsLab(folder);
        sqs = lab.client();
        url = lab.queue("q");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void aMessagesLife() {
        String sentAt = Long.toString(lab.now().toEpochMilli());
        var sent = sqs.sendMessage(r -> r.queueUrl(url).messageBody("hello ☃"));
        lab.pass(Duration.ofSeconds(3));
        Message first = lab.receive(url).getFirst();
        assertThat(first.messageId()).isEqualTo(sent.messageId());
        assertThat(first.body()).isEqualTo("hello ☃");
        assertThat(first.attributesAsStrings()).isEqualTo(Map.of("SenderId", SqsLab.ACCOUNT, "SentTimestamp", sentAt,
                "ApproximateReceiveCount", "1", "ApproximateFirstReceiveTimestamp", Long.toString(lab.now().toEpochMilli())));
        String firstReceivedAt = first.attributesAsStrings().get("ApproximateFirstReceiveTimestamp");
        assertThat(lab.counts(url)).isEqualTo("0 1 0");
        assertThat(lab.receive(url)).as("hidden").isEmpty();

        lab.pass(Duration.ofSeconds(30));
        Message second = lab.receive(url).getFirst();
        assertThat(second.attributesAsStrings()).containsEntry("ApproximateReceiveCount", "2")
                .containsEntry("ApproximateFirstReceiveTimestamp", firstReceivedAt);
        assertThat(second.receiptHandle()).isNotEqualTo(first.receiptHandle());
        sqs.deleteMessage(r -> r.queueUrl(url).receiptHandle(first.receiptHandle()));
        assertThat(lab.counts(url)).as("an old handle deletes nothing").isEqualTo("0 1 0");
        sqs.deleteMessage(r -> r.queueUrl(url).receiptHandle(second.receiptHandle()));
        sqs.deleteMessage(r -> r.queueUrl(url).receiptHandle(second.receiptHandle()));
        assertThat(lab.counts(url)).isEqualTo("0 0 0");
    }

    @Test
    void attributesAreChosenByName() {
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("msg")
                .messageSystemAttributes(Map.of(MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                        MessageSystemAttributeValue.builder().dataType("String").stringValue("Root=1-2-3").build()))
                .messageAttributes(Map.of("Help.Me", text("Me"), "Hello", text("There"), "General", text("Kenobi"),
                        "bin", MessageAttributeValue.builder().dataType("Binary.gif")
                                .binaryValue(SdkBytes.fromUtf8String("x")).build(),
                        "n", MessageAttributeValue.builder().dataType("Number.int").stringValue("-4.2e3").build())));
        assertThat(received().messageAttributes()).isEmpty();
        assertThat(received("All").messageAttributes()).containsOnlyKeys("Help.Me", "Hello", "General", "bin", "n");
        assertThat(received("Hel.*").messageAttributes()).containsOnlyKeys("Help.Me", "Hello");
        assertThat(received("Hello", "Foo").md5OfMessageAttributes()).as("recorded from AWS")
                .isEqualTo("a311262e065454b75da111d535b8dacd");
        assertThat(received("Foo", "").md5OfMessageAttributes()).isNull();
        assertThat(received().attributesAsStrings()).containsEntry("AWSTraceHeader", "Root=1-2-3");
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder().dataType("String").stringValue(value).build();
    }

    private Message received(String... names) {
        return sqs.receiveMessage(r -> r.queueUrl(url).visibilityTimeout(0).messageAttributeNames(names)
                .messageSystemAttributeNamesWithStrings("All")).messages().getFirst();
    }

    @Test
    void delaysAndVisibilityAreChanged() {
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("later").delaySeconds(10));
        assertThat(lab.counts(url)).isEqualTo("0 0 1");
        assertThat(lab.receive(url)).isEmpty();
        lab.pass(Duration.ofSeconds(10));
        String handle = lab.receive(url).getFirst().receiptHandle();

        sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(handle).visibilityTimeout(100));
        lab.pass(Duration.ofSeconds(99));
        assertThat(lab.receive(url)).isEmpty();
        sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(handle).visibilityTimeout(0));
        assertThat(fault(() -> sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(handle).visibilityTimeout(9))))
                .startsWith("AWS.SimpleQueueService.MessageNotInflight");
        Message again = lab.receive(url).getFirst();
        assertThat(fault(() -> sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(handle).visibilityTimeout(9))))
                .isEqualTo("InvalidParameterValue: Value " + handle + " for parameter ReceiptHandle is invalid. Reason: Message"
                        + " does not exist or is not available for visibility timeout change.");
        lab.pass(Duration.ofSeconds(1));
        assertThat(fault(() -> sqs.changeMessageVisibility(
                        r -> r.queueUrl(url).receiptHandle(again.receiptHandle()).visibilityTimeout(43_200))))
                .endsWith("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
    }

    @Test
    void whatIsReceivedTooOftenGoesToTheDeadLetters() {
        String dead = lab.queue("dead");
        String source = lab.queue("source", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "1", QueueAttributeName.REDRIVE_POLICY,
                "{\"deadLetterTargetArn\":\"" + arn("dead") + "\",\"maxReceiveCount\":2}"));
        lab.send(source, "poison");
        String sent = lab.receive(source).getFirst().attributesAsStrings().get("SentTimestamp");
        lab.pass(Duration.ofSeconds(2));
        assertThat(lab.receive(source)).hasSize(1);
        lab.pass(Duration.ofSeconds(2));
        lab.send(source, "good");
        assertThat(lab.bodies(source)).containsExactly("good");
        assertThat(lab.receive(dead).getFirst()).satisfies(letter -> {
            assertThat(letter.body()).isEqualTo("poison");
            assertThat(letter.attributesAsStrings()).containsEntry("DeadLetterQueueSourceArn", arn("source"))
                    .containsEntry("ApproximateReceiveCount", "3").containsEntry("SentTimestamp", sent);
        });
        assertThat(lab.counts(source)).isEqualTo("0 1 0");
    }

    @Test
    void messagesGrowOld() {
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.MESSAGE_RETENTION_PERIOD, "60")));
        lab.send(url, "old");
        lab.pass(Duration.ofSeconds(40));
        lab.send(url, "young");
        lab.pass(Duration.ofSeconds(21));
        assertThat(lab.counts(url)).isEqualTo("1 0 0");
        assertThat(lab.bodies(url)).containsExactly("young");
    }

    @Test
    void noMessageIsReceivedTwice() throws Exception {
        lab.timeOfDay();
        IntStream.range(0, 20).forEach(i -> sqs.sendMessageBatch(r -> r.queueUrl(url).entries(IntStream.range(0, 10)
                .mapToObj(n -> SendMessageBatchRequestEntry.builder().id("n" + n).messageBody(i + "/" + n).build()).toList())));
        var seen = Collections.synchronizedList(new ArrayList<String>());
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int worker = 0; worker < 4; worker++) {
                workers.submit(() -> {
                    for (List<String> got = lab.bodies(url); !got.isEmpty(); got = lab.bodies(url)) {
                        seen.addAll(got);
                    }
                });
            }
        }
        assertThat(seen).hasSize(200);
        assertThat(new HashSet<>(seen)).hasSize(200);
    }

    @Test
    void entriesOfABatchFailOneByOne() {
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, "1024")));
        SendMessageBatchResponse sent = sqs.sendMessageBatch(r -> r.queueUrl(url).entries(entry("good", "a"),
                entry("long", "x".repeat(1025)),
                SendMessageBatchRequestEntry.builder().id("delay").messageBody("b").delaySeconds(901).build()));
        assertThat(sent.successful()).extracting(e -> e.id()).containsExactly("good");
        assertThat(sent.failed()).extracting(e -> e.id() + " " + e.code() + " " + e.senderFault() + " " + e.message())
                .containsExactly("long InvalidParameterValue true One or more parameters are invalid. Reason: Message must be"
                        + " shorter than 1024 bytes.",
                        "delay InvalidParameterValue true Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds"
                        + " must be >= 0 and <= 900.");
        String handle = lab.receive(url).getFirst().receiptHandle();
        var changed = sqs.changeMessageVisibilityBatch(r -> r.queueUrl(url).entries(
                e -> e.id("a").receiptHandle(handle).visibilityTimeout(60),
                e -> e.id("b").receiptHandle("fake").visibilityTimeout(60)));
        assertThat(changed.successful()).extracting(e -> e.id()).containsExactly("a");
        assertThat(changed.failed().getFirst().message())
                .isEqualTo("The input receipt handle \"fake\" is not a valid receipt handle.");
        var deleted = sqs.deleteMessageBatch(r -> r.queueUrl(url).entries(e -> e.id("a").receiptHandle(handle),
                e -> e.id("b").receiptHandle("fake")));
        assertThat(deleted.successful()).extracting(e -> e.id()).containsExactly("a");
        assertThat(deleted.failed().getFirst().code()).isEqualTo("ReceiptHandleIsInvalid");
        assertThat(lab.counts(url)).isEqualTo("0 0 0");
    }

    private static SendMessageBatchRequestEntry entry(String id, String body) {
        return SendMessageBatchRequestEntry.builder().id(id).messageBody(body).build();
    }

    @Test
    void aBatchIsRefusedAsAWhole() {
        String batch = "AWS.SimpleQueueService.";
        assertThat(fault(() -> batch())).isEqualTo(
                batch + "EmptyBatchRequest: There should be at least one SendMessageBatchRequestEntry in the request.");
        assertThat(fault(() -> batch(entry("a", "x"), entry("a", "y"))))
                .isEqualTo(batch + "BatchEntryIdsNotDistinct: Id a repeated.");
        assertThat(fault(() -> batch(entry("a:b", "x")))).isEqualTo(batch + "InvalidBatchEntryId: A batch entry id can only"
                + " contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.");
        var eleven = IntStream.range(0, 11).mapToObj(i -> entry("n" + i, "x")).toArray(SendMessageBatchRequestEntry[]::new);
        assertThat(fault(() -> batch(eleven))).isEqualTo(batch + "TooManyEntriesInBatchRequest: Maximum number of entries per"
                + " request are 10. You have sent 11.");
        String half = "x".repeat(524_289);
        assertThat(fault(() -> batch(entry("a", half), entry("b", half)))).isEqualTo(
                batch + "BatchRequestTooLong: Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.");
        assertThat(lab.counts(url)).isEqualTo("0 0 0");
    }

    private void batch(SendMessageBatchRequestEntry... entries) {
        sqs.sendMessageBatch(r -> r.queueUrl(url).entries(entries));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a b | String | Message attribute name can contain",
        ".a | String | Message attribute name can not start or end with a period",
        "AWS.x | String | You can't use message attribute names beginning with",
        "a | Text | The type of message attribute 'a' is invalid.",
        "a | Number | Can't cast the value of message attribute 'a' to a number.",
        "a | Binary | The message attribute 'a' must contain a non-empty message attribute value",
    })
    void attributesAreChecked(String name, String type, String message) {
        var value = MessageAttributeValue.builder().dataType(type).stringValue("x").build();
        assertThat(fault(() -> sqs.sendMessage(r -> r.queueUrl(url).messageBody("b").messageAttributes(Map.of(name, value)))))
                .startsWith("InvalidParameterValue: " + message);
    }

    @Test
    void whatIsSentIsChecked() {
        refused(r -> r.messageBody("b").delaySeconds(-1), "InvalidParameterValue: Value -1 for parameter DelaySeconds");
        refused(r -> r.messageBody(""), "MissingParameter: The request must contain the parameter MessageBody.");
        refused(r -> r.messageBody("\u0001"), "InvalidMessageContents");
        refused(r -> r.messageBody("b").messageDeduplicationId("d"), "InvalidParameterValue: Value d for parameter MessageDedup");
        refused(r -> r.messageBody("x".repeat(1_048_577)),
                "InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.");
        refused(r -> r.messageBody("b").queueUrl("http://remora.internal/1/none"), "AWS.SimpleQueueService.NonExistentQueue");
        assertThat(lab.counts(url)).isEqualTo("0 0 0");
        lab.send(url, "x".repeat(1_048_576));
    }

    private void refused(Consumer<SendMessageRequest.Builder> request, String start) {
        assertThat(fault(() -> sqs.sendMessage(r -> request.accept(r.queueUrl(url))))).startsWith(start);
    }

    @Test
    void whatIsReceivedIsChecked() {
        refusedReceipt(r -> r.maxNumberOfMessages(11),
                "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.");
        refusedReceipt(r -> r.maxNumberOfMessages(0), "Value 0 for parameter MaxNumberOfMessages");
        refusedReceipt(r -> r.waitTimeSeconds(21), "Value 21 for parameter WaitTimeSeconds is invalid.");
        refusedReceipt(r -> r.visibilityTimeout(43_201), "Value 43201 for parameter VisibilityTimeout is invalid.");
        assertThat(fault(() -> sqs.deleteMessage(r -> r.queueUrl(url).receiptHandle("garbage")))).isEqualTo(
                "ReceiptHandleIsInvalid: The input receipt handle \"garbage\" is not a valid receipt handle.");
        lab.send(url, "x");
        String handle = lab.receive(url).getFirst().receiptHandle();
        String other = lab.queue("other");
        assertThat(fault(() -> sqs.deleteMessage(r -> r.queueUrl(other).receiptHandle(handle))))
                .startsWith("ReceiptHandleIsInvalid");
    }

    private void refusedReceipt(Consumer<ReceiveMessageRequest.Builder> request, String start) {
        assertThat(fault(() -> sqs.receiveMessage(r -> request.accept(r.queueUrl(url)))))
                .startsWith("InvalidParameterValue: " + start);
    }
}
