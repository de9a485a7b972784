package dev.remora.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Documents in memory, durable in one SQLite file.
 *
 * <p>Two snapshots carry everything. {@code durable} is what is on the disk: readers take it by one volatile read. {@code
 * staged} is what the next transaction builds on: it holds also what has been decided but not synced yet. A transaction's work
 * runs under the lock on {@code staged}, makes the next {@code staged}, queues its rows, and frees the lock; then its caller
 * waits, while the next transaction already runs. One thread takes all that is queued, commits it as one SQLite transaction
 * with one sync, publishes the snapshot of the last as {@code durable}, and wakes the callers. So n callers share one sync, and
 * yet each runs serially after the one before.
 *
 * <p>What keeps this honest:
 * <ul>
 *   <li>An answer leaves only when everything that it was decided on is durable. That includes transactions that wrote nothing
 *       and those that threw ("already exists"): they too wait for the last transaction staged before them.
 *   <li>If a commit fails, all that is staged after the last durable transaction may have been decided on what failed. So all
 *       of it fails, and {@code staged} goes back to {@code durable}. A transaction that merely shared the batch fails with it;
 *       its caller may try again.
 * </ul>
 *
 * <p>Rejected: committing inside the lock (callers would wait for one sync each); letting readers see {@code staged} (they could
 * answer with what a crash then takes back).
 */
public final class SqliteStore implements Store {
    /** A document's JSON may be this long; beyond it the transaction fails, alone. */
    static final int MAX_DOCUMENT_CHARS = 8 << 20;

    /** So many transactions share one commit at most. */
    static final int MAX_BATCH = 1_000;

    private record Commit(Snapshot after, Change change, List<DocumentFile.Row> rows, CompletableFuture<Void> done) {}

    private final DocumentFile file;
    private final boolean readsBack;
    private final Feed feed;
    private final Thread writer = Thread.ofPlatform().daemon().name("store-writer").unstarted(this::commitAll);
    private volatile Snapshot durable;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition queued = lock.newCondition();
    private final ArrayDeque<Commit> queue = new ArrayDeque<>();
    private Snapshot staged;
    private @Nullable CompletableFuture<Void> lastStaged;
    private boolean closed;

    private SqliteStore(DocumentFile file, Collection<? extends Kind<?>> kinds, boolean readsBack) {
        this.readsBack = readsBack;
        this.file = file;
        this.durable = file.load(new Kinds(kinds));
        this.staged = durable;
        this.feed = new Feed(durable.revision());
        writer.start();
    }

    /**
     * Opens {@code documents.db} in the folder and loads it.
     *
     * @param kinds every kind that the file may hold and the store shall keep
     * @throws StoreException if the file is damaged, or holds a kind or a version of a kind that is not among {@code kinds}
     */
    public static SqliteStore open(DataFolder folder, Collection<? extends Kind<?>> kinds) {
        return open(DocumentFile.open(folder.path().resolve("documents.db")), kinds);
    }

    /**
     * A store that forgets everything when it is closed, for tests of what is built on the store. It refuses a document that
     * could not be read again after a restart, such as one with a null in it.
     */
    public static SqliteStore inMemory(Collection<? extends Kind<?>> kinds) {
        return new SqliteStore(DocumentFile.inMemory(), kinds, true);
    }

    static SqliteStore open(DocumentFile file, Collection<? extends Kind<?>> kinds) {
        try {
            return new SqliteStore(file, kinds, false);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public View view() {
        return durable;
    }

    @Override
    public AutoCloseable follow(Consumer<Change> listener) {
        return feed.follow(listener);
    }

    @Override
    public <R> R write(Function<Transaction, R> work) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("a transaction's work must not start a transaction");
        }
        @Nullable CompletableFuture<Void> decidedOn;
        Supplier<R> outcome;
        lock.lock();
        try {
            if (closed) {
                throw new StoreException("the store is closed");
            }
            if (feed.full()) {
                throw new StoreException("the readers of the change feed are " + Feed.BACKLOG_LIMIT + " transactions behind");
            }
            try {
                R result = stage(work);
                outcome = () -> result;
            } catch (RuntimeException e) {
                outcome = () -> {
                    throw e;
                };
            }
            decidedOn = lastStaged;
        } finally {
            lock.unlock();
        }
        await(decidedOn);
        return outcome.get();
    }

    private <R> R stage(Function<Transaction, R> work) {
        var transaction = new StagedTransaction(staged);
        try {
            R result = work.apply(transaction);
            List<Change.Edit<?>> edits = transaction.edits();
            if (!edits.isEmpty()) {
                Snapshot after = transaction.result();
                var commit = new Commit(after, new Change(after.revision(), edits), rows(edits), new CompletableFuture<>());
                queue.add(commit);
                staged = after;
                lastStaged = commit.done;
                queued.signal();
            }
            return result;
        } finally {
            transaction.end();
        }
    }

    private List<DocumentFile.Row> rows(List<Change.Edit<?>> edits) {
        var rows = new ArrayList<DocumentFile.Row>(edits.size());
        for (Change.Edit<?> edit : edits) {
            String json = edit.after().map(Json::write).orElse(null);
            if (json != null && json.length() > MAX_DOCUMENT_CHARS) {
                throw new StoreException("the document " + edit.kind() + " " + edit.id() + " is too large to store: "
                        + json.length() + " characters of at most " + MAX_DOCUMENT_CHARS);
            }
            if (json != null && readsBack) {
                Json.read(edit.kind().type(), json.getBytes(StandardCharsets.UTF_8));
            }
            rows.add(new DocumentFile.Row(edit.kind(), edit.scope(), edit.id(), json));
        }
        return rows;
    }

    private static void await(@Nullable CompletableFuture<Void> done) {
        if (done == null) {
            return;
        }
        try {
            done.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw new StoreException(cause == null ? "the change was not made" : String.valueOf(cause.getMessage()), cause);
        }
    }

    private void commitAll() {
        for (List<Commit> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
            try {
                var rows = new ArrayList<DocumentFile.Row>();
                batch.forEach(commit -> rows.addAll(commit.rows));
                file.commit(batch.getLast().after.revision(), rows);
            } catch (RuntimeException | Error e) {
                undo(batch, e);
                continue;
            }
            Snapshot reached = batch.getLast().after;
            feed.publish(batch.stream().map(Commit::change).toList(), () -> durable = reached);
            batch.forEach(commit -> commit.done.complete(null));
        }
    }

    /** Waits for work; empty once the store is closed and nothing is left. */
    private List<Commit> nextBatch() {
        lock.lock();
        try {
            while (queue.isEmpty() && !closed) {
                queued.awaitUninterruptibly();
            }
            var batch = new ArrayList<Commit>();
            while (!queue.isEmpty() && batch.size() < MAX_BATCH) {
                batch.add(queue.poll());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void undo(List<Commit> batch, Throwable failure) {
        var failed = new ArrayList<>(batch);
        lock.lock();
        try {
            failed.addAll(queue);
            queue.clear();
            staged = durable;
            lastStaged = null;
        } finally {
            lock.unlock();
        }
        failed.forEach(commit -> commit.done.completeExceptionally(failure));
    }

    /** Waits for what was begun, tells the followers the rest, and closes the file; views go on being readable. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            queued.signal();
        } finally {
            lock.unlock();
        }
        Threads.joinUninterruptibly(writer);
        feed.close();
        file.close();
    }
}
