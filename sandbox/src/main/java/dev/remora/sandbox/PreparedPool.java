package dev.remora.sandbox;

import dev.remora.sandbox.LocalSandbox.Workplace;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interpreters that have booted inside finished sandboxes before anyone asked: in a slot that is bound to nothing, with no code
 * and no secrets of anyone, parked in a request to their Runtime API that is answered when they get a function.
 *
 * <p>A language gets its places on a shard when it is first used there, so that nothing is spent on what nobody runs. One
 * thread fills them, one at a time and with a small share of the CPU, since the start that emptied a place still goes on.
 */
final class PreparedPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PreparedPool.class);
    private static final long BOOT_SECONDS = 20;

    /** By how much the start that emptied a place goes first. */
    private static final long HEAD_START_MILLIS = 50;

    /** What a variable's name begins with if an interpreter or the C library reads it only when it starts. */
    private static final List<String> READ_AT_START = List.of(
            "NODE_", "PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_", "UV_", "OPENSSL_", "SSL_", "AWS_LAMBDA_EXEC_WRAPPER");

    /** Makes one that boots; {@code output} gets its lines. */
    interface Maker {
        Workplace make(int shard, Language language, Output output);
    }

    /** Lines go nowhere until somebody owns the sandbox: before that only an interpreter's own warnings come. */
    static final class Outlet implements Output {
        private volatile Output to = (time, line) -> LOG.debug("a prepared interpreter says: {}", line);

        void lead(Output owner) {
            to = owner;
        }

        @Override
        public void line(Instant time, String line) {
            to.line(time, line);
        }
    }

    record Waiting(Workplace place, Outlet outlet) {
        boolean alive() {
            return !place.cell().exit().isDone();
        }
    }

    private record Place(int shard, Language language) {}

    private final int wanted;
    private final Maker maker;
    private final Map<Place, Deque<Waiting>> waiting = new HashMap<>();
    private final ScheduledExecutorService filler =
            Executors.newSingleThreadScheduledExecutor(task -> Thread.ofPlatform().daemon().name("sandbox-prepare")
                    .unstarted(task));
    private boolean closed;

    PreparedPool(int wanted, Maker maker) {
        this.wanted = wanted;
        this.maker = maker;
    }

    /** Whether the function can live in an interpreter that was started without its variables. */
    static boolean fits(SandboxSpec spec) {
        boolean ours = switch (spec.language()) {
            case PYTHON, NODE -> true;
            case JAVA, PROVIDED -> false;
        };
        return ours && spec.environment().keySet().stream()
                .noneMatch(name -> !name.equals("NODE_ENV") && READ_AT_START.stream().anyMatch(name::startsWith));
    }

    /** One that waits, if there is one; sees to it that there will be. */
    Optional<Waiting> take(int shard, Language language) {
        Place place = new Place(shard, language);
        Waiting found = null;
        synchronized (this) {
            if (wanted == 0 || closed) {
                return Optional.empty();
            }
            Deque<Waiting> there = waiting.computeIfAbsent(place, p -> new ArrayDeque<>());
            while (found == null && !there.isEmpty()) {
                Waiting next = there.poll();
                if (next.alive()) {
                    found = next;
                } else {
                    submit(() -> next.place().close());
                }
            }
        }
        submit(() -> fill(place));
        return Optional.ofNullable(found);
    }

    private void submit(Runnable task) {
        try {
            filler.schedule(task, HEAD_START_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException ending) {
            LOG.debug("the pool is closed");
        }
    }

    private void fill(Place place) {
        while (lacks(place)) {
            Outlet outlet = new Outlet();
            Workplace made;
            try {
                made = maker.make(place.shard(), place.language(), outlet);
            } catch (RuntimeException refused) {
                LOG.warn("no interpreter can be prepared: {}", refused.toString());
                return;
            }
            try {
                made.api().prepared().get(BOOT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException failed) {
                LOG.warn("an interpreter for {} does not come up: {}", place.language(), failed.toString());
                made.close();
                return;
            } catch (InterruptedException ending) {
                made.close();
                return;
            }
            keep(place, new Waiting(made, outlet));
        }
    }

    private synchronized boolean lacks(Place place) {
        return !closed && waiting.getOrDefault(place, new ArrayDeque<>()).size() < wanted;
    }

    private void keep(Place place, Waiting made) {
        synchronized (this) {
            if (!closed) {
                waiting.computeIfAbsent(place, p -> new ArrayDeque<>()).add(made);
                return;
            }
        }
        made.place().close();
    }

    /** How many wait now; one that is known to have died does not. */
    synchronized int size(int shard, Language language) {
        return (int) waiting.getOrDefault(new Place(shard, language), new ArrayDeque<>()).stream().filter(Waiting::alive).count();
    }

    @Override
    public void close() {
        List<Waiting> left;
        synchronized (this) {
            closed = true;
            left = waiting.values().stream().flatMap(Deque::stream).toList();
            waiting.clear();
        }
        filler.shutdownNow();
        try {
            filler.awaitTermination(BOOT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        left.forEach(w -> w.place().close());
    }
}
