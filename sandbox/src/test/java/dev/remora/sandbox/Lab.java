package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.NatKey;
import dev.remora.net.Slots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A launcher and real sandboxes for one test class; its end asserts that nothing is left. */
final class Lab implements AutoCloseable {
    static final String ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";
    static final int PATIENCE_SECONDS = 60;
    private static final String GROUP = "remora-" + ProcessHandle.current().pid();

    final Path folder;
    private final LoopbackSlots slots = new LoopbackSlots();
    final Launcher launcher;
    final LocalSandboxes sandboxes;

    Lab(int prepared) throws IOException {
        this(prepared, config -> config);
    }

    Lab(int prepared, UnaryOperator<SandboxConfig> more) throws IOException {
        this(prepared, more, null);
    }

    /** In slots of another's making, or else in ones that lead nowhere. */
    Lab(int prepared, UnaryOperator<SandboxConfig> more, @Nullable Slots others) throws IOException {
        folder = Files.createTempDirectory("lab");
        SandboxConfig config = more.apply(SandboxConfig.in(folder.resolve("s")).withPrepared(prepared));
        launcher = Launcher.open(config);
        sandboxes = new LocalSandboxes(launcher, config, others == null ? slots : others, InstantSource.system());
    }

    /** What a function printed. */
    static final class Printed implements Output {
        final List<String> lines = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void line(Instant time, String line) {
            lines.add(line);
        }

        String text() {
            synchronized (lines) {
                return String.join("\n", lines);
            }
        }
    }

    /** A function of one file, with settings to change. */
    final class Function {
        private final Language language;
        private final Path code;
        private String handler;
        private final Map<String, String> environment = new HashMap<>();
        private final List<Path> layers = new ArrayList<>();
        private int memoryMiB = 256;
        private int tmpMiB = 64;
        private Duration initTimeout = Duration.ofSeconds(60);
        final Printed printed = new Printed();

        private Function(Language language, String handler) throws IOException {
            this.language = language;
            this.handler = handler;
            code = Files.createTempDirectory(folder, "code");
            Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
            environment.put("AWS_LAMBDA_FUNCTION_NAME", "f");
            environment.put("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
            environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
            environment.put("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f");
            environment.put("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/23/[$LATEST]0123456789abcdef0123456789abcdef");
            environment.put("AWS_REGION", "us-east-1");
        }

        Function file(String name, String text) throws IOException {
            Path file = code.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            file.toFile().setExecutable(name.equals("bootstrap"), false);
            return this;
        }

        Function env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Function layer(String name, String text) throws IOException {
            Path layer = Files.createTempDirectory(folder, "layer");
            Files.setPosixFilePermissions(layer, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectories(layer.resolve(name).getParent());
            Files.writeString(layer.resolve(name), text);
            layers.add(layer);
            return this;
        }

        Function memory(int mib) {
            memoryMiB = mib;
            return this;
        }

        Function tmp(int mib) {
            tmpMiB = mib;
            return this;
        }

        Function initTimeout(Duration timeout) {
            initTimeout = timeout;
            return this;
        }

        Language language() {
            return language;
        }

        Path code() {
            return code;
        }

        Sandbox start() {
            byte[] id = new byte[16];
            ThreadLocalRandom.current().nextBytes(id);
            return sandboxes.start(new SandboxSpec(
                    HexFormat.of().formatHex(id), ARN, language, handler, code, layers, environment, memoryMiB, tmpMiB, 1000,
                    initTimeout, NatKey.INTERNET, false, printed));
        }

        /** Starts, asserts a good init, invokes once, closes. */
        Outcome once(String event) {
            try (Sandbox sandbox = start()) {
                assertThat(sandbox.init()).as(printed.text()).isInstanceOf(Outcome.Answered.class);
                return invoke(sandbox, event);
            }
        }

        Outcome init() {
            try (Sandbox sandbox = start()) {
                return sandbox.init();
            }
        }
    }

    Function python(String code) throws IOException {
        return new Function(Language.PYTHON, "index.handler").file("index.py", code);
    }

    Function node(String code) throws IOException {
        return new Function(Language.NODE, "index.handler").file("index.js", code);
    }

    Function function(Language language, String handler) throws IOException {
        return new Function(language, handler);
    }

    static int requests;

    /** The control groups of that name, of every controller. */
    static List<Path> groups(String name) {
        Path all = Path.of("/sys/fs/cgroup");
        try (Stream<Path> controllers = Files.list(all)) {
            return Stream.concat(Stream.of(all), controllers).map(one -> one.resolve(name)).filter(Files::exists).toList();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Waits for what comes by itself. */
    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }

    static Outcome invoke(Sandbox sandbox, String event) {
        return invoke(sandbox, event, Duration.ofSeconds(20));
    }

    static Outcome invoke(Sandbox sandbox, String event, Duration timeout) {
        return sandbox.invoke(new Invocation(
                "8f5cf2a3-0000-4000-8000-%012d".formatted(++requests), event.getBytes(StandardCharsets.UTF_8), Instant.now()
                        .plus(timeout),
                ARN, "Root=1-65a1b2c3-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0", ""));
    }

    static String answer(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered answered -> new String(answered.payload(), StandardCharsets.UTF_8);
            case Outcome.Errored errored -> errored.errorType() + " " + new String(errored.payload(), StandardCharsets.UTF_8);
            case Outcome.Exited exited -> "exited " + exited.reason() + (exited.outOfMemory() ? " (out of memory)" : "");
            case Outcome.TimedOut timedOut -> "timed out";
            case Outcome.TooLarge tooLarge -> "too large " + tooLarge.size();
        };
    }

    @Override
    public void close() throws IOException {
        sandboxes.close();
        launcher.close();
        assertThat(slots.open.get()).as("slots that are open").isZero();
        assertThat(groups(GROUP)).as("control groups").isEmpty();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
        assertThat(ProcessHandle.current().descendants().filter(p -> p.info().command().orElse("").contains("launcher")))
                .as("processes").isEmpty();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
