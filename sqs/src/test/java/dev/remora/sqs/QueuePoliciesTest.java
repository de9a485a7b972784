package dev.remora.sqs;

import static dev.remora.sqs.SqsLab.arn;
import static dev.remora.sqs.SqsLab.fault;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import dev.remora.wire.Principal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.StartMessageMoveTaskRequest;

/** Policies of queues, as clients see them; texts of errors as AWS answered them to others. */
class QueuePoliciesTest {
    private static final String POLICY = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","
            + "\"Action\":\"sqs:SendMessage\",\"Resource\":\"" + arn("q") + "\"}]}";

    @TempDir
    Path temp;

    private SqsLab lab;
    private SqsClient sqs;
    private String url;

    @BeforeEach
    void open() {
        lab = new SqsLab(temp);
        sqs = lab.client();
        url = lab.queue("q");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private String policy() {
        return lab.attribute(url, QueueAttributeName.POLICY);
    }

    private void set(String policy) {
        sqs.setQueueAttributes(r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.POLICY, policy)));
    }

    @Test
    void aPolicyIsKeptAsItWasGivenAndTakenAwayByAnEmptyOne() {
        set(POLICY);
        assertThat(policy()).isEqualTo(POLICY);
        set("");
        assertThat(policy()).isNull();
        assertThat(lab.queue("made-with-it", Map.of(QueueAttributeName.POLICY, POLICY.replace(":q\"", ":made-with-it\""))))
                .endsWith("made-with-it");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{", "[]", "{\"Statement\":[]}", "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Maybe\",\"Principal\":\"*\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:*\","
                + "\"Resource\":\"arn:aws:sqs:eu-west-1:000000000000:other\"}}"
    })
    void whatIsNoPolicyOfTheQueueIsRefused(String text) {
        assertThat(fault(() -> set(text))).isEqualTo("InvalidAttributeValue: Invalid value for the parameter Policy.");
        assertThat(policy()).isNull();
    }

    @Test
    void addPermissionWritesOneStatementAndRemovePermissionTakesItAway() {
        sqs.addPermission(r -> r.queueUrl(url).label("one").awsAccountIds("111122223333").actions("SendMessage"));
        String one = "{\"Sid\":\"one\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},"
                + "\"Action\":\"SQS:SendMessage\",\"Resource\":\"" + arn("q") + "\"}";
        String head = "{\"Version\":\"2008-10-17\",\"Id\":\"" + arn("q") + "/SQSDefaultPolicy\",\"Statement\":[";
        assertThat(policy()).isEqualTo(head + one + "]}");
        sqs.addPermission(r -> r.queueUrl(url).label("two").awsAccountIds("111122223333", "444455556666")
                .actions("ReceiveMessage", "DeleteMessage"));
        assertThat(policy()).contains("\"AWS\":[\"arn:aws:iam::111122223333:root\",\"arn:aws:iam::444455556666:root\"]",
                "\"Action\":[\"SQS:ReceiveMessage\",\"SQS:DeleteMessage\"]");
        assertThat(fault(() -> sqs.addPermission(
                        r -> r.queueUrl(url).label("two").awsAccountIds("111122223333").actions("SendMessage"))))
                .isEqualTo("InvalidParameterValue: Value two for parameter Label is invalid. Reason: Already exists.");
        sqs.removePermission(r -> r.queueUrl(url).label("two"));
        assertThat(policy()).isEqualTo(head + one + "]}");
        assertThat(fault(() -> sqs.removePermission(r -> r.queueUrl(url).label("two")))).isEqualTo("InvalidParameterValue:"
                + " Value two for parameter Label is invalid. Reason: can't find label on existing policy.");
        sqs.removePermission(r -> r.queueUrl(url).label("one"));
        assertThat(policy()).isNull();
    }

    @Test
    void whatAddPermissionCannotGiveIsNamed() {
        assertThat(add("x", "SendMessageBatch")).isEqualTo("InvalidParameterValue: Value SQS:SendMessageBatch for parameter"
                + " ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions.");
        assertThat(add("x", "DeleteQueue")).isEqualTo("InvalidParameterValue: Value SQS:DeleteQueue for parameter ActionName is"
                + " invalid. Reason: Only the queue owner is allowed to invoke this action.");
        assertThat(add("no label", "SendMessage")).startsWith("InvalidParameterValue: Value no label for parameter Label");
        assertThat(fault(() -> sqs.addPermission(r -> r.queueUrl(url).label("x").awsAccountIds("*").actions("SendMessage"))))
                .isEqualTo("InvalidParameterValue: Value [*] for parameter PrincipalId is invalid. Reason: Unable to verify.");
        assertThat(fault(() -> sqs.addPermission(r -> r.queueUrl(url).label("x").awsAccountIds("111122223333")
                        .actions(IntStream.range(0, 8).mapToObj(i -> "A" + i).toList()))))
                .isEqualTo("OverLimit: 8 Actions were found, maximum allowed is 7.");
        assertThat(policy()).isNull();
    }

    private String add(String label, String action) {
        return fault(() -> sqs.addPermission(r -> r.queueUrl(url).label(label).awsAccountIds("111122223333").actions(action)));
    }

    @Test
    void aPolicyHoldsTwentyStatements() {
        IntStream.range(0, 20).forEach(i -> sqs.addPermission(
                r -> r.queueUrl(url).label("s" + i).awsAccountIds("111122223333").actions("SendMessage")));
        assertThat(add("s20", "SendMessage")).isEqualTo("OverLimit: 21 Statements were found, maximum allowed is 20.");
    }

    @Test
    void callsNeedPermissionsOnTheirQueueWithItsTags() {
        sqs.tagQueue(r -> r.queueUrl(url).tags(Map.of("team", "a")));
        assertThat(needed(SendMessageBatchRequest.builder().queueUrl(url).build())).containsExactly(
                new Permission("sqs:SendMessage", arn("q"), Map.of("aws:ResourceTag/team", List.of("a"))));
        Map<String, List<String>> requested = Map.of("aws:RequestTag/k", List.of("v"), "aws:TagKeys", List.of("k"));
        assertThat(needed(CreateQueueRequest.builder().queueName("n").tags(Map.of("k", "v")).build())).containsExactly(
                new Permission("sqs:CreateQueue", arn("n"), requested), new Permission("sqs:TagQueue", arn("n"), requested));
        assertThat(needed(StartMessageMoveTaskRequest.builder().sourceArn(arn("d")).destinationArn(arn("t")).build()))
                .extracting(p -> p.action() + " " + p.resource())
                .containsExactly("sqs:StartMessageMoveTask " + arn("d"), "sqs:ReceiveMessage " + arn("d"),
                        "sqs:DeleteMessage " + arn("d"), "sqs:GetQueueAttributes " + arn("d"), "sqs:SendMessage " + arn("t"));
    }

    private List<Permission> needed(AwsRequest request) {
        String name = request.getClass().getSimpleName().replace("Request", "");
        return needed(lab.service().operations().byName(name), request);
    }

    private static <I extends AwsRequest> List<Permission> needed(Operation<I, ?> operation, AwsRequest request) {
        return operation.permissions(operation.request().cast(request))
                .apply(new Call("r", "eu-west-1", new Principal.Root(SqsLab.ACCOUNT), "127.0.0.1", Instant.EPOCH));
    }
}
