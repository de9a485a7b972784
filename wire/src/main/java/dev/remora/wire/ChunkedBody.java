package dev.remora.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content coding {@code aws-chunked}: chunks with their lengths, perhaps each signed, and behind the last one perhaps
 * headers. A chunk's signature is checked when its last byte has been read; who keeps bytes must wait for the end of the
 * stream.
 */
final class ChunkedBody extends InputStream {
    /** Longer than any line of a chunk, and of a trailer. */
    private static final int MAX_LINE = 4096;

    private static final int MAX_TRAILERS = 16;

    private final InputStream in;
    private final @Nullable ChunkSignatures signatures;
    private final boolean signed;
    private final boolean trailing;
    private final Map<String, String> trailers = new LinkedHashMap<>();
    private final MessageDigest digest;
    private long left;
    private String signature = "";
    private boolean begun;
    private boolean done;

    /**
     * @param signed whether chunks carry signatures
     * @param signatures what they are checked with, or null where the caller is one of our own services
     * @param trailing whether headers come behind the last chunk
     */
    ChunkedBody(InputStream in, boolean signed, @Nullable ChunkSignatures signatures, boolean trailing) {
        this.in = in;
        this.signed = signed;
        this.signatures = signatures;
        this.trailing = trailing;
        this.digest = SigV4.sha256();
    }

    Map<String, String> trailers() {
        return trailers;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !done) {
            nextChunk();
        }
        if (done) {
            return -1;
        }
        int n = in.read(buffer, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw Payload.incomplete();
        }
        if (signed) {
            digest.update(buffer, offset, n);
        }
        left -= n;
        return n;
    }

    private void nextChunk() throws IOException {
        if (begun) {
            checkSignature();
            if (!line().isEmpty()) {
                throw malformed();
            }
        }
        begun = true;
        String head = line();
        int semicolon = head.indexOf(';');
        try {
            left = Long.parseLong(semicolon < 0 ? head : head.substring(0, semicolon), 16);
        } catch (NumberFormatException e) {
            throw malformed();
        }
        if (left < 0) {
            throw malformed();
        }
        if (signed) {
            int equals = head.indexOf("chunk-signature=", semicolon + 1);
            if (semicolon < 0 || equals < 0) {
                throw malformed();
            }
            signature = head.substring(equals + "chunk-signature=".length()).strip();
        }
        if (left == 0) {
            checkSignature();
            end();
        }
    }

    private void checkSignature() {
        if (signed) {
            String sha256 = HexFormat.of().formatHex(digest.digest());
            if (signatures != null && !signatures.chunk(sha256, signature)) {
                throw new Refusals(Protocol.REST_XML).badSignature();
            }
        }
    }

    private void end() throws IOException {
        done = true;
        var covered = new StringBuilder();
        String trailerSignature = "";
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (!trailing || colon < 0 || trailers.size() >= MAX_TRAILERS) {
                throw new AwsError(
                        "MalformedTrailerError",
                        400,
                        "The request contained trailing data that was not well-formed or did not conform to our published"
                                + " schema.");
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (name.equals("x-amz-trailer-signature")) {
                trailerSignature = value;
            } else {
                trailers.put(name, value);
                covered.append(name).append(':').append(value).append('\n');
            }
        }
        if (trailing && signed && signatures != null && !signatures.trailer(covered.toString(), trailerSignature)) {
            throw new Refusals(Protocol.REST_XML).badSignature();
        }
    }

    /** A line without its end; at the end of everything, an empty one, for some clients leave the last line feed out. */
    private String line() throws IOException {
        var line = new ByteArrayOutputStream(96);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                if (!done) {
                    throw Payload.incomplete();
                }
                break;
            }
            if (line.size() >= MAX_LINE) {
                throw malformed();
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static AwsError malformed() {
        return new AwsError("InvalidChunk", 400, "The chunked body of the request is malformed.");
    }
}
