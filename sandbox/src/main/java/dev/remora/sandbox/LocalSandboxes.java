package dev.remora.sandbox;

import dev.remora.net.Slot;
import dev.remora.net.Slots;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Sandboxes on this machine. */
public final class LocalSandboxes implements Sandboxes {
    private static final long MIB = 1 << 20;

    private final Launcher launcher;
    private final Slots slots;
    private final InstantSource clock;
    private final Interpreters interpreters;
    private final Bootstrap bootstrap;
    private final Set<LocalSandbox> open = ConcurrentHashMap.newKeySet();

    /** Uses the launcher and the slots; closing this closes neither. */
    public LocalSandboxes(Launcher launcher, SandboxConfig config, Slots slots, InstantSource clock) {
        this.launcher = launcher;
        this.slots = slots;
        this.clock = clock;
        interpreters = new Interpreters(config.javaHome());
        bootstrap = new Bootstrap(interpreters, config);
    }

    @Override
    public Sandbox start(SandboxSpec spec) {
        Slot slot = slots.take(slots.shardOf(spec.network()));
        LocalSandbox.Workplace place;
        try {
            slot.bind(spec.network());
            place = workplace(slot, cold(spec), line -> spec.output().line(clock.instant(), line), false);
        } catch (RuntimeException refused) {
            slot.close();
            throw refused;
        }
        LocalSandbox sandbox = new LocalSandbox(place, spec, version(spec.language()));
        open.add(sandbox);
        return sandbox;
    }

    /** Owns nothing on failure. */
    private LocalSandbox.Workplace workplace(Slot slot, Words words, Consumer<String> lines, boolean prepared) {
        RuntimeApi api = new RuntimeApi(slot.namespace(), launcher.control(), clock, prepared);
        try {
            Launcher.Lease lease = launcher.start(words.put("network", slot.namespace().path()), lines);
            lease.cell().exit().whenComplete((exit, failure) -> {
                if (failure != null) {
                    api.failed(failure);
                } else {
                    api.exited(EndReason.of(exit), exit.outOfMemory());
                }
            });
            return new LocalSandbox.Workplace(launcher, slot, api, lease);
        } catch (RuntimeException refused) {
            api.close();
            throw refused;
        }
    }

    private Words cold(SandboxSpec spec) {
        Words words = new Words().put("folder", "/var/task");
        add(words, spec);
        Launcher.put(words, bootstrap.command(spec), bootstrap.environment(spec));
        return words;
    }

    /** What makes a sandbox its function's: limits, code, layers. */
    private static void add(Words words, SandboxSpec spec) {
        words.put("memory", spec.memoryMiB() * MIB);
        words.put("tmp", spec.tmpMiB() * MIB);
        words.put("cpu", spec.cpuShare());
        words.bind("ro", spec.code(), "/var/task");
        spec.layers().forEach(layer -> words.put("layer", layer.toString()));
    }

    private String version(Language language) {
        return interpreter(language)
                .filter(found -> !found.version().isEmpty())
                .map(found -> language.name().toLowerCase(java.util.Locale.ROOT) + " " + found.version())
                .orElse(language.name().toLowerCase(java.util.Locale.ROOT));
    }

    @Override
    public Optional<Interpreter> interpreter(Language language) {
        return interpreters.of(language);
    }

    @Override
    public void close() {
        List.copyOf(open).forEach(LocalSandbox::close);
    }
}
