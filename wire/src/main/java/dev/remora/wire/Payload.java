package dev.remora.wire;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A body as S3's clients send it. What the signature covers stands in {@code X-Amz-Content-Sha256}: the body's hash, or that
 * it is unsigned, or that it comes in chunks. Here the body is read as that header says, and held against all that was
 * declared of it: the hash, the Content-MD5, the checksum in a header or in a trailer, the length.
 */
final class Payload extends InputStream {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final String STREAMING = "STREAMING-";

    private final InputStream in;
    private final Headers headers;
    private final Supplier<Map<String, String>> trailers;
    private final long expected;
    private final @Nullable MessageDigest sha256;
    private final String declaredSha256;
    private final @Nullable MessageDigest md5;
    private final Checksum.@Nullable Running checksum;
    private long length;
    private boolean done;

    private Payload(InputStream in, Supplier<Map<String, String>> trailers, Headers headers, String declared, boolean checked) {
        this.in = in;
        this.trailers = trailers;
        this.headers = headers;
        this.expected = expected(headers, declared);
        this.declaredSha256 = declared;
        this.sha256 = SHA256.matcher(declared).matches() ? SigV4.sha256() : null;
        this.md5 = headers.first("Content-MD5") == null ? null : md5();
        this.checksum = checked ? algorithm(headers).map(Checksum::start).orElse(null) : null;
    }

    /**
     * @param signatures what signed chunks are checked with, or null where the caller is one of our own services
     * @param checked whether the request's checksum headers are about its body
     */
    static Body of(Request request, @Nullable ChunkSignatures signatures, boolean checked) {
        String declared = declared(request.headers());
        InputStream raw = request.bytes();
        Supplier<Map<String, String>> trailers = Map::of;
        if (declared.startsWith(STREAMING)) {
            boolean signed = declared.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
            if (!signed && !declared.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER")) {
                throw invalidHash();
            }
            var chunked = new ChunkedBody(raw, signed, signatures, declared.endsWith("-TRAILER"));
            trailers = chunked::trailers;
            raw = chunked;
        } else if (!declared.equals(SigV4.UNSIGNED) && !SHA256.matcher(declared).matches()) {
            throw invalidHash();
        }
        var payload = new Payload(raw, trailers, request.headers(), declared, checked);
        return payload.checksum == null
                ? new Body(payload, payload.expected, Optional.empty(), Optional::empty)
                : new Body(payload, payload.expected, algorithm(request.headers()), payload::declaredChecksum);
    }

    /** What the signature covers in place of the body. */
    static String declared(Headers headers) {
        String declared = headers.first("X-Amz-Content-Sha256");
        return declared == null ? SigV4.UNSIGNED : declared;
    }

    private static AwsError invalidHash() {
        return new AwsError("InvalidArgument", 400, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"
                + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD,"
                + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.");
    }

    static AwsError incomplete() {
        return new AwsError("IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length"
                + " HTTP header");
    }

    private static long expected(Headers headers, String declared) {
        boolean chunked = declared.startsWith(STREAMING);
        String text = headers.first(chunked ? "X-Amz-Decoded-Content-Length" : "Content-Length");
        try {
            return text == null ? -1 : Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new AwsError("InvalidArgument", 400, "The length of the body is not a number.");
        }
    }

    /** The one checksum that the request announces. */
    private static Optional<Checksum> algorithm(Headers headers) {
        Checksum found = null;
        for (Checksum algorithm : Checksum.values()) {
            String value = headers.first(algorithm.header());
            if (value == null && !algorithm.header().equalsIgnoreCase(trailerName(headers))) {
                continue;
            }
            if (found != null) {
                throw new AwsError("InvalidRequest", 400,
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }
            if (value != null && !algorithm.fits(value)) {
                throw new AwsError("InvalidRequest", 400, "Value for " + algorithm.header() + " header is invalid.");
            }
            found = algorithm;
        }
        if (found == null && headers.first("x-amz-sdk-checksum-algorithm") != null && headers.first("Content-MD5") == null) {
            throw new AwsError("InvalidRequest", 400, "x-amz-sdk-checksum-algorithm specified, but no corresponding"
                    + " x-amz-checksum-*"
                    + " or x-amz-trailer headers were found.");
        }
        return Optional.ofNullable(found);
    }

    private static String trailerName(Headers headers) {
        String name = headers.first("X-Amz-Trailer");
        return name == null ? "" : name.strip();
    }

    private Optional<Checksum.Value> declaredChecksum() {
        for (Checksum algorithm : Checksum.values()) {
            String value = headers.first(algorithm.header());
            value = value == null ? trailers.get().get(algorithm.header()) : value;
            if (value != null) {
                return Optional.of(new Checksum.Value(algorithm, value));
            }
        }
        return Optional.empty();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
        if (done) {
            return -1;
        }
        int n;
        try {
            n = in.read(buffer, offset, count);
        } catch (IOException gone) {
            throw incomplete();
        }
        if (n < 0) {
            done = true;
            check();
            return -1;
        }
        length += n;
        if (expected >= 0 && length > expected) {
            throw incomplete();
        }
        if (sha256 != null) {
            sha256.update(buffer, offset, n);
        }
        if (md5 != null) {
            md5.update(buffer, offset, n);
        }
        if (checksum != null) {
            checksum.update(buffer, offset, n);
        }
        return n;
    }

    private void check() {
        if (expected >= 0 && length != expected) {
            throw incomplete();
        }
        if (sha256 != null && !HexFormat.of().formatHex(sha256.digest()).equals(declaredSha256)) {
            throw new AwsError("XAmzContentSHA256Mismatch", 400,
                    "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        if (md5 != null) {
            checkMd5(md5.digest());
        }
        if (checksum != null) {
            Checksum.Value computed = checksum.value();
            Checksum.Value given = declaredChecksum().orElseThrow(() -> new AwsError("MalformedTrailerError", 400,
                    "The request contained trailing data that was not well-formed or did not conform to our published schema."));
            if (!computed.equals(given)) {
                throw new AwsError("BadDigest", 400,
                        "The " + computed.algorithm() + " you specified did not match the calculated checksum.");
            }
        }
    }

    private void checkMd5(byte[] computed) {
        byte[] given;
        try {
            given = Base64.getDecoder().decode(String.valueOf(headers.first("Content-MD5")).strip());
        } catch (IllegalArgumentException e) {
            given = new byte[0];
        }
        if (given.length != computed.length) {
            throw new AwsError("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
        }
        if (!MessageDigest.isEqual(given, computed)) {
            throw new AwsError("BadDigest", 400, "The Content-MD5 you specified did not match what we received.");
        }
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
