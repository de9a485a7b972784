package dev.remora.fleet;

import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Confined;
import dev.remora.sandbox.Confinement.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one program up: starts it, waits until it answers, starts it again whenever it ends, and ends it when it is told to.
 *
 * <p>Invariant: at most one of its processes works on the server's folder. It dies with ours, and a new one is started only
 * after the last one's exit was seen.
 */
public final class Keeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final Duration ONCE_MAX = Duration.ofMinutes(2);
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 20;
    private static final long RESTART_FIRST_MILLIS = 200;
    private static final long RESTART_MAX_MILLIS = 30_000;
    private static final int LINES_KEPT = 30;

    private final String name;
    private final Confinement confinement;
    private final int stopSignal;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final CountDownLatch toldToStop = new CountDownLatch(1);
    private volatile boolean anew;
    private @Nullable Confined process;
    private @Nullable Thread thread;

    /**
     * @param name in logs
     * @param stopSignal what makes the program end in order
     */
    public Keeper(String name, Confinement confinement, int stopSignal) {
        this.name = name;
        this.confinement = confinement;
        this.stopSignal = stopSignal;
    }

    /** Prepares one start, before each: what is left of the last one is cleared away. */
    public interface Launch {
        Program program() throws IOException;
    }

    /** Throws while the program does not answer yet. */
    public interface Probe {
        void ask() throws IOException;
    }

    /** Runs a program to its end. */
    public void once(Program program) throws IOException, InterruptedException {
        String command = program.command().getFirst();
        try (Confined run = began(confinement.run(program))) {
            int status = run.exit().get(ONCE_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (status != 0) {
                throw new IOException(command + " ended with status " + status + ": " + said());
            }
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException(command + " did not end: " + said(), failure);
        }
    }

    /** Starts the program, waits until it answers, and from then on starts it again whenever it ends. */
    public void start(Launch launch, Probe probe) throws IOException, InterruptedException {
        began(confinement.run(launch.program()));
        awaitReady(probe);
        var keeping = new Thread(() -> keepUp(launch), "keeper of " + name);
        keeping.setDaemon(true);
        thread = keeping;
        keeping.start();
    }

    /** To be the program's {@code output}. */
    public void line(String line) {
        LOG.debug("{}: {}", name, line);
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > LINES_KEPT) {
                lastLines.removeFirst();
            }
        }
    }

    /** Sends a signal to the program that runs; does nothing if none does. */
    public void signal(int signal) {
        Confined running = running();
        if (running != null && !running.exit().isDone()) {
            running.signal(signal);
        }
    }

    /** Ends the program in order and starts it again, soon and on another thread. */
    public void restart() {
        anew = true;
        signal(stopSignal);
    }

    /** Remembers what runs, so that {@link #close} can end it; ends it at once if that was asked for meanwhile. */
    private synchronized Confined began(Confined run) {
        process = run;
        if (toldToStop.getCount() == 0) {
            run.close();
        }
        return run;
    }

    private void awaitReady(Probe probe) throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_MAX.toNanos();
        while (true) {
            try {
                probe.ask();
                return;
            } catch (IOException notYet) {
                Confined running = running();
                if (running == null || running.exit().isDone() || System.nanoTime() > until) {
                    throw new IOException(name + " does not answer: " + said(), notYet);
                }
                if (toldToStop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new IOException(name + " was stopped while it started");
                }
            }
        }
    }

    private synchronized @Nullable Confined running() {
        return process;
    }

    /** Sees the process's end and starts the next one, later each time that it ends soon. */
    private void keepUp(Launch launch) {
        long wait = RESTART_FIRST_MILLIS;
        try {
            while (true) {
                Confined running = running();
                if (running == null) {
                    return;
                }
                long began = System.nanoTime();
                int status = running.exit().get();
                if (toldToStop.getCount() == 0) {
                    return;
                }
                if (anew) {
                    anew = false;
                    running.close();
                    began(confinement.run(launch.program()));
                    continue;
                }
                LOG.warn("{} ended with status {}; starting it again: {}", name, status, said());
                if (Duration.ofNanos(System.nanoTime() - began).toMillis() > RESTART_MAX_MILLIS) {
                    wait = RESTART_FIRST_MILLIS;
                }
                running.close();
                if (toldToStop.await(wait, TimeUnit.MILLISECONDS)) {
                    return;
                }
                wait = Math.min(2 * wait, RESTART_MAX_MILLIS);
                began(confinement.run(launch.program()));
            }
        } catch (IOException | ExecutionException | RuntimeException failure) {
            LOG.error("{} cannot be kept up", name, failure);
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        }
    }

    private String said() {
        synchronized (lastLines) {
            return String.join(" | ", lastLines);
        }
    }

    /** Ends the program in order; kills it if it takes too long. */
    @Override
    public void close() {
        toldToStop.countDown();
        Confined running = running();
        if (running == null) {
            return;
        }
        try {
            if (!running.exit().isDone()) {
                running.signal(stopSignal);
                running.exit().get(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
            }
            Thread keeping = thread;
            if (keeping != null) {
                keeping.join(STOP_MAX);
            }
        } catch (TimeoutException | ExecutionException slow) {
            LOG.warn("{} did not end in time and is killed: {}", name, said());
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        } finally {
            // It may have been started again meanwhile.
            Confined last = running();
            if (last != null) {
                last.close();
            }
        }
    }
}
