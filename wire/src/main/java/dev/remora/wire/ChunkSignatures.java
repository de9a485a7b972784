package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;

/**
 * The chain of signatures over the chunks of a body: each covers the one before it, the first that of the request. Reference:
 * "Signature calculations for the Authorization header: transferring payload in multiple chunks" in the S3 API reference.
 */
final class ChunkSignatures {
    private static final String NOTHING = SigV4.sha256(new byte[0]);

    private final Mac key;
    private final String head;
    private String last;

    ChunkSignatures(Mac key, Claim claim) {
        this.key = key;
        this.head = '\n' + claim.timestamp() + '\n' + claim.scope() + '\n';
        this.last = claim.signature();
    }

    /** Whether a chunk, given by the hash of its bytes, is signed so. */
    boolean chunk(String sha256, String signature) {
        return next("AWS4-HMAC-SHA256-PAYLOAD" + head + last + '\n' + NOTHING + '\n' + sha256, signature);
    }

    /** Whether what came behind the last chunk is signed so; each header as {@code name:value} and a line feed. */
    boolean trailer(String headers, String signature) {
        String sha256 = SigV4.sha256(headers.getBytes(StandardCharsets.UTF_8));
        return next("AWS4-HMAC-SHA256-TRAILER" + head + last + '\n' + sha256, signature);
    }

    private boolean next(String toSign, String signature) {
        last = HexFormat.of().formatHex(key.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
        return MessageDigest.isEqual(
                last.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }
}
