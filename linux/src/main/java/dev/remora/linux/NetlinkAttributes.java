package dev.remora.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The attributes of one netlink answer, by type; of two of one type the later counts. Values are views of the receive buffer. */
final class NetlinkAttributes {
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    /** @param body from the first attribute to the end; its position is left alone */
    NetlinkAttributes(ByteBuffer body) {
        ByteBuffer rest = body.duplicate().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= 4) {
            int start = rest.position();
            int length = rest.getShort(start) & 0xffff;
            if (length < 4 || start + length > rest.limit()) {
                return;
            }
            ByteBuffer value = rest.duplicate().order(ByteOrder.BIG_ENDIAN).limit(start + length).position(start + 4);
            values.put(rest.getShort(start + 2) & TYPE_MASK, value);
            rest.position(Math.min(start + ((length + 3) & ~3), rest.limit()));
        }
    }

    /** Reads a list, whose members all have one type: calls {@code member} with the attributes of each. */
    static void each(ByteBuffer list, Consumer<NetlinkAttributes> member) {
        ByteBuffer rest = list.duplicate().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= 4) {
            int start = rest.position();
            int length = rest.getShort(start) & 0xffff;
            if (length < 4 || start + length > rest.limit()) {
                return;
            }
            member.accept(new NetlinkAttributes(rest.duplicate().limit(start + length).position(start + 4)));
            rest.position(Math.min(start + ((length + 3) & ~3), rest.limit()));
        }
    }

    Optional<ByteBuffer> bytes(int type) {
        return Optional.ofNullable(values.get(type)).map(value -> value.duplicate().order(ByteOrder.BIG_ENDIAN));
    }

    Optional<NetlinkAttributes> nested(int type) {
        return Optional.ofNullable(values.get(type)).map(NetlinkAttributes::new);
    }

    /** A number of up to eight bytes in network order; 0 if it is absent. */
    long number(int type) {
        long number = 0;
        ByteBuffer value = values.get(type);
        for (int i = 0; value != null && i < Math.min(8, value.remaining()); i++) {
            number = number << 8 | value.get(value.position() + i) & 255;
        }
        return number;
    }

    /** The text without its final zero byte; empty if it is absent. */
    String text(int type) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return "";
        }
        byte[] text = new byte[value.remaining()];
        value.get(value.position(), text);
        int length = text.length > 0 && text[text.length - 1] == 0 ? text.length - 1 : text.length;
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }
}
