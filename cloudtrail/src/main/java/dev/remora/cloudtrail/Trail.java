package dev.remora.cloudtrail;

import dev.remora.wire.Audit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The newest events. Calls that manage and calls that use are kept apart, so that a busy function does not drive out who changed
 * a role. An event is put with two atomic steps and no lock.
 */
final class Trail implements Audit {
    /** How many of each of the two sorts are kept. */
    static final int KEPT = 10_000;

    private final Ring management = new Ring();
    private final Ring data = new Ring();
    private final AtomicLong numbers = new AtomicLong();

    @Override
    public void answered(Answered call) {
        var event = new TrailEvent(numbers.incrementAndGet(), call);
        (event.management() ? management : data).put(event);
    }

    /** The management events, newest first. */
    List<TrailEvent> management() {
        return management.newestFirst();
    }

    /** All events, oldest first. */
    List<TrailEvent> all() {
        var all = new ArrayList<>(management.newestFirst());
        all.addAll(data.newestFirst());
        all.sort((a, b) -> Long.compare(a.number(), b.number()));
        return all;
    }

    private static final class Ring {
        private final AtomicReferenceArray<TrailEvent> places = new AtomicReferenceArray<>(KEPT);
        private final AtomicLong next = new AtomicLong();

        void put(TrailEvent event) {
            places.set((int) (next.getAndIncrement() % KEPT), event);
        }

        List<TrailEvent> newestFirst() {
            var found = new ArrayList<TrailEvent>();
            for (int i = 0; i < KEPT; i++) {
                TrailEvent event = places.get(i);
                if (event != null) {
                    found.add(event);
                }
            }
            found.sort((a, b) -> Long.compare(b.number(), a.number()));
            return found;
        }
    }
}
