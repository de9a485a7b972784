package dev.remora.sqs;

import static dev.remora.sqs.SqsLab.arn;
import static dev.remora.sqs.SqsLab.fault;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksResultEntry;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Refusals as recorded from AWS. */
@Timeout(180)
class MoveTasksTest {
    private SqsLab lab;
    private SqsClient sqs;
    private String dead;
    private String source;
    private String elsewhere;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new SqsLab(folder);
        lab.timeOfDay();
        sqs = lab.client();
        dead = lab.queue("dead");
        source = lab.queue("source", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "0", QueueAttributeName.REDRIVE_POLICY,
                "{\"deadLetterTargetArn\":\"" + arn("dead") + "\",\"maxReceiveCount\":1}"));
        elsewhere = lab.queue("elsewhere");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private void deadLetters(int count) {
        for (int i = 0; i < count; i++) {
            lab.send(source, "message " + i);
        }
        while (!lab.counts(source).equals("0 0 0")) {
            lab.receive(source);
        }
        assertThat(lab.counts(dead)).isEqualTo(count + " 0 0");
    }

    private ListMessageMoveTasksResultEntry task() {
        return sqs.listMessageMoveTasks(r -> r.sourceArn(arn("dead"))).results().getFirst();
    }

    /** The bodies of so many messages, waiting for each. */
    private List<String> collected(String queue, int count) {
        var bodies = new ArrayList<String>();
        while (bodies.size() < count) {
            sqs.receiveMessage(r -> r.queueUrl(queue).waitTimeSeconds(20).visibilityTimeout(60).maxNumberOfMessages(10))
                    .messages().forEach(m -> bodies.add(m.body()));
        }
        return bodies;
    }

    private ListMessageMoveTasksResultEntry ended() throws InterruptedException {
        for (long end = System.nanoTime() + Duration.ofSeconds(60).toNanos(); System.nanoTime() < end; ) {
            if (!List.of("RUNNING", "CANCELLING").contains(task().status())) {
                return task();
            }
            Thread.sleep(1);
        }
        throw new AssertionError("did not end: " + task());
    }

    @Test
    void lettersGoWhereTheyAreSent() throws Exception {
        deadLetters(12);
        assertThat(sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")).destinationArn(arn("elsewhere"))).taskHandle())
                .isNotEmpty();
        assertThat(collected(elsewhere, 12)).doesNotHaveDuplicates();
        assertThat(ended()).satisfies(task -> {
            assertThat(task.status()).isEqualTo("COMPLETED");
            assertThat(task.approximateNumberOfMessagesMoved()).isEqualTo(12);
            assertThat(task.approximateNumberOfMessagesToMove()).isEqualTo(12);
            assertThat(task.destinationArn()).isEqualTo(arn("elsewhere"));
            assertThat(task.taskHandle()).isNull();
        });
        assertThat(lab.counts(dead)).isEqualTo("0 0 0");
    }

    @Test
    void lettersGoBackAsNewMessages() throws Exception {
        deadLetters(2);
        sqs.setQueueAttributes(r -> r.queueUrl(source).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "60")));
        sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")));
        assertThat(ended().status()).isEqualTo("COMPLETED");
        assertThat(lab.receive(source)).hasSize(2).allSatisfy(message ->
                assertThat(message.attributesAsStrings()).containsEntry("ApproximateReceiveCount", "1")
                        .doesNotContainKey("DeadLetterQueueSourceArn"));
    }

    @Test
    void aTaskIsSlowedDownAndCancelled() throws Exception {
        // So many that they take longer than any pause of the machine.
        deadLetters(60);
        String handle = sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")).destinationArn(arn("elsewhere"))
                .maxNumberOfMessagesPerSecond(1)).taskHandle();
        assertThat(fault(() -> sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead"))))).isEqualTo("InvalidParameterValue: There"
                + " is already a task running. Only one active task is allowed for a source queue arn at a given time.");
        assertThat(task().taskHandle()).isEqualTo(handle);
        collected(elsewhere, 1);
        sqs.cancelMessageMoveTask(r -> r.taskHandle(handle));
        assertThat(ended().status()).isEqualTo("CANCELLED");
        assertThat(lab.counts(dead)).isNotEqualTo("0 0 0");
    }

    @Test
    void aTaskGoesOnAfterARestart() {
        deadLetters(3);
        sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")).destinationArn(arn("elsewhere")).maxNumberOfMessagesPerSecond(1));
        lab.restart();
        sqs = lab.client();
        assertThat(collected(elsewhere, 3)).hasSize(3);
    }

    @Test
    void lettersOfNobodyAndToNowhereFail() throws Exception {
        lab.send(dead, "sent here directly");
        sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")));
        assertThat(ended()).extracting(t -> t.status() + " " + t.failureReason())
                .isEqualTo("FAILED CouldNotDetermineMessageSource");
        assertThat(lab.counts(dead)).isEqualTo("1 0 0");
        sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")).destinationArn(arn("elsewhere")));
        assertThat(ended().status()).isEqualTo("COMPLETED");
        assertThat(sqs.listMessageMoveTasks(r -> r.sourceArn(arn("dead")).maxResults(10)).results()).hasSize(2);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThat(fault(() -> sqs.startMessageMoveTask(r -> r.sourceArn(arn("elsewhere")))))
                .isEqualTo("InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.");
        assertThat(fault(() -> sqs.startMessageMoveTask(r -> r.sourceArn(arn("dead")).destinationArn(arn("none")))))
                .endsWith("The resource that you specified for the DestinationArn parameter doesn't exist.");
        assertThat(fault(() -> sqs.cancelMessageMoveTask(r -> r.taskHandle("foobared"))))
                .isEqualTo("InvalidParameterValue: Value for parameter TaskHandle is invalid.");
        String unknown = "{\"taskId\":\"10f57157-fc38-4da9-a113-4de7e12d05aa\",\"sourceArn\":\"" + arn("dead") + "\"}";
        assertThat(fault(() -> sqs.cancelMessageMoveTask(
                        r -> r.taskHandle(Base64.getEncoder().encodeToString(unknown.getBytes(StandardCharsets.UTF_8))))))
                .isEqualTo("ResourceNotFoundException: Task does not exist.");
        String nowhere = unknown.replace("dead", "none");
        assertThat(fault(() -> sqs.cancelMessageMoveTask(
                        r -> r.taskHandle(Base64.getEncoder().encodeToString(nowhere.getBytes(StandardCharsets.UTF_8))))))
                .endsWith("The resource that you specified for the SourceArn parameter doesn't exist.");
        assertThat(sqs.listMessageMoveTasks(r -> r.sourceArn(arn("dead"))).results()).isEmpty();
    }
}
