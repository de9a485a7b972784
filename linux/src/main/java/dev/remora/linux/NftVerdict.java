package dev.remora.linux;

/**
 * What becomes of a packet.
 *
 * @param code as linux/netfilter/nf_tables.h numbers it
 * @param chain where jump and goto lead, else empty
 */
public record NftVerdict(int code, String chain) {
    public static final NftVerdict DROP = new NftVerdict(0, "");

    /** Ends the hook, not the packet's way: a later hook may still drop it. */
    public static final NftVerdict ACCEPT = new NftVerdict(1, "");

    /** Goes on behind the jump that led to this chain. */
    public static final NftVerdict RETURN = new NftVerdict(-5, "");

    /** Goes on in the chain, and behind the jump when that ends without a verdict. */
    public static NftVerdict jump(String chain) {
        return new NftVerdict(-3, chain);
    }

    /** Goes on in the chain, and when that ends where this chain was jumped from. */
    public static NftVerdict goTo(String chain) {
        return new NftVerdict(-4, chain);
    }

    @Override
    public String toString() {
        return switch (code) {
            case 0 -> "drop";
            case 1 -> "accept";
            case -3 -> "jump " + chain;
            case -4 -> "goto " + chain;
            case -5 -> "return";
            default -> "verdict " + code;
        };
    }
}
