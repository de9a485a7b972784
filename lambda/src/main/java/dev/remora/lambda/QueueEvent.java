package dev.remora.lambda;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Messages of a queue as a function is given them, and what a function answers of them ("Using Lambda with Amazon SQS"). */
final class QueueEvent {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final byte[] BEGIN = "{\"Records\":[".getBytes();
    private static final byte[] END = "]}".getBytes();

    /** A message and the bytes of its record. */
    record Item(Message message, byte[] bytes) {}

    private QueueEvent() {}

    static ObjectNode record(Message message, String queueArn) {
        ObjectNode record = JSON.createObjectNode();
        record.put("messageId", message.messageId());
        record.put("receiptHandle", message.receiptHandle());
        record.put("body", message.body());
        ObjectNode attributes = record.putObject("attributes");
        message.attributesAsStrings().forEach(attributes::put);
        ObjectNode messageAttributes = record.putObject("messageAttributes");
        message.messageAttributes().forEach((name, value) -> attribute(messageAttributes.putObject(name), value));
        record.put("md5OfBody", message.md5OfBody());
        if (message.md5OfMessageAttributes() != null) {
            record.put("md5OfMessageAttributes", message.md5OfMessageAttributes());
        }
        record.put("eventSource", "aws:sqs");
        record.put("eventSourceARN", queueArn);
        record.put("awsRegion", queueArn.split(":")[3]);
        return record;
    }

    private static void attribute(ObjectNode to, MessageAttributeValue value) {
        if (value.stringValue() != null) {
            to.put("stringValue", value.stringValue());
        }
        if (value.binaryValue() != null) {
            to.put("binaryValue", Base64.getEncoder().encodeToString(value.binaryValue().asByteArrayUnsafe()));
        }
        to.putArray("stringListValues");
        to.putArray("binaryListValues");
        to.put("dataType", value.dataType());
    }

    static Item item(Message message, ObjectNode record) {
        return new Item(message, JSON.writeValueAsBytes(record));
    }

    /** Splits items into events that an invocation can carry. */
    static List<List<Item>> batches(List<Item> items, int bytesMax) {
        var batches = new ArrayList<List<Item>>();
        var current = new ArrayList<Item>();
        int bytes = 0;
        for (Item item : items) {
            int more = item.bytes().length + 1;
            if (!current.isEmpty() && BEGIN.length + bytes + more + END.length > bytesMax) {
                batches.add(List.copyOf(current));
                current.clear();
                bytes = 0;
            }
            current.add(item);
            bytes += more;
        }
        if (!current.isEmpty()) {
            batches.add(List.copyOf(current));
        }
        return batches;
    }

    static byte[] payload(List<Item> items) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(BEGIN);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.write(',');
            }
            out.writeBytes(items.get(i).bytes());
        }
        out.writeBytes(END);
        return out.toByteArray();
    }

    /**
     * The ids of messages that a function reports as failed; empty if its answer cannot be understood, which counts as a failure
     * of all of them. No answer, an answer without failures and an empty list mean that all went well.
     */
    static Optional<Set<String>> failures(byte[] answer, List<Item> items) {
        Set<String> sent = items.stream().map(i -> i.message().messageId()).collect(Collectors.toSet());
        try {
            JsonNode root = JSON.readTree(answer);
            JsonNode list = root.path("batchItemFailures");
            if (list.isMissingNode() || list.isNull()) {
                return root.isObject() || root.isNull() || root.isMissingNode() ? Optional.of(Set.of()) : Optional.empty();
            }
            var failed = new HashSet<String>();
            for (JsonNode each : list) {
                String id = each.path("itemIdentifier").asString("");
                if (!sent.contains(id)) {
                    return Optional.empty();
                }
                failed.add(id);
            }
            return list.isArray() ? Optional.of(failed) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
