package dev.remora.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells followers what was committed, in order, on a thread of its own.
 *
 * <p>A follower hears exactly the transactions after the revision that was durable when it came: {@link #publish} makes a
 * revision visible and queues its change under the same lock under which {@link #follow} notes the revision, so none is missed
 * and none is told twice. The lock is never held while a listener runs.
 */
final class Feed {
    /** Past so many changes that a listener has not been told yet, the store refuses writes rather than fill the memory. */
    static final int BACKLOG_LIMIT = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

    private record Follower(long after, Consumer<Change> listener) {}

    private final ArrayDeque<Change> queue = new ArrayDeque<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("store-feed").unstarted(this::run);
    private List<Follower> followers = List.of();
    private long revision;
    private boolean closed;

    Feed(long revision) {
        this.revision = revision;
        thread.start();
    }

    synchronized AutoCloseable follow(Consumer<Change> listener) {
        var follower = new Follower(revision, listener);
        var more = new ArrayList<>(followers);
        more.add(follower);
        followers = List.copyOf(more);
        return () -> remove(follower);
    }

    private synchronized void remove(Follower follower) {
        followers = followers.stream().filter(f -> f != follower).toList();
    }

    /** Runs {@code makeVisible} and queues the changes that it makes visible. */
    synchronized void publish(List<Change> changes, Runnable makeVisible) {
        makeVisible.run();
        revision = changes.getLast().revision();
        if (!followers.isEmpty()) {
            queue.addAll(changes);
            notifyAll();
        }
    }

    synchronized boolean full() {
        return queue.size() >= BACKLOG_LIMIT;
    }

    private void run() {
        try {
            for (Change change = next(); change != null; change = next()) {
                for (Follower follower : followersNow()) {
                    if (change.revision() > follower.after) {
                        tell(follower, change);
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.error("the change feed was interrupted", e);
        }
    }

    private synchronized @Nullable Change next() throws InterruptedException {
        while (queue.isEmpty() && !closed) {
            wait();
        }
        return queue.poll();
    }

    private synchronized List<Follower> followersNow() {
        return followers;
    }

    private static void tell(Follower follower, Change change) {
        try {
            follower.listener.accept(change);
        } catch (RuntimeException | Error e) {
            LOG.error("a follower failed on revision {}", change.revision(), e);
        }
    }

    /** Waits until all has been told. */
    void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (Thread.currentThread() != thread) {
            Threads.joinUninterruptibly(thread);
        }
    }
}
