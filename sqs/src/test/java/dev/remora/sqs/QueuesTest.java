package dev.remora.sqs;

import static dev.remora.sqs.SqsLab.arn;
import static dev.remora.sqs.SqsLab.fault;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.QueueNameExistsException;

class QueuesTest {
    private SqsLab lab;
    private SqsClient sqs;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new SqsLab(folder);
        sqs = lab.client();
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void aQueuesLife() {
        String url = lab.queue("orders");
        assertThat(url).isEqualTo("http://remora.internal/" + SqsLab.ACCOUNT + "/orders");
        assertThat(sqs.getQueueUrl(r -> r.queueName("orders")).queueUrl()).isEqualTo(url);
        assertThat(sqs.listQueues().queueUrls()).containsExactly(url);
        assertThat(sqs.getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributesAsStrings())
                .isEqualTo(Map.ofEntries(
                        Map.entry("QueueArn", arn("orders")),
                        Map.entry("ApproximateNumberOfMessages", "0"),
                        Map.entry("ApproximateNumberOfMessagesNotVisible", "0"),
                        Map.entry("ApproximateNumberOfMessagesDelayed", "0"),
                        Map.entry("CreatedTimestamp", Long.toString(lab.now().getEpochSecond())),
                        Map.entry("LastModifiedTimestamp", Long.toString(lab.now().getEpochSecond())),
                        Map.entry("VisibilityTimeout", "30"),
                        Map.entry("MaximumMessageSize", "1048576"),
                        Map.entry("MessageRetentionPeriod", "345600"),
                        Map.entry("DelaySeconds", "0"),
                        Map.entry("ReceiveMessageWaitTimeSeconds", "0"),
                        Map.entry("SqsManagedSseEnabled", "true")));

        lab.pass(Duration.ofSeconds(5));
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "77")));
        assertThat(lab.attribute(url, QueueAttributeName.VISIBILITY_TIMEOUT)).isEqualTo("77");
        assertThat(lab.attribute(url, QueueAttributeName.LAST_MODIFIED_TIMESTAMP))
                .isEqualTo(Long.toString(lab.now().getEpochSecond()));

        lab.send(url, "of the first");
        sqs.deleteQueue(r -> r.queueUrl(url));
        assertThat(sqs.listQueues().queueUrls()).isEmpty();
        assertThat(fault(() -> lab.send(url, "x")))
                .isEqualTo("AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.");
        lab.queue("orders");
        assertThat(lab.bodies(url)).as("a new queue of the same name").isEmpty();
    }

    @Test
    void errorsAreTheirOwnClasses() {
        assertThat(catching(() -> sqs.getQueueUrl(r -> r.queueName("none")))).isInstanceOf(QueueDoesNotExistException.class);
        lab.queue("q");
        assertThat(catching(() -> lab.queue("q", Map.of(QueueAttributeName.DELAY_SECONDS, "1"))))
                .isInstanceOf(QueueNameExistsException.class);
    }

    private static Throwable catching(ThrowableAssert.ThrowingCallable call) {
        return Assertions.catchThrowable(call);
    }

    @Test
    void makingItAgainGivesItBackUnlessItDiffers() {
        String url = lab.queue("q", Map.of(QueueAttributeName.DELAY_SECONDS, "1"));
        assertThat(lab.queue("q", Map.of(QueueAttributeName.DELAY_SECONDS, "1"))).isEqualTo(url);
        assertThat(lab.queue("q")).isEqualTo(url);
        assertThat(fault(() -> lab.queue("q", Map.of(QueueAttributeName.DELAY_SECONDS, "2"))))
                .isEqualTo("QueueAlreadyExists: A queue already exists with the same name and a different value for attribute"
                        + " DelaySeconds");
        assertThat(lab.attribute(url, QueueAttributeName.DELAY_SECONDS)).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "VisibilityTimeout, -1", "VisibilityTimeout, 43201", "VisibilityTimeout, x", "DelaySeconds, 901",
        "MessageRetentionPeriod, 59", "MessageRetentionPeriod, 1209601", "ReceiveMessageWaitTimeSeconds, 21",
        "MaximumMessageSize, 1023", "MaximumMessageSize, 1048577", "SqsManagedSseEnabled, yes"
    })
    void attributesHaveBounds(String name, String value) {
        assertThat(fault(() -> sqs.createQueue(r -> r.queueName("q").attributesWithStrings(Map.of(name, value)))))
                .isEqualTo("InvalidAttributeValue: Invalid value for the parameter " + name + ".");
        assertThat(sqs.listQueues().queueUrls()).isEmpty();
    }

    @Test
    void whatIsNotSupportedIsRefused() {
        assertThat(fault(() -> lab.queue("q", Map.of(QueueAttributeName.KMS_MASTER_KEY_ID, "k"))))
                .startsWith("AWS.SimpleQueueService.UnsupportedOperation");
        assertThat(fault(() -> sqs.createQueue(r -> r.queueName("q").attributesWithStrings(Map.of("Foo", "1")))))
                .isEqualTo("InvalidAttributeName: Unknown Attribute Foo.");
        String url = lab.queue("q");
        assertThat(fault(() -> sqs.getQueueAttributes(r -> r.queueUrl(url).attributeNamesWithStrings("Foo"))))
                .isEqualTo("InvalidAttributeName: Unknown Attribute Foo.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "ä", "a/b", "a.b"})
    void namesArePlain(String name) {
        assertThat(fault(() -> lab.queue(name))).isEqualTo(
                "InvalidParameterValue: Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        assertThat(fault(() -> lab.queue("q".repeat(81)))).startsWith("InvalidParameterValue: Can only include");
    }

    @Test
    void redrivePoliciesAreChecked() {
        assertThat(fault(() -> redrive("{\"deadLetterTargetArn\":\"dummy\",\"maxReceiveCount\":42}")))
                .isEqualTo("InvalidParameterValue: Value {\"deadLetterTargetArn\":\"dummy\",\"maxReceiveCount\":42} for parameter"
                        + " RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.");
        assertThat(fault(() -> redrive("no"))).endsWith("Reason: Redrive policy is not a valid JSON map.");
        assertThat(fault(() -> redrive("{\"deadLetterTargetArn\":\"" + arn("dead") + "\"}")))
                .endsWith("Reason: Redrive policy does not contain mandatory attribute: maxReceiveCount.");
        String policy = "{\"deadLetterTargetArn\":\"" + arn("dead") + "\",\"maxReceiveCount\":\"%s\"}";
        assertThat(fault(() -> redrive(policy.formatted("0"))))
                .endsWith("Reason: Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.");
        assertThat(fault(() -> redrive(policy.formatted("3")))).endsWith("Reason: Dead letter target does not exist.");
        assertThat(sqs.listQueues().queueUrls()).isEmpty();

        String dead = lab.queue("dead");
        String url = redrive(policy.formatted("3"));
        assertThat(lab.attribute(url, QueueAttributeName.REDRIVE_POLICY)).isEqualTo(policy.formatted("3"));
        assertThat(sqs.listDeadLetterSourceQueues(r -> r.queueUrl(dead)).queueUrls()).containsExactly(url);
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.REDRIVE_POLICY, "")));
        assertThat(lab.attribute(url, QueueAttributeName.REDRIVE_POLICY)).isNull();
    }

    private String redrive(String policy) {
        return lab.queue("source", Map.of(QueueAttributeName.REDRIVE_POLICY, policy));
    }

    @Test
    void tags() {
        String url = sqs.createQueue(r -> r.queueName("q").tags(Map.of("a", "1"))).queueUrl();
        sqs.tagQueue(r -> r.queueUrl(url).tags(Map.of("b", "2")));
        assertThat(sqs.listQueueTags(r -> r.queueUrl(url)).tags()).isEqualTo(Map.of("a", "1", "b", "2"));
        sqs.untagQueue(r -> r.queueUrl(url).tagKeys("a"));
        assertThat(sqs.listQueueTags(r -> r.queueUrl(url)).tags()).isEqualTo(Map.of("b", "2"));
        assertThat(fault(() -> sqs.tagQueue(r -> r.queueUrl(url).tags(Map.of("aws:x", "2")))))
                .startsWith("InvalidParameterValue");
    }

    @Test
    void listsArePaged() {
        IntStream.range(0, 5).forEach(i -> lab.queue("q" + i));
        lab.queue("other");
        var first = sqs.listQueues(r -> r.queueNamePrefix("q").maxResults(3));
        assertThat(first.queueUrls()).hasSize(3);
        var second = sqs.listQueues(r -> r.queueNamePrefix("q").maxResults(3).nextToken(first.nextToken()));
        assertThat(second.queueUrls()).hasSize(2);
        assertThat(second.nextToken()).isNull();
        assertThat(fault(() -> sqs.listQueues(r -> r.maxResults(1001)))).startsWith("InvalidParameterValue");
    }

    @Test
    void purgesOnceAMinute() {
        String url = lab.queue("q");
        lab.send(url, "a");
        sqs.purgeQueue(r -> r.queueUrl(url));
        assertThat(lab.bodies(url)).isEmpty();
        lab.pass(Duration.ofSeconds(59));
        assertThat(fault(() -> sqs.purgeQueue(r -> r.queueUrl(url)))).isEqualTo(
                "AWS.SimpleQueueService.PurgeQueueInProgress: Only one PurgeQueue operation on q is allowed every 60 seconds.");
        lab.pass(Duration.ofSeconds(2));
        sqs.purgeQueue(r -> r.queueUrl(url));
    }

    @Test
    void everythingIsThereAfterARestart() {
        String url = lab.queue("q", Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "60"));
        lab.send(url, "waits");
        lab.send(url, "is worked on");
        sqs.receiveMessage(r -> r.queueUrl(url));
        lab.restart();
        assertThat(lab.counts(url)).isEqualTo("1 1 0");
        assertThat(lab.receive(url)).hasSize(1);
        lab.pass(Duration.ofSeconds(61));
        assertThat(lab.receive(url)).extracting(m -> m.attributesAsStrings().get("ApproximateReceiveCount"))
                .containsExactlyInAnyOrder("2", "2");
    }
}
