package dev.remora.wire;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request as the dispatcher sees it.
 *
 * @param rawPath the path as it came, still encoded: signatures cover these very bytes
 * @param rawQuery the query as it came without its question mark, or empty
 * @param body the whole body; not copied and not to be changed
 * @param peer the peer's IP address
 * @param secure whether it came over TLS
 * @param trusted whether it came from the host's own loopback through a listener on the host; never so for a request
 *     from a sandbox or a VPC, whatever address such a peer shows
 * @param entrance the VPC endpoint that it came through, or null
 * @param stream the body where it is read while it comes, or null; {@code body} is then empty
 */
public record Request(
        String method,
        String rawPath,
        String rawQuery,
        Headers headers,
        byte[] body,
        String peer,
        boolean secure,
        boolean trusted,
        @Nullable Entrance entrance,
        @Nullable InputStream stream) {
    Request(
            String method,
            String rawPath,
            String rawQuery,
            Headers headers,
            byte[] body,
            String peer,
            boolean secure,
            boolean trusted) {
        this(method, rawPath, rawQuery, headers, body, peer, secure, trusted, null, null);
    }

    /** The same request, come through a VPC endpoint or not. */
    Request through(@Nullable Entrance by) {
        return new Request(method, rawPath, rawQuery, headers, body, peer, secure, trusted, by, stream);
    }

    /** The same request with its body as it comes. */
    Request streaming(InputStream bytes) {
        return new Request(method, rawPath, rawQuery, headers, body, peer, secure, trusted, entrance, bytes);
    }

    /** The same request with the body that was read from its stream. */
    Request holding(byte[] bytes) {
        return new Request(method, rawPath, rawQuery, headers, bytes, peer, secure, trusted, entrance, null);
    }

    /** What comes as the body, in whichever form it is there. */
    InputStream bytes() {
        return stream != null ? stream : new ByteArrayInputStream(body);
    }

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * Whether a browser on this machine sends it for a page that is not ours. Everybody knows the bootstrap keys, so
     * that a page anywhere could sign with them; but a browser always says where a request comes from, and a name
     * that was made to point to this machine shows in the Host header.
     */
    boolean fromForeignPage() {
        String site = headers.first("Sec-Fetch-Site");
        String origin = headers.first("Origin");
        if (site == null && origin == null) {
            return false;
        }
        String host = String.valueOf(headers.first("Host")).toLowerCase(Locale.ROOT);
        boolean sameSite = site == null || site.equals("same-origin") || site.equals("none");
        boolean sameOrigin = origin == null || origin.equals("http://" + host) || origin.equals("https://" + host);
        int port = host.lastIndexOf(':');
        String name = port > host.indexOf(']') ? host.substring(0, port) : host;
        return !sameSite || !sameOrigin || !(LOOPBACK.contains(name) || name.endsWith(".localhost"));
    }
}
