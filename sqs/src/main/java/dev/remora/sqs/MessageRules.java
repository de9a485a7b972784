package dev.remora.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remora.sqs.Message.Attribute;
import dev.remora.sqs.QueueSettings.Fifo;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;

/** What a message must be to be taken ("SendMessage", "Amazon SQS message metadata"). */
final class MessageRules {
    /** A message with its attributes, and all messages of a batch together. */
    static final int BYTES_MAX = 1_048_576;

    static final int ATTRIBUTES_MAX = 10;
    static final int DELAY_MAX_SECONDS = 900;
    private static final int NAME_MAX = 256;
    private static final int GROUP_MAX = 128;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern GROUP =
            Pattern.compile("[A-Za-z0-9!\"#$%&'()*+,-./:;<=>?@\\[\\\\\\]^_`{|}~]{1," + GROUP_MAX + "}");
    private static final String TRACE = "AWSTraceHeader";

    private MessageRules() {}

    /** The body with characters that XML cannot carry replaced, as AWS does it; at least one must be left. */
    static String body(@Nullable String given) {
        if (given == null || given.isEmpty()) {
            throw Refusal.missing("MessageBody");
        }
        boolean clean = given.codePoints().allMatch(MessageRules::allowed);
        if (clean) {
            return given;
        }
        if (given.codePoints().noneMatch(MessageRules::allowed)) {
            throw Refusal.contents();
        }
        var replaced = new StringBuilder(given.length());
        given.codePoints().forEach(c -> replaced.appendCodePoint(allowed(c) ? c : 0xFFFD));
        return replaced.toString();
    }

    private static boolean allowed(int c) {
        return c == 0x9 || c == 0xA || c == 0xD || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000;
    }

    static int delay(@Nullable Integer given, QueueSettings settings) {
        if (given != null && given != 0 && settings.fifo().isPresent()) {
            throw Refusal.invalid(given, "DelaySeconds",
                    "The request include parameter that is not valid for this queue type.");
        }
        int seconds = given == null || settings.fifo().isPresent() ? settings.delaySeconds() : given;
        if (seconds < 0 || seconds > DELAY_MAX_SECONDS) {
            throw Refusal.invalid(seconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= " + DELAY_MAX_SECONDS + ".");
        }
        return seconds;
    }

    /** The message group; a standard queue takes it for fairness only. */
    static String group(@Nullable String given, boolean fifo) {
        if (given == null && fifo) {
            throw Refusal.missing("MessageGroupId");
        }
        if (given == null) {
            return "";
        }
        if (!GROUP.matcher(given).matches()) {
            throw Refusal.invalid(given, "MessageGroupId", "MessageGroupId can only include alphanumeric and punctuation"
                    + " characters. 1 to " + GROUP_MAX + " in length.");
        }
        return given;
    }

    /** What a FIFO queue knows a message by: an id that was given, or the body's digest where the queue is set up so. */
    static String deduplicationId(@Nullable String given, String body, Optional<Fifo> fifo) {
        if (fifo.isEmpty()) {
            if (given != null) {
                throw Refusal.invalid(given, "MessageDeduplicationId",
                        "The request includes a parameter that is not valid for this queue type.");
            }
            return "";
        }
        if (given == null && !fifo.get().byContent()) {
            throw Refusal.invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId"
                    + " provided explicitly");
        }
        if (given != null && !GROUP.matcher(given).matches()) {
            throw Refusal.invalid(given, "MessageDeduplicationId", "MessageDeduplicationId can only include alphanumeric and"
                    + " punctuation characters. 1 to " + GROUP_MAX + " in length.");
        }
        return given == null ? Digests.sha256(body) : given;
    }

    /** The trace header, the one system attribute that can be sent, or empty. */
    static String trace(Map<String, MessageSystemAttributeValue> given) {
        for (var each : given.entrySet()) {
            if (!each.getKey().equals(TRACE)) {
                throw Refusal.invalid("Message system attribute name '" + each.getKey() + "' is invalid.");
            }
            if (!"String".equals(each.getValue().dataType())) {
                throw Refusal.invalid("The message system attribute '" + TRACE + "' must be of type 'String'.");
            }
        }
        MessageSystemAttributeValue trace = given.get(TRACE);
        return trace == null || trace.stringValue() == null ? "" : trace.stringValue();
    }

    static Map<String, Attribute> attributes(Map<String, MessageAttributeValue> given) {
        if (given.size() > ATTRIBUTES_MAX) {
            throw Refusal.invalid(
                    "Number of message attributes [" + given.size() + "] exceeds the allowed maximum [" + ATTRIBUTES_MAX + "].");
        }
        var attributes = new HashMap<String, Attribute>();
        given.forEach((name, value) -> {
            checkName(name);
            attributes.put(name, attribute(name, value));
        });
        return attributes;
    }

    private static void checkName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (name.length() > NAME_MAX) {
            throw Refusal.invalid("Length of message attribute name must be less than " + NAME_MAX + " bytes.");
        }
        if (!NAME.matcher(name).matches()) {
            throw Refusal.invalid("Message attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.)"
                    + " characters.");
        }
        if (name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
            throw Refusal.invalid("Message attribute name can not start or end with a period (.) and can not have successive"
                    + " periods.");
        }
        if (lower.startsWith("aws.") || lower.startsWith("amazon.")) {
            throw Refusal.invalid("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are"
                    + " reserved for internal use.");
        }
    }

    private static Attribute attribute(String name, MessageAttributeValue value) {
        String type = value.dataType() == null ? "" : value.dataType();
        if (type.isEmpty()) {
            throw Refusal.invalid("The message attribute '" + name + "' must contain a non-empty message attribute type.");
        }
        if (value.hasStringListValues() || value.hasBinaryListValues()) {
            throw Refusal.invalid("Message attribute list values in SendMessage operation are not supported.");
        }
        String prefix = type.contains(".") ? type.substring(0, type.indexOf('.')) : type;
        return switch (prefix) {
            case "String", "Number" -> {
                if (value.stringValue() == null || value.stringValue().isEmpty()) {
                    throw emptyValue(name, prefix);
                }
                if (prefix.equals("Number")) {
                    checkNumber(name, value.stringValue());
                }
                yield new Attribute(type, value.stringValue(), new byte[0]);
            }
            case "Binary" -> {
                if (value.binaryValue() == null || value.binaryValue().asByteArrayUnsafe().length == 0) {
                    throw emptyValue(name, prefix);
                }
                yield new Attribute(type, "", value.binaryValue().asByteArray());
            }
            default -> throw Refusal.invalid("The type of message attribute '" + name + "' is invalid. You must use only the"
                    + " following supported type prefixes: Binary, Number, String.");
        };
    }

    private static RuntimeException emptyValue(String name, String type) {
        return Refusal.invalid("The message attribute '" + name + "' must contain a non-empty message attribute value for message"
                + " attribute type '" + type + "'.");
    }

    private static void checkNumber(String name, String value) {
        try {
            if (value.length() <= 64 && new BigDecimal(value.strip()).precision() > 0) {
                return;
            }
        } catch (NumberFormatException e) {
            throw Refusal.invalid("Can't cast the value of message attribute '" + name + "' to a number.");
        }
        throw Refusal.invalid("Can't cast the value of message attribute '" + name + "' to a number.");
    }

    /** What counts as a message's size: its body, and its attributes' names, types and values. */
    static long bytes(String body, Map<String, Attribute> attributes) {
        long bytes = body.getBytes(UTF_8).length;
        for (var each : attributes.entrySet()) {
            Attribute attribute = each.getValue();
            bytes += each.getKey().getBytes(UTF_8).length + attribute.type().getBytes(UTF_8).length;
            bytes += attribute.isBinary() ? attribute.binary().length : attribute.text().getBytes(UTF_8).length;
        }
        return bytes;
    }

    static void checkSize(long bytes, QueueSettings settings) {
        if (bytes > settings.messageBytesMax()) {
            throw Refusal.invalid("One or more parameters are invalid. Reason: Message must be shorter than "
                    + settings.messageBytesMax() + " bytes.");
        }
    }
}
