package dev.remora.lambda;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The environments of one generation. The one used last is taken first, so that those not needed any more grow cold at the
 * other end. Its lock guards a few moves in memory and is never held while a sandbox is started, used or closed.
 */
final class EnvironmentPool {
    private final String generation;
    private final Deque<Environment> idle = new ArrayDeque<>();
    private final Map<HyperplaneKey, Integer> live = new HashMap<>();
    private boolean retired;

    EnvironmentPool(String generation) {
        this.generation = generation;
    }

    String generation() {
        return generation;
    }

    /** A warm environment, now the caller's. Those that cannot be used any more come out in {@code dead}, to be closed. */
    synchronized Optional<Environment> take(Instant now, List<Environment> dead) {
        for (Environment each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
            if (each.usable(now)) {
                return Optional.of(each);
            }
            dead.add(each);
        }
        return Optional.empty();
    }

    /** Whether the environment is kept; if not, the caller closes it. */
    synchronized boolean keep(Environment environment) {
        if (retired) {
            return false;
        }
        idle.addFirst(environment);
        return true;
    }

    /** Those that have been idle since before {@code since}; they are the caller's to close. */
    synchronized List<Environment> takeIdleSince(Instant since) {
        var old = new ArrayList<Environment>();
        for (Environment last = idle.peekLast(); last != null && last.lastUsed().isBefore(since); last = idle.peekLast()) {
            old.add(idle.removeLast());
        }
        return old;
    }

    /** When the longest idle one was used last. */
    synchronized Optional<Instant> oldest() {
        return Optional.ofNullable(idle.peekLast()).map(Environment::lastUsed);
    }

    synchronized Optional<Environment> takeOldest() {
        return Optional.ofNullable(idle.pollLast());
    }

    /** From now on nothing is kept; what was idle is the caller's to close. */
    synchronized List<Environment> retire() {
        retired = true;
        var all = List.copyOf(idle);
        idle.clear();
        return all;
    }

    /** Of the keys, that with the fewest environments; counts one more for it until {@link #gone}. */
    synchronized HyperplaneKey spread(List<HyperplaneKey> keys) {
        HyperplaneKey best = keys.getFirst();
        for (HyperplaneKey each : keys) {
            if (live.getOrDefault(each, 0) < live.getOrDefault(best, 0)) {
                best = each;
            }
        }
        live.merge(best, 1, Integer::sum);
        return best;
    }

    synchronized void gone(HyperplaneKey key) {
        live.computeIfPresent(key, (k, n) -> n == 1 ? null : n - 1);
    }
}
