package dev.remora.sandbox;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Freezes sandboxes that have nothing to do, as Lambda does: what a function left running does not run on.
 *
 * <p>Freezing and thawing take a few hundred microseconds, so a sandbox is frozen only when it has been idle for a while, by
 * one thread that looks at all of them in turn; an invocation then costs two stores to memory more, and a thaw only after a
 * pause.
 */
final class Freezer implements AutoCloseable {
    static final long IDLE_NANOS = 100_000_000;

    private final Set<LocalSandbox> watched = ConcurrentHashMap.newKeySet();
    private final Thread thread = Thread.ofPlatform().daemon().name("sandbox-freezer").unstarted(this::run);
    private volatile boolean closed;

    Freezer() {
        thread.start();
    }

    void watch(LocalSandbox sandbox) {
        watched.add(sandbox);
        LockSupport.unpark(thread);
    }

    void forget(LocalSandbox sandbox) {
        watched.remove(sandbox);
    }

    private void run() {
        while (!closed) {
            if (watched.isEmpty()) {
                LockSupport.park();
            } else {
                watched.forEach(LocalSandbox::freezeIfIdle);
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
