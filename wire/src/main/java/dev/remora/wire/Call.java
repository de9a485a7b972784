package dev.remora.wire;

import java.time.Instant;

/**
 * What a handler knows of the request besides its content.
 *
 * @param requestId the id that the answer carries
 * @param region the region that the request was signed for
 * @param sourceIp the peer's address
 * @param time when the request arrived
 */
public record Call(String requestId, String region, Principal principal, String sourceIp, Instant time) {
    public String account() {
        return principal.account();
    }
}
