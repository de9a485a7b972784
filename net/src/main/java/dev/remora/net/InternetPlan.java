package dev.remora.net;

/**
 * Who has which address of the namespace that plays the internet.
 *
 * <p>IPv4 is of 198.18.0.0/15, which RFC 2544 gives to benchmarks of network devices: no host of the real internet has one, no
 * private network is likely to, and it is not of the private blocks that VPCs use. IPv6 is of 2001:db8::/32, which RFC 3849 keeps
 * for documentation.
 */
public final class InternetPlan {
    /** Remora's own API, and every {@code *.amazonaws.com} that has no address of its own. */
    public static final Ipv4 API = Ipv4.parse("198.18.0.1");

    public static final Ipv6 API6 = Ipv6.parse("2001:db8:ffff::1");

    /** S3, which listens at the first address: the block of its prefix list. */
    public static final Cidr S3 = Cidr.parse("198.18.2.0/24");

    public static final Ipv4 S3_API = S3.base().plus(1);

    /** DynamoDB, which is not served here: its prefix list's block. */
    public static final Cidr DYNAMODB = Cidr.parse("198.18.3.0/24");

    /** Elastic IPs, and what instances are given at their start. */
    public static final Cidr PUBLIC = Cidr.parse("198.18.64.0/18");

    /** The ways out of functions without a VPC. */
    static final Cidr SHARDS = Cidr.parse("198.19.0.0/16");

    /** VPCs get their /56 here. */
    public static final Cidr6 VPCS6 = Cidr6.parse("2001:db8:1000::/36");

    private InternetPlan() {}
}
