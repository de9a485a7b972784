package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies Signature Version 4, in the header and presigned in the query.
 *
 * <p>The signature covers method, path, query, the headers that it names and the hash of the body; it is recomputed
 * with the caller's secret and compared in constant time. The key of a day, region and service costs four HMACs and
 * is kept; a keyed Mac is cloned for each request, which is cheaper than making one. Rejected: re-signing with the
 * SDK's signer, which must be fed a request cut down to its signed headers and cannot do presigned ones.
 *
 * <p>S3 signs what a request declares of its body and not the body itself, which {@link Payload} then holds against it.
 *
 * <p>The host must be signed, or a request could be replayed to another place; whether the timestamp is signed needs
 * no check, because the string to sign holds it.
 */
final class SigV4 {
    /** How far a caller's clock may be off. */
    static final Duration MAX_SKEW = Duration.ofMinutes(5);

    static final Duration MAX_SKEW_OF_S3 = Duration.ofMinutes(15);

    /** A presigned request is good for a week at most. */
    static final long MAX_PRESIGNED_SECONDS = 604_800;

    static final long DEFAULT_PRESIGNED_SECONDS = 900;

    /** Derived keys that are kept; when there are more, all are dropped and made anew. */
    static final int MAX_KEYS = 4096;

    /** What a client may declare in place of the body's hash. */
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final MessageDigest SHA256 = newSha256();

    /** By the secret and the scope in one text, which is looked up faster than a record of them. */
    private final Map<String, Mac> keys = new ConcurrentHashMap<>();

    /** @throws AwsError in the protocol's words, if the request is not signed with the secret or not now */
    void verify(Request request, Claim claim, String secret, Instant now, Refusals refusals) {
        if (claim.ofVersion2()) {
            SigV2.verify(request, claim, secret, now, refusals);
            return;
        }
        String declared = request.headers().first("X-Amz-Content-Sha256");
        String bodyHash = claim.service().equals("s3")
                ? Payload.declared(request.headers())
                : UNSIGNED.equals(declared) ? UNSIGNED : sha256(request.body());
        String canonical = Canonical.request(request, claim, bodyHash);
        String toSign = Claim.ALGORITHM + '\n' + claim.timestamp() + '\n' + claim.scope() + '\n'
                + sha256(canonical.getBytes(StandardCharsets.UTF_8));
        String expected = HexFormat.of().formatHex(key(secret, claim).doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
        byte[] given = claim.signature().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given)
                || !claim.signedHeaders().contains("host")) {
            throw refusals.badSignature();
        }
        checkTime(claim, now, refusals);
    }

    private static void checkTime(Claim claim, Instant now, Refusals refusals) {
        Instant signed;
        try {
            signed = instant(claim.timestamp());
        } catch (DateTimeException e) {
            throw refusals.incompleteSignature(
                    "Date must be in ISO-8601 'basic format'. Got '" + claim.timestamp() + "'.");
        }
        if (!claim.timestamp().startsWith(claim.day())) {
            throw refusals.badSignature(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
                            + claim.day() + "' != '" + claim.timestamp().substring(0, 8) + "', from '"
                            + claim.timestamp() + "'.");
        }
        Duration skew = refusals.protocol() == Protocol.REST_XML ? MAX_SKEW_OF_S3 : MAX_SKEW;
        if (signed.isAfter(now.plus(skew))) {
            throw refusals.tooEarly("Signature not yet current: " + claim.timestamp() + " is still later than "
                    + TIMESTAMP.format(now.plus(skew)) + " (" + TIMESTAMP.format(now) + " + 5 min.)");
        }
        if (claim.presigned()) {
            Instant end = signed.plusSeconds(claim.expiresSeconds());
            if (end.isBefore(now)) {
                throw refusals.tooLate("Signature expired: " + TIMESTAMP.format(end) + " is now earlier than "
                        + TIMESTAMP.format(now), true);
            }
        } else if (signed.isBefore(now.minus(skew))) {
            throw refusals.tooLate("Signature expired: " + claim.timestamp() + " is now earlier than "
                    + TIMESTAMP.format(now.minus(skew)) + " (" + TIMESTAMP.format(now) + " - 5 min.)", false);
        }
    }

    /** Reads {@code yyyyMMdd'T'HHmmss'Z'}, which every request has, digit by digit: a formatter takes as long as the HMAC. */
    static Instant instant(String text) {
        if (text.length() != 16 || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            throw new DateTimeException("not in the basic form");
        }
        return LocalDateTime.of(
                        number(text, 0, 4), number(text, 4, 6), number(text, 6, 8),
                        number(text, 9, 11), number(text, 11, 13), number(text, 13, 15))
                .toInstant(ZoneOffset.UTC);
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw new DateTimeException("not a digit");
            }
            number = number * 10 + c - '0';
        }
        return number;
    }

    /** For the chunks of a body whose request was verified. */
    ChunkSignatures chunks(Claim claim, String secret) {
        return new ChunkSignatures(key(secret, claim), claim);
    }

    private Mac key(String secret, Claim claim) {
        String scope = secret + '\n' + claim.scope();
        Mac known = keys.get(scope);
        if (known == null) {
            byte[] key = mac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8)).doFinal(bytes(claim.day()));
            key = mac(key).doFinal(bytes(claim.region()));
            key = mac(key).doFinal(bytes(claim.service()));
            known = mac(mac(key).doFinal(bytes("aws4_request")));
            if (keys.size() >= MAX_KEYS) {
                keys.clear();
            }
            keys.put(scope, known);
        }
        try {
            return (Mac) known.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("HmacSHA256 of this Java cannot be cloned", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    /** A new digest: a clone, because asking for one by its name searches the providers. */
    static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of this Java cannot be cloned", e);
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A Date header may also be an HTTP date; the string to sign always holds the basic form. */
    static String basicForm(String date) {
        if (date.length() == 16 && date.charAt(8) == 'T') {
            return date;
        }
        try {
            return TIMESTAMP.format(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
        } catch (DateTimeException e) {
            return date;
        }
    }
}
