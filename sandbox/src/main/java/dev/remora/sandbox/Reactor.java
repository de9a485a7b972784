package dev.remora.sandbox;

import dev.remora.linux.Descriptor;
import dev.remora.linux.Poller;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that waits for the descriptors of all sandboxes and calls whoever watches them. What it calls must not wait for
 * anything: a thread for each pipe and connection would be five for each sandbox.
 */
final class Reactor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reactor.class);
    private static final int FOREVER = -1;

    private final Poller poller = new Poller();
    private final Map<Long, Runnable> watchers = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final Descriptor.Pipe stop = Descriptor.pipe();
    private final Thread thread;

    Reactor(String name) {
        poller.watch(stop.reader(), register(() -> {}), false);
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /** A token, for one descriptor's life, by which {@code ready} is called on the reactor's thread. */
    long register(Runnable ready) {
        long token = tokens.getAndIncrement();
        watchers.put(token, ready);
        return token;
    }

    /** Calls once, when there is something to read or nothing ever more. */
    void watch(Descriptor descriptor, long token) {
        poller.watch(descriptor, token, false);
    }

    /** The same, also when something can be written. */
    void watchWrites(Descriptor descriptor, long token) {
        poller.watch(descriptor, token, true);
    }

    /** Ends the watch and closes the descriptor. */
    void close(Descriptor descriptor, long token) {
        watchers.remove(token);
        poller.unwatch(descriptor);
        descriptor.close();
    }

    private void run() {
        while (true) {
            for (long token : poller.await(FOREVER)) {
                if (token == 0) {
                    return;
                }
                Runnable ready = watchers.get(token);
                if (ready != null) {
                    try {
                        ready.run();
                    } catch (RuntimeException | Error thrown) {
                        LOG.error("a sandbox's input was not handled", thrown);
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        stop.writer().close();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        stop.reader().close();
        poller.close();
    }
}
