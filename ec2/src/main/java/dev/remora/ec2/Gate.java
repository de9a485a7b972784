package dev.remora.ec2;

import java.time.Duration;

/** Holds new interfaces back; tests close it to see what others do meanwhile. */
@FunctionalInterface
public interface Gate {
    Gate OPEN = (interfaceId, atMost) -> true;

    /** Waits until the interface may count as in force; false if the time is over first. */
    boolean pass(String interfaceId, Duration atMost);
}
