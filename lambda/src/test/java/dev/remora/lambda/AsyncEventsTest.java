package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.DataFolder;
import dev.remora.store.SqliteStore;
import dev.remora.store.Streams;
import dev.remora.wire.AwsError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsyncEventsTest {
    private static final byte[] PAYLOAD = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
    private static final Invocations.Result GOOD = new Invocations.Result(new byte[0], false, "$LATEST", new byte[0]);
    private static final Invocations.Result BAD = new Invocations.Result(new byte[0], true, "$LATEST", new byte[0]);

    private Instant now = Instant.parse("2026-01-02T03:04:05.678Z");
    private DataFolder folder;
    private Streams streams;
    private SqliteStore store;
    private final ArrayDeque<Runnable> work = new ArrayDeque<>();
    private final TreeMap<Instant, Runnable> alarms = new TreeMap<>();
    private final List<Invocations.Event> made = new ArrayList<>();
    private Function<Invocations.Event, Invocations.Result> outcome = e -> GOOD;
    private AsyncEvents events;

    @BeforeEach
    void open(@TempDir Path temporary) {
        folder = DataFolder.open(temporary.resolve("data"));
        streams = Streams.open(folder, () -> now);
        store = SqliteStore.inMemory(LambdaService.kinds());
        events = started();
    }

    @AfterEach
    void close() {
        streams.close();
        store.close();
        folder.close();
    }

    private AsyncEvents started() {
        alarms.clear();
        work.clear();
        var fresh = new AsyncEvents(
                streams, new Concurrency(store), () -> now, work::add, alarms::put, LambdaOptions.DEFAULTS);
        fresh.start(event -> {
            made.add(event);
            return outcome.apply(event);
        });
        return fresh;
    }

    private static Invocations.Event event(String id) {
        return new Invocations.Event(LambdaLab.SCOPE, "f", "$LATEST", LambdaLab.arn("f"), PAYLOAD, "", id);
    }

    /** Runs what is to be run now. */
    private void work() {
        for (Runnable next = work.poll(); next != null; next = work.poll()) {
            next.run();
        }
    }

    /** Moves the clock to the next alarm and lets it ring. */
    private Duration ring() {
        var next = alarms.pollFirstEntry();
        Duration waited = Duration.between(now, next.getKey());
        now = next.getKey();
        next.getValue().run();
        work();
        return waited;
    }

    @Test
    void anEventIsWorkedOnOnceIfItGoesWell() {
        events.accept(event("r1"));
        assertThat(made).isEmpty();
        work();

        assertThat(made).hasSize(1);
        assertThat(made.getFirst().requestId()).isEqualTo("r1");
        assertThat(made.getFirst().payload()).isEqualTo(PAYLOAD);
        assertThat(made.getFirst().invokedArn()).isEqualTo(LambdaLab.arn("f"));
        assertThat(alarms).isEmpty();
        events = started();
        work();
        assertThat(made).hasSize(1);
    }

    @Test
    void aFailureIsTriedTwiceAgainUnderTheSameId() {
        outcome = e -> BAD;
        events.accept(event("r1"));
        work();

        assertThat(ring()).isEqualTo(Duration.ofMinutes(1));
        assertThat(ring()).isEqualTo(Duration.ofMinutes(2));
        assertThat(made).extracting(Invocations.Event::requestId).containsExactly("r1", "r1", "r1");
        assertThat(alarms).isEmpty();
        events = started();
        work();
        assertThat(made).hasSize(3);
    }

    @Test
    void aThrottledEventWaitsLongerAndLongerUntilItIsTooOld() {
        outcome = e -> {
            throw Refusal.throttled("ConcurrentInvocationLimitExceeded");
        };
        events.accept(event("r1"));
        work();

        var waits = new ArrayList<Duration>();
        while (!alarms.isEmpty()) {
            waits.add(ring());
        }
        assertThat(waits).startsWith(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(waits.getLast()).isEqualTo(Duration.ofMinutes(5));
        Duration all = waits.stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(all).isBetween(Duration.ofHours(6), Duration.ofHours(6).plusMinutes(5));
    }

    @Test
    void itGoesOnWhenTheThrottlingEnds() {
        outcome = e -> {
            throw Refusal.throttled("ConcurrentInvocationLimitExceeded");
        };
        events.accept(event("r1"));
        work();
        outcome = e -> GOOD;
        ring();

        assertThat(made).hasSize(2);
        assertThat(alarms).isEmpty();
    }

    @Test
    void aFailureOfOursIsNoAttemptOfTheFunctions() {
        outcome = e -> {
            throw new IllegalStateException("a bug");
        };
        events.accept(event("r1"));
        work();
        for (int i = 0; i < 5; i++) {
            ring();
        }
        outcome = e -> GOOD;
        ring();

        assertThat(made).hasSize(7);
        assertThat(alarms).isEmpty();
    }

    @Test
    void anEventOfADeletedFunctionIsDropped() {
        outcome = e -> {
            throw new AwsError("ResourceNotFoundException", 404, "gone");
        };
        events.accept(event("r1"));
        work();

        assertThat(alarms).isEmpty();
    }

    @Test
    void nothingIsTriedWithAReserveOfZero() {
        store.write(tx -> {
            tx.put(FunctionDocument.KIND, LambdaLab.SCOPE, "f", new FunctionDocument("f", 0, Map.of(), Optional.of(0)));
            return true;
        });
        events.accept(event("r1"));
        work();

        assertThat(made).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void whatWasAcceptedOrBeingWorkedOnSurvivesARestart() {
        events.accept(event("waiting"));
        events = started();
        work();
        assertThat(made).extracting(Invocations.Event::requestId).containsExactly("waiting");

        events.accept(event("cut off"));
        work.poll().run();
        assertThat(work).as("taken, not begun").hasSize(1);
        events = started();
        work();
        assertThat(made).extracting(Invocations.Event::requestId).containsExactly("waiting", "cut off");
    }

    @Test
    void retriesSurviveARestart() {
        outcome = e -> BAD;
        events.accept(event("r1"));
        work();
        events = started();
        work();
        assertThat(made).hasSize(1);

        assertThat(ring()).isEqualTo(Duration.ofMinutes(1));
        assertThat(ring()).isEqualTo(Duration.ofMinutes(2));
        assertThat(made).hasSize(3);
        assertThat(alarms).isEmpty();
    }

    @Test
    void backOffDoublesUpToFiveMinutes() {
        assertThat(AsyncEvents.backOff(0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(AsyncEvents.backOff(8)).isEqualTo(Duration.ofSeconds(256));
        assertThat(AsyncEvents.backOff(9)).isEqualTo(Duration.ofMinutes(5));
        assertThat(AsyncEvents.backOff(1000)).isEqualTo(Duration.ofMinutes(5));
    }
}
