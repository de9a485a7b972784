package dev.remora.wire;

import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The body of a request while it comes. What the caller signed or declared of it is checked on the way: a stream that has given
 * its last byte was whole, and one that was not throws an {@link AwsError} before that.
 */
public final class Body {
    private final InputStream bytes;
    private final long length;
    private final Optional<Checksum> announced;
    private final Supplier<Optional<Checksum.Value>> checksum;

    Body(InputStream bytes, long length, Optional<Checksum> announced, Supplier<Optional<Checksum.Value>> checksum) {
        this.bytes = bytes;
        this.length = length;
        this.announced = announced;
        this.checksum = checksum;
    }

    /** A body of which nothing was declared. */
    public static Body of(InputStream bytes, long length) {
        return new Body(bytes, length, Optional.empty(), Optional::empty);
    }

    public InputStream bytes() {
        return bytes;
    }

    /** How long it says that it is, or -1. */
    public long length() {
        return length;
    }

    /** Which checksum comes with it, known from the beginning. */
    public Optional<Checksum> announced() {
        return announced;
    }

    /** The checksum that came with it and is right; only once the stream is at its end. */
    public Optional<Checksum.Value> checksum() {
        return checksum.get();
    }
}
