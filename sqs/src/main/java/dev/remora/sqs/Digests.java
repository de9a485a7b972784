package dev.remora.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The digests by which clients check that a message came through whole ("Calculating the MD5 message digest for message
 * attributes"): names in their order, each with its type, a byte for its transport type and its value; every part but that byte
 * behind its length in four bytes.
 */
final class Digests {
    private static final byte TEXT = 1;
    private static final byte BINARY = 2;

    private Digests() {}

    static String ofBody(String body) {
        return HexFormat.of().formatHex(md5().digest(body.getBytes(UTF_8)));
    }

    /** By which a FIFO queue knows a body again. */
    static String sha256(String body) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(body.getBytes(UTF_8)));
    }

    /** @param attributes in the order of their names */
    static String ofAttributes(Map<String, Message.Attribute> attributes) {
        MessageDigest md5 = md5();
        attributes.forEach((name, attribute) -> {
            part(md5, name.getBytes(UTF_8));
            part(md5, attribute.type().getBytes(UTF_8));
            md5.update(attribute.isBinary() ? BINARY : TEXT);
            part(md5, attribute.isBinary() ? attribute.binary() : attribute.text().getBytes(UTF_8));
        });
        return HexFormat.of().formatHex(md5.digest());
    }

    private static void part(MessageDigest md5, byte[] bytes) {
        md5.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        md5.update(bytes);
    }

    private static MessageDigest md5() {
        return digest("MD5");
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
