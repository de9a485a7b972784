package dev.remora.sqs;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.AddPermissionRequest;
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
import software.amazon.awssdk.services.sqs.model.RemovePermissionRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.StartMessageMoveTaskRequest;
import software.amazon.awssdk.services.sqs.model.TagQueueRequest;
import software.amazon.awssdk.services.sqs.model.UntagQueueRequest;

/** What of SQS is supported. A batch needs the permission of its single operation ("Amazon SQS API permissions"). */
final class SqsOperations {
    static final ServiceInfo SERVICE = new ServiceInfo(
            "sqs", "sqs", Protocol.AWS_JSON_1_0, "2012-11-05", "http://queue.amazonaws.com/doc/2012-11-05/", "AmazonSQS");

    private final Mailbox mailbox;

    SqsOperations(Mailbox mailbox) {
        this.mailbox = mailbox;
    }

    Operations table(Queues queues, QueuePolicies policies, Sending sending, Receiving receiving, MoveTasks moves) {
        var ops = new Operations(SERVICE);
        queues(ops, queues);
        policies(ops, policies);
        tags(ops, queues);
        messages(ops, sending, receiving);
        moves(ops, moves);
        return ops;
    }

    private void queues(Operations ops, Queues queues) {
        ops.on(CreateQueueRequest.class, queues::create)
                .enforced("QueueName", "Attributes", "tags")
                .permissions(this::creating);
        ops.on(GetQueueUrlRequest.class, queues::url)
                .enforced("QueueName", "QueueOwnerAWSAccountId")
                .permissions((r, call) -> List.of(permission("sqs:GetQueueUrl", new QueueName(new Scope(
                        r.queueOwnerAWSAccountId() == null ? call.account() : r.queueOwnerAWSAccountId(), call.region()),
                        r.queueName()))));
        ops.on(ListQueuesRequest.class, queues::list)
                .enforced("QueueNamePrefix", "NextToken", "MaxResults")
                .resources((r, call) -> List.of(new QueueName(new Scope(call.account(), call.region()), "").arn()));
        ops.on(ListDeadLetterSourceQueuesRequest.class, queues::sources)
                .enforced("QueueUrl", "NextToken", "MaxResults")
                .permissions((r, call) -> queue("sqs:ListDeadLetterSourceQueues", r.queueUrl(), call));
        ops.on(DeleteQueueRequest.class, queues::delete)
                .enforced("QueueUrl")
                .permissions((r, call) -> queue("sqs:DeleteQueue", r.queueUrl(), call));
        ops.on(PurgeQueueRequest.class, queues::purge)
                .enforced("QueueUrl")
                .permissions((r, call) -> queue("sqs:PurgeQueue", r.queueUrl(), call));
        ops.on(GetQueueAttributesRequest.class, queues::attributes)
                .enforced("QueueUrl", "AttributeNames")
                .permissions((r, call) -> queue("sqs:GetQueueAttributes", r.queueUrl(), call));
        ops.on(SetQueueAttributesRequest.class, queues::setAttributes)
                .enforced("QueueUrl", "Attributes")
                .permissions((r, call) -> queue("sqs:SetQueueAttributes", r.queueUrl(), call));
    }

    private void policies(Operations ops, QueuePolicies policies) {
        ops.on(AddPermissionRequest.class, policies::add)
                .enforced("QueueUrl", "Label", "AWSAccountIds", "Actions")
                .permissions((r, call) -> queue("sqs:AddPermission", r.queueUrl(), call));
        ops.on(RemovePermissionRequest.class, policies::remove)
                .enforced("QueueUrl", "Label")
                .permissions((r, call) -> queue("sqs:RemovePermission", r.queueUrl(), call));
    }

    private void tags(Operations ops, Queues queues) {
        ops.on(TagQueueRequest.class, queues::tag)
                .enforced("QueueUrl", "Tags")
                .context((r, call) -> ConditionKeys.requested(r.tags()).map())
                .permissions((r, call) -> queue("sqs:TagQueue", r.queueUrl(), call));
        ops.on(UntagQueueRequest.class, queues::untag)
                .enforced("QueueUrl", "TagKeys")
                .context((r, call) -> ConditionKeys.untagging(r.tagKeys()).map())
                .permissions((r, call) -> queue("sqs:UntagQueue", r.queueUrl(), call));
        ops.on(ListQueueTagsRequest.class, queues::tags)
                .enforced("QueueUrl")
                .permissions((r, call) -> queue("sqs:ListQueueTags", r.queueUrl(), call));
    }

    private void messages(Operations ops, Sending sending, Receiving receiving) {
        ops.on(SendMessageRequest.class, sending::send)
                .enforced("QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes", "MessageSystemAttributes",
                        "MessageDeduplicationId", "MessageGroupId")
                .permissions((r, call) -> queue("sqs:SendMessage", r.queueUrl(), call));
        ops.on(SendMessageBatchRequest.class, sending::sendBatch)
                .action("sqs:SendMessage")
                .enforced("QueueUrl", "Entries")
                .permissions((r, call) -> queue("sqs:SendMessage", r.queueUrl(), call));
        ops.on(ReceiveMessageRequest.class, receiving::receive)
                .enforced("QueueUrl", "AttributeNames", "MessageSystemAttributeNames", "MessageAttributeNames",
                        "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds", "ReceiveRequestAttemptId")
                .permissions((r, call) -> queue("sqs:ReceiveMessage", r.queueUrl(), call));
        ops.on(DeleteMessageRequest.class, receiving::delete)
                .enforced("QueueUrl", "ReceiptHandle")
                .permissions((r, call) -> queue("sqs:DeleteMessage", r.queueUrl(), call));
        ops.on(DeleteMessageBatchRequest.class, receiving::deleteBatch)
                .action("sqs:DeleteMessage")
                .enforced("QueueUrl", "Entries")
                .permissions((r, call) -> queue("sqs:DeleteMessage", r.queueUrl(), call));
        ops.on(ChangeMessageVisibilityRequest.class, receiving::changeVisibility)
                .enforced("QueueUrl", "ReceiptHandle", "VisibilityTimeout")
                .permissions((r, call) -> queue("sqs:ChangeMessageVisibility", r.queueUrl(), call));
        ops.on(ChangeMessageVisibilityBatchRequest.class, receiving::changeVisibilityBatch)
                .action("sqs:ChangeMessageVisibility")
                .enforced("QueueUrl", "Entries")
                .permissions((r, call) -> queue("sqs:ChangeMessageVisibility", r.queueUrl(), call));
    }

    private void moves(Operations ops, MoveTasks moves) {
        ops.on(StartMessageMoveTaskRequest.class, moves::start)
                .enforced("SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond")
                .permissions(this::moving);
        ops.on(ListMessageMoveTasksRequest.class, moves::list)
                .enforced("SourceArn", "MaxResults")
                .permissions((r, call) -> List.of(ofArn("sqs:ListMessageMoveTasks", r.sourceArn())));
        ops.on(CancelMessageMoveTaskRequest.class, moves::cancel)
                .enforced("TaskHandle")
                .permissions((r, call) ->
                        List.of(ofArn("sqs:CancelMessageMoveTask", MoveTasks.sourceArn(r.taskHandle()))));
    }

    /** A queue that is made with tags takes the permission to tag as well ("CreateQueue"). */
    private List<Permission> creating(CreateQueueRequest request, Call call) {
        var queue = new QueueName(new Scope(call.account(), call.region()), request.queueName());
        var requested = ConditionKeys.requested(request.tags()).map();
        var create = new Permission("sqs:CreateQueue", queue.arn(), requested);
        return requested.isEmpty()
                ? List.of(create)
                : List.of(create, new Permission("sqs:TagQueue", queue.arn(), requested));
    }

    /** A task reads one queue and writes to another ("Configuring queue permissions for dead-letter queue redrive"). */
    private List<Permission> moving(StartMessageMoveTaskRequest request, Call call) {
        var needed = new ArrayList<Permission>();
        for (String action : List.of("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")) {
            needed.add(ofArn("sqs:" + action, request.sourceArn()));
        }
        if (request.destinationArn() != null) {
            needed.add(ofArn("sqs:SendMessage", request.destinationArn()));
        }
        return needed;
    }

    private List<Permission> queue(String action, @Nullable String url, Call call) {
        return List.of(permission(action, QueueName.ofUrl(url, call)));
    }

    private Permission ofArn(String action, String arn) {
        return QueueName.ofArn(arn).map(queue -> permission(action, queue)).orElse(new Permission(action, arn, Map.of()));
    }

    private Permission permission(String action, QueueName queue) {
        Map<String, String> tags = mailbox.find(queue).map(box -> box.queue().tags()).orElse(Map.of());
        return new Permission(action, queue.arn(), ConditionKeys.owned(tags).map());
    }
}
