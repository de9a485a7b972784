package dev.remora.sqs;

import dev.remora.sqs.Mailbox.Delivery;
import dev.remora.wire.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;

/** Messages on their way out of a queue, and what is done to them on the way. */
final class Receiving {
    static final int MESSAGES_MAX = 10;
    static final int WAIT_MAX_SECONDS = 20;
    static final int VISIBILITY_MAX_SECONDS = 43_200;
    private static final Set<String> ALL = Set.of("All");
    private static final Set<String> SYSTEM_ATTRIBUTES = Set.of("All", "SenderId", "SentTimestamp", "ApproximateReceiveCount",
            "ApproximateFirstReceiveTimestamp", "SequenceNumber", "MessageDeduplicationId", "MessageGroupId", "AWSTraceHeader",
            "DeadLetterQueueSourceArn");

    private final Queues queues;
    private final Mailbox mailbox;

    Receiving(Queues queues, Mailbox mailbox) {
        this.queues = queues;
        this.mailbox = mailbox;
    }

    ReceiveMessageResponse receive(ReceiveMessageRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        QueueSettings settings = box.queue().settings();
        int max = within(request.maxNumberOfMessages(), 1, 1, MESSAGES_MAX, "MaxNumberOfMessages",
                "Must be between 1 and " + MESSAGES_MAX + ", if provided.");
        int wait = within(request.waitTimeSeconds(), settings.waitSeconds(), 0, WAIT_MAX_SECONDS, "WaitTimeSeconds",
                "Must be >= 0 and <= " + WAIT_MAX_SECONDS + ", if provided.");
        int visibility = visibility(request.visibilityTimeout(), settings.visibilitySeconds());
        if (request.receiveRequestAttemptId() != null && box.fifo()) {
            throw Refusal.unsupported("ReceiveRequestAttemptId");
        }
        if (request.receiveRequestAttemptId() != null) {
            throw Refusal.invalid(request.receiveRequestAttemptId(), "ReceiveRequestAttemptId",
                    "The request includes a parameter that is not valid for this queue type.");
        }
        var system = new LinkedHashSet<>(request.attributeNamesAsStrings());
        system.addAll(request.messageSystemAttributeNamesAsStrings());
        for (String name : system) {
            if (!SYSTEM_ATTRIBUTES.contains(name)) {
                throw Refusal.unknownAttribute(name);
            }
        }
        List<Delivery> taken = mailbox.receive(box, max, visibility, Duration.ofSeconds(wait));
        var answer = ReceiveMessageResponse.builder();
        return taken.isEmpty()
                ? answer.build()
                : answer.messages(taken.stream().map(d -> shown(d, system, request.messageAttributeNames())).toList()).build();
    }

    private static int visibility(@Nullable Integer given, int usual) {
        return within(given, usual, 0, VISIBILITY_MAX_SECONDS, "VisibilityTimeout",
                "Must be between 0 and " + VISIBILITY_MAX_SECONDS + ", if provided.");
    }

    private static int within(@Nullable Integer given, int usual, int min, int max, String parameter, String reason) {
        int value = given == null ? usual : given;
        if (value < min || value > max) {
            throw Refusal.invalid(value, parameter, reason);
        }
        return value;
    }

    /** A message with all its attributes. */
    static Message whole(Delivery delivery) {
        return shown(delivery, ALL, List.of("All"));
    }

    private static Message shown(Delivery delivery, Set<String> system, List<String> names) {
        var message = delivery.message();
        var shown = Message.builder()
                .messageId(message.id())
                .receiptHandle(delivery.receipt().text())
                .md5OfBody(Digests.ofBody(message.body()))
                .body(message.body());
        Map<String, String> attributes = system(delivery);
        if (!system.contains("All")) {
            attributes.keySet().retainAll(system);
        }
        if (!attributes.isEmpty()) {
            shown.attributesWithStrings(attributes);
        }
        var chosen = new TreeMap<>(message.attributes());
        chosen.keySet().removeIf(name -> names.stream().noneMatch(pattern -> matches(pattern, name)));
        if (!chosen.isEmpty()) {
            var values = new LinkedHashMap<String, MessageAttributeValue>();
            chosen.forEach((name, value) -> values.put(name, value(value)));
            shown.messageAttributes(values).md5OfMessageAttributes(Digests.ofAttributes(chosen));
        }
        return shown.build();
    }

    /** In the order in which Lambda's events show them. */
    private static Map<String, String> system(Delivery delivery) {
        var message = delivery.message();
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("ApproximateReceiveCount", Integer.toString(message.receives()));
        if (!message.trace().isEmpty()) {
            attributes.put("AWSTraceHeader", message.trace());
        }
        attributes.put("SentTimestamp", Long.toString(delivery.sent().toEpochMilli()));
        boolean fifo = !message.deduplicationId().isEmpty();
        if (fifo) {
            attributes.put("SequenceNumber", Sending.sequence(delivery.receipt().sequence()));
        }
        if (!message.group().isEmpty()) {
            attributes.put("MessageGroupId", message.group());
        }
        attributes.put("SenderId", message.sender());
        if (fifo) {
            attributes.put("MessageDeduplicationId", message.deduplicationId());
        }
        attributes.put("ApproximateFirstReceiveTimestamp", Long.toString(message.firstReceivedMillis()));
        if (!message.sourceArn().isEmpty()) {
            attributes.put("DeadLetterQueueSourceArn", message.sourceArn());
        }
        return attributes;
    }

    private static boolean matches(String pattern, String name) {
        return pattern.equals("All")
                || pattern.equals(name)
                || pattern.endsWith(".*") && name.startsWith(pattern.substring(0, pattern.length() - 2));
    }

    private static MessageAttributeValue value(dev.remora.sqs.Message.Attribute attribute) {
        var value = MessageAttributeValue.builder().dataType(attribute.type());
        return attribute.isBinary()
                ? value.binaryValue(SdkBytes.fromByteArray(attribute.binary())).build()
                : value.stringValue(attribute.text()).build();
    }

    DeleteMessageResponse delete(DeleteMessageRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        ReceiptHandle receipt = ReceiptHandle.of(request.receiptHandle(), box.queue().id());
        checkDeleted(box, receipt, mailbox.delete(box, List.of(receipt)));
        return DeleteMessageResponse.builder().build();
    }

    /** Of a FIFO queue only what is still hidden is deleted. */
    private static void checkDeleted(Box box, ReceiptHandle receipt, Set<ReceiptHandle> stale) {
        if (box.fifo() && stale.contains(receipt)) {
            throw Refusal.invalid(receipt.text(), "ReceiptHandle", "The receipt handle has expired.");
        }
    }

    DeleteMessageBatchResponse deleteBatch(DeleteMessageBatchRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        Batches.check(request.entries(), DeleteMessageBatchRequestEntry::id, "DeleteMessageBatchRequestEntry");
        var receipts = new LinkedHashMap<String, ReceiptHandle>();
        var successful = new ArrayList<DeleteMessageBatchResultEntry>();
        var failed = new ArrayList<BatchResultErrorEntry>();
        for (DeleteMessageBatchRequestEntry entry : request.entries()) {
            Batches.each(
                    entry.id(),
                    () -> receipts.put(entry.id(), ReceiptHandle.of(entry.receiptHandle(), box.queue().id())),
                    failed::add);
        }
        Set<ReceiptHandle> stale = mailbox.delete(box, receipts.values());
        receipts.forEach((id, receipt) -> Batches.each(id, () -> {
            checkDeleted(box, receipt, stale);
            successful.add(DeleteMessageBatchResultEntry.builder().id(id).build());
        }, failed::add));
        var answer = DeleteMessageBatchResponse.builder();
        return (failed.isEmpty() ? answer : answer.failed(failed)).successful(successful).build();
    }

    ChangeMessageVisibilityResponse changeVisibility(ChangeMessageVisibilityRequest request, Call call) {
        hide(queues.box(request.queueUrl(), call), request.receiptHandle(), request.visibilityTimeout());
        return ChangeMessageVisibilityResponse.builder().build();
    }

    private void hide(Box box, @Nullable String handle, @Nullable Integer given) {
        ReceiptHandle receipt = ReceiptHandle.of(handle, box.queue().id());
        if (given == null) {
            throw Refusal.missing("VisibilityTimeout");
        }
        int seconds = visibility(given, 0);
        Mailbox.refusal(mailbox.hide(box, receipt, seconds), receipt.text(), seconds).ifPresent(refused -> {
            throw refused;
        });
    }

    ChangeMessageVisibilityBatchResponse changeVisibilityBatch(ChangeMessageVisibilityBatchRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        Batches.check(request.entries(), ChangeMessageVisibilityBatchRequestEntry::id,
                "ChangeMessageVisibilityBatchRequestEntry");
        var successful = new ArrayList<ChangeMessageVisibilityBatchResultEntry>();
        var failed = new ArrayList<BatchResultErrorEntry>();
        for (ChangeMessageVisibilityBatchRequestEntry entry : request.entries()) {
            Batches.each(entry.id(), () -> {
                hide(box, entry.receiptHandle(), entry.visibilityTimeout());
                successful.add(ChangeMessageVisibilityBatchResultEntry.builder().id(entry.id()).build());
            }, failed::add);
        }
        var answer = ChangeMessageVisibilityBatchResponse.builder();
        return (failed.isEmpty() ? answer : answer.failed(failed)).successful(successful).build();
    }
}
