package dev.remora.sqs;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.CancelMessageMoveTaskRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteQueueRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlRequest;
import software.amazon.awssdk.services.sqs.model.ListDeadLetterSourceQueuesRequest;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksRequest;
import software.amazon.awssdk.services.sqs.model.ListQueueTagsRequest;
import software.amazon.awssdk.services.sqs.model.ListQueuesRequest;
import software.amazon.awssdk.services.sqs.model.PurgeQueueRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.StartMessageMoveTaskRequest;
import software.amazon.awssdk.services.sqs.model.TagQueueRequest;
import software.amazon.awssdk.services.sqs.model.UntagQueueRequest;

/** What of SQS is supported. A batch needs the permission of its single operation ("Amazon SQS API permissions"). */
final class SqsOperations {
    private static final ServiceInfo SERVICE = new ServiceInfo(
            "sqs", "sqs", Protocol.AWS_JSON_1_0, "2012-11-05", "http://queue.amazonaws.com/doc/2012-11-05/", "AmazonSQS");

    private SqsOperations() {}

    static Operations of(Queues queues, Sending sending, Receiving receiving, MoveTasks moves) {
        var ops = new Operations(SERVICE);
        queues(ops, queues);
        tags(ops, queues);
        messages(ops, sending, receiving);
        moves(ops, moves);
        return ops;
    }

    private static void queues(Operations ops, Queues queues) {
        ops.on(CreateQueueRequest.class, queues::create)
                .enforced("QueueName", "Attributes", "tags")
                .resources((r, call) -> named(r.queueName(), call));
        ops.on(GetQueueUrlRequest.class, queues::url)
                .enforced("QueueName", "QueueOwnerAWSAccountId")
                .resources((r, call) -> List.of(new QueueName(new Scope(
                        r.queueOwnerAWSAccountId() == null ? call.account() : r.queueOwnerAWSAccountId(), call.region()),
                        r.queueName()).arn()));
        ops.on(ListQueuesRequest.class, queues::list).enforced("QueueNamePrefix", "NextToken", "MaxResults");
        ops.on(ListDeadLetterSourceQueuesRequest.class, queues::sources)
                .enforced("QueueUrl", "NextToken", "MaxResults")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(DeleteQueueRequest.class, queues::delete)
                .enforced("QueueUrl")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(PurgeQueueRequest.class, queues::purge)
                .enforced("QueueUrl")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(GetQueueAttributesRequest.class, queues::attributes)
                .enforced("QueueUrl", "AttributeNames")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(SetQueueAttributesRequest.class, queues::setAttributes)
                .enforced("QueueUrl", "Attributes")
                .resources((r, call) -> queue(r.queueUrl(), call));
    }

    private static void tags(Operations ops, Queues queues) {
        ops.on(TagQueueRequest.class, queues::tag)
                .enforced("QueueUrl", "Tags")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(UntagQueueRequest.class, queues::untag)
                .enforced("QueueUrl", "TagKeys")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(ListQueueTagsRequest.class, queues::tags)
                .enforced("QueueUrl")
                .resources((r, call) -> queue(r.queueUrl(), call));
    }

    private static void messages(Operations ops, Sending sending, Receiving receiving) {
        ops.on(SendMessageRequest.class, sending::send)
                .enforced("QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes", "MessageSystemAttributes",
                        "MessageDeduplicationId", "MessageGroupId")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(SendMessageBatchRequest.class, sending::sendBatch)
                .action("sqs:SendMessage")
                .enforced("QueueUrl", "Entries")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(ReceiveMessageRequest.class, receiving::receive)
                .enforced("QueueUrl", "AttributeNames", "MessageSystemAttributeNames", "MessageAttributeNames",
                        "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds", "ReceiveRequestAttemptId")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(DeleteMessageRequest.class, receiving::delete)
                .enforced("QueueUrl", "ReceiptHandle")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(DeleteMessageBatchRequest.class, receiving::deleteBatch)
                .action("sqs:DeleteMessage")
                .enforced("QueueUrl", "Entries")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(ChangeMessageVisibilityRequest.class, receiving::changeVisibility)
                .enforced("QueueUrl", "ReceiptHandle", "VisibilityTimeout")
                .resources((r, call) -> queue(r.queueUrl(), call));
        ops.on(ChangeMessageVisibilityBatchRequest.class, receiving::changeVisibilityBatch)
                .action("sqs:ChangeMessageVisibility")
                .enforced("QueueUrl", "Entries")
                .resources((r, call) -> queue(r.queueUrl(), call));
    }

    private static void moves(Operations ops, MoveTasks moves) {
        ops.on(StartMessageMoveTaskRequest.class, moves::start)
                .enforced("SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond")
                .resources((r, call) -> List.of(r.sourceArn()));
        ops.on(ListMessageMoveTasksRequest.class, moves::list)
                .enforced("SourceArn", "MaxResults")
                .resources((r, call) -> List.of(r.sourceArn()));
        ops.on(CancelMessageMoveTaskRequest.class, moves::cancel)
                .enforced("TaskHandle")
                .resources((r, call) -> List.of(MoveTasks.sourceArn(r.taskHandle())));
    }

    private static List<String> named(String name, Call call) {
        return List.of(new QueueName(new Scope(call.account(), call.region()), name).arn());
    }

    private static List<String> queue(@Nullable String url, Call call) {
        return List.of(QueueName.ofUrl(url, call).arn());
    }
}
