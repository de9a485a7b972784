package dev.remora.net;

import inet.ipaddr.AddressStringException;
import inet.ipaddr.IPAddressString;
import inet.ipaddr.IPAddressStringParameters;
import inet.ipaddr.ipv6.IPv6Address;
import java.nio.ByteBuffer;

/** An IPv6 address, as the 128 bits that it is: the first 64 and the last 64. */
public record Ipv6(long high, long low) implements Ip {
    static final int BYTES = 16;

    private static final IPAddressStringParameters STRICT = new IPAddressStringParameters.Builder()
            .allowEmpty(false)
            .allowAll(false)
            .allowPrefix(false)
            .allowMask(false)
            .allowSingleSegment(false)
            .allowWildcardedSeparator(false)
            .allowIPv4(false)
            .getIPv6AddressParametersBuilder()
            .allowZone(false)
            .getParentBuilder()
            .toParams();

    /** Every form of RFC 4291, section 2.2; no zone. */
    public static Ipv6 parse(String text) {
        try {
            var address = new IPAddressString(text, STRICT).toAddress();
            if (address == null || !address.isIPv6() || address.isMultiple()) {
                throw new IllegalArgumentException(text);
            }
            return of(address.getBytes());
        } catch (AddressStringException malformed) {
            throw new IllegalArgumentException(text, malformed);
        }
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
        return new IPv6Address(bytes()).toCanonicalString();
    }
}
