package dev.remora.wire;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a signed request says of itself, not yet believed: in the Authorization header or, presigned, in the query.
 *
 * @param day the date of the credential scope, {@code yyyyMMdd}
 * @param signedHeaders names in lower case, in the order in which they were signed
 * @param timestamp {@code yyyyMMdd'T'HHmmss'Z'}
 * @param token the session token, or empty
 * @param expiresSeconds for a presigned request, how long after its timestamp it is good; else -1
 */
record Claim(
        String accessKey,
        String day,
        String region,
        String service,
        List<String> signedHeaders,
        String signature,
        String timestamp,
        String token,
        long expiresSeconds) {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    /** What the key is derived from, as the string to sign names it. */
    String scope() {
        return day + '/' + region + '/' + service + "/aws4_request";
    }

    /** Whether it is a presigned URL of S3's older kind, which knows no day. */
    boolean ofVersion2() {
        return day.isEmpty();
    }

    boolean presigned() {
        return expiresSeconds >= 0;
    }

    /** Something is signed, but not well. */
    static final class Incomplete extends RuntimeException {
        private final String text;

        Incomplete(String text) {
            super(text, null, false, false);
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * The claim of a request, or null where it is not signed at all.
     *
     * @throws Incomplete where a part is missing
     */
    static @Nullable Claim of(Request request) {
        String authorization = request.headers().first("Authorization");
        if (authorization != null) {
            return header(request, authorization);
        }
        return request.rawQuery().contains("X-Amz-Signature=") ? presigned(request) : SigV2.claim(request);
    }

    private static Claim header(Request request, String authorization) {
        if (!authorization.startsWith(ALGORITHM + " ")) {
            throw new Incomplete("The Authorization header must start with '" + ALGORITHM + "'.");
        }
        String credential = part(authorization, "Credential");
        String signed = part(authorization, "SignedHeaders");
        String signature = part(authorization, "Signature");
        String timestamp = request.headers().first("X-Amz-Date");
        if (timestamp == null) {
            timestamp = request.headers().first("Date");
        }
        if (timestamp == null) {
            throw new Incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                    + " Authorization="
                    + withoutSignature(authorization));
        }
        String token = request.headers().first("X-Amz-Security-Token");
        return of(credential, signed, signature, SigV4.basicForm(timestamp), token == null ? "" : token, -1);
    }

    private static String part(String authorization, String name) {
        int from = Claim.ALGORITHM.length();
        while (true) {
            int at = authorization.indexOf(name + "=", from);
            if (at < 0) {
                throw new Incomplete("Authorization header requires '" + name + "' parameter. Authorization="
                        + withoutSignature(authorization));
            }
            char before = authorization.charAt(at - 1);
            if (before == ' ' || before == ',') {
                int end = authorization.indexOf(',', at);
                return authorization
                        .substring(at + name.length() + 1, end < 0 ? authorization.length() : end)
                        .strip();
            }
            from = at + 1;
        }
    }

    private static String withoutSignature(String authorization) {
        return authorization.replaceAll("Signature=[0-9a-f]*", "Signature=…");
    }

    private static Claim presigned(Request request) {
        Map<String, String> query = new HashMap<>();
        for (String pair : request.rawQuery().split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.startsWith("X-Amz-")) {
                try {
                    query.put(pair.substring(0, equals), Percent.decode(pair.substring(equals + 1), false));
                } catch (IllegalArgumentException e) {
                    throw new Incomplete("The query-string parameter " + pair.substring(0, equals) + " is malformed.");
                }
            }
        }
        if (!ALGORITHM.equals(query.get("X-Amz-Algorithm"))) {
            throw new Incomplete("AWS query-string parameters must include 'X-Amz-Algorithm' of " + ALGORITHM + ".");
        }
        long expires;
        try {
            expires =
                    Long.parseLong(query.getOrDefault("X-Amz-Expires", Long.toString(SigV4.DEFAULT_PRESIGNED_SECONDS)));
        } catch (NumberFormatException e) {
            expires = -1;
        }
        if (expires < 0 || expires > SigV4.MAX_PRESIGNED_SECONDS) {
            throw new Incomplete("X-Amz-Expires must be between 0 and " + SigV4.MAX_PRESIGNED_SECONDS + " seconds.");
        }
        return of(
                need(query, "X-Amz-Credential"),
                need(query, "X-Amz-SignedHeaders"),
                need(query, "X-Amz-Signature"),
                need(query, "X-Amz-Date"),
                query.getOrDefault("X-Amz-Security-Token", ""),
                expires);
    }

    private static String need(Map<String, String> query, String name) {
        String value = query.get(name);
        if (value == null || value.isEmpty()) {
            throw new Incomplete("AWS query-string parameters must include '" + name + "'.");
        }
        return value;
    }

    private static Claim of(
            String credential, String signed, String signature, String timestamp, String token, long expires) {
        String[] scope = credential.split("/");
        if (scope.length != 5 || !scope[4].equals("aws4_request") || scope[1].length() != 8) {
            throw new Incomplete(
                    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got"
                            + " '"
                            + credential + "'");
        }
        return new Claim(
                scope[0],
                scope[1],
                scope[2],
                scope[3],
                List.of(signed.split(";")),
                signature,
                timestamp,
                token,
                expires);
    }
}
