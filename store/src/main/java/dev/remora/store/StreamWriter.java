package dev.remora.store;

import dev.remora.store.Streams.Entry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that writes the streams' file, and the queue before it; {@link Streams} says what it promises. */
final class StreamWriter implements AutoCloseable {
    /** How long a row of {@link Streams#append} may wait for others. */
    static final int LINGER_MILLIS = 50;

    /** So many rows are committed without waiting for more, and so many are deleted at a time. */
    static final int BATCH_ROWS = 1_000;

    /** The memory that a waiting row takes besides its data, roughly. */
    private static final int ROW_OVERHEAD_BYTES = 128;

    private static final Logger LOG = LoggerFactory.getLogger(StreamWriter.class);

    /** What is done to the file within a transaction. */
    interface Work<R> {
        R run(StreamFile file) throws SQLException;
    }

    /** What waits for the writer; {@code bytes} of it are accounted, {@code lazy} when nobody waits for it. */
    private record Job<R>(
            Work<R> work, int rows, long bytes, boolean lazy, boolean sync, CompletableFuture<R> done, long queuedNanos) {
        private Runnable run(StreamFile file) throws SQLException {
            R result = work.run(file);
            return () -> done.complete(result);
        }
    }

    private final Path path;
    private final InstantSource clock;
    private final Thread thread = Thread.ofPlatform().daemon().name("streams-writer").unstarted(this::writeAll);
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

    StreamWriter(Path path, InstantSource clock) {
        this.path = path;
        this.clock = clock;
        var opened = StreamFile.open(path);
        this.file = opened;
        this.nextSequence = opened.lastSequence() + 1;
        this.purging = true;
        thread.start();
    }

    /** Queues rows; {@code lazy} ones wait for others, the others are synced at once. Waits while too much is queued. */
    CompletableFuture<List<Long>> append(List<Entry> entries, boolean lazy) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.data().length + ROW_OVERHEAD_BYTES;
        }
        lock.lock();
        try {
            while (pendingBytes > 0 && pendingBytes + bytes > Streams.MAX_PENDING_BYTES && !closed) {
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

    /** Runs the work in the next transaction and waits for that. */
    <R> R now(Work<R> job) {
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

    <R> R await(CompletableFuture<R> done) {
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

    /** Whether nothing is queued or being written. */
    boolean idle() {
        lock.lock();
        try {
            return queue.isEmpty() && !writing;
        } finally {
            lock.unlock();
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
        Threads.joinUninterruptibly(thread);
    }
}
