package dev.remora.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Netlink messages one after another, as one {@code send} takes them (netlink(7)).
 *
 * <p>A message is a 16-byte header (length, type, flags, sequence, port id, all in the machine's byte order), a fixed
 * structure that depends on its type, and attributes: 16-bit length, 16-bit type, value, padded to four bytes. Attributes
 * nest. Each message carries the name of the object that it is about, for the error that the kernel may answer to it.
 */
final class NetlinkBatch {
    static final int HEADER = 16;
    static final int REQUEST = 1;
    static final int ACK = 4;
    static final int REPLACE = 0x100;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;
    static final int APPEND = 0x800;
    static final int DUMP = 0x300;

    private static final int NESTED = 0x8000;

    private ByteBuffer buffer = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());
    private final List<Integer> starts = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();

    boolean isEmpty() {
        return starts.isEmpty();
    }

    int messages() {
        return starts.size();
    }

    String object(int message) {
        return objects.get(message);
    }

    /** Begins a message; {@link #end} ends it. */
    NetlinkBatch begin(int type, int flags, String object) {
        starts.add(buffer.position());
        objects.add(object);
        return u32(0).u16(type).u16(flags).u32(0).u32(0);
    }

    NetlinkBatch end() {
        int start = starts.getLast();
        buffer.putInt(start, buffer.position() - start);
        return this;
    }

    NetlinkBatch u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    NetlinkBatch u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    NetlinkBatch u32(int value) {
        room(4).putInt(value);
        return this;
    }

    NetlinkBatch attribute(int type, byte[] value) {
        u16(4 + value.length).u16(type);
        room(value.length + 3).put(value);
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }

    NetlinkBatch attributeText(int type, String value) {
        return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** In the machine's byte order, as rtnetlink has it. */
    NetlinkBatch attributeHost(int type, int value) {
        return u16(8).u16(type).u32(value);
    }

    /** In network byte order, as nf_tables and conntrack have it. */
    NetlinkBatch attributeNetwork(int type, int value) {
        return attributeHost(type, ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
    }

    /** A number of 64 bits in network byte order, as an attribute's value. */
    static byte[] long64(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    /** Begins an attribute that holds attributes; give the answer to {@link #close}. */
    int nest(int type) {
        int at = buffer.position();
        u16(0).u16(type | NESTED);
        return at;
    }

    NetlinkBatch close(int nest) {
        int length = buffer.position() - nest;
        if (length > 0xffff) {
            throw new IllegalArgumentException("a netlink attribute of " + length + " bytes");
        }
        buffer.putShort(nest, (short) length);
        return this;
    }

    /** How long the attribute begun at {@code nest} is so far. */
    int length(int nest) {
        return buffer.position() - nest;
    }

    /** Numbers the messages from {@code first} on, asks for an answer to the last one or to message {@code acknowledged}. */
    ByteBuffer sealed(int first, int acknowledged) {
        for (int i = 0; i < starts.size(); i++) {
            buffer.putInt(starts.get(i) + 8, first + i);
        }
        int flags = starts.get(acknowledged) + 6;
        buffer.putShort(flags, (short) (buffer.getShort(flags) | ACK));
        return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
    }

    /** The messages without any flag added, for a request that is answered by data. */
    ByteBuffer numbered(int first) {
        for (int i = 0; i < starts.size(); i++) {
            buffer.putInt(starts.get(i) + 8, first + i);
        }
        return buffer.duplicate().order(ByteOrder.nativeOrder()).flip();
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes + 3) {
            int capacity = Math.max(2 * buffer.capacity(), buffer.position() + bytes + 3);
            buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder()).put(buffer.flip());
        }
        return buffer;
    }
}
