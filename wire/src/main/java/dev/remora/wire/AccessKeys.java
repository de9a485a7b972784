package dev.remora.wire;

import java.time.Instant;
import java.util.Optional;

/** Who holds which access key. */
public interface AccessKeys {
    /** The holder of an access key id, if it exists and has not expired by {@code now}. */
    Optional<Holder> holder(String accessKeyId, Instant now);

    /**
     * @param secret the secret access key
     * @param sessionToken the token that must come with the key, or empty for a long-lived key
     * @param loopbackOnly whether the key is only good from the host's loopback (the keys that every installation knows)
     */
    record Holder(Principal principal, String secret, String sessionToken, boolean loopbackOnly) {}
}
