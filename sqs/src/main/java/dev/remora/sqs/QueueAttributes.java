package dev.remora.sqs;

import dev.remora.sqs.QueueSettings.Fifo;
import dev.remora.sqs.QueueSettings.Redrive;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A queue's settings as attributes: texts by name, with the bounds that AWS documents for each ("SetQueueAttributes"). */
final class QueueAttributes {
    private static final int RECEIVES_MAX = 1000;
    private static final Set<String> FIFO_ONLY =
            Set.of("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit");
    private static final JsonMapper JSON = JsonMapper.shared();

    private QueueAttributes() {}

    /** The settings after setting the attributes, or the error for the first that cannot be set. */
    static QueueSettings set(QueueName queue, QueueSettings settings, Map<String, String> attributes) {
        QueueSettings changed = settings;
        for (var attribute : attributes.entrySet()) {
            changed = attribute.getKey().equals("Policy")
                    ? changed.withPolicy(QueuePolicies.checked(queue, attribute.getValue()))
                    : set(changed, attribute.getKey(), attribute.getValue());
        }
        return changed;
    }

    private static QueueSettings set(QueueSettings s, String name, String value) {
        return switch (name) {
            case "VisibilityTimeout" -> new QueueSettings(number(name, value, 0, 43_200), s.delaySeconds(), s.retentionSeconds(),
                    s.waitSeconds(), s.messageBytesMax(), s.redrive(), s.managedSse(), s.fifo(), s.policy());
            case "DelaySeconds" -> new QueueSettings(s.visibilitySeconds(), number(name, value, 0, 900), s.retentionSeconds(),
                    s.waitSeconds(), s.messageBytesMax(), s.redrive(), s.managedSse(), s.fifo(), s.policy());
            case "MessageRetentionPeriod" -> new QueueSettings(s.visibilitySeconds(), s.delaySeconds(),
                    number(name, value, 60, 1_209_600), s.waitSeconds(), s.messageBytesMax(), s.redrive(), s.managedSse(),
                    s.fifo(), s.policy());
            case "ReceiveMessageWaitTimeSeconds" -> new QueueSettings(s.visibilitySeconds(), s.delaySeconds(),
                    s.retentionSeconds(), number(name, value, 0, 20), s.messageBytesMax(), s.redrive(), s.managedSse(),
                    s.fifo(), s.policy());
            case "MaximumMessageSize" -> new QueueSettings(s.visibilitySeconds(), s.delaySeconds(), s.retentionSeconds(),
                    s.waitSeconds(), number(name, value, 1024, MessageRules.BYTES_MAX), s.redrive(), s.managedSse(),
                    s.fifo(), s.policy());
            case "RedrivePolicy" -> new QueueSettings(s.visibilitySeconds(), s.delaySeconds(), s.retentionSeconds(),
                    s.waitSeconds(), s.messageBytesMax(), redrive(value), s.managedSse(), s.fifo(), s.policy());
            case "SqsManagedSseEnabled" -> new QueueSettings(s.visibilitySeconds(), s.delaySeconds(), s.retentionSeconds(),
                    s.waitSeconds(), s.messageBytesMax(), s.redrive(), truth(name, value), s.fifo(), s.policy());
            default -> s.fifo().isPresent() ? fifo(s, s.fifo().get(), name, value) : standard(s, name, value);
        };
    }

    private static QueueSettings standard(QueueSettings s, String name, String value) {
        if (FIFO_ONLY.contains(name)) {
            throw Refusal.unknownAttribute(name);
        }
        refuse(name, value);
        return s;
    }

    private static QueueSettings fifo(QueueSettings s, Fifo fifo, String name, String value) {
        return switch (name) {
            case "FifoQueue" -> {
                if (!truth(name, value)) {
                    throw Refusal.invalidAttribute(name);
                }
                yield s;
            }
            case "ContentBasedDeduplication" -> s.with(new Fifo(truth(name, value), fifo.scope(), fifo.throughput()));
            case "DeduplicationScope" ->
                s.with(new Fifo(fifo.byContent(), one(name, value, "queue", Fifo.PER_GROUP), fifo.throughput()));
            case "FifoThroughputLimit" ->
                s.with(new Fifo(fifo.byContent(), fifo.scope(), one(name, value, "perQueue", "perMessageGroupId")));
            default -> standard(s, name, value);
        };
    }

    private static String one(String name, String value, String... allowed) {
        if (!List.of(allowed).contains(value)) {
            throw Refusal.invalidAttribute(name);
        }
        return value;
    }

    /** Attributes that AWS has and that have no effect here are accepted only with the value that asks for none. */
    private static void refuse(String name, String value) {
        boolean nothing = value.isEmpty() || value.equals("false");
        switch (name) {
            case "RedriveAllowPolicy", "KmsMasterKeyId" -> {
                if (!nothing) {
                    throw Refusal.unsupported("The queue attribute " + name);
                }
            }
            case "KmsDataKeyReusePeriodSeconds" -> throw Refusal.unsupported("The queue attribute " + name);
            default -> throw Refusal.unknownAttribute(name);
        }
    }

    private static int number(String name, String value, int min, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Refusal.invalidAttribute(name);
        }
        throw Refusal.invalidAttribute(name);
    }

    private static boolean truth(String name, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw Refusal.invalidAttribute(name);
        };
    }

    private static Optional<Redrive> redrive(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        JsonNode policy;
        try {
            policy = JSON.readTree(text);
        } catch (JacksonException e) {
            throw invalidRedrive(text, "Redrive policy is not a valid JSON map.");
        }
        if (!policy.isObject()) {
            throw invalidRedrive(text, "Redrive policy is not a valid JSON map.");
        }
        for (String mandatory : new String[] {"deadLetterTargetArn", "maxReceiveCount"}) {
            if (!policy.has(mandatory)) {
                throw invalidRedrive(text, "Redrive policy does not contain mandatory attribute: " + mandatory + ".");
            }
        }
        String target = policy.get("deadLetterTargetArn").asString("");
        if (QueueName.ofArn(target).isEmpty()) {
            throw invalidRedrive(text, "Invalid value for deadLetterTargetArn.");
        }
        String count = policy.get("maxReceiveCount").asString("");
        return Optional.of(new Redrive(target, receives(text, count), text));
    }

    private static int receives(String policy, String count) {
        try {
            int number = Integer.parseInt(count);
            if (number >= 1 && number <= RECEIVES_MAX) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalidRedrive(policy, "Invalid value for maxReceiveCount: " + count
                    + ", valid values are from 1 to " + RECEIVES_MAX + " both inclusive.");
        }
        throw invalidRedrive(policy, "Invalid value for maxReceiveCount: " + count
                + ", valid values are from 1 to " + RECEIVES_MAX + " both inclusive.");
    }

    static AwsError invalidRedrive(String policy, String reason) {
        return Refusal.invalid(policy, "RedrivePolicy", reason);
    }

    /** One attribute of the settings as text; empty where it is not set. */
    static Optional<String> text(QueueSettings settings, String name) {
        return switch (name) {
            case "VisibilityTimeout" -> Optional.of(Integer.toString(settings.visibilitySeconds()));
            case "DelaySeconds" -> Optional.of(Integer.toString(settings.delaySeconds()));
            case "MessageRetentionPeriod" -> Optional.of(Integer.toString(settings.retentionSeconds()));
            case "ReceiveMessageWaitTimeSeconds" -> Optional.of(Integer.toString(settings.waitSeconds()));
            case "MaximumMessageSize" -> Optional.of(Integer.toString(settings.messageBytesMax()));
            case "RedrivePolicy" -> settings.redrive().map(Redrive::text);
            case "Policy" -> Optional.of(settings.policy()).filter(text -> !text.isEmpty());
            case "SqsManagedSseEnabled" -> Optional.of(Boolean.toString(settings.managedSse()));
            case "FifoQueue" -> settings.fifo().map(fifo -> "true");
            case "ContentBasedDeduplication" -> settings.fifo().map(fifo -> Boolean.toString(fifo.byContent()));
            case "DeduplicationScope" -> settings.fifo().map(Fifo::scope);
            case "FifoThroughputLimit" -> settings.fifo().map(Fifo::throughput);
            default -> Optional.empty();
        };
    }
}
