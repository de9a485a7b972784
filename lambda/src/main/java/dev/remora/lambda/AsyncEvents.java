package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.StoreException;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Events that nobody waits for. One is durable before its 202 leaves; it is then tried at once, and at most as often again as
 * {@link LambdaOptions#retries} says if the function fails with it. An event that could not be tried at all (throttled,
 * function not ready) waits longer and longer, up to its greatest age.
 *
 * <p>The queue is a family of streams; a row's time is when the event is due. Taking rows moves them to a time beyond all
 * others ({@link #TAKEN}), so they are nobody else's until they are deleted or given a new time. Rows with that time at the
 * start of the server were being worked on when it ended, and are due again at once: an event is delivered at least once.
 */
final class AsyncEvents {
    /** So many events may wait. */
    static final int WAITING_MAX = 100_000;

    /** So many are worked on at once. */
    static final int AT_WORK_MAX = 1000;

    static final Duration BACK_OFF_FIRST = Duration.ofSeconds(1);
    static final Duration BACK_OFF_MAX = Duration.ofMinutes(5);

    private static final Instant TAKEN = Instant.parse("9000-01-01T00:00:00Z");
    private static final StreamName.Family FAMILY = new StreamName.Family(Scope.global("000000000000"), "lambda:events");
    private static final int BATCH = 100;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Logger LOG = LoggerFactory.getLogger(AsyncEvents.class);

    /**
     * An event as it is stored.
     *
     * @param failures attempts that the function failed
     * @param delays attempts that could not be made
     */
    record Queued(
            String account,
            String region,
            String function,
            String version,
            String invokedArn,
            byte[] payload,
            String clientContext,
            String requestId,
            long acceptedMillis,
            int failures,
            int delays) {
        Invocations.Event event() {
            return new Invocations.Event(new Scope(account, region), function, version, invokedArn, payload, clientContext,
                    requestId);
        }

        Queued failed() {
            return new Queued(account, region, function, version, invokedArn, payload, clientContext, requestId, acceptedMillis,
                    failures + 1, 0);
        }

        Queued delayed() {
            return new Queued(account, region, function, version, invokedArn, payload, clientContext, requestId, acceptedMillis,
                    failures, delays + 1);
        }
    }

    private final Streams streams;
    private final Concurrency concurrency;
    private final InstantSource clock;
    private final Executor executor;
    private final Alarm alarm;
    private final LambdaOptions options;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger atWork = new AtomicInteger();
    private Instant armed = Instant.MAX;
    private volatile Function<Invocations.Event, Invocations.Result> runner = event -> {
        throw Refusal.service("not started");
    };

    AsyncEvents(
            Streams streams, Concurrency concurrency, InstantSource clock, Executor executor, Alarm alarm,
                    LambdaOptions options) {
        this.streams = streams;
        this.concurrency = concurrency;
        this.clock = clock;
        this.executor = executor;
        this.alarm = alarm;
        this.options = options;
    }

    /** Begins to work, first on what the last run of the server left. */
    void start(Function<Invocations.Event, Invocations.Result> invocations) {
        runner = invocations;
        waiting.set((int) Math.min(
                WAITING_MAX,
                streams.summaries(FAMILY).values().stream().mapToLong(Streams.Summary::rows).sum()));
        var abandoned = Streams.Selection.of(FAMILY, TAKEN, TAKEN.plusSeconds(1));
        List<Streams.Row> rows;
        do {
            rows = streams.read(abandoned, Streams.Position.START, Streams.Direction.FORWARDS, BATCH, Long.MAX_VALUE);
            rows.forEach(row -> streams.reschedule(row.sequence(), clock.instant(), row.data()));
        } while (!rows.isEmpty());
        wake();
    }

    /** Takes an event; it is durable when this returns. */
    void accept(Invocations.Event event) {
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            throw Refusal.throttled("CallerRateLimitExceeded");
        }
        Instant now = clock.instant();
        Scope scope = event.scope();
        var queued = new Queued(scope.account(), scope.region(), event.function(), event.version(), event.invokedArn(),
                event.payload(), event.clientContext(), event.requestId(), now.toEpochMilli(), 0, 0);
        var stream = new StreamName(FAMILY, scope.account() + "/" + scope.region() + "/" + event.function());
        try {
            streams.appendDurably(List.of(new Streams.Entry(stream, now, JSON.writeValueAsBytes(queued))));
        } catch (RuntimeException e) {
            waiting.decrementAndGet();
            throw e;
        }
        wake();
    }

    private void wake() {
        try {
            executor.execute(this::dispatchGuarded);
        } catch (RejectedExecutionException closing) {
            LOG.debug("closing: events wait for the next start");
        }
    }

    private void dispatchGuarded() {
        try {
            dispatch();
        } catch (StoreException | RejectedExecutionException e) {
            LOG.error("queued events cannot be read now; they wait for the next event or start", e);
        }
    }

    private void dispatch() {
        for (int room = AT_WORK_MAX - atWork.get(); room > 0; room = AT_WORK_MAX - atWork.get()) {
            List<Streams.Row> due = streams.take(FAMILY, clock.instant(), TAKEN, Math.min(room, BATCH));
            if (due.isEmpty()) {
                break;
            }
            for (Streams.Row row : due) {
                atWork.incrementAndGet();
                executor.execute(() -> work(row));
            }
        }
        streams.earliest(FAMILY).filter(next -> next.isBefore(TAKEN)).ifPresent(this::arm);
    }

    private synchronized void arm(Instant next) {
        if (next.isBefore(armed) || !armed.isAfter(clock.instant())) {
            armed = next;
            alarm.at(next, this::ring);
        }
    }

    private void ring() {
        synchronized (this) {
            armed = Instant.MAX;
        }
        wake();
    }

    private void work(Streams.Row row) {
        try {
            attempt(row, JSON.readValue(row.data(), Queued.class));
        } catch (RuntimeException e) {
            LOG.error("the event in row {} cannot be worked on; it is tried again at the next start", row.sequence(), e);
        } finally {
            if (atWork.getAndDecrement() == AT_WORK_MAX) {
                wake();
            }
        }
    }

    private void attempt(Streams.Row row, Queued queued) {
        Instant now = clock.instant();
        boolean expired = Instant.ofEpochMilli(queued.acceptedMillis()).plus(options.eventAge()).isBefore(now);
        if (expired || concurrency.none(new Scope(queued.account(), queued.region()), queued.function())) {
            drop(row);
            return;
        }
        try {
            if (!runner.apply(queued.event()).failed()) {
                drop(row);
            } else if (queued.failures() < options.retries().size()) {
                later(row, queued.failed(), options.retries().get(queued.failures()));
            } else {
                drop(row);
            }
        } catch (AwsError e) {
            if (e.code().equals("ResourceNotFoundException")) {
                drop(row);
            } else {
                later(row, queued.delayed(), backOff(queued.delays()));
            }
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("an asynchronous invocation of {} could not be made", queued.invokedArn(), e);
            later(row, queued.delayed(), backOff(queued.delays()));
        }
    }

    static Duration backOff(int delays) {
        Duration doubled = BACK_OFF_FIRST.multipliedBy(1L << Math.min(delays, 10));
        return doubled.compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : doubled;
    }

    private void later(Streams.Row row, Queued next, Duration delay) {
        Instant due = clock.instant().plus(delay);
        streams.reschedule(row.sequence(), due, JSON.writeValueAsBytes(next));
        arm(due);
    }

    private void drop(Streams.Row row) {
        streams.delete(List.of(row.sequence()));
        waiting.decrementAndGet();
    }
}
