package dev.remora.linux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

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

    /** An address of 4 or 16 bytes. */
    public static NftData address(byte[] address) {
        try {
            return new NftData(address, InetAddress.getByAddress(address).getHostAddress());
        } catch (UnknownHostException impossible) {
            throw new IllegalArgumentException(address.length + " bytes of an address", impossible);
        }
    }

    /** A hardware address. */
    public static NftData mac(byte[] address) {
        return new NftData(address, HexFormat.ofDelimiter(":").formatHex(address));
    }

    /** Six bytes and six bytes: how a frame begins. */
    public static NftData macs(byte[] destination, byte[] source) {
        byte[] both = ByteBuffer.allocate(12).put(destination).put(source).array();
        HexFormat hex = HexFormat.ofDelimiter(":");
        return new NftData(both, hex.formatHex(destination) + " " + hex.formatHex(source));
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

    /** The mask of the first {@code bits} of so many bytes. */
    static byte[] prefix(int bytes, int bits) {
        byte[] mask = new byte[bytes];
        for (int bit = 0; bit < bits; bit++) {
            mask[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return mask;
    }

    static byte[] host(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether the kernel sees the same; two devices may have one name. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NftData data && Arrays.equals(bytes, data.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return text;
    }
}
