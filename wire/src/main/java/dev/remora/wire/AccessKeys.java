package dev.remora.wire;

import java.time.Instant;

/** Who holds which access key. */
public interface AccessKeys {
    /**
     * The holder of an access key. A session's key is only good together with its token, which alone says whose it
     * is.
     *
     * @param sessionToken what came as X-Amz-Security-Token, or empty
     */
    Found find(String accessKeyId, String sessionToken, Instant now);

    /**
     * Called for each request that was signed with a key.
     *
     * @param service as the signature names it, e.g. {@code ec2}
     */
    default void used(Principal holder, String accessKeyId, String service, String region, Instant now) {}

    /** A holder, or why there is none: the protocols word the two cases differently. */
    sealed interface Found permits Holder, Absent {}

    /**
     * @param secret the secret access key
     * @param loopbackOnly whether the key is only good from the host's loopback (the keys that every installation knows)
     */
    record Holder(Principal principal, String secret, boolean loopbackOnly) implements Found {}

    enum Absent implements Found {
        /**
         * No such key, or a token that is not this key's: InvalidClientTokenId, UnrecognizedClientException,
         * AuthFailure.
         */
        UNKNOWN,
        /** The session is over: ExpiredToken, ExpiredTokenException, RequestExpired. */
        EXPIRED
    }
}
