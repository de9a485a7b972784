package dev.remora.sqs;

import java.util.Optional;

/**
 * What can be set of a queue.
 *
 * @param managedSse kept and shown; nothing is encrypted here
 * @param fifo of a FIFO queue
 * @param policy the text of its policy, or empty
 */
record QueueSettings(
        int visibilitySeconds,
        int delaySeconds,
        int retentionSeconds,
        int waitSeconds,
        int messageBytesMax,
        Optional<Redrive> redrive,
        boolean managedSse,
        Optional<Fifo> fifo,
        String policy) {
    static final QueueSettings DEFAULTS =
            new QueueSettings(30, 0, 345_600, 0, MessageRules.BYTES_MAX, Optional.empty(), true, Optional.empty(), "");

    /**
     * @param byContent whether a message without a deduplication id is known by its body
     * @param scope {@code queue} or {@code messageGroup}: where an id counts
     * @param throughput {@code perQueue} or {@code perMessageGroupId}; kept and shown, there is no such limit here
     */
    record Fifo(boolean byContent, String scope, String throughput) {
        static final String PER_GROUP = "messageGroup";
        static final Fifo DEFAULTS = new Fifo(false, "queue", "perQueue");
    }

    QueueSettings with(Fifo changed) {
        return new QueueSettings(visibilitySeconds, delaySeconds, retentionSeconds, waitSeconds, messageBytesMax, redrive,
                managedSse, Optional.of(changed), policy);
    }

    QueueSettings withPolicy(String text) {
        return new QueueSettings(visibilitySeconds, delaySeconds, retentionSeconds, waitSeconds, messageBytesMax, redrive,
                managedSse, fifo, text);
    }

    /**
     * Where messages go that were received too often.
     *
     * @param text the policy as it was given, which is how it is shown
     */
    record Redrive(String targetArn, int receivesMax, String text) {}
}
