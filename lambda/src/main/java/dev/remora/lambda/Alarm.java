package dev.remora.lambda;

import java.time.Instant;

/** Something that happens later; injected, so that tests need not wait. */
@FunctionalInterface
interface Alarm {
    void at(Instant time, Runnable action);
}
