package dev.remora.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A constant in a rule or a set: the bytes that the kernel compares, and how a reader would write it.
 *
 * <p>Marks, device numbers and connection-tracking zones and states are in the machine's byte order, everything that stands in a
 * packet in the packet's. A value in a register fills whole 32-bit words; so does each part of a concatenation.
 */
public final class NftData {
    private final byte[] bytes;
    private final String text;

    private NftData(byte[] bytes, String text) {
        this.bytes = bytes;
        this.text = text;
    }

    public static NftData mark(int mark) {
        return new NftData(host(mark), Integer.toUnsignedString(mark));
    }

    /** A device by its number, shown by a name. */
    public static NftData device(int index, String name) {
        return new NftData(host(index), name);
    }

    /** A connection-tracking zone. */
    public static NftData zone(int zone) {
        byte[] bytes = ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort((short) zone).array();
        return new NftData(bytes, Integer.toString(zone));
    }

    /** An IPv4 address of four bytes. */
    public static NftData address(byte[] address) {
        String text = (address[0] & 255) + "." + (address[1] & 255) + "." + (address[2] & 255) + "." + (address[3] & 255);
        return new NftData(address, text);
    }

    public static NftData port(int port) {
        return new NftData(new byte[] {(byte) (port >> 8), (byte) port}, Integer.toString(port));
    }

    public static NftData octet(int value) {
        return new NftData(new byte[] {(byte) value}, Integer.toString(value));
    }

    static NftData named(byte[] bytes, String text) {
        return new NftData(bytes, text);
    }

    public static NftData concat(NftData... parts) {
        ByteBuffer bytes = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> words(part.bytes.length)).sum());
        StringBuilder text = new StringBuilder();
        for (NftData part : parts) {
            int start = bytes.position();
            bytes.put(part.bytes).position(start + words(part.bytes.length));
            text.append(text.isEmpty() ? "" : " . ").append(part.text);
        }
        return new NftData(bytes.array(), text.toString());
    }

    /** The number of bytes that a value of so many fills in registers. */
    static int words(int bytes) {
        return (bytes + 3) & ~3;
    }

    static byte[] host(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return text;
    }
}
