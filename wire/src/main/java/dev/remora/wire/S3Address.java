package dev.remora.wire;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The bucket and the key that a request of S3 is about. A bucket stands in the path ({@code /bucket/key}) or before the host's
 * name ({@code bucket.s3.eu-west-1.amazonaws.com}, {@code bucket.s3.localhost}, {@code bucket.localhost}). A key is all that
 * follows, byte for byte: S3 makes no difference of slashes or dots.
 *
 * @param bucket or the empty string
 * @param key decoded, or the empty string
 */
record S3Address(String bucket, String key) {
    private static final String LOCALHOST = ".localhost";

    static S3Address of(Request request) {
        String path = request.rawPath().startsWith("/") ? request.rawPath().substring(1) : request.rawPath();
        String bucket = bucketOfHost(host(request));
        if (bucket == null) {
            int slash = path.indexOf('/');
            bucket = decode(slash < 0 ? path : path.substring(0, slash));
            path = slash < 0 ? "" : path.substring(slash + 1);
        }
        return new S3Address(bucket, decode(path));
    }

    /** The path with its bucket, as it came, whichever way the bucket is named. */
    static String signedPath(Request request) {
        String bucket = bucketOfHost(host(request));
        return bucket == null ? request.rawPath() : "/" + bucket + request.rawPath();
    }

    /** Whether a request that says nothing else of itself is for S3. */
    static boolean namedByHost(Request request) {
        String host = host(request);
        return host.startsWith("s3.") || host.startsWith("s3-") || host.contains(".s3.") || host.contains(".s3-");
    }

    private static String host(Request request) {
        String host = String.valueOf(request.headers().first("Host")).toLowerCase(Locale.ROOT);
        int port = host.lastIndexOf(':');
        return port > host.indexOf(']') ? host.substring(0, port) : host;
    }

    private static @Nullable String bucketOfHost(String host) {
        int mark = Math.max(host.lastIndexOf(".s3."), host.lastIndexOf(".s3-"));
        if (mark > 0) {
            return host.substring(0, mark);
        }
        boolean ours = host.startsWith("s3.") || host.startsWith("s3-");
        return !ours && host.endsWith(LOCALHOST) ? host.substring(0, host.length() - LOCALHOST.length()) : null;
    }

    private static String decode(String text) {
        try {
            return Percent.decode(text, false);
        } catch (IllegalArgumentException e) {
            throw new AwsError("InvalidURI", 400, "Couldn't parse the specified URI.");
        }
    }
}
