package dev.remora.lambda;

import dev.remora.wire.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/** What a caller hands in for a function: the event, and a client context. */
final class Payloads {
    static final int SYNCHRONOUS_MAX = 6_291_456;
    static final int ASYNCHRONOUS_MAX = 1_048_576;
    static final int CLIENT_CONTEXT_MAX = 3583;
    private static final int SHOWN_SOURCE_MAX = 500;
    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

    private Payloads() {}

    /** The event's bytes, proven to be one JSON value; no payload is an empty object. */
    static byte[] event(@Nullable SdkBytes payload, int max) {
        if (payload == null) {
            return NOTHING;
        }
        byte[] bytes = payload.asByteArrayUnsafe();
        if (bytes.length == 0) {
            return NOTHING;
        }
        if (bytes.length > max) {
            throw Refusal.tooLarge(
                    "RequestEntityTooLargeException", "Request must be smaller than " + max
                    + " bytes for the InvokeFunction operation");
        }
        checkJson(bytes);
        return bytes;
    }

    private static void checkJson(byte[] bytes) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            if (parser.nextToken() == null) {
                throw notJson("No content to map due to end-of-input", bytes, 1, 0);
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw notJson("Trailing token", bytes, 1, parser.currentTokenLocation().getColumnNr());
            }
        } catch (StreamReadException e) {
            throw notJson(e.getOriginalMessage(), bytes, e.getLocation().getLineNr(), e.getLocation().getColumnNr());
        }
    }

    /** AWS answers in its JSON parser's words, which is Jackson as well, with where in the source it stopped. */
    private static AwsError notJson(String why, byte[] bytes, int line, int column) {
        String source = new String(bytes, 0, Math.min(bytes.length, SHOWN_SOURCE_MAX), StandardCharsets.UTF_8);
        if (bytes.length > SHOWN_SOURCE_MAX) {
            source += "\"[truncated " + (bytes.length - SHOWN_SOURCE_MAX) + " bytes]";
        } else {
            source += "\"";
        }
        return new AwsError(
                "InvalidRequestContentException",
                400,
                "Could not parse request body into json: Could not parse payload into json: " + why
                + "\n at [Source: (byte[])\"" + source
                        + "; line: " + line + ", column: " + column + "]");
    }

    /** The client context's JSON, decoded; empty if there is none. */
    static String clientContext(@Nullable String base64) {
        if (base64 == null || base64.isEmpty()) {
            return "";
        }
        if (base64.length() > CLIENT_CONTEXT_MAX) {
            throw new AwsError(
                    "InvalidRequestContentException",
                    400,
                    "Client context must not be larger than " + CLIENT_CONTEXT_MAX + " bytes.");
        }
        try {
            byte[] json = Base64.getDecoder().decode(base64);
            try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
                parser.nextToken();
                parser.skipChildren();
            }
            return new String(json, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | StreamReadException e) {
            throw new AwsError(
                    "InvalidRequestContentException", 400, "Client context must be a valid Base64-encoded JSON object.");
        }
    }
}
