package dev.remora.sqs;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * A message as it is stored. When it was sent is the row's own time of writing.
 *
 * @param attributes by name, in the order of names, which is the order of their digest
 * @param trace the system attribute AWSTraceHeader, or empty
 * @param sender the sender's unique id
 * @param group the message group's id, or empty
 * @param deduplicationId of a message of a FIFO queue, else empty
 * @param receives how often it was received; a receipt handle is good for one of these times
 * @param firstReceivedMillis when it was first received, 0 for never
 * @param receivedMillis when it was last received
 * @param sourceArn the queue that it comes from as a dead letter, or empty
 */
record Message(
        String id,
        String body,
        Map<String, Attribute> attributes,
        String trace,
        String sender,
        String group,
        String deduplicationId,
        int receives,
        long firstReceivedMillis,
        long receivedMillis,
        String sourceArn) {
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * @param type e.g. {@code String}, {@code Number.int}
     * @param binary the value of a Binary one; empty for the others
     */
    record Attribute(String type, String text, byte[] binary) {
        boolean isBinary() {
            return type.startsWith("Binary");
        }
    }

    Message {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    static Message sent(
            String id, String body, Map<String, Attribute> attributes, String trace, String sender, String group,
            String deduplicationId) {
        return new Message(id, body, attributes, trace, sender, group, deduplicationId, 0, 0, 0, "");
    }

    Message received(long nowMillis) {
        return new Message(id, body, attributes, trace, sender, group, deduplicationId, receives + 1,
                firstReceivedMillis == 0 ? nowMillis : firstReceivedMillis, nowMillis, sourceArn);
    }

    Message deadLetter(String source) {
        return new Message(
                id, body, attributes, trace, sender, group, deduplicationId, receives, firstReceivedMillis, receivedMillis,
                source);
    }

    /** The same content as a new message. */
    Message again(String newId) {
        return sent(newId, body, attributes, trace, sender, group, deduplicationId);
    }

    byte[] bytes() {
        return JSON.writeValueAsBytes(this);
    }

    static Message of(byte[] bytes) {
        return JSON.readValue(bytes, Message.class);
    }
}
