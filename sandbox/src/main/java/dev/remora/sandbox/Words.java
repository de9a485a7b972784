package dev.remora.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The words of a message to the launcher: each one ended by a zero byte. */
final class Words {
    /** As the launcher's MAX_FRAME. */
    static final int MAX_FRAME = 1 << 20;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Words put(String key, String value) {
        return word(key).word(value);
    }

    Words put(String key, long value) {
        return put(key, Long.toString(value));
    }

    /** A folder or file of the host at a path inside. */
    Words bind(String access, Path host, String inner) {
        return word(access).word(host.toString()).word(inner);
    }

    private Words word(String word) {
        if (word.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a zero character in a sandbox's description");
        }
        bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
        return this;
    }

    byte[] frame(char type) {
        if (bytes.size() > MAX_FRAME) {
            throw new IllegalArgumentException("a sandbox's description of " + bytes.size() + " bytes");
        }
        return ByteBuffer.allocate(5 + bytes.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) type)
                .putInt(bytes.size())
                .put(bytes.toByteArray())
                .array();
    }

    static List<String> read(byte[] payload) {
        return List.of(new String(payload, StandardCharsets.UTF_8).split("\0"));
    }
}
