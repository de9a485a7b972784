package dev.remora.iam;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One-time passwords by the clock (RFC 6238), as AWS's virtual devices show them: SHA-1, six digits, another every thirty
 * seconds. A step is one of those thirty seconds, counted from 1970.
 */
final class Totp {
    static final int STEP_SECONDS = 30;

    /** As many bits as the seeds that AWS hands out: 64 digits of base 32. */
    static final int SEED_HEX_DIGITS = 80;

    /** How many steps a code may be early or late (RFC 6238, section 5.2). */
    private static final int WINDOW_STEPS = 1;

    /** How far a clock may be off when two codes tell how far it is: twelve hours. */
    private static final int SYNC_STEPS = 12 * 60 * 60 / STEP_SECONDS;

    private static final int CODES = 1_000_000;
    private static final String ALGORITHM = "HmacSHA1";

    private final byte[] seed;

    /** @param seed in hexadecimal digits */
    Totp(String seed) {
        this.seed = HexFormat.of().parseHex(seed);
    }

    static long step(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), STEP_SECONDS);
    }

    String code(long step) {
        byte[] digest = mac(step);
        int offset = digest[digest.length - 1] & 0xf;
        int number = ByteBuffer.wrap(digest).getInt(offset) & Integer.MAX_VALUE;
        return String.format(Locale.ROOT, "%06d", number % CODES);
    }

    private byte[] mac(long step) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(seed, ALGORITHM));
            return mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean shows(String code, long step) {
        return MessageDigest.isEqual(
                code.getBytes(StandardCharsets.US_ASCII), code(step).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The step whose code this is.
     *
     * @param now the step that the device is thought to be in
     * @param used the newest step whose code was taken; no code of it, or of one before it, is good
     */
    OptionalLong accept(String code, long now, long used) {
        for (long step = Math.max(now - WINDOW_STEPS, used + 1); step <= now + WINDOW_STEPS; step++) {
            if (shows(code, step)) {
                return OptionalLong.of(step);
            }
        }
        return OptionalLong.empty();
    }

    /** The step of the second of two codes that follow each other, nearest to now, both after what was used. */
    OptionalLong synchronize(String first, String second, long now, long used) {
        for (int away = 0; away <= SYNC_STEPS; away++) {
            if (shows(first, now - away - 1, used) && shows(second, now - away)) {
                return OptionalLong.of(now - away);
            }
            if (shows(first, now + away - 1, used) && shows(second, now + away)) {
                return OptionalLong.of(now + away);
            }
        }
        return OptionalLong.empty();
    }

    private boolean shows(String code, long step, long used) {
        return step > used && shows(code, step);
    }

    /** As devices are told it. */
    String base32() {
        var number = new BigInteger(1, seed);
        var digits = new StringBuilder();
        for (int shift = seed.length * Byte.SIZE - 5; shift >= 0; shift -= 5) {
            digits.append(UniqueId.BASE_32.charAt(number.shiftRight(shift).intValue() & 31));
        }
        return digits.toString();
    }
}
