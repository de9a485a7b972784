package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.ACCOUNT;
import static dev.remora.lambda.LambdaLab.REGION;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.statement;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsResponse;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingResponse;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.DeleteQueueRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;

@Timeout(180)
class EventSourceMappingsTest {
    private static final String QUEUE = "arn:aws:sqs:" + REGION + ":" + ACCOUNT + ":q";
    private static final String SQS = "{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":[\"sqs:ReceiveMessage\","
            + "\"sqs:DeleteMessage\",\"sqs:GetQueueAttributes\"]}";

    private LambdaLab lab;
    private final List<String> events = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        lab.policy("lambda-role", statement(SQS));
        lab.active(function("f").build());
        queue("q");
        lab.sandboxes.work = (sandbox, event) -> {
            events.add(new String(event.event(), StandardCharsets.UTF_8));
            return LabSandboxes.answered("null");
        };
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private void queue(String name) {
        lab.run(lab.sqs.operations(), CreateQueueRequest.builder().queueName(name).build(), lab.call());
    }

    private void send(String body) {
        lab.run(lab.sqs.operations(), SendMessageRequest.builder().queueUrl("q").messageBody(body).build(), lab.call());
    }

    /** {@code visible inFlight}. */
    private String counts() {
        GetQueueAttributesResponse got = lab.run(lab.sqs.operations(), GetQueueAttributesRequest.builder().queueUrl("q")
                .attributeNames(QueueAttributeName.ALL).build(), lab.call());
        return got.attributesAsStrings().get("ApproximateNumberOfMessages") + " "
                + got.attributesAsStrings().get("ApproximateNumberOfMessagesNotVisible");
    }

    private CreateEventSourceMappingResponse create(UnaryOperator<CreateEventSourceMappingRequest.Builder> more) {
        return lab.run(more.apply(CreateEventSourceMappingRequest.builder().functionName("f").eventSourceArn(QUEUE)).build());
    }

    private GetEventSourceMappingResponse get(String uuid) {
        return lab.run(GetEventSourceMappingRequest.builder().uuid(uuid).build());
    }

    private GetEventSourceMappingResponse rested(String uuid) {
        lab.await(() -> List.of("Enabled", "Disabled").contains(get(uuid).state()));
        return get(uuid);
    }

    private String refused(UnaryOperator<CreateEventSourceMappingRequest.Builder> more) {
        return LambdaLab.refusal(() -> create(more)).toString();
    }

    @Test
    void aMappingsLife() {
        CreateEventSourceMappingResponse made = create(r -> r);
        assertThat(made.state()).isEqualTo("Creating");
        assertThat(made.stateTransitionReason()).isEqualTo("USER_INITIATED");
        assertThat(made.batchSize()).isEqualTo(10);
        assertThat(made.maximumBatchingWindowInSeconds()).isZero();
        assertThat(made.functionArn()).isEqualTo(LambdaLab.arn("f"));
        assertThat(made.functionResponseTypes()).isEmpty();
        assertThat(made.hasFunctionResponseTypes()).isTrue();
        assertThat(made.eventSourceMappingArn())
                .isEqualTo("arn:aws:lambda:" + REGION + ":" + ACCOUNT + ":event-source-mapping:" + made.uuid());
        assertThat(rested(made.uuid()).state()).isEqualTo("Enabled");

        send("hello");
        lab.await(() -> events.size() == 1);
        assertThat(events.getFirst()).startsWith("{\"Records\":[{\"messageId\":\"").contains("\"body\":\"hello\"",
                "\"eventSourceARN\":\"" + QUEUE + "\"", "\"attributes\":{\"ApproximateReceiveCount\":\"1\",\"SentTimestamp\":\"");
        lab.await(() -> counts().equals("0 0"));

        UpdateEventSourceMappingResponse off =
                lab.run(UpdateEventSourceMappingRequest.builder().uuid(made.uuid()).enabled(false).build());
        assertThat(off.state()).isEqualTo("Disabling");
        assertThat(rested(made.uuid()).state()).isEqualTo("Disabled");
        send("waits");
        UpdateEventSourceMappingResponse on =
                lab.run(UpdateEventSourceMappingRequest.builder().uuid(made.uuid()).enabled(true).batchSize(1).build());
        assertThat(on.state()).isEqualTo("Enabling");
        assertThat(on.batchSize()).isEqualTo(1);
        lab.await(() -> events.size() == 2);
        rested(made.uuid());

        DeleteEventSourceMappingResponse gone = lab.run(DeleteEventSourceMappingRequest.builder().uuid(made.uuid()).build());
        assertThat(gone.state()).isEqualTo("Deleting");
        lab.await(() -> list().isEmpty());
        assertThat(LambdaLab.refusal(() -> get(made.uuid())).toString())
                .isEqualTo("ResourceNotFoundException: The resource you requested does not exist.");
    }

    private List<String> list() {
        ListEventSourceMappingsResponse listed =
                lab.run(ListEventSourceMappingsRequest.builder().functionName("f").eventSourceArn(QUEUE).build());
        return listed.eventSourceMappings().stream().map(m -> m.uuid()).toList();
    }

    @Test
    void whatTheFunctionFailsComesBack() {
        lab.sandboxes.work = (sandbox, event) -> {
            events.add(new String(event.event(), StandardCharsets.UTF_8));
            return events.size() == 1 ? LabSandboxes.errored("E", "{\"errorMessage\":\"no\"}") : LabSandboxes.answered("1");
        };
        create(r -> r);
        send("a");
        lab.await(() -> events.size() == 1 && counts().equals("0 1"));
        lab.now = lab.now.plus(Duration.ofSeconds(31));
        send("wakes");
        lab.await(() -> counts().equals("0 0"));
        assertThat(String.join("", events)).contains("\"ApproximateReceiveCount\":\"2\"");
    }

    @Test
    void reportedFailuresComeBackAlone() {
        lab.sandboxes.work = (sandbox, event) -> {
            String payload = new String(event.event(), StandardCharsets.UTF_8);
            events.add(payload);
            int at = payload.indexOf("\"body\":\"bad\"");
            String id = at < 0 ? "" : payload.substring(payload.lastIndexOf("\"messageId\":\"", at) + 13).substring(0, 36);
            return LabSandboxes.answered(
                    "{\"batchItemFailures\":[" + (at < 0 ? "" : "{\"itemIdentifier\":\"" + id + "\"}") + "]}");
        };
        send("good");
        send("bad");
        create(r -> r.functionResponseTypesWithStrings("ReportBatchItemFailures"));
        lab.await(() -> counts().equals("0 1"));
    }

    @Test
    void filteredMessagesAreDeletedUnseen() {
        send("{\"kind\":\"a\"}");
        send("{\"kind\":\"b\"}");
        send("text");
        create(r -> r.filterCriteria(c -> c.filters(f -> f.pattern("{\"body\":{\"kind\":[\"b\"]}}"))));
        lab.await(() -> counts().equals("0 0") && !events.isEmpty());
        assertThat(events).hasSize(1);
        assertThat(events.getFirst()).contains("kind\\\":\\\"b").doesNotContain("kind\\\":\\\"a");
    }

    @Test
    void aWindowGathersABatch() {
        create(r -> r.batchSize(25).maximumBatchingWindowInSeconds(300));
        for (int i = 0; i < 25; i++) {
            send("message " + i);
        }
        lab.await(() -> events.size() == 1 && counts().equals("0 0"));
        assertThat(events.getFirst()).contains("message 0", "message 24");
    }

    @Test
    void noMoreBatchesThanAllowedAreAtWork() throws Exception {
        var atWork = new AtomicInteger();
        var most = new AtomicInteger();
        var two = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        lab.sandboxes.work = (sandbox, event) -> {
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            two.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            atWork.decrementAndGet();
            return LabSandboxes.answered("1");
        };
        for (int i = 0; i < 8; i++) {
            send("m" + i);
        }
        create(r -> r.batchSize(1).scalingConfig(s -> s.maximumConcurrency(2)));
        two.await();
        assertThat(counts()).isEqualTo("6 2");
        go.countDown();
        lab.await(() -> counts().equals("0 0"));
        assertThat(most).hasValue(2);
    }

    @Test
    void messagesOfAFifoGroupComeInOrderAlsoAfterAFailure() {
        String arn = QUEUE + ".fifo";
        lab.run(lab.sqs.operations(), CreateQueueRequest.builder().queueName("q.fifo").attributesWithStrings(
                Map.of("FifoQueue", "true", "ContentBasedDeduplication", "true")).build(), lab.call());
        for (String body : List.of("one", "two", "three")) {
            lab.run(lab.sqs.operations(), SendMessageRequest.builder().queueUrl("q.fifo").messageBody(body).messageGroupId("g")
                    .build(), lab.call());
        }
        lab.sandboxes.work = (sandbox, event) -> {
            String payload = new String(event.event(), StandardCharsets.UTF_8);
            events.add(payload.replaceAll(".*\"body\":\"([a-z]*)\".*", "$1"));
            return events.size() == 2 ? LabSandboxes.errored("E", "{}") : LabSandboxes.answered("1");
        };
        assertThat(refused(r -> r.eventSourceArn(arn).maximumBatchingWindowInSeconds(1)))
                .endsWith("Batching window is not supported for FIFO queues.");
        create(r -> r.eventSourceArn(arn).batchSize(1));
        lab.await(() -> events.size() == 2);
        assertThat(events).containsExactly("one", "two");
        lab.now = lab.now.plus(Duration.ofSeconds(31));
        lab.run(lab.sqs.operations(), SendMessageRequest.builder().queueUrl("q.fifo").messageBody("wakes").messageGroupId("h")
                .build(), lab.call());
        lab.await(() -> events.size() == 5);
        assertThat(events.stream().filter(body -> !body.equals("wakes"))).containsExactly("one", "two", "two", "three");
    }

    @Test
    void mappingsGoOnAfterARestart() {
        String uuid = create(r -> r).uuid();
        rested(uuid);
        lab.restart();
        send("after");
        lab.await(() -> events.size() == 1);
        lab.await(() -> counts().equals("0 0"));
    }

    @Test
    void aRoleThatMayNoMoreStopsIt() {
        String uuid = create(r -> r).uuid();
        lab.policy("lambda-role", statement(SQS.replace("sqs:DeleteMessage", "sqs:DeleteQueue")));
        send("is worked on, but not deleted");
        lab.await(() -> events.size() == 1);
        lab.policy("lambda-role", LambdaLab.VPC_ACCESS);
        send("wakes the poller");
        lab.await(() -> get(uuid).lastProcessingResult() != null);
        assertThat(get(uuid).lastProcessingResult())
                .isEqualTo("PROBLEM: The function's execution role may not call ReceiveMessage on SQS");
        // The second is received if that was asked for before the role lost its right.
        assertThat(counts()).isIn("0 2", "1 1");
        assertThat(get(uuid).state()).isEqualTo("Enabled");
    }

    @Test
    void badInputIsRefusedAndLeavesNothing() {
        String invalid = "InvalidParameterValueException: ";
        assertThat(refused(r -> r.functionName("none")))
                .isEqualTo(invalid + "Function does not exist");
        assertThat(refused(r -> r.eventSourceArn(QUEUE + "x"))).isEqualTo(invalid + "Error occurred while ReceiveMessage. SQS"
                + " Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.");
        assertThat(refused(r -> r.eventSourceArn(null))).isEqualTo(invalid + "Unrecognized event source.");
        assertThat(refused(r -> r.eventSourceArn("arn:aws:kinesis:eu-west-1:" + ACCOUNT + ":stream/s")))
                .startsWith(invalid + "The event source arn:aws:kinesis");
        assertThat(refused(r -> r.startingPosition("LATEST")))
                .isEqualTo(invalid + "StartingPosition is not valid for SQS event sources.");
        assertThat(refused(r -> r.batchSize(11))).isEqualTo(invalid
                + "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
        assertThat(refused(r -> r.filterCriteria(c -> c.filters(f -> f.pattern("no")))))
                .isEqualTo(invalid + "Invalid filter pattern definition.");
        lab.active(function("slow").timeout(31).build());
        assertThat(refused(r -> r.functionName("slow")))
                .isEqualTo(invalid + "Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds");
        for (String action : List.of("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")) {
            lab.policy("lambda-role", statement(SQS,
                    "{\"Effect\":\"Deny\",\"Resource\":\"" + QUEUE + "\",\"Action\":\"sqs:" + action + "\"}"));
            assertThat(refused(r -> r)).isEqualTo(invalid
                    + "The provided execution role does not have permissions to call " + action + " on SQS");
        }
        assertThat(list()).isEmpty();
    }

    @Test
    void thereIsOneMappingForAQueueAndAFunction() {
        String uuid = create(r -> r).uuid();
        assertThat(refused(r -> r)).isEqualTo("ResourceConflictException: An event source mapping with SQS arn (\" " + QUEUE
                + " \") and function (\" f \") already exists. Please update or delete the existing mapping with UUID " + uuid);
        rested(uuid);
        lab.run(lab.sqs.operations(), DeleteQueueRequest.builder().queueUrl("q").build(), lab.call());
        assertThat(LambdaLab.refusal(() -> lab.run(
                                UpdateEventSourceMappingRequest.builder().uuid(uuid).batchSize(2).build())).toString())
                .startsWith("InvalidParameterValueException: Error occurred while ReceiveMessage.");
        lab.await(() -> "PROBLEM: The queue does not exist".equals(get(uuid).lastProcessingResult()));
    }
}
