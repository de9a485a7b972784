package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * S3's older signature, only as the query of a presigned URL: boto3 and version 1 of the AWS CLI still make such URLs when nobody
 * tells them otherwise. Reference: "Signing and authenticating REST requests" in the S3 user guide, signature version 2.
 */
final class SigV2 {
    /** Where requests that name no region are taken to be. */
    private static final String REGION = "us-east-1";

    /** Parameters that are part of the resource that is signed. */
    private static final Set<String> SUB_RESOURCES = Set.of(
            "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "encryption", "inventory", "lifecycle",
            "location", "logging", "metrics", "notification", "partNumber", "policy", "replication", "requestPayment",
            "response-cache-control", "response-content-disposition", "response-content-encoding",
            "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
            "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website");

    private SigV2() {}

    /** What such a URL claims, or null where the request has none. */
    static @Nullable Claim claim(Request request) {
        if (!request.rawQuery().contains("AWSAccessKeyId=") || !request.rawQuery().contains("Signature=")) {
            return null;
        }
        Map<String, String> query = query(request);
        String key = query.get("AWSAccessKeyId");
        String signature = query.get("Signature");
        String expires = query.get("Expires");
        if (key == null || signature == null || expires == null) {
            throw new Claim.Incomplete(
                    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
        }
        String token = query.getOrDefault("x-amz-security-token", "");
        return new Claim(key, "", REGION, "s3", List.of(), signature, expires, token, 0);
    }

    /** @throws AwsError if the URL is not signed with the secret, or no longer good */
    static void verify(Request request, Claim claim, String secret, Instant now, Refusals refusals) {
        byte[] expected;
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            expected = Base64.getEncoder().encode(mac.doFinal(toSign(request, claim).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        if (!MessageDigest.isEqual(expected, claim.signature().getBytes(StandardCharsets.UTF_8))) {
            throw refusals.badSignature();
        }
        long until;
        try {
            until = Long.parseLong(claim.timestamp());
        } catch (NumberFormatException e) {
            throw refusals.incompleteSignature("Invalid date (should be seconds since epoch): " + claim.timestamp());
        }
        if (now.getEpochSecond() > until) {
            throw refusals.tooLate("Request has expired", true);
        }
    }

    private static String toSign(Request request, Claim claim) {
        var out = new StringBuilder(request.method()).append('\n');
        out.append(orEmpty(request.headers().first("Content-MD5"))).append('\n');
        out.append(orEmpty(request.headers().first("Content-Type"))).append('\n');
        out.append(claim.timestamp()).append('\n');
        Map<String, String> query = query(request);
        var amz = new TreeMap<String, String>();
        request.headers().forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith("x-amz-")) {
                amz.merge(lower, value.strip(), (a, b) -> a + "," + b);
            }
        });
        query.forEach((name, value) -> {
            if (name.startsWith("x-amz-")) {
                amz.put(name, value);
            }
        });
        amz.forEach((name, value) -> out.append(name).append(':').append(value).append('\n'));
        out.append(S3Address.signedPath(request));
        var parts = new TreeMap<String, String>();
        query.forEach((name, value) -> {
            if (SUB_RESOURCES.contains(name)) {
                parts.put(name, value);
            }
        });
        char before = '?';
        for (var part : parts.entrySet()) {
            out.append(before).append(part.getKey());
            out.append(part.getValue().isEmpty() ? "" : "=" + part.getValue());
            before = '&';
        }
        return out.toString();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Map<String, String> query(Request request) {
        Map<String, String> query = new HashMap<>();
        try {
            for (String pair : request.rawQuery().split("&")) {
                int equals = pair.indexOf('=');
                query.put(
                        Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true),
                        equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true));
            }
        } catch (IllegalArgumentException e) {
            throw new Claim.Incomplete("The query string is malformed.");
        }
        return query;
    }
}
