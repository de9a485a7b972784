package dev.remora.net;

/** An IPv6 block. The bits beyond the prefix are zero: they are cleared. */
public record Cidr6(Ipv6 base, int prefix) implements IpBlock {
    private static final int BITS = 128;
    private static final int HALF = 64;

    public Cidr6 {
        if (prefix < 0 || prefix > BITS) {
            throw new IllegalArgumentException("/" + prefix);
        }
        base = new Ipv6(base.high() & mask(Math.min(prefix, HALF)), base.low() & mask(Math.max(0, prefix - HALF)));
    }

    /** @throws IllegalArgumentException if the text is not an address, a slash and a prefix of 0 to 128 */
    public static Cidr6 parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]")) {
            throw new IllegalArgumentException(text);
        }
        return new Cidr6(Ipv6.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << HALF - bits;
    }

    @Override
    public boolean contains(Ip address) {
        return address instanceof Ipv6 other && new Cidr6(other, prefix).base.equals(base);
    }

    @Override
    public boolean contains(IpBlock other) {
        return other instanceof Cidr6 inner && inner.prefix >= prefix && contains(inner.base);
    }

    @Override
    public String toString() {
        return base + "/" + prefix;
    }
}
