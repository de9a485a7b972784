package dev.remora.lambda;

import dev.remora.net.NatKey;
import dev.remora.sandbox.Sandbox;
import java.time.Instant;
import java.util.Optional;

/** A sandbox with what Lambda knows of it. It belongs to one generation of one version, and runs one event at a time. */
final class Environment {
    /**
     * What it occupies as long as it lives.
     *
     * @param key which of its function's keys it leaves by; absent without a VPC
     */
    record Occupied(NatKey nat, Optional<HyperplaneKey> key, Codes.Hold code) {}

    private final EnvironmentPool pool;
    private final Occupied occupied;
    private final Sandbox sandbox;
    private final FunctionLog log;
    private final Instant lastUse;
    private Instant lastUsed;

    /** @param lastUse from then on its credentials could end while an event is worked on */
    Environment(EnvironmentPool pool, Occupied occupied, Sandbox sandbox, FunctionLog log, Instant started, Instant lastUse) {
        this.pool = pool;
        this.occupied = occupied;
        this.sandbox = sandbox;
        this.log = log;
        this.lastUsed = started;
        this.lastUse = lastUse;
    }

    EnvironmentPool pool() {
        return pool;
    }

    Occupied occupied() {
        return occupied;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    FunctionLog log() {
        return log;
    }

    void used(Instant now) {
        lastUsed = now;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    /** Whether it may take another event: it lives, and its credentials will last longer than any invocation. */
    boolean usable(Instant now) {
        return sandbox.alive() && !now.isAfter(lastUse);
    }
}
