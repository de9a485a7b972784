package dev.remora.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The object that {@code x-amz-copy-source} names: bucket and key, encoded as in a URL, perhaps behind a slash. */
record CopySource(String bucket, String key) {
    static CopySource of(@Nullable String header) {
        String text = header == null ? "" : header.startsWith("/") ? header.substring(1) : header;
        if (text.startsWith("arn:")) {
            throw S3Errors.notSupported("A copy source that is an ARN");
        }
        int mark = text.indexOf("?versionId=");
        if (mark >= 0 && !text.substring(mark).equals("?versionId=null")) {
            throw S3Errors.notSupported("A copy source with a version");
        }
        String path = mark < 0 ? text : text.substring(0, mark);
        String decoded;
        try {
            decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid(text);
        }
        int slash = decoded.indexOf('/');
        if (slash <= 0 || slash == decoded.length() - 1) {
            throw invalid(text);
        }
        return new CopySource(decoded.substring(0, slash), decoded.substring(slash + 1));
    }

    private static RuntimeException invalid(String text) {
        return S3Errors.invalidArgument("Invalid copy source object key", "x-amz-copy-source", text);
    }
}
