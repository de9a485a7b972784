package dev.remora.sqs;

import dev.remora.sqs.Deduplication.Candidate;
import dev.remora.sqs.Deduplication.Sent;
import dev.remora.sqs.QueueSettings.Redrive;
import dev.remora.store.Fate;
import dev.remora.store.Store;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of queues: rows of one family of streams for each queue, and nothing in memory.
 *
 * <p>A row's time is when its message may be received next: when it was sent, when its delay is over, when its visibility timeout
 * is over. Receiving takes rows whose time has come and gives them a later one, in one transaction; nobody else finds them until
 * then, a crash changes nothing of it, and no timer is kept for any message.
 * Only of FIFO queues something more is known here: what was sent in the last minutes ({@link Deduplication}).
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

    /**
     * A message on its way in.
     *
     * @param key by which a FIFO queue knows it again, else empty
     */
    record Outgoing(Message message, int delaySeconds, String key) {}

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
    private final Deduplication.Windows windows;

    Mailbox(Store store, Streams streams, InstantSource clock) {
        this.windows = new Deduplication.Windows(streams);
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

    /**
     * Adds messages, durable when this returns, and answers which they are: a FIFO queue that was sent one lately answers with
     * that one, and adds nothing.
     */
    List<Sent> add(Box box, List<Outgoing> messages) {
        Instant now = clock.instant();
        var candidates = new ArrayList<Candidate>(messages.size());
        for (Outgoing each : messages) {
            Message message = each.message();
            Instant due = now.plusSeconds(each.delaySeconds());
            candidates.add(new Candidate(
                    each.key(), message.id(), new Streams.Entry(box.fresh(message.group()), due, message.bytes())));
        }
        List<Sent> sent = box.fifo() ? windows.of(box.ids()).append(candidates, now) : append(candidates);
        if (again(box).isEmpty()) {
            clear(box);
            forget(box);
            throw Refusal.noQueue();
        }
        bells.ring(box.queue().id());
        return sent;
    }

    private List<Sent> append(List<Candidate> candidates) {
        List<Long> sequences = streams.appendDurably(candidates.stream().map(Candidate::entry).toList());
        var sent = new ArrayList<Sent>(candidates.size());
        for (int i = 0; i < sequences.size(); i++) {
            sent.add(new Sent(candidates.get(i).messageId(), sequences.get(i)));
        }
        return sent;
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
                Instant looked = clock.instant();
                List<Delivery> taken = take(now.get(), max, visibilitySeconds);
                Duration left = Duration.between(clock.instant(), until);
                if (!taken.isEmpty() || !left.isPositive() || bells.closed()) {
                    return taken;
                }
                listener.await(seen, shorter(left, untilNext(box, looked)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** When a message becomes visible next that was not yet when the queue was looked through. */
    private Duration untilNext(Box box, Instant looked) {
        Instant now = clock.instant();
        Instant due = streams.next(box.family(), looked)
                .filter(time -> time.isBefore(now.plus(HIDDEN_MAX)))
                .orElse(now.plus(HIDDEN_MAX));
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
        if (streams.count(box.family(), Box.RECEIVED, now) >= IN_FLIGHT_MAX) {
            throw Refusal.tooManyInFlight();
        }
        var taking = new Taking(box, deadLetters(box), now, visibilitySeconds, max);
        List<Delivery> taken = taking.from(streams);
        taking.movedTo().ifPresent(target -> bells.ring(target.queue().id()));
        return taken;
    }

    private Optional<Box> deadLetters(Box box) {
        return box.queue().settings().redrive().map(Redrive::targetArn).flatMap(QueueName::ofArn).flatMap(this::find);
    }

    /**
     * Deletes messages, and gives the receipts that are no longer good: of a standard queue they delete nothing and are no error,
     * of a FIFO queue AWS refuses them. What is gone already is deleted as well.
     */
    Set<ReceiptHandle> delete(Box box, Collection<ReceiptHandle> receipts) {
        Instant now = clock.instant();
        Map<Long, ReceiptHandle> latest = new HashMap<>();
        receipts.forEach(r -> latest.merge(r.sequence(), r, (a, b) -> a.receives() > b.receives() ? a : b));
        Set<ReceiptHandle> stale = ConcurrentHashMap.newKeySet();
        streams.decide(box.family(), latest.keySet(), row -> {
            ReceiptHandle receipt = latest.get(row.sequence());
            boolean good = receipt != null && receives(row) == receipt.receives() && (!box.fifo() || row.time().isAfter(now));
            if (!good && receipt != null) {
                stale.add(receipt);
            }
            return good ? Fate.DELETED : Fate.KEPT;
        });
        if (box.fifo()) {
            bells.ring(box.queue().id());
        }
        return stale;
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
            add(to.get(), List.of(new Outgoing(message.again(ids.get()), 0, "")));
            streams.delete(List.of(row.sequence()));
            moved++;
        }
        return new Moved(moved, "");
    }

    /** How many messages the queue holds, without those whose time is over. */
    Counts counts(Box box) {
        expire(box);
        Instant now = clock.instant();
        long inFlight = streams.count(box.family(), Box.RECEIVED, now);
        long delayed = streams.count(box.family(), Box.FRESH, now);
        return new Counts(Math.max(0, streams.size(box.family()).rows() - inFlight - delayed), inFlight, delayed);
    }

    /** Deletes messages that nobody may receive any more, and what else need not be known any more. */
    void expire(Box box) {
        if (box.fifo()) {
            streams.sweep(box.ids().family(), clock.instant().minus(Deduplication.INTERVAL));
            streams.dropEmpty(box.family());
        }
        streams.sweep(box.family(), clock.instant().minusSeconds(box.queue().settings().retentionSeconds()));
    }

    /** Deletes all messages. */
    void clear(Box box) {
        streams.drop(box.family());
        bells.ring(box.queue().id());
    }

    /** Forgets all else that is known of a queue that is gone. */
    void forget(Box box) {
        windows.forget(box.ids());
        streams.drop(box.ids().family());
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
