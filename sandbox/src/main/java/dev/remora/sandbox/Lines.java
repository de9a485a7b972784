package dev.remora.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Cuts a stream of bytes into lines. What is no UTF-8 becomes the replacement character. */
final class Lines {
    /** The longest line that is passed on whole, as CloudWatch's longest event. */
    static final int MAX_LINE = 256 * 1024;

    private final Consumer<String> to;
    private byte[] partial = new byte[0];

    Lines(Consumer<String> to) {
        this.to = to;
    }

    void add(byte[] bytes, int size) {
        int start = 0;
        for (int i = 0; i < size; i++) {
            if (bytes[i] == '\n') {
                keep(bytes, start, i);
                pass();
                start = i + 1;
            } else if (partial.length + i - start + 1 == MAX_LINE) {
                keep(bytes, start, i + 1);
                pass();
                start = i + 1;
            }
        }
        keep(bytes, start, size);
    }

    /** Passes on what has no line end yet. */
    void flush() {
        if (partial.length > 0) {
            pass();
        }
    }

    private void keep(byte[] bytes, int from, int to) {
        if (to > from) {
            int had = partial.length;
            partial = Arrays.copyOf(partial, had + to - from);
            System.arraycopy(bytes, from, partial, had, to - from);
        }
    }

    private void pass() {
        int length = partial.length;
        if (length > 0 && partial[length - 1] == '\r') {
            length--;
        }
        String line = new String(partial, 0, length, StandardCharsets.UTF_8);
        partial = new byte[0];
        to.accept(line);
    }
}
