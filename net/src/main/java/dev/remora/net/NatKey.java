package dev.remora.net;

/**
 * What slots are bound to: an account's subnet with a set of groups, or {@link #INTERNET} for functions without a VPC.
 *
 * @param name unique in the installation, the same for equal (account, subnet, set of groups)
 */
public record NatKey(String name) {
    /** Out to the internet only, by the platform's own address. */
    public static final NatKey INTERNET = new NatKey("internet");
}
