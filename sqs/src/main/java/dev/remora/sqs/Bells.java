package dev.remora.sqs;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes receivers that wait for a queue. A queue that nobody waits for has no bell, so ringing it costs a look into a map and
 * queues cost nothing for being many.
 *
 * <p>A listener counts the rings before it looks into the queue and waits only while the count is the same: what comes between
 * the look and the wait is not missed. All listeners of a queue wake, and look again; who finds nothing waits on.
 */
final class Bells implements AutoCloseable {
    private static final class Bell {
        final ReentrantLock lock = new ReentrantLock();
        final Condition rung = lock.newCondition();
        long rings;
        int listeners;
    }

    /** One who waits, until closed. */
    final class Listener implements AutoCloseable {
        private final String queue;
        private final Bell bell;

        private Listener(String queue, Bell bell) {
            this.queue = queue;
            this.bell = bell;
        }

        long rings() {
            bell.lock.lock();
            try {
                return bell.rings;
            } finally {
                bell.lock.unlock();
            }
        }

        /** Waits until the bell rings another time than {@code seen}, for so long at most. */
        void await(long seen, Duration atMost) throws InterruptedException {
            long left = atMost.toNanos();
            bell.lock.lock();
            try {
                while (bell.rings == seen && left > 0 && !closed) {
                    left = bell.rung.awaitNanos(left);
                }
            } finally {
                bell.lock.unlock();
            }
        }

        @Override
        public void close() {
            bells.compute(queue, (id, known) -> --bell.listeners == 0 ? null : known);
        }
    }

    private final ConcurrentHashMap<String, Bell> bells = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Listener listen(String queue) {
        Bell bell = bells.compute(queue, (id, known) -> {
            Bell it = known == null ? new Bell() : known;
            it.listeners++;
            return it;
        });
        return new Listener(queue, bell);
    }

    void ring(String queue) {
        Bell bell = bells.get(queue);
        if (bell != null) {
            ring(bell);
        }
    }

    private static void ring(Bell bell) {
        bell.lock.lock();
        try {
            bell.rings++;
            bell.rung.signalAll();
        } finally {
            bell.lock.unlock();
        }
    }

    boolean closed() {
        return closed;
    }

    /** Lets everybody go; nobody waits any more. */
    @Override
    public void close() {
        closed = true;
        bells.values().forEach(Bells::ring);
    }
}
