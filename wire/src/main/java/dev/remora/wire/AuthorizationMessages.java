package dev.remora.wire;

import dev.remora.wire.Authorizer.Decision;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The details of a denial that EC2 hands out in encoded form and sts:DecodeAuthorizationMessage prints.
 *
 * <p>They tell which statement forbade the call and what the conditions saw, which the caller need not be allowed to know: so the
 * message is sealed under a key of the installation, and opens for the caller's account only.
 *
 * <pre>
 *   message = base64url( form, 1 byte ‖ nonce, 12 bytes ‖ AES-256-GCM( key, nonce, deflate( JSON ), the account as more data ) )
 * </pre>
 */
public final class AuthorizationMessages {
    /** The longest message that DecodeAuthorizationMessage takes. */
    static final int MAX_CHARS = 10_240;

    /** Decoded texts are larger than this for no request that the front accepts. */
    private static final int MAX_TEXT_BYTES = 64 * 1024;

    /** The first byte. As it is zero, no message begins with a dash: command lines would take that for an option. */
    private static final byte FORM = 0;

    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private static final JsonMapper TREES = JsonMapper.builder(JsonReader.JSON).build();

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /** @param key 32 secret bytes; messages of another key are no messages */
    public AuthorizationMessages(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    /** With a key that nobody else has: for what serves no DecodeAuthorizationMessage. */
    static AuthorizationMessages ephemeral() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new AuthorizationMessages(key);
    }

    /** A message about a denial; without the conditions if it would be too long with them. */
    String encode(Principal principal, String action, Decision decision, Map<String, List<String>> context) {
        String message = seal(principal.account(), json(principal, action, decision, new TreeMap<>(context)));
        return message.length() <= MAX_CHARS
                ? message
                : seal(principal.account(), json(principal, action, decision, new TreeMap<>()));
    }

    private static byte[] json(
            Principal principal, String action, Decision decision, TreeMap<String, List<String>> context) {
        return JsonWriter.document(out -> {
            out.writeStartObject();
            out.writeName("allowed").writeBoolean(false);
            out.writeName("explicitDeny").writeBoolean(decision.reason().denies());
            items(out, "matchedStatements", () -> decision.decidedBy()
                    .filter(Authorizer.Source::denies)
                    .ifPresent(denial -> statement(out, denial, principal)));
            items(out, "failures", () -> {});
            out.writeName("context").writeStartObject();
            out.writeName("principal").writeStartObject();
            out.writeName("id").writeString(principal.userId());
            if (principal instanceof Principal.User user) {
                out.writeName("name").writeString(user.name());
            }
            out.writeName("arn").writeString(principal.arn());
            out.writeEndObject();
            out.writeName("action").writeString(action);
            out.writeName("resource").writeString(decision.resource());
            out.writeName("conditions").writeStartObject().writeName("items").writeStartArray();
            context.forEach((key, values) -> {
                out.writeStartObject().writeName("key").writeString(key);
                values(out, "values", values);
                out.writeEndObject();
            });
            out.writeEndArray().writeEndObject();
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    /** The statement that denied the call; the principals are whom it holds for. */
    private static void statement(JsonGenerator out, Authorizer.Source denial, Principal principal) {
        JsonNode text = TREES.readTree(denial.text());
        out.writeStartObject();
        out.writeName("statementId").writeString(denial.sid());
        out.writeName("effect").writeString("DENY");
        values(out, "principals", List.of(principal.userId().split(":", 2)[0]));
        values(out, "principalGroups", List.of());
        values(out, "actions", texts(text.path(text.has("NotAction") ? "NotAction" : "Action")));
        values(out, "resources", texts(text.path(text.has("NotResource") ? "NotResource" : "Resource")));
        items(out, "conditions", () -> text.path("Condition").values().forEach(operator ->
                operator.properties().forEach(key -> {
                    out.writeStartObject().writeName("key").writeString(key.getKey());
                    values(out, "values", texts(key.getValue()));
                    out.writeEndObject();
                })));
        out.writeEndObject();
    }

    private static List<String> texts(JsonNode oneOrMany) {
        return oneOrMany.isArray()
                ? oneOrMany.values().stream().map(each -> each.asString("")).toList()
                : oneOrMany.isMissingNode() ? List.of() : List.of(oneOrMany.asString(""));
    }

    private static void values(JsonGenerator out, String name, List<String> values) {
        items(out, name, () -> values.forEach(
                value -> out.writeStartObject().writeName("value").writeString(value).writeEndObject()));
    }

    /** A list as these messages have them, inside an object of its own. */
    private static void items(JsonGenerator out, String name, Runnable items) {
        out.writeName(name).writeStartObject().writeName("items").writeStartArray();
        items.run();
        out.writeEndArray().writeEndObject();
    }

    private String seal(String account, byte[] text) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, account).doFinal(packed(text));
            byte[] message = ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length).put(FORM).put(nonce).put(sealed).array();
            return Base64.getUrlEncoder().withoutPadding().encodeToString(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String account) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(account.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** The JSON text of a message that we encoded for a caller of this account, or nothing where it is not one. */
    public Optional<String> decode(String account, String message) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(message);
            int sealed = 1 + NONCE_BYTES;
            if (bytes.length <= sealed || bytes[0] != FORM) {
                return Optional.empty();
            }
            byte[] nonce = Arrays.copyOfRange(bytes, 1, sealed);
            byte[] packed = cipher(Cipher.DECRYPT_MODE, nonce, account).doFinal(bytes, sealed, bytes.length - sealed);
            return Optional.of(unpacked(packed));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static byte[] packed(byte[] text) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(text);
            deflater.finish();
            var packed = new ByteArrayOutputStream();
            byte[] buffer = new byte[1024];
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
            return packed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** @param packed authenticated before, so it is as {@link #packed} made it */
    private static String unpacked(byte[] packed) {
        var inflater = new Inflater();
        try {
            inflater.setInput(packed);
            byte[] text = new byte[MAX_TEXT_BYTES];
            return new String(text, 0, inflater.inflate(text), StandardCharsets.UTF_8);
        } catch (DataFormatException e) {
            throw new IllegalStateException(e);
        } finally {
            inflater.end();
        }
    }
}
