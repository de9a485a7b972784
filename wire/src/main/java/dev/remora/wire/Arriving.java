package dev.remora.wire;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body on its connection, which remembers whether it was begun and whether it has come to its end. */
final class Arriving extends FilterInputStream {
    private boolean begun;
    private boolean ended;

    Arriving(InputStream in) {
        super(in);
    }

    boolean begun() {
        return begun;
    }

    @Override
    public int read() throws IOException {
        begun = true;
        int b = in.read();
        ended = b < 0;
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        begun = true;
        int n = in.read(buffer, offset, length);
        ended = n < 0;
        return n;
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
        } catch (IOException | RuntimeException gone) {
            return false;
        }
    }
}
