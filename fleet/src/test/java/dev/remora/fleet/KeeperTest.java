package dev.remora.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.sandbox.Confinement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The keeper against programs that end when a test says so. */
@Timeout(60)
class KeeperTest {
    private static final int TERMINATE = 15;
    private final BlockingQueue<Told> started = new LinkedBlockingQueue<>();
    private final Confinement confinement = new Confinement() {
        @Override
        public Confined run(Program program) {
            var told = new Told();
            started.add(told);
            return told;
        }

        @Override
        public Confined run(Machine machine) {
            throw new UnsupportedOperationException();
        }
    };
    private final Keeper keeper = new Keeper("test", confinement, TERMINATE);

    /** A program that notes its signals and ends by TERM. */
    private static final class Told implements Confinement.Confined {
        final CompletableFuture<Integer> exit = new CompletableFuture<>();
        final BlockingQueue<Integer> signals = new LinkedBlockingQueue<>();
        volatile boolean closed;

        @Override
        public CompletableFuture<Integer> exit() {
            return exit;
        }

        @Override
        public long init() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void signal(int signal) {
            signals.add(signal);
            if (signal == TERMINATE) {
                exit.complete(0);
            }
        }

        @Override
        public void close() {
            closed = true;
            exit.complete(137);
        }
    }

    private Confinement.Program program() {
        return new Confinement.Program("test", List.of("test"), Map.of(), Map.of(), Map.<Path, Path>of(), null, 0, keeper::line);
    }

    private Told next() throws InterruptedException {
        Told told = started.poll(30, TimeUnit.SECONDS);
        assertThat(told).as("a program was started").isNotNull();
        return told;
    }

    @Test
    void startsAgainWhatEnds() throws Exception {
        keeper.start(this::program, () -> {});
        Told first = next();
        first.exit.complete(1);

        Told second = next();
        assertThat(first.closed).as("the first is cleared away before the second").isTrue();
        keeper.close();
        assertThat(second.closed).isTrue();
        assertThat(started).isEmpty();
    }

    @Test
    void restartsWhenItIsToldTo() throws Exception {
        keeper.start(this::program, () -> {});
        Told first = next();
        keeper.restart();

        Told second = next();
        assertThat(first.signals).containsExactly(TERMINATE);
        assertThat(second.exit.isDone()).isFalse();
        keeper.close();
    }

    @Test
    void asksUntilItIsAnswered() throws Exception {
        var asked = new int[1];
        keeper.start(this::program, () -> {
            if (asked[0]++ < 3) {
                throw new IOException("not yet");
            }
        });

        assertThat(asked[0]).isEqualTo(4);
        keeper.close();
    }

    @Test
    void saysWhatAProgramPrintedThatEndsAtOnce() {
        keeper.line("cannot open its data");
        assertThatThrownBy(() -> keeper.start(this::program, () -> {
                    started.element().exit.complete(1);
                    throw new IOException("refused");
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("test does not answer")
                .hasMessageContaining("cannot open its data");
    }

    @Test
    void startsNothingAfterItsEnd() throws Exception {
        keeper.start(this::program, () -> {});
        Told told = next();
        keeper.close();

        keeper.restart();
        assertThat(started.poll(300, TimeUnit.MILLISECONDS)).isNull();
        assertThat(told.closed).isTrue();
    }
}
