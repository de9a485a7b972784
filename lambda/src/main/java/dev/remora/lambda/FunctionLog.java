package dev.remora.lambda;

import dev.remora.logs.LogSink;
import dev.remora.sandbox.Output;
import dev.remora.store.Scope;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * The log of one environment: its stream in CloudWatch Logs, and the tail that an invocation can ask for.
 *
 * <p>Lines go to the stream only while the execution role may write logs. That is decided when an invocation begins, and kept
 * for a few seconds: a busy function does not ask for each event, and a policy attached later soon counts.
 */
final class FunctionLog implements Output {
    static final int TAIL_BYTES = 4096;
    private static final Duration DECISION_KEPT = Duration.ofSeconds(5);

    private final LogSink sink;
    private final InstantSource clock;
    private final Scope scope;
    private final String group;
    private final String stream;
    private final BooleanSupplier permitted;
    private boolean writes;
    private Instant decided = Instant.MIN;
    private boolean tailing;
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

    FunctionLog(LogSink sink, InstantSource clock, Scope scope, String group, String stream, BooleanSupplier permitted) {
        this.sink = sink;
        this.clock = clock;
        this.scope = scope;
        this.group = group;
        this.stream = stream;
        this.permitted = permitted;
    }

    String stream() {
        return stream;
    }

    /** A line of the platform's own, e.g. START. */
    void platform(String line) {
        line(clock.instant(), line);
    }

    @Override
    public synchronized void line(Instant time, String line) {
        if (writes(time)) {
            sink.write(scope, group, stream, time, line + "\n");
        }
        if (tailing) {
            byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            int from = Math.max(0, bytes.length - TAIL_BYTES);
            if (tail.size() > 4 * TAIL_BYTES) {
                byte[] kept = tail();
                tail.reset();
                tail.write(kept, 0, kept.length);
            }
            tail.write(bytes, from, bytes.length - from);
        }
    }

    private boolean writes(Instant now) {
        if (decided.equals(Instant.MIN) || now.isAfter(decided.plus(DECISION_KEPT))) {
            writes = permitted.getAsBoolean();
            decided = now;
        }
        return writes;
    }

    /** From here on the tail is kept, anew. */
    synchronized void begin() {
        tail.reset();
        tailing = true;
    }

    /** The last {@value #TAIL_BYTES} bytes since {@link #begin}. */
    synchronized byte[] tail() {
        byte[] all = tail.toByteArray();
        return all.length <= TAIL_BYTES ? all : Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
    }
}
