package dev.remora.sandbox;

import dev.remora.net.Slot;
import dev.remora.net.Slots;
import dev.remora.sandbox.LocalSandbox.Workplace;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Sandboxes on this machine. */
public final class LocalSandboxes implements Sandboxes {
    private static final Logger LOG = LoggerFactory.getLogger(LocalSandboxes.class);
    private static final long MIB = 1 << 20;
    private static final JsonMapper JSON = new JsonMapper();

    /** What an interpreter has while it waits: enough to boot, and the right of way to everybody else. */
    private static final int PREPARED_MEMORY_MIB = 512;

    private static final int PREPARED_TMP_MIB = 16;
    private static final int PREPARED_CPU_SHARE = 50;

    private final Launcher launcher;
    private final Slots slots;
    private final InstantSource clock;
    private final Interpreters interpreters;
    private final Bootstrap bootstrap;
    private final PreparedPool prepared;
    private final Freezer freezer = new Freezer();
    private final Set<LocalSandbox> open = ConcurrentHashMap.newKeySet();

    /** Uses the launcher and the slots; closing this closes neither. */
    public LocalSandboxes(Launcher launcher, SandboxConfig config, Slots slots, InstantSource clock) {
        this.launcher = launcher;
        this.slots = slots;
        this.clock = clock;
        interpreters = new Interpreters(config.javaHome());
        bootstrap = new Bootstrap(interpreters, config);
        prepared = new PreparedPool(config.prepared(), this::prepare);
    }

    @Override
    public Sandbox start(SandboxSpec spec) {
        LocalSandbox sandbox = new LocalSandbox(claimed(spec).orElseGet(() -> cold(spec)), spec, version(spec.language()),
                this::forget);
        open.add(sandbox);
        freezer.watch(sandbox);
        return sandbox;
    }

    private void forget(LocalSandbox sandbox) {
        open.remove(sandbox);
        freezer.forget(sandbox);
    }

    private Workplace cold(SandboxSpec spec) {
        Words words = new Words().put("folder", "/var/task");
        add(words, spec);
        Launcher.put(words, bootstrap.command(spec), bootstrap.environment(spec));
        Slot slot = slots.take(slots.shardOf(spec.network()));
        try {
            slot.bind(spec.network(), spec.ipv6());
            return workplace(slot, words, spec.output(), false);
        } catch (RuntimeException refused) {
            slot.close();
            throw refused;
        }
    }

    /** On failure the slot is still the caller's, and nothing else is left. */
    private Workplace workplace(Slot slot, Words words, Output output, boolean waits) {
        RuntimeApi api = new RuntimeApi(slot.namespace(), launcher.control(), clock, waits);
        try {
            words.put("network", slot.namespace().path());
            Launcher.Lease lease = launcher.start(words, line -> output.line(clock.instant(), line));
            lease.cell().exit().whenComplete((exit, failure) -> {
                if (failure != null) {
                    api.failed(failure);
                } else {
                    api.exited(EndReason.of(exit), exit.outOfMemory());
                }
            });
            return new Workplace(launcher, slot, api, lease);
        } catch (RuntimeException refused) {
            api.close();
            throw refused;
        }
    }

    /** What makes a sandbox its function's: limits, code, layers. */
    private static void add(Words words, SandboxSpec spec) {
        words.put("memory", spec.memoryMiB() * MIB);
        words.put("tmp", spec.tmpMiB() * MIB);
        words.put("cpu", spec.cpuShare());
        words.bind("ro", spec.code(), "/var/task");
        spec.layers().forEach(layer -> words.put("layer", layer.toString()));
    }

    /** On the pool's thread. */
    private Workplace prepare(int shard, Language language, Output output) {
        Words words = new Words()
                .put("folder", "/")
                .put("memory", PREPARED_MEMORY_MIB * MIB)
                .put("tmp", PREPARED_TMP_MIB * MIB)
                .put("cpu", PREPARED_CPU_SHARE);
        Launcher.put(words, bootstrap.prepared(language), bootstrap.defaults(language));
        Slot slot = slots.take(shard);
        try {
            return workplace(slot, words, output, true);
        } catch (RuntimeException refused) {
            slot.close();
            throw refused;
        }
    }

    private Optional<Workplace> claimed(SandboxSpec spec) {
        if (!PreparedPool.fits(spec)) {
            return Optional.empty();
        }
        return prepared.take(slots.shardOf(spec.network()), spec.language())
                .filter(waiting -> claim(waiting, spec))
                .map(PreparedPool.Waiting::place);
    }

    private boolean claim(PreparedPool.Waiting waiting, SandboxSpec spec) {
        Workplace place = waiting.place();
        try {
            place.slot().bind(spec.network(), spec.ipv6());
            Words words = new Words();
            add(words, spec);
            place.cell().add(words);
            waiting.outlet().lead(spec.output());
            place.api().claim(variables(bootstrap.environment(spec)));
            return true;
        } catch (RuntimeException refused) {
            LOG.warn("{}: a prepared interpreter could not be used: {}", spec.owner(), refused.toString());
            place.close();
            return false;
        }
    }

    private static byte[] variables(Map<String, String> environment) {
        return JSON.writeValueAsString(environment).getBytes(StandardCharsets.UTF_8);
    }

    private String version(Language language) {
        String name = language.name().toLowerCase(Locale.ROOT);
        return interpreter(language).filter(found -> !found.version().isEmpty()).map(found -> name + " " + found.version())
                .orElse(name);
    }

    @Override
    public Optional<Interpreter> interpreter(Language language) {
        return interpreters.of(language);
    }

    /** How many interpreters wait now. */
    int prepared(int shard, Language language) {
        return prepared.size(shard, language);
    }

    @Override
    public void close() {
        prepared.close();
        List.copyOf(open).forEach(LocalSandbox::close);
        freezer.close();
    }
}
