package dev.remora.sqs;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Messages being moved out of a dead-letter queue, or having been; stored under the task's id.
 *
 * @param targetArn where all of them go; absent, each goes back to the queue that it comes from
 * @param perSecond how many are moved in a second at most
 * @param toMove how many there were when it started
 * @param failure why it failed, or empty
 */
record MoveTaskDocument(
        String id,
        String sourceArn,
        Optional<String> targetArn,
        Optional<Integer> perSecond,
        Status status,
        long moved,
        long toMove,
        String failure,
        Instant started) {
    /** Found under {@code source} by the ARN of the dead-letter queue. */
    static final Kind<MoveTaskDocument> KIND =
            Kind.of("sqs.move-task", MoveTaskDocument.class).index("source", t -> List.of(t.sourceArn()));

    /** The names are AWS's. */
    enum Status {
        RUNNING,
        COMPLETED,
        CANCELLING,
        CANCELLED,
        FAILED
    }

    boolean active() {
        return status == Status.RUNNING || status == Status.CANCELLING;
    }

    MoveTaskDocument in(Status next, String why) {
        return new MoveTaskDocument(id, sourceArn, targetArn, perSecond, next, moved, toMove, why, started);
    }

    MoveTaskDocument moved(int more) {
        return new MoveTaskDocument(id, sourceArn, targetArn, perSecond, status, moved + more, toMove, failure, started);
    }
}
