package dev.remora.logs;

import dev.remora.store.Scope;
import java.time.Instant;

/** Where other services of ours write log lines. */
public interface LogSink {
    /**
     * One event into a stream; group and stream are made where they do not exist. Kept in memory and committed in batches;
     * never blocks for the disk. Over its bound it drops the oldest and says so in the stream.
     */
    void write(Scope scope, String group, String stream, Instant time, String message);

    /** Whether the group is there already. */
    boolean exists(Scope scope, String group);

    /** Waits until all that was written before the call can be read. */
    void flush();
}
