package dev.remora.wire;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP response. The body is not copied and not to be changed.
 *
 * @param content the body where it is too long to be held; {@code body} is then empty
 */
public record Response(int status, Headers headers, byte[] body, @Nullable Content content) {
    static final byte[] EMPTY = new byte[0];

    public Response(int status, Headers headers, byte[] body) {
        this(status, headers, body, null);
    }

    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, Headers.of("Content-Type", contentType), body);
    }
}
