package dev.remora.iam;

import dev.remora.store.Ids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** How passwords are kept: {@code salt:hash}, both in hexadecimal, so that the data folder does not tell them. */
final class Password {
    private static final int SALT_HEX_DIGITS = 32;
    private static final int ITERATIONS = 20_000;
    private static final int HASH_BITS = 256;

    private Password() {}

    static String hash(String password, Ids ids) {
        String salt = ids.hex(SALT_HEX_DIGITS);
        return salt + ":" + HexFormat.of().formatHex(derive(password, salt));
    }

    static boolean matches(String password, String hash) {
        int colon = hash.indexOf(':');
        byte[] kept = HexFormat.of().parseHex(hash, colon + 1, hash.length());
        return MessageDigest.isEqual(derive(password, hash.substring(0, colon)), kept);
    }

    private static byte[] derive(String password, String salt) {
        try {
            var spec = new PBEKeySpec(password.toCharArray(), salt.getBytes(StandardCharsets.US_ASCII), ITERATIONS, HASH_BITS);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
