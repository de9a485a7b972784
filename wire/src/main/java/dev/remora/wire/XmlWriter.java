package dev.remora.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * Writes SDK objects as the XML of the query protocols and of S3, straight into bytes.
 *
 * <p>The bytes of a long answer stay in blocks until they are sent: one array of ten megabytes, and all the smaller ones that it
 * grew out of, had the whole heap collected at every such answer.
 */
final class XmlWriter {
    static final int BLOCK_BYTES = 1 << 16;

    private static final byte[] HEAD = ascii("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    private static final byte[] LESS = ascii("&lt;");
    private static final byte[] GREATER = ascii("&gt;");
    private static final byte[] AND = ascii("&amp;");
    private static final byte[] QUOTE = ascii("&quot;");
    private static final byte[] RETURN = ascii("&#xD;");

    /** Characters that stand for themselves and are one byte. */
    private static final boolean[] PLAIN = plain();

    private final XmlShapes shapes;
    private byte[] out = new byte[1024];
    private int length;

    /** What is before {@code out}. */
    private final List<InputStream> blocks = new ArrayList<>();

    private long before;

    XmlWriter(XmlShapes shapes) {
        this.shapes = shapes;
        write(HEAD);
    }

    XmlWriter open(String name) {
        write(new XmlShapes.Tag(name).open());
        return this;
    }

    XmlWriter open(String name, String namespace) {
        write(ascii("<" + name + " xmlns=\""));
        text(namespace);
        write(ascii("\">"));
        return this;
    }

    XmlWriter close(String name) {
        write(new XmlShapes.Tag(name).close());
        return this;
    }

    XmlWriter element(String name, String value) {
        element(new XmlShapes.Tag(name), value);
        return this;
    }

    XmlWriter content(String value) {
        text(value);
        return this;
    }

    /** The answer, which ends the writing. */
    Response answer(int status, String contentType) {
        if (blocks.isEmpty()) {
            return Response.of(status, contentType, Arrays.copyOf(out, length));
        }
        finish();
        var content = new Content(before, new SequenceInputStream(Collections.enumeration(blocks)));
        return new Response(status, Headers.of("Content-Type", contentType), Response.EMPTY, content);
    }

    /** The same in one array. */
    byte[] bytes() {
        if (blocks.isEmpty()) {
            return Arrays.copyOf(out, length);
        }
        finish();
        try (var all = new SequenceInputStream(Collections.enumeration(blocks))) {
            return all.readAllBytes();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    private void finish() {
        blocks.add(new ByteArrayInputStream(out, 0, length));
        before += length;
        length = 0;
    }

    /** Those members of an answer that are in its body. */
    void payload(SdkPojo structure) {
        for (XmlShapes.Member member : shapes.members(structure)) {
            if (member.payload()) {
                set(member, structure);
            }
        }
    }

    /** The members of a structure that were set; a list that was set to nothing is written as an empty element. */
    void members(SdkPojo structure) {
        for (XmlShapes.Member member : shapes.members(structure)) {
            set(member, structure);
        }
    }

    private void set(XmlShapes.Member member, SdkPojo structure) {
        Object value = member.field().getValueOrDefault(structure);
        if (!Scalars.absent(value)) {
            member(member, value);
        }
    }

    private void member(XmlShapes.Member member, @Nullable Object value) {
        switch (value) {
            case null -> element(member.tag(), "");
            case String text -> element(member.tag(), text);
            case List<?> list -> list(member, list);
            case Map<?, ?> map -> map(member, map);
            case SdkPojo structure -> {
                write(member.tag().open());
                members(structure);
                write(member.tag().close());
            }
            case Instant time when member.millis() -> element(member.tag(), Scalars.millis(time));
            default -> element(member.tag(), Scalars.print(member.field(), value, Format.ISO_8601));
        }
    }

    private void list(XmlShapes.Member member, List<?> list) {
        XmlShapes.Many many = many(member);
        if (!many.flattened()) {
            write(member.tag().open());
        }
        for (Object value : list) {
            member(many.item(), value);
        }
        if (!many.flattened()) {
            write(member.tag().close());
        }
    }

    private void map(XmlShapes.Member member, Map<?, ?> map) {
        XmlShapes.Many many = many(member);
        if (!many.flattened()) {
            write(member.tag().open());
        }
        map.forEach((key, value) -> {
            write(many.entry().open());
            element(many.key(), key.toString());
            member(many.item(), value);
            write(many.entry().close());
        });
        if (!many.flattened()) {
            write(member.tag().close());
        }
    }

    private static XmlShapes.Many many(XmlShapes.Member member) {
        XmlShapes.Many many = member.many();
        if (many == null) {
            throw new IllegalStateException(member.field().memberName() + " is neither a list nor a map");
        }
        return many;
    }

    private void element(XmlShapes.Tag tag, String value) {
        write(tag.open());
        text(value);
        write(tag.close());
    }

    private void text(String text) {
        int characters = text.length();
        room(characters);
        int at = length;
        int i = 0;
        for (; i < characters; i++) {
            char c = text.charAt(i);
            if (c >= 0x80 || !PLAIN[c]) {
                break;
            }
            out[at++] = (byte) c;
        }
        length = at;
        if (i < characters) {
            marked(text, i);
        }
    }

    /** XML 1.0 has no way to write most control characters: they become the replacement character. */
    private void marked(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '<' -> write(LESS);
                case '>' -> write(GREATER);
                case '&' -> write(AND);
                case '"' -> write(QUOTE);
                case '\r' -> write(RETURN);
                default -> {
                    if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                        write(text.substring(i, i + 2).getBytes(StandardCharsets.UTF_8));
                        i++;
                    } else {
                        character(c);
                    }
                }
            }
        }
    }

    private void character(char c) {
        if (c == '\n' || c == '\t' || c >= 0x20 && c < 0x80) {
            room(1);
            out[length++] = (byte) c;
        } else {
            char allowed = c < 0x20 || c == 0xFFFE || c == 0xFFFF ? '\uFFFD' : c;
            write(String.valueOf(allowed).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void write(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, length, bytes.length);
        length += bytes.length;
    }

    private void room(int bytes) {
        if (out.length - length >= bytes) {
            return;
        }
        if (out.length < BLOCK_BYTES) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, length + bytes));
        } else {
            finish();
            out = new byte[Math.max(BLOCK_BYTES, bytes)];
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean[] plain() {
        var plain = new boolean[0x80];
        Arrays.fill(plain, 0x20, 0x80, true);
        for (char c : "<>&\"".toCharArray()) {
            plain[c] = false;
        }
        plain['\n'] = true;
        plain['\t'] = true;
        return plain;
    }
}
