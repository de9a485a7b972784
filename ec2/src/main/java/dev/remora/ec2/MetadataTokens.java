package dev.remora.ec2;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The tokens of one instance's metadata service. A token is the time of its end, sealed, so that none need be kept. */
final class MetadataTokens {
    static final int MAX_SECONDS = 21_600;

    private static final String SEAL = "HmacSHA256";
    private final SecretKeySpec key;

    MetadataTokens() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        key = new SecretKeySpec(random, SEAL);
    }

    String issue(Instant end) {
        byte[] time = ByteBuffer.allocate(Long.BYTES).putLong(end.toEpochMilli()).array();
        byte[] seal = seal(time);
        return Base64.getUrlEncoder().encodeToString(ByteBuffer.allocate(time.length + seal.length).put(time).put(seal).array());
    }

    boolean good(String token, Instant now) {
        try {
            byte[] all = Base64.getUrlDecoder().decode(token);
            if (all.length <= Long.BYTES) {
                return false;
            }
            byte[] time = Arrays.copyOf(all, Long.BYTES);
            return MessageDigest.isEqual(seal(time), Arrays.copyOfRange(all, Long.BYTES, all.length))
                    && now.toEpochMilli() < ByteBuffer.wrap(time).getLong();
        } catch (IllegalArgumentException noToken) {
            return false;
        }
    }

    private byte[] seal(byte[] time) {
        try {
            Mac mac = Mac.getInstance(SEAL);
            mac.init(key);
            return mac.doFinal(time);
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
