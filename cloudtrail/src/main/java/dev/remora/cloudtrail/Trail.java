package dev.remora.cloudtrail;

import dev.remora.wire.Audit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The newest events. Calls that manage and calls that use are kept apart, so that a busy function does not drive out who changed
 * a role. An event is put with two atomic steps and no lock.
 */
final class Trail implements Audit {
    /** How many of each of the two sorts are kept. */
    static final int KEPT = 10_000;

    private static final Comparator<TrailEvent> BY_NUMBER = Comparator.comparingLong(TrailEvent::number);

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
        return management.events().sorted(BY_NUMBER.reversed()).toList();
    }

    /** The events of an account after a number, oldest first. */
    List<TrailEvent> of(String account, long after) {
        return Stream.concat(management.events(), data.events())
                .filter(event -> event.number() > after && event.principal().account().equals(account))
                .sorted(BY_NUMBER)
                .toList();
    }

    private static final class Ring {
        private final AtomicReferenceArray<TrailEvent> places = new AtomicReferenceArray<>(KEPT);
        private final AtomicLong next = new AtomicLong();

        void put(TrailEvent event) {
            places.set((int) (next.getAndIncrement() % KEPT), event);
        }

        /** In no order: calls that end at once may change places. */
        Stream<TrailEvent> events() {
            return IntStream.range(0, KEPT).mapToObj(places::get).filter(Objects::nonNull);
        }
    }
}
