package dev.remora.iam;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** How IAM's answers carry documents, and how it measures them. */
final class Document {
    private Document() {}

    /** Percent-encoded as RFC 3986 has it; clients decode it. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    /** The size that counts against IAM's quotas, which leave white space out. */
    static int size(String text) {
        return (int) text.chars().filter(c -> !Character.isWhitespace(c)).count();
    }
}
