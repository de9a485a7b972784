package dev.remora.sandbox;

import dev.remora.net.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sandbox on this machine: a slot of the network, a cell, and the Runtime API between them. */
final class LocalSandbox implements Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSandbox.class);
    private static final long MIB = 1 << 20;
    private static final int LONG_DIGITS = 24;

    private final Workplace place;
    private final SandboxSpec spec;
    private final String runtimeVersion;
    private final CompletableFuture<Outcome> init;
    private final Consumer<LocalSandbox> whenClosed;
    private boolean closed;

    private boolean used;
    private boolean busy = true;
    private boolean frozen;
    private long idleSince;
    private @Nullable FileChannel peak;

    LocalSandbox(Workplace place, SandboxSpec spec, String runtimeVersion, Consumer<LocalSandbox> whenClosed) {
        this.whenClosed = whenClosed;
        this.place = place;
        this.spec = spec;
        this.runtimeVersion = runtimeVersion;
        init = place.api().init().copy().completeOnTimeout(
                new Outcome.TimedOut(spec.initTimeout().toNanos() / 1000), spec.initTimeout().toNanos(), TimeUnit.NANOSECONDS);
        init.thenAccept(how -> {
            if (how instanceof Outcome.TimedOut) {
                place.cell().kill();
            }
        });
    }

    /** Called once the init phase is over; not if an invocation has begun already. */
    private synchronized void rest() {
        if (!used) {
            busy = false;
            idleSince = System.nanoTime();
        }
    }

    private synchronized void beginWork() {
        used = true;
        busy = true;
        if (frozen) {
            frozen = false;
            place.cell().freeze(false);
        }
    }

    private synchronized void endWork() {
        busy = false;
        idleSince = System.nanoTime();
    }

    synchronized void freezeIfIdle() {
        if (!busy && !frozen && !closed && System.nanoTime() - idleSince >= Freezer.IDLE_NANOS && alive()) {
            frozen = place.cell().freeze(true);
        }
    }

    @Override
    public String id() {
        return spec.id();
    }

    @Override
    public String slot() {
        return place.slot().id();
    }

    @Override
    public String runtimeVersion() {
        return runtimeVersion;
    }

    @Override
    public Outcome init() {
        try {
            Outcome how = init.join();
            rest();
            place.cell().drain();
            return how;
        } catch (CompletionException | CancellationException failed) {
            throw new IllegalStateException(spec.owner() + ": " + failed.getMessage(), failed);
        }
    }

    @Override
    public Outcome invoke(Invocation invocation) {
        beginWork();
        try {
            Outcome outcome = place.api().invoke(invocation);
            if (outcome instanceof Outcome.TimedOut) {
                place.cell().kill();
            }
            place.cell().drain();
            return outcome;
        } finally {
            endWork();
        }
    }

    @Override
    public boolean alive() {
        return !place.cell().exit().isDone();
    }

    @Override
    public int peakMemoryMiB() {
        CompletableFuture<Cell.Exit> exit = place.cell().exit();
        if (exit.isDone() && !exit.isCompletedExceptionally()) {
            return mebibytes(exit.join().peakBytes());
        }
        CompletableFuture<Cell.Files> files = place.cell().started();
        if (!files.isDone() || files.isCompletedExceptionally()) {
            return 0;
        }
        try {
            return mebibytes(readPeak(files.join().peak()));
        } catch (IOException | NumberFormatException gone) {
            return Optional.ofNullable(exit.getNow(null)).map(e -> mebibytes(e.peakBytes())).orElse(0);
        }
    }

    /** Every invocation reads it, so that the file stays open: one system call instead of six. */
    private synchronized long readPeak(Path file) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        if (peak == null) {
            peak = FileChannel.open(file);
        }
        byte[] digits = new byte[LONG_DIGITS];
        int size = peak.read(ByteBuffer.wrap(digits), 0);
        return Long.parseLong(new String(digits, 0, Math.max(size, 0), StandardCharsets.US_ASCII).strip());
    }

    private synchronized void closePeak() {
        try {
            if (peak != null) {
                peak.close();
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", spec.owner(), e.toString());
        }
    }

    private static int mebibytes(long bytes) {
        return (int) ((bytes + MIB - 1) / MIB);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        closePeak();
        place.close();
        whenClosed.accept(this);
        LOG.debug("{}: sandbox {} closed", spec.owner(), spec.id());
    }

    /** What a sandbox consists of, made together and given back together. */
    record Workplace(Launcher launcher, Slot slot, RuntimeApi api, Launcher.Lease lease) implements AutoCloseable {
        Cell cell() {
            return lease.cell();
        }

        @Override
        public void close() {
            launcher.end(lease);
            api.close();
            slot.close();
        }
    }
}
