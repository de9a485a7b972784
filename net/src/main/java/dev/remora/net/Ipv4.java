package dev.remora.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** An IPv4 address, as the 32 bits that it is. */
public record Ipv4(int bits) implements Ip {
    /** Parses exactly four decimal numbers of 0 to 255 with dots between them; no names, no short forms, no leading zeros. */
    public static Ipv4 parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(text);
        }
        int bits = 0;
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                throw new IllegalArgumentException(text);
            }
            bits = bits << 8 | Integer.parseInt(part);
        }
        return new Ipv4(bits);
    }

    public static Ipv4 of(byte[] network) {
        return new Ipv4((network[0] & 255) << 24 | (network[1] & 255) << 16 | (network[2] & 255) << 8 | network[3] & 255);
    }

    @Override
    public byte[] bytes() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    @Override
    public Inet4Address inet() {
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Cidr alone() {
        return new Cidr(this, 32);
    }

    public Ipv4 plus(int n) {
        return new Ipv4(bits + n);
    }

    @Override
    public int compareTo(Ip other) {
        return other instanceof Ipv4(int theirs) ? Integer.compareUnsigned(bits, theirs) : -1;
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
