package dev.remora.fleet;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Lower-case letters and digits, as AWS's names of resources and endpoints have them. */
public final class Letters {
    /** The number that {@code hex} is, the last {@code count} letters of it. */
    public static String ofHex(String hex, int count) {
        String text = "0".repeat(count) + new BigInteger(hex, 16).toString(Character.MAX_RADIX);
        return text.substring(text.length() - count);
    }

    /** Always the same for the same text. */
    public static String ofText(String text, int count) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ofHex(HexFormat.of().formatHex(hash), count);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Letters() {}
}
