package dev.remora.wire;

import dev.remora.wire.Authorizer.Decision;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The details of a denial that EC2 hands out in encoded form and sts:DecodeAuthorizationMessage prints. The text
 * holds nothing that the caller did not send or is not told in the denial's sentence, so that it is packed but not
 * encrypted.
 */
public final class AuthorizationMessage {
    /** Decoded texts are larger than this for no request that the front accepts. */
    private static final int MAX_TEXT_BYTES = 64 * 1024;

    private AuthorizationMessage() {}

    static String encode(Principal principal, String action, Decision decision, Map<String, List<String>> context) {
        byte[] json = JsonWriter.document(out -> {
            out.writeStartObject();
            out.writeName("allowed").writeBoolean(false);
            out.writeName("explicitDeny").writeBoolean(decision.reason().denies());
            out.writeName("matchedStatements")
                    .writeStartObject()
                    .writeName("items")
                    .writeStartArray()
                    .writeEndArray()
                    .writeEndObject();
            out.writeName("failures")
                    .writeStartObject()
                    .writeName("items")
                    .writeStartArray()
                    .writeEndArray()
                    .writeEndObject();
            out.writeName("context").writeStartObject();
            out.writeName("principal").writeStartObject();
            out.writeName("id").writeString(principal.userId());
            out.writeName("arn").writeString(principal.arn());
            out.writeEndObject();
            out.writeName("action").writeString(action);
            out.writeName("resource").writeString(decision.resource());
            out.writeName("conditions").writeStartObject().writeName("items").writeStartArray();
            context.forEach((key, values) -> {
                out.writeStartObject().writeName("key").writeString(key);
                out.writeName("values").writeStartObject().writeName("items").writeStartArray();
                values.forEach(value -> out.writeStartObject()
                        .writeName("value")
                        .writeString(value)
                        .writeEndObject());
                out.writeEndArray().writeEndObject().writeEndObject();
            });
            out.writeEndArray().writeEndObject();
            out.writeEndObject();
            out.writeEndObject();
        });
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(json);
            deflater.finish();
            var packed = new ByteArrayOutputStream();
            byte[] buffer = new byte[1024];
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
            return Base64.getUrlEncoder().withoutPadding().encodeToString(packed.toByteArray());
        } finally {
            deflater.end();
        }
    }

    /** The JSON text of a message that we encoded, or nothing where it is not one. */
    public static Optional<String> decode(String message) {
        var inflater = new Inflater();
        try {
            inflater.setInput(Base64.getUrlDecoder().decode(message));
            byte[] text = new byte[MAX_TEXT_BYTES];
            int length = inflater.inflate(text);
            return inflater.finished()
                    ? Optional.of(new String(text, 0, length, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IllegalArgumentException | DataFormatException e) {
            return Optional.empty();
        } finally {
            inflater.end();
        }
    }
}
