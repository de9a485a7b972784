package dev.remora.net;

/** An IPv4 block. The bits beyond the prefix are zero: {@link #parse} clears them. */
public record Cidr(Ipv4 base, int prefix) implements IpBlock {
    public Cidr {
        if (prefix < 0 || prefix > 32) {
            throw new IllegalArgumentException("/" + prefix);
        }
        base = new Ipv4(base.bits() & mask(prefix));
    }

    /** @throws IllegalArgumentException if the text is not an address, a slash and a prefix of 0 to 32 */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]|[12][0-9]|3[0-2]")) {
            throw new IllegalArgumentException(text);
        }
        return new Cidr(Ipv4.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    public static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << 32 - prefix;
    }

    @Override
    public boolean contains(Ip address) {
        return address instanceof Ipv4 other && (other.bits() & mask(prefix)) == base.bits();
    }

    @Override
    public boolean contains(IpBlock other) {
        return other instanceof Cidr inner && inner.prefix >= prefix && contains(inner.base);
    }

    /** How many addresses it has. */
    public long size() {
        return 1L << 32 - prefix;
    }

    @Override
    public String toString() {
        return base + "/" + prefix;
    }
}
