package dev.remora.store;

import java.time.Instant;

/** What becomes of a row that somebody decides over; see {@link Streams#decide}. */
public sealed interface Fate {
    Fate KEPT = new Kept();
    Fate DELETED = new Deleted();

    /** It stays as it is. */
    record Kept() implements Fate {}

    record Deleted() implements Fate {}

    /**
     * It gets another time and other data, and may move to another stream, also of another family. It keeps its sequence number
     * and the time at which it was written.
     */
    record Changed(StreamName stream, Instant time, byte[] data) implements Fate {}
}
