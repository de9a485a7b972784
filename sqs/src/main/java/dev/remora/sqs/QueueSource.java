package dev.remora.sqs;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.model.Message;

/** How another service receives from queues. Whether it may is for that service to ask. */
public final class QueueSource {
    /** The most messages that one call gives. */
    public static final int MESSAGES_MAX = Receiving.MESSAGES_MAX;

    /** The longest time that one call waits. */
    public static final Duration WAIT_MAX = Duration.ofSeconds(Receiving.WAIT_MAX_SECONDS);

    private final Mailbox mailbox;

    QueueSource(Mailbox mailbox) {
        this.mailbox = mailbox;
    }

    /** Whether the text is the ARN of a queue, existing or not. */
    public static boolean isQueue(String arn) {
        return QueueName.ofArn(arn).isPresent();
    }

    /** How long messages of the queue are hidden once received; empty if there is no such queue. */
    public Optional<Duration> visibility(String arn) {
        return box(arn).map(box -> Duration.ofSeconds(box.queue().settings().visibilitySeconds()));
    }

    /**
     * At most {@code max} messages with all their attributes, hidden for the queue's visibility timeout; waits for the first.
     * Nothing if there is no such queue.
     */
    public List<Message> receive(String arn, int max, Duration wait) {
        Optional<Box> box = box(arn);
        return box.isEmpty()
                ? List.of()
                : mailbox.receive(box.get(), max, box.get().queue().settings().visibilitySeconds(), wait).stream()
                        .map(Receiving::whole)
                        .toList();
    }

    /** Deletes messages by the handles of their receipts. */
    public void delete(String arn, Collection<String> receiptHandles) {
        box(arn).ifPresent(box -> mailbox.delete(box, receiptHandles.stream()
                .map(handle -> ReceiptHandle.of(handle, box.queue().id()))
                .toList()));
    }

    private Optional<Box> box(String arn) {
        return QueueName.ofArn(arn).flatMap(mailbox::find);
    }
}
