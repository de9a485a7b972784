package dev.remora.sqs;

import dev.remora.store.StreamName;
import java.util.List;

/**
 * A queue, where it is, and where its messages are: those that were never received in one stream and the others in a second, so
 * that messages with a time to come are counted as delayed or as in flight. A FIFO queue has two such streams for each group.
 */
record Box(QueueName at, QueueDocument queue) {
    static final String FRESH = "fresh";
    static final String RECEIVED = "received";

    boolean fifo() {
        return queue.settings().fifo().isPresent();
    }

    StreamName.Family family() {
        return new StreamName.Family(at.scope(), "sqs:" + queue.id());
    }

    StreamName fresh(String group) {
        return new StreamName(family(), fifo() ? FRESH + ":" + group : FRESH);
    }

    StreamName received(String group) {
        return new StreamName(family(), fifo() ? RECEIVED + ":" + group : RECEIVED);
    }

    /** The groups of streams of a FIFO queue, in their order. */
    static List<String> groups(List<String> streams) {
        return streams.stream().map(name -> name.substring(name.indexOf(':') + 1)).distinct().toList();
    }

    /** Where a FIFO queue keeps what it was sent lately. */
    StreamName ids() {
        return new StreamName(new StreamName.Family(at.scope(), "sqs-ids:" + queue.id()), "ids");
    }
}
