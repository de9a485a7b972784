package dev.remora.logs;

import dev.remora.logs.LogKinds.Group;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes the events whose retention has ended: each hour, and soon after a policy was set. */
final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int EACH_MINUTES = 60;

    private final Store store;
    private final Streams streams;
    private final InstantSource clock;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("logs-retention").factory());

    Retention(Store store, Streams streams, InstantSource clock) {
        this.store = store;
        this.streams = streams;
        this.clock = clock;
    }

    void start() {
        executor.scheduleWithFixedDelay(this::sweepOrLog, 1, EACH_MINUTES, TimeUnit.MINUTES);
    }

    void sweepSoon() {
        executor.execute(this::sweepOrLog);
    }

    private void sweepOrLog() {
        try {
            sweep();
        } catch (RuntimeException e) {
            LOG.error("expired log events cannot be deleted now", e);
        }
    }

    /** Deletes what has expired in all groups, and returns how many events that were. */
    long sweep() {
        var view = store.view();
        long swept = 0;
        for (Scope scope : view.scopes(LogKinds.GROUPS)) {
            for (Group group : view.all(LogKinds.GROUPS, scope)) {
                if (group.retentionDays().isPresent()) {
                    swept += streams.sweep(LogKinds.family(scope, group.name()), group.horizon(clock.instant()));
                }
            }
        }
        return swept;
    }

    /** Waits for a sweep that runs. */
    @Override
    public void close() {
        executor.shutdownNow();
        executor.close();
    }
}
