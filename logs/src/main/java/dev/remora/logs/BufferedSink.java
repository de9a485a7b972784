package dev.remora.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remora.logs.LogKinds.Group;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Entry;
import dev.remora.store.View;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes lines from functions without ever waiting for the disk.
 *
 * <p>{@link #write} only queues. One thread takes what is queued, makes the groups and streams that are missing (one
 * transaction for all of them), and appends the events. While the disk is slow, lines gather up to {@link #MAX_QUEUED_BYTES};
 * then the oldest go, and the stream that lost them gets one line that says how many they were, where they would have been.
 *
 * <p>The first line after a rest wakes the thread, which then lets others gather for {@value #GATHER_MILLIS} ms. Woken for each
 * line, it would compete for a processor with the very invocation that writes it. Whoever flushes does not wait for that.
 */
final class BufferedSink implements LogSink, AutoCloseable {
    static final int MAX_QUEUED_BYTES = 8 << 20;

    /** How long lines wait for others before they are handed on together, if nobody waits for them. */
    static final int GATHER_MILLIS = 50;

    /** A longer line becomes several events, as Lambda does it. */
    static final int MAX_LINE_CHARS = 256 << 10;

    /** So many lines are handed on at a time, so that memory holds few of them twice. */
    private static final int MAX_BATCH_LINES = 5_000;

    /** What a queued line takes besides its text, roughly. */
    private static final int LINE_OVERHEAD_BYTES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(BufferedSink.class);

    private record Target(Scope scope, String group, String stream) {}

    private record Line(Target target, Instant time, String message) {
        int bytes() {
            return 2 * message.length() + LINE_OVERHEAD_BYTES;
        }
    }

    private record Batch(List<Line> lines, Map<Target, Integer> dropped) {}

    private final Store store;
    private final Streams streams;
    private final InstantSource clock;
    private final Thread writer = Thread.ofPlatform().daemon().name("logs-sink").unstarted(this::run);

    private final ArrayDeque<Line> queue = new ArrayDeque<>();
    private final Map<Target, Integer> dropped = new HashMap<>();
    private long queuedBytes;
    private long taken;
    private long handedOn;
    private int flushing;
    private boolean resting;
    private boolean closed;
    private boolean finished;

    BufferedSink(Store store, Streams streams, InstantSource clock) {
        this.store = store;
        this.streams = streams;
        this.clock = clock;
    }

    void start() {
        writer.start();
    }

    @Override
    public void write(Scope scope, String group, String stream, Instant time, String message) {
        var target = new Target(scope, group, stream);
        synchronized (this) {
            for (int at = 0; at < message.length() || at == 0; at += MAX_LINE_CHARS) {
                add(new Line(target, time, message.substring(at, Math.min(message.length(), at + MAX_LINE_CHARS))));
            }
            while (queuedBytes > MAX_QUEUED_BYTES) {
                Line oldest = queue.remove();
                queuedBytes -= oldest.bytes();
                dropped.merge(oldest.target, 1, Integer::sum);
                handedOn++;
            }
            if (resting || pressing()) {
                resting = false;
                notifyAll();
            }
        }
    }

    @Override
    public boolean exists(Scope scope, String group) {
        return store.view().get(LogKinds.GROUPS, scope, group).isPresent();
    }

    /** Whether what is queued should be handed on without gathering more. */
    private boolean pressing() {
        return closed || flushing > 0 || queue.size() >= MAX_BATCH_LINES || queuedBytes >= MAX_QUEUED_BYTES / 4;
    }

    private void add(Line line) {
        queue.add(line);
        queuedBytes += line.bytes();
        taken++;
    }

    @Override
    public void flush() {
        boolean interrupted = false;
        synchronized (this) {
            long upTo = taken;
            flushing++;
            notifyAll();
            while (!finished && (handedOn < upTo || !dropped.isEmpty())) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            flushing--;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        streams.flush();
    }

    private void run() {
        for (Optional<Batch> batch = next(); batch.isPresent(); batch = next()) {
            try {
                handOn(batch.get());
            } catch (RuntimeException e) {
                LOG.error("{} log lines were lost", batch.get().lines.size(), e);
            }
            synchronized (this) {
                handedOn += batch.get().lines.size();
                notifyAll();
            }
        }
        synchronized (this) {
            finished = true;
            notifyAll();
        }
    }

    private synchronized Optional<Batch> next() {
        boolean interrupted = false;
        while (queue.isEmpty() && dropped.isEmpty() && !closed) {
            resting = true;
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        resting = false;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        for (long left = end - System.nanoTime(); left > 0 && !pressing(); left = end - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (queue.isEmpty() && dropped.isEmpty()) {
            return Optional.empty();
        }
        var lines = new ArrayList<Line>();
        while (!queue.isEmpty() && lines.size() < MAX_BATCH_LINES) {
            Line line = queue.remove();
            queuedBytes -= line.bytes();
            lines.add(line);
        }
        var lost = Map.copyOf(dropped);
        dropped.clear();
        return Optional.of(new Batch(lines, lost));
    }

    private void handOn(Batch batch) {
        var targets = new LinkedHashSet<Target>(batch.dropped.keySet());
        batch.lines.forEach(line -> targets.add(line.target));
        makeMissing(targets);
        var entries = new ArrayList<Entry>(batch.lines.size() + batch.dropped.size());
        batch.dropped.forEach((target, count) -> entries.add(new Entry(name(target), clock.instant(),
                ("Remora dropped " + count + " lines here: they came faster than the disk takes them.").getBytes(UTF_8))));
        for (Line line : batch.lines) {
            entries.add(new Entry(name(line.target), line.time, line.message.getBytes(UTF_8)));
        }
        streams.append(entries);
    }

    private static StreamName name(Target target) {
        return new StreamName(LogKinds.family(target.scope, target.group), target.stream);
    }

    private void makeMissing(Set<Target> targets) {
        View view = store.view();
        List<Target> missing = targets.stream()
                .filter(t -> view.get(LogKinds.STREAMS, t.scope, LogKinds.id(t.group, t.stream)).isEmpty())
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        store.write(t -> {
            for (Target target : missing) {
                if (t.get(LogKinds.GROUPS, target.scope, target.group).isEmpty()) {
                    t.put(LogKinds.GROUPS, target.scope, target.group,
                            new Group(target.group, now, Optional.empty(), "STANDARD", Map.of()));
                }
                String id = LogKinds.id(target.group, target.stream);
                if (t.get(LogKinds.STREAMS, target.scope, id).isEmpty()) {
                    t.put(LogKinds.STREAMS, target.scope, id, new LogKinds.Stream(target.group, target.stream, now));
                }
            }
            return missing;
        });
    }

    /** Hands on what is queued. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
