package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

class QueueEventTest {
    private static final String ARN = "arn:aws:sqs:us-east-2:123456789012:my-queue";

    private static QueueEvent.Item item(String id, String body) {
        Message message = Message.builder().messageId(id).receiptHandle("AQEB" + id).body(body).md5OfBody("d")
                .attributesWithStrings(Map.of("ApproximateReceiveCount", "1")).build();
        return QueueEvent.item(message, QueueEvent.record(message, ARN));
    }

    @Test
    void recordsAreAsDocumented() {
        assertThat(new String(QueueEvent.payload(List.of(item("m", "say \"hi\""))), StandardCharsets.UTF_8))
                .isEqualTo("{\"Records\":[{\"messageId\":\"m\",\"receiptHandle\":\"AQEBm\",\"body\":\"say \\\"hi\\\"\","
                        + "\"attributes\":{\"ApproximateReceiveCount\":\"1\"},\"messageAttributes\":{},\"md5OfBody\":\"d\","
                        + "\"eventSource\":\"aws:sqs\",\"eventSourceARN\":\"" + ARN + "\",\"awsRegion\":\"us-east-2\"}]}");
        Message attributed = Message.builder().messageId("m").body("b").md5OfBody("d").md5OfMessageAttributes("e")
                .messageAttributes(Map.of("bin", MessageAttributeValue.builder().dataType("Binary")
                        .binaryValue(SdkBytes.fromUtf8String("hi")).build()))
                .build();
        assertThat(QueueEvent.record(attributed, ARN).toString()).contains(
                "\"messageAttributes\":{\"bin\":{\"binaryValue\":\"aGk=\",\"stringListValues\":[],\"binaryListValues\":[],"
                        + "\"dataType\":\"Binary\"}},\"md5OfBody\":\"d\",\"md5OfMessageAttributes\":\"e\"");
    }

    @Test
    void batchesFitIntoAnInvocation() {
        var items = List.of(item("1", "x".repeat(400)), item("2", "x".repeat(400)), item("3", "x".repeat(2000)), item("4", ""));
        var batches = QueueEvent.batches(items, 1500);
        assertThat(batches.stream().map(b -> b.stream().map(i -> i.message().messageId()).toList()).toList())
                .isEqualTo(List.of(List.of("1", "2"), List.of("3"), List.of("4")));
        assertThat(QueueEvent.payload(batches.getFirst()).length).isLessThanOrEqualTo(1500);
        assertThat(QueueEvent.batches(List.of(), 1500)).isEmpty();
    }

    private static Optional<Set<String>> failures(String answer) {
        return QueueEvent.failures(answer.getBytes(StandardCharsets.UTF_8), List.of(item("a", ""), item("b", "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"batchItemFailures\":[]}", "{\"batchItemFailures\":null}", "{}", "null", "{\"other\":1}"})
    void allWentWell(String answer) {
        assertThat(failures(answer)).contains(Set.of());
    }

    @Test
    void someFailed() {
        assertThat(failures("{\"batchItemFailures\":[{\"itemIdentifier\":\"b\"}]}")).contains(Set.of("b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no json", "{\"batchItemFailures\":[{\"itemIdentifier\":\"\"}]}", "\"text\"", "[1]",
        "{\"batchItemFailures\":[{\"itemIdentifier\":null}]}", "{\"batchItemFailures\":[{\"itemId\":\"a\"}]}",
        "{\"batchItemFailures\":[{\"itemIdentifier\":\"unknown\"}]}", "{\"batchItemFailures\":\"a\"}"})
    void whatCannotBeUnderstoodFailedAltogether(String answer) {
        assertThat(failures(answer)).isEmpty();
    }
}
