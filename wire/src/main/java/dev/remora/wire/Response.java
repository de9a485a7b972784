package dev.remora.wire;

/** An HTTP response. The body is not copied and not to be changed. */
public record Response(int status, Headers headers, byte[] body) {
    static final byte[] EMPTY = new byte[0];

    public static Response of(int status, String contentType, byte[] body) {
        return new Response(status, Headers.of("Content-Type", contentType), body);
    }
}
