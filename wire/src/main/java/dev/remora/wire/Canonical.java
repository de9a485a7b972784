package dev.remora.wire;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The canonical request of SigV4, from the bytes that came.
 *
 * <p>Signers differ in what they escape on the wire but agree on the canonical form, so that names and values of the
 * query are decoded and encoded anew unless they are plainly canonical already. The path is the other way round: what
 * came is what was signed, and every service but S3 signs it encoded once more. Reference: "Create a signed AWS API
 * request" in the IAM user guide.
 */
final class Canonical {
    private Canonical() {}

    static String request(Request request, Claim claim, String bodyHash) {
        var out = new StringBuilder(512);
        out.append(request.method()).append('\n');
        out.append(path(request.rawPath(), claim.service().equals("s3"))).append('\n');
        out.append(query(request.rawQuery())).append('\n');
        for (String name : claim.signedHeaders()) {
            out.append(name).append(':').append(header(request.headers(), name)).append('\n');
        }
        out.append('\n').append(String.join(";", claim.signedHeaders()));
        return out.append('\n').append(bodyHash).toString();
    }

    static String path(String rawPath, boolean s3) {
        if (rawPath.isEmpty()) {
            return "/";
        }
        return s3 ? rawPath : Percent.encode(normalized(rawPath), true);
    }

    /** Without empty and dot segments, as RFC 3986 §6 has it and as the SDKs sign it. */
    private static String normalized(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return path;
        }
        List<String> kept = new ArrayList<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                if (!kept.isEmpty()) {
                    kept.removeLast();
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                kept.add(segment);
            }
        }
        return "/" + String.join("/", kept) + (path.endsWith("/") && !kept.isEmpty() ? "/" : "");
    }

    private record Pair(String name, String value) {}

    /**
     * Sorted by name and then by value. Sorting whole pairs is not the same: {@code a-b=} sorts before {@code a=} as
     * text.
     */
    static String query(String rawQuery) {
        if (rawQuery.isEmpty()) {
            return "";
        }
        List<Pair> pairs = new ArrayList<>();
        for (String pair : rawQuery.split("&")) {
            int equals = pair.indexOf('=');
            String name = recoded(equals < 0 ? pair : pair.substring(0, equals));
            if (!name.isEmpty() && !name.equals("X-Amz-Signature")) {
                pairs.add(new Pair(name, equals < 0 ? "" : recoded(pair.substring(equals + 1))));
            }
        }
        pairs.sort(Comparator.comparing(Pair::name).thenComparing(Pair::value));
        var out = new StringBuilder(rawQuery.length() + 8);
        for (Pair pair : pairs) {
            out.append(out.isEmpty() ? "" : "&").append(pair.name()).append('=').append(pair.value());
        }
        return out.toString();
    }

    private static String recoded(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Percent.unreserved(text.charAt(i))) {
                try {
                    return Percent.encode(Percent.decode(text, true), false);
                } catch (IllegalArgumentException e) {
                    return text;
                }
            }
        }
        return text;
    }

    /** All values of a header, each trimmed and with runs of spaces made one. */
    static String header(Headers headers, String name) {
        List<String> values = headers.all(name);
        if (values.size() == 1) {
            return trimmed(values.getFirst());
        }
        var out = new StringBuilder();
        for (String value : values) {
            out.append(out.isEmpty() ? "" : ",").append(trimmed(value));
        }
        return out.toString();
    }

    private static String trimmed(String value) {
        String text = value.strip();
        if (!text.contains("  ")) {
            return text;
        }
        var out = new StringBuilder(text.length());
        char last = 'x';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ' ' || last != ' ') {
                out.append(c);
            }
            last = c;
        }
        return out.toString();
    }
}
