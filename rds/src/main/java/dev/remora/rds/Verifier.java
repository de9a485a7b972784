package dev.remora.rds;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps in place of a password, so that the password itself is never written down: PostgreSQL (RFC 5803,
 * "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey") and MariaDB (mysql_native_password) take the finished text where they
 * would take a password.
 */
final class Verifier {
    static final int ITERATIONS = 4096;
    static final int SALT_BYTES = 16;
    private static final int KEY_BITS = 256;

    static String of(DbEngine engine, String password, byte[] salt) {
        return switch (engine) {
            case POSTGRES -> scram(password, salt);
            case MYSQL, MARIADB -> nativePassword(password);
        };
    }

    /** An asterisk and the digest of the password's digest, as the function PASSWORD makes it. */
    private static String nativePassword(String password) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            byte[] twice = digest.digest(digest.digest(password.getBytes(StandardCharsets.US_ASCII)));
            return "*" + HexFormat.of().withUpperCase().formatHex(twice);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @param password printable ASCII, which SASLprep leaves as it is */
    static String scram(String password, byte[] salt) {
        try {
            var spec = new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, KEY_BITS);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            byte[] stored = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            var base64 = Base64.getEncoder();
            return "SCRAM-SHA-256$" + ITERATIONS + ":" + base64.encodeToString(salt) + "$"
                    + base64.encodeToString(stored) + ":" + base64.encodeToString(hmac(salted, "Server Key"));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Verifier() {}
}
