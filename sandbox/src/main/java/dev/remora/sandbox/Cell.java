package dev.remora.sandbox;

import dev.remora.linux.Descriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One confined program, seen from the server: the connection to its supervisor (the messages are described in supervisor.c) and
 * the pipe that it prints to.
 *
 * <p>The pipe is read by the output reactor as it fills, so that printing does not make the program wait, and by {@link #drain}
 * when somebody needs all that was printed so far; a lock makes them take turns.
 *
 * <p>A descriptor is read, written, watched and closed under its lock: the kernel gives its number to the next one that is
 * opened, and who still used it would read another cell's bytes or take another cell's watch away.
 */
final class Cell implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cell.class);
    private static final long SEND_MICROS = 10_000_000;
    private static final long GONE_SECONDS = 20;
    private static final int HEAD = 5;
    private static final int MAX_ANSWER = 16 * 1024;
    private static final int READ = 64 * 1024;

    /** How much one call drains at most: a pipe holds 64 KiB, the rest is from a program that prints faster than we read. */
    private static final int DRAIN = 16 * READ;

    /** How the program ended; the status is that of wait(2). */
    record Exit(int status, boolean outOfMemory, long peakBytes) {
        private static final int KILLED = 9;

        boolean signalled() {
            return (status & 0x7f) != 0;
        }

        int signal() {
            return status & 0x7f;
        }

        int code() {
            return status >> 8 & 0xff;
        }

        static Exit lost() {
            return new Exit(KILLED, false, 0);
        }
    }

    /** Files of the control group, and the host's number of the sandbox's first process. */
    record Files(Path peak, Path freezer, long init) {}

    private final Reactor control;
    private final Reactor printing;
    private final Descriptor supervisor;
    private final long supervisorToken;
    private final Descriptor.Pipe pipe;
    private final long pipeToken;
    private final Lines lines;
    private final byte[] printed = new byte[READ];
    private final ReentrantLock output = new ReentrantLock();
    private final ReentrantLock input = new ReentrantLock();
    private byte[] received = new byte[0];

    private final CompletableFuture<Files> started = new CompletableFuture<>();
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private CompletableFuture<Void> added = CompletableFuture.completedFuture(null);

    /** Sends the words; what becomes of them is told by {@link #started} and {@link #exit}. */
    Cell(Path socket, Words words, Consumer<String> lines, Reactor control, Reactor printing) {
        this.control = control;
        this.printing = printing;
        this.lines = new Lines(lines);
        pipe = Descriptor.pipe();
        try {
            supervisor = Descriptor.connect(socket);
        } catch (RuntimeException refused) {
            pipe.reader().close();
            pipe.writer().close();
            throw refused;
        }
        supervisorToken = control.register(this::hear);
        pipeToken = printing.register(this::printed);
        if (!supervisor.writeAll(words.put("output", pipe.writer().path()).frame('S'), SEND_MICROS)) {
            fail("the launcher does not listen");
        }
        control.watch(supervisor, supervisorToken);
        printing.watch(pipe.reader(), pipeToken);
    }

    /** Done when the program is about to run; fails with the launcher's words if it cannot. */
    CompletableFuture<Files> started() {
        return started;
    }

    CompletableFuture<Exit> exit() {
        return exit;
    }

    /** Adds folders and limits to the running program; waits for them to be there. */
    void add(Words words) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        synchronized (this) {
            added = answer;
        }
        send(words.frame('C'));
        await(answer);
    }

    void kill() {
        send(new Words().frame('K'));
    }

    void signal(int number) {
        send(new byte[] {'T', 1, 0, 0, 0, (byte) number});
    }

    private synchronized void send(byte[] frame) {
        supervisor.writeAll(frame, SEND_MICROS);
    }

    static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(GONE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException exception
                    ? exception : new IllegalStateException(failed.getCause());
        } catch (TimeoutException late) {
            throw new IllegalStateException("the launcher does not answer", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /** Stops all of its processes where they are, or lets them go on; says whether that could be asked for. */
    boolean freeze(boolean still) {
        if (!started.isDone() || started.isCompletedExceptionally()) {
            return false;
        }
        Path file = started.join().freezer();
        boolean version1 = file.endsWith("freezer.state");
        try {
            java.nio.file.Files.writeString(file, version1 ? still ? "FROZEN" : "THAWED" : still ? "1" : "0",
                    StandardOpenOption.WRITE);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    /** On the control reactor. */
    private void hear() {
        byte[] chunk = new byte[MAX_ANSWER];
        int n;
        input.lock();
        try {
            n = supervisor.read(chunk, 0, chunk.length);
        } finally {
            input.unlock();
        }
        if (n == Descriptor.ENDED) {
            fail("the launcher ended");
            exit.complete(Exit.lost());
            gone.complete(null);
            return;
        }
        if (n > 0) {
            int had = received.length;
            received = Arrays.copyOf(received, had + n);
            System.arraycopy(chunk, 0, received, had, n);
            takeFrames();
        }
        // By now it may be closed: who waited for a frame goes on.
        input.lock();
        try {
            control.watch(supervisor, supervisorToken);
        } finally {
            input.unlock();
        }
    }

    private void takeFrames() {
        ByteBuffer buffer = ByteBuffer.wrap(received).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.remaining() >= HEAD && buffer.remaining() >= HEAD + buffer.getInt(buffer.position() + 1)) {
            char type = (char) buffer.get();
            byte[] payload = new byte[buffer.getInt()];
            buffer.get(payload);
            take(type, payload);
        }
        received = Arrays.copyOfRange(received, buffer.position(), received.length);
    }

    private void take(char type, byte[] payload) {
        switch (type) {
            case 'R' -> {
                pipe.writer().close();
                List<String> paths = Words.read(payload);
                started.complete(new Files(Path.of(paths.get(0)), Path.of(paths.get(1)), Long.parseLong(paths.get(2))));
            }
            case 'X' -> {
                ByteBuffer report = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
                exit.complete(new Exit(report.getInt(0), report.getInt(4) != 0, report.getLong(8)));
            }
            case 'C' -> added().complete(null);
            case 'E' -> fail(new String(payload, StandardCharsets.UTF_8));
            case 'G' -> gone.complete(null);
            default -> LOG.error("the launcher sent {}", (int) type);
        }
    }

    private synchronized CompletableFuture<Void> added() {
        return added;
    }

    private void fail(String why) {
        IllegalStateException failure = new IllegalStateException("no sandbox: " + why);
        started.completeExceptionally(failure);
        added().completeExceptionally(failure);
        exit.completeExceptionally(failure);
        pipe.writer().close();
    }

    /** On the output reactor. */
    private void printed() {
        output.lock();
        try {
            int n = pipe.reader().read(printed, 0, READ);
            if (n == Descriptor.ENDED) {
                lines.flush();
                printing.close(pipe.reader(), pipeToken);
            } else {
                if (n > 0) {
                    lines.add(printed, n);
                }
                printing.watch(pipe.reader(), pipeToken);
            }
        } finally {
            output.unlock();
        }
    }

    /** Passes on all that was printed before this call, the last line even if it has no end. */
    void drain() {
        output.lock();
        try {
            for (int total = 0; total < DRAIN; ) {
                int n = pipe.reader().read(printed, 0, READ);
                if (n <= 0) {
                    break;
                }
                lines.add(printed, n);
                total += n;
            }
            lines.flush();
        } finally {
            output.unlock();
        }
    }

    /** Kills, and waits until no process and no control group is left. */
    @Override
    public void close() {
        kill();
        try {
            gone.get(GONE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException late) {
            LOG.error("a sandbox did not end in time");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        drain();
        fail("it was closed");
        exit.complete(Exit.lost());
        closeDescriptors();
    }

    private synchronized void closeDescriptors() {
        input.lock();
        try {
            control.close(supervisor, supervisorToken);
        } finally {
            input.unlock();
        }
        output.lock();
        try {
            printing.close(pipe.reader(), pipeToken);
        } finally {
            output.unlock();
        }
    }
}
