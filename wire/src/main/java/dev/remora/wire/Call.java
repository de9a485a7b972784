package dev.remora.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a handler knows of the request besides its content.
 *
 * @param requestId the id that the answer carries
 * @param region the region that the request was signed for
 * @param sourceIp the peer's address
 * @param time when the request arrived
 * @param endpoint where the caller found this server, without a final slash, e.g. {@code http://127.0.0.1:4566}
 * @param keys the condition keys that the request has whatever it asks for
 */
public record Call(
        String requestId,
        String region,
        Principal principal,
        String sourceIp,
        Instant time,
        String endpoint,
        Map<String, List<String>> keys) {
    public Call(String requestId, String region, Principal principal, String sourceIp, Instant time) {
        this(requestId, region, principal, sourceIp, time, "http://localhost", Map.of());
    }

    public String account() {
        return principal.account();
    }

    /**
     * The condition keys of a call that a service of ours makes with the caller's permissions, which it needs for what it was
     * asked.
     *
     * @param service e.g. {@code lambda.amazonaws.com}
     */
    public Map<String, List<String>> through(String service) {
        return RequestKeys.through(service, keys);
    }
}
