package dev.remora.store;

import dev.remora.store.StreamName.Family;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that are appended in large numbers, read by time, and go again: log events, queued invocations. They live in
 * {@code streams.db}, not among the documents, and not in memory.
 *
 * <p>A row has a time, which its owner gives and may change (an event's time, the time at which an item is due), and a sequence
 * number, which is given once, grows, and never comes back. Rows of a stream or of a family are read in the order of time and then of
 * sequence; a {@link Position} is a place in that order.
 *
 * <p>One thread writes. It gathers what is queued into one SQLite transaction. Rows of {@link #append} may wait for others for
 * {@link #LINGER_MILLIS}; whatever somebody waits for is committed at once, together with all that was queued before it. The
 * write-ahead log is synced only for {@link #appendDurably}; other commits survive the end of this process, not a loss of power. What
 * waits in memory is bounded by {@link #MAX_PENDING_BYTES}; beyond it, appending waits for the disk.
 *
 * <p>If a commit fails, the rows of {@code append} in it are lost (the log says how many), and everybody who waited for it is told.
 *
 * <p>Dropping a stream takes its name away, at once and durably enough that it never comes back; its rows go afterwards, piece by
 * piece, when nothing else is to be done. Reads and other threads' writes never wait for a large deletion.
 */
public final class Streams implements AutoCloseable {
    /** How long a row of {@link #append} may wait for others. */
    static final int LINGER_MILLIS = 50;

    /** So many rows are committed without waiting for more, and so many are deleted at a time. */
    static final int BATCH_ROWS = 1_000;

    /** The bytes of rows that may wait for the disk. */
    public static final int MAX_PENDING_BYTES = 32 << 20;

    /** The memory that a waiting row takes besides its data, roughly. */
    private static final int ROW_OVERHEAD_BYTES = 128;

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    /** What is appended. */
    public record Entry(StreamName stream, Instant time, byte[] data) {}

    /**
     * What is read.
     *
     * @param written when it was appended
     */
    public record Row(long sequence, StreamName stream, Instant time, Instant written, byte[] data) {
        public Position position() {
            return new Position(time, sequence);
        }
    }

    /** A place in the order of rows: just after (forwards) or just before (backwards) the row of that time and sequence. */
    public record Position(Instant time, long sequence) implements Comparable<Position> {
        public static final Position START = new Position(Instant.ofEpochMilli(Long.MIN_VALUE), 0);
        public static final Position END = new Position(Instant.ofEpochMilli(Long.MAX_VALUE), Long.MAX_VALUE);

        @Override
        public int compareTo(Position other) {
            int byTime = time.compareTo(other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    public enum Direction {
        FORWARDS,
        BACKWARDS
    }

    /**
     * Which rows are read.
     *
     * @param streams names of streams of the family, or empty for all of them
     * @param from the first time
     * @param until the time after the last
     */
    public record Selection(Family family, Optional<Set<String>> streams, Instant from, Instant until) {
        public static Selection of(StreamName stream, Instant from, Instant until) {
            return new Selection(stream.family(), Optional.of(Set.of(stream.name())), from, until);
        }

        public static Selection of(Family family, Instant from, Instant until) {
            return new Selection(family, Optional.empty(), from, until);
        }
    }

    /** What a stream holds; {@code first} and {@code last} are the times of its earliest and latest row. */
    public record Summary(long rows, long bytes, Optional<Instant> first, Optional<Instant> last, Optional<Instant> lastWritten) {
        public static final Summary EMPTY = new Summary(0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** How much a whole family holds. */
    public record Size(long streams, long rows, long bytes) {}

    private interface Work<R> {
        R run(StreamFile file) throws SQLException;
    }

    /** What waits for the writer; {@code bytes} of it are accounted, {@code lazy} when nobody waits for it. */
    private record Job<R>(Work<R> work, int rows, long bytes, boolean lazy, boolean sync, CompletableFuture<R> done, long queuedNanos) {
        private Runnable run(StreamFile file) throws SQLException {
            R result = work.run(file);
            return () -> done.complete(result);
        }
    }

    private final Path path;
    private final InstantSource clock;
    private final StreamReader reader;
    private final Thread writer = Thread.ofPlatform().daemon().name("streams-writer").unstarted(this::writeAll);
    private @Nullable StreamFile file;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Job<?>> queue = new ArrayDeque<>();
    private long nextSequence;
    private long pendingBytes;
    private int pendingRows;
    private int urgent;
    private boolean writing;
    private boolean purging;
    private boolean closed;

    private Streams(Path path, InstantSource clock) {
        this.path = path;
        this.clock = clock;
        var opened = StreamFile.open(path);
        this.file = opened;
        this.nextSequence = opened.lastSequence() + 1;
        this.purging = true;
        this.reader = new StreamReader(path);
        writer.start();
    }

    /** Opens {@code streams.db} in the folder. */
    public static Streams open(DataFolder folder, InstantSource clock) {
        return new Streams(folder.path().resolve("streams.db"), clock);
    }

    /** Queues rows and returns; waits only while more than {@link #MAX_PENDING_BYTES} are queued. */
    public void append(List<Entry> entries) {
        enqueueRows(entries, true);
    }

    /** Appends rows, all or none, and returns their sequence numbers once they are durable. */
    public List<Long> appendDurably(List<Entry> entries) {
        return await(enqueueRows(entries, false));
    }

    /** Waits until all that was appended before can be read. */
    public void flush() {
        lock.lock();
        try {
            if (queue.isEmpty() && !writing) {
                return;
            }
        } finally {
            lock.unlock();
        }
        now(f -> true);
    }

    /**
     * At most {@code limit} rows, and no more once they hold {@code maxBytes}, beginning at {@code position}. Only what is committed
     * is seen; {@link #flush} first where that matters.
     */
    public List<Row> read(Selection selection, Position position, Direction direction, int limit, long maxBytes) {
        return reader.rows(selection, position, direction, limit, maxBytes);
    }

    public Summary summary(StreamName stream) {
        return reader.summaries(stream.family(), Optional.of(stream.name())).getOrDefault(stream.name(), Summary.EMPTY);
    }

    /** What each stream of the family holds, by name; a stream to which nothing was ever appended is absent. */
    public Map<String, Summary> summaries(Family family) {
        return reader.summaries(family, Optional.empty());
    }

    public Size size(Family family) {
        return reader.size(family);
    }

    /** The time of the family's earliest row: for a queue, when the next item is due. */
    public Optional<Instant> earliest(Family family) {
        return reader.earliest(family);
    }

    /**
     * Takes rows of a queue that are due: those whose time has come by {@code now}, in order, whose time becomes {@code hiddenUntil}.
     * Who takes one must {@link #delete} or {@link #reschedule} it before that time, or it is due again, as it is after a crash.
     */
    public List<Row> take(Family family, Instant now, Instant hiddenUntil, int limit) {
        return now(f -> f.take(family, now.toEpochMilli(), hiddenUntil.toEpochMilli(), limit));
    }

    /** Gives a row another time and other data; false if it is gone. Survives the end of this process. */
    public boolean reschedule(long sequence, Instant time, byte[] data) {
        return now(f -> f.reschedule(sequence, time.toEpochMilli(), data));
    }

    /** Deletes rows; those that are gone are ignored. Survives the end of this process. */
    public void delete(Collection<Long> sequences) {
        now(f -> f.delete(sequences));
    }

    /** Deletes all rows of a stream. */
    public void drop(StreamName stream) {
        now(f -> f.drop(stream));
    }

    /** Deletes all rows of all streams of a family. */
    public void drop(Family family) {
        now(f -> f.drop(family));
    }

    /** Deletes the rows of a family whose time is before {@code time}, and returns how many they were. */
    public long sweep(Family family, Instant time) {
        long swept = 0;
        int more;
        do {
            more = now(f -> f.sweep(family, time.toEpochMilli(), BATCH_ROWS));
            swept += more;
        } while (more == BATCH_ROWS);
        return swept;
    }

    private CompletableFuture<List<Long>> enqueueRows(List<Entry> entries, boolean lazy) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.data.length + ROW_OVERHEAD_BYTES;
        }
        lock.lock();
        try {
            while (pendingBytes > 0 && pendingBytes + bytes > MAX_PENDING_BYTES && !closed) {
                room.awaitUninterruptibly();
            }
            long first = nextSequence;
            nextSequence += entries.size();
            long written = clock.millis();
            return enqueue(f -> f.insert(entries, first, written), entries.size(), bytes, lazy, !lazy);
        } finally {
            lock.unlock();
        }
    }

    private <R> R now(Work<R> job) {
        CompletableFuture<R> done;
        lock.lock();
        try {
            done = enqueue(job, 1, 0, false, false);
        } finally {
            lock.unlock();
        }
        return await(done);
    }

    private <R> CompletableFuture<R> enqueue(Work<R> job, int rows, long bytes, boolean lazy, boolean sync) {
        if (closed) {
            throw new StoreException("the streams are closed");
        }
        var done = new CompletableFuture<R>();
        queue.add(new Job<>(job, rows, bytes, lazy, sync, done, System.nanoTime()));
        pendingBytes += bytes;
        pendingRows += rows;
        if (!lazy) {
            urgent++;
        }
        if (queue.size() == 1 || !lazy || pendingRows >= BATCH_ROWS) {
            work.signal();
        }
        return done;
    }

    private static <R> R await(CompletableFuture<R> done) {
        try {
            return done.join();
        } catch (CompletionException e) {
            throw new StoreException("the streams cannot be written: " + e.getCause(), e.getCause());
        }
    }

    private void writeAll() {
        while (true) {
            List<Job<?>> batch = nextBatch();
            if (!batch.isEmpty()) {
                write(batch);
            } else if (purging) {
                purge();
            } else {
                break;
            }
        }
        if (file != null) {
            file.close();
        }
    }

    /** The next jobs; none when there is time to purge, or when the streams are closed and nothing is left. */
    private List<Job<?>> nextBatch() {
        lock.lock();
        try {
            while (!ready() && !(purging && queue.isEmpty()) && !closed) {
                await(queue.peek());
            }
            purging &= !closed;
            var batch = new ArrayList<Job<?>>();
            int rows = 0;
            while (!queue.isEmpty() && (rows < BATCH_ROWS || batch.isEmpty())) {
                Job<?> job = queue.poll();
                batch.add(job);
                rows += job.rows;
                pendingRows -= job.rows;
                urgent -= job.lazy ? 0 : 1;
            }
            writing = !batch.isEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private boolean ready() {
        Job<?> oldest = queue.peek();
        return oldest != null && (urgent > 0 || pendingRows >= BATCH_ROWS || lingerNanos(oldest) <= 0);
    }

    private static long lingerNanos(Job<?> job) {
        return job.queuedNanos + TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS) - System.nanoTime();
    }

    private void await(@Nullable Job<?> oldest) {
        if (oldest == null) {
            work.awaitUninterruptibly();
            return;
        }
        try {
            work.awaitNanos(lingerNanos(oldest));
        } catch (InterruptedException e) {
            LOG.warn("the writer of the streams was interrupted, which nothing here does", e);
        }
    }

    private void write(List<Job<?>> batch) {
        var finish = new ArrayList<Runnable>();
        try {
            StreamFile open = opened();
            open.begin(batch.stream().anyMatch(Job::sync));
            for (Job<?> job : batch) {
                finish.add(job.run(open));
            }
            purging |= open.hasDropped();
            open.commit();
            ended(batch);
            finish.forEach(Runnable::run);
        } catch (SQLException | RuntimeException | Error e) {
            failed(batch, e);
        }
    }

    private void failed(List<Job<?>> batch, Throwable failure) {
        reopenLater(failure);
        int lost = batch.stream().filter(Job::lazy).mapToInt(Job::rows).sum();
        if (lost > 0) {
            LOG.error("{} rows were lost: {} cannot be written", lost, path, failure);
        }
        ended(batch);
        batch.forEach(job -> job.done.completeExceptionally(failure));
    }

    private void ended(List<Job<?>> batch) {
        lock.lock();
        try {
            writing = false;
            for (Job<?> job : batch) {
                pendingBytes -= job.bytes;
            }
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void purge() {
        try {
            StreamFile open = opened();
            open.begin(false);
            boolean more = open.purge(BATCH_ROWS);
            open.commit();
            purging = more;
        } catch (SQLException | RuntimeException e) {
            LOG.error("rows of dropped streams cannot be deleted now", e);
            reopenLater(e);
            purging = false;
        }
    }

    private StreamFile opened() {
        StreamFile open = file;
        if (open == null) {
            open = StreamFile.open(path);
            file = open;
        }
        return open;
    }

    /** After a failure the connection's statements and the ids that it remembers are not to be trusted. */
    private void reopenLater(Throwable failure) {
        if (file != null) {
            try {
                file.close();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
            file = null;
        }
    }

    /** Commits what is queued and closes the file. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            work.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        Threads.joinUninterruptibly(writer);
        reader.close();
    }
}
