package dev.remora.sqs;

import java.util.Optional;

/**
 * What can be set of a queue.
 *
 * @param managedSse kept and shown; nothing is encrypted here
 */
record QueueSettings(
        int visibilitySeconds,
        int delaySeconds,
        int retentionSeconds,
        int waitSeconds,
        int messageBytesMax,
        Optional<Redrive> redrive,
        boolean managedSse) {
    static final QueueSettings DEFAULTS =
            new QueueSettings(30, 0, 345_600, 0, MessageRules.BYTES_MAX, Optional.empty(), true);

    /**
     * Where messages go that were received too often.
     *
     * @param text the policy as it was given, which is how it is shown
     */
    record Redrive(String targetArn, int receivesMax, String text) {}
}
