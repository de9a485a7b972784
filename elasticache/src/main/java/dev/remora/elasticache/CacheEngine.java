package dev.remora.elasticache;

import dev.remora.fleet.Engine;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The engines of caches. */
enum CacheEngine {
    MEMCACHED(11211, "memcached", List.of(Engine.MEMCACHED)),
    REDIS(6379, "Redis", List.of(Engine.REDIS, Engine.VALKEY)),
    VALKEY(6379, "Valkey", List.of(Engine.VALKEY, Engine.REDIS));

    private final int port;
    private final String description;
    private final List<Engine> programs;

    CacheEngine(int port, String description, List<Engine> programs) {
        this.port = port;
        this.description = description;
        this.programs = programs;
    }

    /** AWS's word. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    int port() {
        return port;
    }

    String description() {
        return description;
    }

    /** The programs that may serve it, the engine's own first. */
    List<Engine> programs() {
        return programs;
    }

    static Optional<CacheEngine> of(String text) {
        return Arrays.stream(values()).filter(e -> e.text().equals(text)).findFirst();
    }
}
