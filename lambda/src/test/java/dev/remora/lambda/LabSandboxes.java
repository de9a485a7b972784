package dev.remora.lambda;

import dev.remora.sandbox.Invocation;
import dev.remora.sandbox.Language;
import dev.remora.sandbox.Outcome;
import dev.remora.sandbox.Sandbox;
import dev.remora.sandbox.SandboxSpec;
import dev.remora.sandbox.Sandboxes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Sandboxes that end their phases as a test says. */
final class LabSandboxes implements Sandboxes {
    final Map<Language, Interpreter> interpreters = new ConcurrentHashMap<>(Map.of(
            Language.PYTHON, new Interpreter(Language.PYTHON, Path.of("/usr/bin/python3"), "3.11.2", "python3"),
            Language.NODE, new Interpreter(Language.NODE, Path.of("/usr/bin/node"), "20.20.2", "nodejs")));
    final List<Scripted> started = new CopyOnWriteArrayList<>();
    Function<SandboxSpec, Outcome> init = spec -> new Outcome.Answered(new byte[0], 12_000);
    BiFunction<Scripted, Invocation, Outcome> work = (sandbox, event) -> answered("\"ok\"");

    static Outcome answered(String json) {
        return new Outcome.Answered(json.getBytes(StandardCharsets.UTF_8), 3_000);
    }

    static Outcome errored(String type, String json) {
        return new Outcome.Errored(type, json.getBytes(StandardCharsets.UTF_8), 3_000);
    }

    @Override
    public Sandbox start(SandboxSpec spec) {
        var sandbox = new Scripted(spec, "s" + (started.size() + 1), init.apply(spec));
        started.add(sandbox);
        return sandbox;
    }

    @Override
    public Optional<Interpreter> interpreter(Language language) {
        return Optional.ofNullable(interpreters.get(language));
    }

    @Override
    public void close() {}

    long alive() {
        return started.stream().filter(Scripted::alive).count();
    }

    final class Scripted implements Sandbox {
        private final SandboxSpec spec;
        private final String slot;
        private final Outcome initOutcome;
        private volatile boolean closed;
        private volatile boolean dead;

        private Scripted(SandboxSpec spec, String slot, Outcome initOutcome) {
            this.spec = spec;
            this.slot = slot;
            this.initOutcome = initOutcome;
        }

        SandboxSpec spec() {
            return spec;
        }

        void print(String line) {
            spec.output().line(Instant.parse("2026-01-02T03:04:06Z"), line);
        }

        @Override
        public String id() {
            return spec.id();
        }

        @Override
        public String slot() {
            return slot;
        }

        @Override
        public String runtimeVersion() {
            return "python 3.11.2";
        }

        @Override
        public Outcome init() {
            return initOutcome;
        }

        @Override
        public Outcome invoke(Invocation invocation) {
            if (!alive()) {
                throw new IllegalStateException("an event for a dead sandbox");
            }
            Outcome outcome = work.apply(this, invocation);
            dead = outcome instanceof Outcome.Exited || outcome instanceof Outcome.TimedOut;
            return outcome;
        }

        @Override
        public boolean alive() {
            return !closed && !dead;
        }

        @Override
        public int peakMemoryMiB() {
            return 31;
        }

        @Override
        public void close() {
            closed = true;
        }

        boolean closed() {
            return closed;
        }
    }
}
