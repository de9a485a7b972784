package dev.remora.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A body on its connection, which is not begun before somebody reads it: a client that waits for the word to go on gets it then,
 * and an answer without it where nobody does.
 */
final class Arriving extends InputStream {
    private final Supplier<InputStream> source;
    private @Nullable InputStream begun;
    private boolean ended;

    Arriving(Supplier<InputStream> source) {
        this.source = source;
    }

    boolean begun() {
        return begun != null;
    }

    private InputStream in() {
        InputStream in = begun;
        if (in == null) {
            begun = in = source.get();
        }
        return in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** The server's own exceptions for a connection that ended, or for chunks that are none, are not bugs of whoever reads. */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int n = in().read(buffer, offset, length);
            ended = n < 0;
            return n;
        } catch (RuntimeException gone) {
            throw new IOException("the body broke off", gone);
        }
    }

    /** Reads the rest away if it is not longer than so much; says whether the end was reached. */
    boolean drained(int atMost) {
        try {
            long left = atMost;
            byte[] buffer = new byte[16 * 1024];
            while (!ended && left > 0) {
                left -= Math.max(0, read(buffer, 0, buffer.length));
            }
            return ended;
        } catch (IOException gone) {
            return false;
        }
    }
}
