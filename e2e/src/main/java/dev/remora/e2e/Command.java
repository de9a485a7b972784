package dev.remora.e2e;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** One run of a program, bounded in time. */
public record Command(List<String> line, int exit, String out, String err) {
    /** Far more than any takes: a slow machine is no failure. */
    private static final Duration AT_MOST = Duration.ofMinutes(5);

    public static Command run(Map<String, String> environment, List<String> line) {
        try {
            var builder = new ProcessBuilder(line).directory(Project.ROOT.toFile());
            builder.environment().putAll(environment);
            builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            Process process = builder.start();
            var out = reading(process.getInputStream());
            var err = reading(process.getErrorStream());
            if (!process.waitFor(AT_MOST.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError("no end after " + AT_MOST + ": " + line + "\n" + out.get() + err.get());
            }
            return new Command(line, process.exitValue(), out.get(), err.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public Command mustSucceed() {
        if (exit != 0) {
            throw new AssertionError(line + " ended with " + exit + "\n" + out + err);
        }
        return this;
    }

    public String all() {
        return out + err;
    }

    /** Each pipe has a thread of its own: the JDK's pool has one for both where there are two processors. */
    private static FutureTask<String> reading(InputStream stream) {
        var task = new FutureTask<>(() -> read(stream));
        Thread.ofPlatform().daemon().name("output of a program").start(task);
        return task;
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
