package dev.remora.sqs;

import static dev.remora.sqs.SqsLab.arn;
import static dev.remora.sqs.SqsLab.fault;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

@Timeout(180)
class FifoQueuesTest {
    private SqsLab lab;
    private SqsClient sqs;
    private String url;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new SqsLab(folder);
        sqs = lab.client();
        url = fifo("q.fifo", Map.of(QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private String fifo(String name, Map<QueueAttributeName, String> more) {
        var attributes = new HashMap<>(more);
        attributes.put(QueueAttributeName.FIFO_QUEUE, "true");
        return lab.queue(name, attributes);
    }

    private SendMessageResponse send(String group, String body) {
        return sqs.sendMessage(r -> r.queueUrl(url).messageBody(body).messageGroupId(group));
    }

    private List<Message> receive(int max) {
        return sqs.receiveMessage(r -> r.queueUrl(url).maxNumberOfMessages(max).attributeNamesWithStrings("All")).messages();
    }

    private static List<String> bodies(List<Message> messages) {
        return messages.stream().map(Message::body).toList();
    }

    private void delete(Message message) {
        sqs.deleteMessage(r -> r.queueUrl(url).receiptHandle(message.receiptHandle()));
    }

    @Test
    void messagesOfAGroupKeepTheirOrder() {
        send("g1", "1a");
        send("g1", "1b");
        send("g2", "2a");
        send("g1", "1c");
        List<Message> first = receive(1);
        assertThat(bodies(first)).containsExactly("1a");
        assertThat(bodies(receive(10))).as("of the other group, for one of the first is in flight").containsExactly("2a");
        assertThat(receive(10)).isEmpty();

        lab.pass(Duration.ofSeconds(31));
        List<Message> again = receive(2);
        assertThat(bodies(again)).as("what came back comes first").containsExactly("1a", "1b");
        delete(again.getFirst());
        assertThat(bodies(receive(10))).as("1b is in flight").containsExactly("2a");
        delete(again.getLast());
        assertThat(bodies(receive(10))).containsExactly("1c");
    }

    @Test
    void aFailedMessageIsReceivedBeforeThoseBehindIt() {
        for (String body : List.of("a", "b", "c", "d")) {
            send("g", body);
        }
        List<Message> batch = receive(3);
        delete(batch.get(1));
        sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(batch.get(2).receiptHandle()).visibilityTimeout(0));
        assertThat(receive(10)).as("a is in flight").isEmpty();
        sqs.changeMessageVisibility(r -> r.queueUrl(url).receiptHandle(batch.get(0).receiptHandle()).visibilityTimeout(0));
        assertThat(bodies(receive(10))).containsExactly("a", "c", "d");
    }

    @Test
    void whatWasSentLatelyIsNotDeliveredAgain() {
        SendMessageResponse first = send("g", "same");
        assertThat(first.sequenceNumber()).hasSize(20);
        SendMessageResponse second = send("other", "same");
        assertThat(second.messageId()).isEqualTo(first.messageId());
        assertThat(second.sequenceNumber()).isEqualTo(first.sequenceNumber());
        lab.restart();
        sqs = lab.client();
        assertThat(send("g", "same").sequenceNumber()).isEqualTo(first.sequenceNumber());
        Message only = receive(10).getFirst();
        assertThat(only.attributesAsStrings()).containsEntry("MessageGroupId", "g")
                .containsEntry("SequenceNumber", first.sequenceNumber())
                .containsEntry("MessageDeduplicationId", Digests.sha256("same"));
        delete(only);
        send("g", "same");
        assertThat(receive(10)).as("deleted, and still known").isEmpty();
        lab.pass(Duration.ofMinutes(5));
        send("g", "same");
        assertThat(receive(10)).hasSize(1);
    }

    @Test
    void idsCountForTheQueueOrForAGroup() {
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("a").messageGroupId("g1").messageDeduplicationId("id"));
        sqs.sendMessage(r -> r.queueUrl(url).messageBody("b").messageGroupId("g2").messageDeduplicationId("id"));
        assertThat(bodies(receive(10))).containsExactly("a");
        url = fifo("scoped.fifo", Map.of(QueueAttributeName.DEDUPLICATION_SCOPE, "messageGroup"));
        var sent = sqs.sendMessageBatch(r -> r.queueUrl(url).entries(entry("1", "g1"), entry("2", "g2"), entry("3", "g1")));
        assertThat(sent.successful()).extracting(e -> e.id()).containsExactly("1", "2", "3");
        assertThat(sent.successful().get(2).messageId()).isEqualTo(sent.successful().get(0).messageId());
        assertThat(bodies(receive(10))).containsExactlyInAnyOrder("1", "2");
    }

    private static SendMessageBatchRequestEntry entry(String body, String group) {
        return SendMessageBatchRequestEntry.builder().id(body).messageBody(body).messageGroupId(group)
                .messageDeduplicationId("id").build();
    }

    @Test
    void aDeletedMessageWakesWhoWaitsForTheGroup() throws Exception {
        lab.timeOfDay();
        send("g", "a");
        send("g", "b");
        Message first = receive(1).getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = threads.submit(() -> bodies(
                    sqs.receiveMessage(r -> r.queueUrl(url).waitTimeSeconds(20)).messages()));
            delete(first);
            assertThat(waiting.get(60, TimeUnit.SECONDS)).containsExactly("b");
        }
    }

    @Test
    void poisonGoesToDeadLettersOfTheSameType() {
        String dead = fifo("dead.fifo", Map.of());
        String policy = "{\"deadLetterTargetArn\":\"" + arn("dead.fifo") + "\",\"maxReceiveCount\":1}";
        assertThat(fault(() -> lab.queue("standard", Map.of(QueueAttributeName.REDRIVE_POLICY, policy))))
                .startsWith("InvalidParameterValue: Value {");
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, policy)));
        send("g", "poison");
        send("g", "good");
        assertThat(bodies(receive(1))).containsExactly("poison");
        lab.pass(Duration.ofSeconds(31));
        assertThat(bodies(receive(1))).containsExactly("good");
        url = dead;
        assertThat(receive(1).getFirst().attributesAsStrings()).containsEntry("MessageGroupId", "g")
                .containsEntry("DeadLetterQueueSourceArn", arn("q.fifo"));
        assertThat(fault(() -> sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead.fifo")))))
                .startsWith("AWS.SimpleQueueService.UnsupportedOperation");
    }

    @Test
    void anExpiredReceiptDeletesNothing() {
        send("g", "a");
        Message message = receive(1).getFirst();
        lab.pass(Duration.ofSeconds(31));
        assertThat(fault(() -> delete(message))).isEqualTo("InvalidParameterValue: Value " + message.receiptHandle()
                + " for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
        assertThat(lab.counts(url)).isEqualTo("1 0 0");
    }

    @Test
    void manyGroupsAreWorkedOnAtOnceAndEachInOrder() throws Exception {
        lab.timeOfDay();
        for (int i = 0; i < 50; i++) {
            send("g" + i % 5, Integer.toString(i));
        }
        Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int worker = 0; worker < 3; worker++) {
                workers.submit(() -> {
                    for (int done = 0; !lab.counts(url).equals("0 0 0") && done < 1000; done++) {
                        for (Message message : receive(3)) {
                            seen.computeIfAbsent(message.attributesAsStrings().get("MessageGroupId"), g -> new ArrayList<>())
                                    .add(Integer.parseInt(message.body()));
                            delete(message);
                        }
                    }
                });
            }
        }
        assertThat(seen).hasSize(5).allSatisfy((group, numbers) -> assertThat(numbers).hasSize(10).isSorted());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThat(fault(() -> lab.queue("q2.fifo"))).startsWith("InvalidParameterValue: Can only include alphanumeric");
        assertThat(fault(() -> fifo("plain", Map.of()))).isEqualTo("InvalidParameterValue: The name of a FIFO queue can only"
                + " include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80"
                + " in length.");
        assertThat(fault(() -> lab.queue("plain", Map.of(QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true"))))
                .isEqualTo("InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.");
        assertThat(fault(() -> fifo("f.fifo", Map.of(QueueAttributeName.DEDUPLICATION_SCOPE, "x"))))
                .isEqualTo("InvalidAttributeValue: Invalid value for the parameter DeduplicationScope.");
        assertThat(fault(() -> sqs.sendMessage(r -> r.queueUrl(url).messageBody("b"))))
                .isEqualTo("MissingParameter: The request must contain the parameter MessageGroupId.");
        assertThat(fault(() -> sqs.sendMessage(r -> r.queueUrl(url).messageBody("b").messageGroupId("g").delaySeconds(2))))
                .isEqualTo("InvalidParameterValue: Value 2 for parameter DelaySeconds is invalid. Reason: The request include"
                        + " parameter that is not valid for this queue type.");
        String strict = fifo("strict.fifo", Map.of());
        assertThat(fault(() -> sqs.sendMessage(r -> r.queueUrl(strict).messageBody("b").messageGroupId("g"))))
                .isEqualTo("InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled or"
                        + " MessageDeduplicationId provided explicitly");
        assertThat(sqs.getQueueAttributes(r -> r.queueUrl(strict).attributeNames(QueueAttributeName.ALL)).attributesAsStrings())
                .containsEntry("FifoQueue", "true").containsEntry("ContentBasedDeduplication", "false")
                .containsEntry("DeduplicationScope", "queue").containsEntry("FifoThroughputLimit", "perQueue");
        assertThat(lab.counts(url)).isEqualTo("0 0 0");
    }
}
