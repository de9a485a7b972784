package dev.remora.sqs;

import dev.remora.sqs.QueueSettings.Redrive;
import dev.remora.store.Fate;
import dev.remora.store.Store;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Row;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of queues: rows of one family of streams for each queue, and nothing in memory.
 *
 * <p>A row's time is when its message may be received next: when it was sent, when its delay is over, when its visibility timeout
 * is over. Receiving takes rows whose time has come and gives them a later one, in one transaction; nobody else finds them until
 * then, a crash changes nothing of it, and no timer is kept for any message. Messages that were never received are in one stream
 * and the others in a second, so that those with a time to come are counted as delayed or as in flight.
 *
 * <p>A message that was received as often as its queue's redrive policy allows is moved to the dead-letter queue when it would
 * be received once more, by changing its row's family; it keeps the time at which it was sent, from which its age is counted
 * ("Amazon SQS dead-letter queues").
 */
final class Mailbox implements AutoCloseable {
    /** Of one queue ("Amazon SQS message quotas", standard queues). */
    static final int IN_FLIGHT_MAX = 120_000;

    /** How long a message may stay hidden since it was received. */
    static final Duration HIDDEN_MAX = Duration.ofHours(12);

    /** How long a message is hidden that is being moved. */
    static final Duration MOVING = Duration.ofSeconds(30);

    private static final String NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue";
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);
    private static final Instant NEVER = Instant.ofEpochMilli(Long.MAX_VALUE);

    /** A queue and where it is. */
    record Box(QueueName at, QueueDocument queue) {
        private StreamName.Family family() {
            return new StreamName.Family(at.scope(), "sqs:" + queue.id());
        }

        private StreamName fresh() {
            return new StreamName(family(), "fresh");
        }

        private StreamName received() {
            return new StreamName(family(), "received");
        }
    }

    /** A message on its way in. */
    record Outgoing(Message message, int delaySeconds) {}

    /** A message on its way out. */
    record Delivery(Message message, ReceiptHandle receipt, Instant sent) {}

    record Counts(long visible, long inFlight, long delayed) {}

    /** How a change of a message's visibility ended. */
    enum Hiding {
        DONE,
        GONE,
        NOT_IN_FLIGHT,
        TOO_LONG
    }

    private final Store store;
    private final Streams streams;
    private final InstantSource clock;
    private final Bells bells = new Bells();

    Mailbox(Store store, Streams streams, InstantSource clock) {
        this.store = store;
        this.streams = streams;
        this.clock = clock;
    }

    /** The queue as it is now. */
    Optional<Box> find(QueueName name) {
        return store.view().get(QueueDocument.KIND, name.scope(), name.name()).map(queue -> new Box(name, queue));
    }

    private Optional<Box> again(Box box) {
        return find(box.at()).filter(now -> now.queue().id().equals(box.queue().id()));
    }

    /** Adds messages; they are durable when this returns. */
    void add(Box box, List<Outgoing> messages) {
        Instant now = clock.instant();
        var entries = new ArrayList<Streams.Entry>(messages.size());
        for (Outgoing each : messages) {
            entries.add(new Streams.Entry(box.fresh(), now.plusSeconds(each.delaySeconds()), each.message().bytes()));
        }
        streams.appendDurably(entries);
        if (again(box).isEmpty()) {
            streams.drop(box.family());
            throw Refusal.noQueue();
        }
        bells.ring(box.queue().id());
    }

    /**
     * Receives at most {@code max} messages and hides them; waits for the first, so long as there is none and {@code wait} is not
     * over. Gives nothing when the queue is deleted meanwhile.
     */
    List<Delivery> receive(Box box, int max, int visibilitySeconds, Duration wait) {
        if (wait.isZero()) {
            return take(box, max, visibilitySeconds);
        }
        Instant until = clock.instant().plus(wait);
        try (Bells.Listener listener = bells.listen(box.queue().id())) {
            while (true) {
                long seen = listener.rings();
                Optional<Box> now = again(box);
                if (now.isEmpty()) {
                    return List.of();
                }
                List<Delivery> taken = take(now.get(), max, visibilitySeconds);
                Duration left = Duration.between(clock.instant(), until);
                if (!taken.isEmpty() || !left.isPositive() || bells.closed()) {
                    return taken;
                }
                listener.await(seen, shorter(left, untilDue(box)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private Duration untilDue(Box box) {
        Instant now = clock.instant();
        Instant due = streams.earliest(box.family()).filter(t -> t.isBefore(now.plus(HIDDEN_MAX))).orElse(now.plus(HIDDEN_MAX));
        return due.isAfter(now) ? Duration.between(now, due).plusMillis(1) : Duration.ofMillis(1);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private List<Delivery> take(Box box, int max, int visibilitySeconds) {
        Instant now = clock.instant();
        if (streams.earliest(box.family()).orElse(NEVER).isAfter(now)) {
            return List.of();
        }
        if (streams.count(box.received(), now) >= IN_FLIGHT_MAX) {
            throw Refusal.tooManyInFlight();
        }
        var taking = new Taking(box, deadLetters(box), now, visibilitySeconds);
        int removed;
        do {
            removed = taking.removed;
            streams.decide(box.family(), now, max - taking.taken.size(), taking::fate);
        } while (taking.removed > removed && taking.taken.size() < max);
        taking.target.filter(t -> taking.moved).ifPresent(target -> bells.ring(target.queue().id()));
        return taking.taken;
    }

    private Optional<Box> deadLetters(Box box) {
        return box.queue().settings().redrive().map(Redrive::targetArn).flatMap(QueueName::ofArn).flatMap(this::find);
    }

    /** One look through the messages that are due. */
    private static final class Taking {
        final Box box;
        final Optional<Box> target;
        final Instant now;
        final Instant hiddenUntil;
        final Instant expired;
        final List<Delivery> taken = new ArrayList<>();
        int removed;
        boolean moved;

        Taking(Box box, Optional<Box> target, Instant now, int visibilitySeconds) {
            this.box = box;
            this.target = target;
            this.now = now;
            this.hiddenUntil = now.plusSeconds(visibilitySeconds);
            this.expired = now.minusSeconds(box.queue().settings().retentionSeconds());
        }

        /** Throws nothing: whatever fails here would fail everybody's writing. */
        Fate fate(Row row) {
            try {
                return decide(row);
            } catch (RuntimeException unreadable) {
                LOG.error("the message in row {} of {} cannot be read", row.sequence(), box.at().arn(), unreadable);
                return new Fate.Changed(row.stream(), now.plus(HIDDEN_MAX), row.data());
            }
        }

        private Fate decide(Row row) {
            if (row.written().isBefore(expired)) {
                removed++;
                return Fate.DELETED;
            }
            Message message = Message.of(row.data());
            int receivesMax = box.queue().settings().redrive().map(Redrive::receivesMax).orElse(Integer.MAX_VALUE);
            if (target.isPresent() && message.receives() >= receivesMax) {
                removed++;
                moved = true;
                return new Fate.Changed(target.get().fresh(), now, message.deadLetter(box.at().arn()).bytes());
            }
            if (taken.stream().anyMatch(t -> t.receipt().sequence() == row.sequence())) {
                return Fate.KEPT;
            }
            Message received = message.received(now.toEpochMilli());
            var receipt = new ReceiptHandle(box.queue().id(), row.sequence(), received.receives());
            taken.add(new Delivery(received, receipt, row.written()));
            return new Fate.Changed(box.received(), hiddenUntil, received.bytes());
        }
    }

    /** Deletes messages; a handle of an earlier receipt deletes nothing, and neither is an error. */
    void delete(Box box, Collection<ReceiptHandle> receipts) {
        Map<Long, Integer> received = new HashMap<>();
        receipts.forEach(receipt -> received.merge(receipt.sequence(), receipt.receives(), Math::max));
        streams.decide(box.family(), received.keySet(), row ->
                receives(row) == received.getOrDefault(row.sequence(), 0) ? Fate.DELETED : Fate.KEPT);
    }

    private static int receives(Row row) {
        try {
            return Message.of(row.data()).receives();
        } catch (RuntimeException unreadable) {
            LOG.error("the message in row {} cannot be read", row.sequence(), unreadable);
            return -1;
        }
    }

    /** Hides a message that is in flight for so long from now; for no time at all, it is visible again at once. */
    Hiding hide(Box box, ReceiptHandle receipt, int seconds) {
        Instant now = clock.instant();
        Hiding[] ended = {Hiding.GONE};
        streams.decide(box.family(), List.of(receipt.sequence()), row -> {
            if (receives(row) != receipt.receives()) {
                return Fate.KEPT;
            }
            if (!row.time().isAfter(now)) {
                ended[0] = Hiding.NOT_IN_FLIGHT;
                return Fate.KEPT;
            }
            Instant received = Instant.ofEpochMilli(Message.of(row.data()).receivedMillis());
            if (now.plusSeconds(seconds).isAfter(received.plus(HIDDEN_MAX))) {
                ended[0] = Hiding.TOO_LONG;
                return Fate.KEPT;
            }
            ended[0] = Hiding.DONE;
            return new Fate.Changed(row.stream(), now.plusSeconds(seconds), row.data());
        });
        bells.ring(box.queue().id());
        return ended[0];
    }

    /** How a move ended: how many messages were moved, and why no more, or an empty text. */
    record Moved(int messages, String failure) {
        static final Moved NONE = new Moved(0, "");
    }

    /**
     * Moves visible messages into other queues, as new messages with ids of their own. They are in the other queue before they
     * are gone from this one: a crash in between leaves them in both.
     */
    Moved move(Box from, Function<Message, Optional<Box>> target, int max, Supplier<String> ids) {
        Instant now = clock.instant();
        int moved = 0;
        for (Row row : streams.take(from.family(), now, now.plus(MOVING), max)) {
            Message message = Message.of(row.data());
            Optional<Box> to = target.apply(message);
            if (to.isEmpty()) {
                streams.reschedule(row.sequence(), row.time(), row.data());
                String why = message.sourceArn().isEmpty() ? "CouldNotDetermineMessageSource" : NO_QUEUE;
                return new Moved(moved, why);
            }
            add(to.get(), List.of(new Outgoing(message.again(ids.get()), 0)));
            streams.delete(List.of(row.sequence()));
            moved++;
        }
        return new Moved(moved, "");
    }

    /** How many messages the queue holds, without those whose time is over. */
    Counts counts(Box box) {
        expire(box);
        Instant now = clock.instant();
        long inFlight = streams.count(box.received(), now);
        long delayed = streams.count(box.fresh(), now);
        return new Counts(Math.max(0, streams.size(box.family()).rows() - inFlight - delayed), inFlight, delayed);
    }

    /** Deletes messages that nobody may receive any more. */
    void expire(Box box) {
        streams.sweep(box.family(), clock.instant().minusSeconds(box.queue().settings().retentionSeconds()));
    }

    /** Deletes all messages. */
    void clear(Box box) {
        streams.drop(box.family());
        bells.ring(box.queue().id());
    }

    /** Refuses what {@link #hide} could not do. */
    static Optional<AwsError> refusal(Hiding ended, String handle, int seconds) {
        return switch (ended) {
            case DONE -> Optional.empty();
            case GONE -> Optional.of(Refusal.invalid(handle, "ReceiptHandle",
                    "Message does not exist or is not available for visibility timeout change."));
            case NOT_IN_FLIGHT -> Optional.of(Refusal.notInFlight());
            case TOO_LONG -> Optional.of(Refusal.invalid(seconds, "VisibilityTimeout",
                    "Total VisibilityTimeout for the message is beyond the limit [" + HIDDEN_MAX.toSeconds() + " seconds]"));
        };
    }

    @Override
    public void close() {
        bells.close();
    }
}
