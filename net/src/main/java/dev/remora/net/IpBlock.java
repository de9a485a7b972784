package dev.remora.net;

/** A block of addresses of one family; the bits beyond the prefix are zero. */
public sealed interface IpBlock permits Cidr, Cidr6 {
    /** Its first address. */
    Ip base();

    int prefix();

    /** False also for an address of the other family. */
    boolean contains(Ip address);

    /** False also for a block of the other family. */
    boolean contains(IpBlock other);

    default boolean overlaps(IpBlock other) {
        return contains(other.base()) || other.contains(base());
    }

    /** @throws IllegalArgumentException if the text is not an address, a slash and a prefix */
    static IpBlock parse(String text) {
        return text.indexOf(':') >= 0 ? Cidr6.parse(text) : Cidr.parse(text);
    }
}
