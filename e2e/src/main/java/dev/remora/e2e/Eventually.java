package dev.remora.e2e;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what AWS, too, does after its answer. Bounded; asks again every 20 ms. */
public final class Eventually {
    private static final Duration AT_MOST = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(20);

    public static void holds(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + AT_MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not so within " + AT_MOST + ": " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private Eventually() {}
}
