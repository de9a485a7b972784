package dev.remora.wire;

import java.time.Instant;

/**
 * What a handler knows of the request besides its content.
 *
 * @param requestId the id that the answer carries
 * @param region the region that the request was signed for
 * @param sourceIp the peer's address
 * @param time when the request arrived
 * @param endpoint where the caller found this server, without a final slash, e.g. {@code http://127.0.0.1:4566}
 */
public record Call(
        String requestId, String region, Principal principal, String sourceIp, Instant time, String endpoint) {
    public Call(String requestId, String region, Principal principal, String sourceIp, Instant time) {
        this(requestId, region, principal, sourceIp, time, "http://localhost");
    }

    public String account() {
        return principal.account();
    }
}
