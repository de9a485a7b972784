package dev.remora.sandbox;

import java.time.Instant;

/** Where the lines go that a sandbox prints. Called by one thread at a time; must not block for long. */
@FunctionalInterface
public interface Output {
    /** One line without its line end, at most {@code 256} KiB; longer ones arrive in pieces. */
    void line(Instant time, String line);
}
