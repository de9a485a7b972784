package dev.remora.sqs;

import dev.remora.sqs.Deduplication.Sent;
import dev.remora.sqs.Mailbox.Outgoing;
import dev.remora.sqs.Message.Attribute;
import dev.remora.sqs.QueueSettings.Fifo;
import dev.remora.store.Ids;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/** Messages on their way into a queue. */
final class Sending {
    private static final String ENTRY = "SendMessageBatchRequestEntry";

    private final Queues queues;
    private final Mailbox mailbox;
    private final Ids ids;

    Sending(Queues queues, Mailbox mailbox, Ids ids) {
        this.queues = queues;
        this.mailbox = mailbox;
        this.ids = ids;
    }

    private record Checked(Outgoing outgoing, long bytes) {
        String bodyDigest() {
            return Digests.ofBody(outgoing.message().body());
        }

        @Nullable String attributesDigest() {
            Map<String, Attribute> attributes = outgoing.message().attributes();
            return attributes.isEmpty() ? null : Digests.ofAttributes(attributes);
        }

        @Nullable String systemDigest() {
            String trace = outgoing.message().trace();
            return trace.isEmpty()
                    ? null
                    : Digests.ofAttributes(Map.of("AWSTraceHeader", new Attribute("String", trace, new byte[0])));
        }
    }

    SendMessageResponse send(SendMessageRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        Checked checked = check(box, request, call);
        MessageRules.checkSize(checked.bytes(), box.queue().settings());
        Sent sent = mailbox.add(box, List.of(checked.outgoing())).getFirst();
        return SendMessageResponse.builder()
                .messageId(sent.messageId())
                .sequenceNumber(box.fifo() ? sequence(sent.sequence()) : null)
                .md5OfMessageBody(checked.bodyDigest())
                .md5OfMessageAttributes(checked.attributesDigest())
                .md5OfMessageSystemAttributes(checked.systemDigest())
                .build();
    }

    SendMessageBatchResponse sendBatch(SendMessageBatchRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        Batches.check(request.entries(), SendMessageBatchRequestEntry::id, ENTRY);
        checkTotal(request.entries());
        if (box.fifo() && request.entries().stream().anyMatch(entry -> entry.messageGroupId() == null)) {
            throw Refusal.invalid("The request must contain the parameter MessageGroupId.");
        }
        var taken = new LinkedHashMap<String, Checked>();
        var failed = new ArrayList<BatchResultErrorEntry>();
        for (SendMessageBatchRequestEntry entry : request.entries()) {
            Batches.each(entry.id(), () -> {
                Checked checked = check(box, asRequest(entry), call);
                MessageRules.checkSize(checked.bytes(), box.queue().settings());
                taken.put(entry.id(), checked);
            }, failed::add);
        }
        List<Outgoing> outgoing = taken.values().stream().map(Checked::outgoing).toList();
        Iterator<Sent> sent = (outgoing.isEmpty() ? List.<Sent>of() : mailbox.add(box, outgoing)).iterator();
        var successful = new ArrayList<SendMessageBatchResultEntry>();
        taken.forEach((id, checked) -> successful.add(successful(id, checked, sent.next(), box.fifo())));
        var answer = SendMessageBatchResponse.builder();
        return (failed.isEmpty() ? answer : answer.failed(failed)).successful(successful).build();
    }

    private static SendMessageBatchResultEntry successful(String id, Checked checked, Sent sent, boolean fifo) {
        return SendMessageBatchResultEntry.builder()
                .id(id)
                .messageId(sent.messageId())
                .sequenceNumber(fifo ? sequence(sent.sequence()) : null)
                .md5OfMessageBody(checked.bodyDigest())
                .md5OfMessageAttributes(checked.attributesDigest())
                .md5OfMessageSystemAttributes(checked.systemDigest())
                .build();
    }

    /** AWS's have twenty digits. */
    static String sequence(long number) {
        return String.format("%020d", number);
    }

    private static void checkTotal(List<SendMessageBatchRequestEntry> entries) {
        long total = 0;
        for (SendMessageBatchRequestEntry entry : entries) {
            Supplier<Map<String, Attribute>> attributes = () -> MessageRules.attributes(entry.messageAttributes());
            long[] bytes = {0};
            Batches.each(entry.id(), () -> bytes[0] = MessageRules.bytes(entry.messageBody(), attributes.get()), f -> { });
            total += bytes[0];
        }
        if (total > MessageRules.BYTES_MAX) {
            throw Refusal.batchTooLong(total);
        }
    }

    private static SendMessageRequest asRequest(SendMessageBatchRequestEntry entry) {
        return SendMessageRequest.builder()
                .messageBody(entry.messageBody())
                .delaySeconds(entry.delaySeconds())
                .messageAttributes(entry.messageAttributes())
                .messageSystemAttributesWithStrings(entry.messageSystemAttributesAsStrings())
                .messageDeduplicationId(entry.messageDeduplicationId())
                .messageGroupId(entry.messageGroupId())
                .build();
    }

    private Checked check(Box box, SendMessageRequest request, Call call) {
        Optional<Fifo> fifo = box.queue().settings().fifo();
        String body = MessageRules.body(request.messageBody());
        Map<String, Attribute> attributes = MessageRules.attributes(request.messageAttributes());
        int delay = MessageRules.delay(request.delaySeconds(), box.queue().settings());
        String deduplicationId = MessageRules.deduplicationId(request.messageDeduplicationId(), body, fifo);
        String trace = MessageRules.trace(request.messageSystemAttributesAsStrings());
        String group = MessageRules.group(request.messageGroupId(), fifo.isPresent());
        var message = Message.sent(
                ids.uuid(), body, attributes, trace, call.principal().userId(), group, deduplicationId);
        boolean perGroup = fifo.filter(f -> f.scope().equals(Fifo.PER_GROUP)).isPresent();
        String key = perGroup ? group + "\n" + deduplicationId : deduplicationId;
        return new Checked(new Outgoing(message, delay, key), MessageRules.bytes(body, attributes));
    }
}
