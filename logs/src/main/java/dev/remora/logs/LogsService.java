package dev.remora.logs;

import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import dev.remora.wire.Operations;
import java.time.InstantSource;
import java.util.List;

/** The CloudWatch Logs service, put together. */
public final class LogsService implements AutoCloseable {
    private final BufferedSink sink;
    private final Retention retention;
    private final Operations operations;

    /** Starts the service; the store was opened with {@link #kinds} among its kinds. Store and streams outlive the service. */
    public LogsService(Store store, Streams streams, InstantSource clock) {
        this.sink = new BufferedSink(store, streams, clock);
        this.retention = new Retention(store, streams, clock);
        this.operations = Operations.later(
                LogsOperations.SERVICE,
                () -> LogsOperations.of(
                        new LogGroups(store, streams, retention),
                        new LogStreams(store, streams, sink),
                        new LogEvents(store, streams, sink)));
        sink.start();
        retention.start();
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(LogKinds.GROUPS, LogKinds.STREAMS);
    }

    public Operations operations() {
        return operations;
    }

    /** Where other services write log lines. */
    public LogSink sink() {
        return sink;
    }

    /** Hands on what was written to the sink, and stops. */
    @Override
    public void close() {
        sink.close();
        retention.close();
    }
}
