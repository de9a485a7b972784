package dev.remora.net;

import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An IPv6 address, as the 128 bits that it is: the first 64 and the last 64. */
public record Ipv6(long high, long low) implements Ip {
    static final int BYTES = 16;

    private static final int GROUPS = 8;

    /** Before an IPv4 address in the last 64 bits; Java takes such an address for the other one. */
    private static final long MAPPED = 0xffffL << 32;

    /** Every form of RFC 4291, section 2.2; no zone. */
    public static Ipv6 parse(String text) {
        boolean plain = text.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
        if (!plain || text.indexOf(':') < 0) {
            throw new IllegalArgumentException(text);
        }
        byte[] address = Inet6Address.ofLiteral(text).getAddress();
        return address.length == BYTES ? of(address) : new Ipv6(0, MAPPED | ByteBuffer.wrap(address).getInt() & 0xffffffffL);
    }

    /** @param network 16 bytes */
    public static Ipv6 of(byte[] network) {
        ByteBuffer bytes = ByteBuffer.wrap(network);
        return new Ipv6(bytes.getLong(), bytes.getLong());
    }

    @Override
    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    @Override
    public Cidr6 alone() {
        return new Cidr6(this, 128);
    }

    /** Carries into the first half. */
    public Ipv6 plus(long n) {
        long sum = low + n;
        boolean carried = n >= 0 && Long.compareUnsigned(sum, low) < 0;
        return new Ipv6(carried ? high + 1 : high, sum);
    }

    @Override
    public int compareTo(Ip other) {
        if (!(other instanceof Ipv6(long theirHigh, long theirLow))) {
            return 1;
        }
        int first = Long.compareUnsigned(high, theirHigh);
        return first != 0 ? first : Long.compareUnsigned(low, theirLow);
    }

    /** The form of RFC 5952. */
    @Override
    public String toString() {
        int from = 0;
        int zeros = 1;
        for (int i = 0; i < GROUPS; i++) {
            int n = 0;
            while (i + n < GROUPS && group(i + n) == 0) {
                n++;
            }
            if (n > zeros) {
                from = i;
                zeros = n;
            }
        }
        return zeros == 1 ? groups(0, GROUPS) : groups(0, from) + "::" + groups(from + zeros, GROUPS);
    }

    private String groups(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> Integer.toHexString(group(i))).collect(Collectors.joining(":"));
    }

    private int group(int i) {
        return (int) ((i < 4 ? high : low) >>> 48 - i % 4 * 16) & 0xffff;
    }
}
