package dev.remora.net;

import java.time.Instant;
import java.util.Optional;

/**
 * One packet that was refused.
 *
 * @param router the VPC's router that refused it, or empty where a slot's shard did
 * @param slot the sandbox slot that the flow began in, where it is known
 * @param port the interface whose rules refused it: the destination's for {@link Cause#GROUP_INGRESS} and {@link
 *     Cause#ACL_INGRESS}, else the source's; empty if unknown, or if it came from a gateway
 * @param entry of the network ACL, where one refused it
 * @param protocol the number in the IP header, behind the extension headers of IPv6
 * @param sourcePort 0 where there is none; the identifier of an echo
 */
public record Drop(
        Instant time,
        Cause cause,
        String router,
        Optional<String> slot,
        Optional<String> port,
        Optional<Entry> entry,
        int protocol,
        Ip source,
        int sourcePort,
        Ip destination,
        int destinationPort) {
    /** How many are kept for listing. */
    public static final int KEPT = 4096;

    /**
     * One entry of a network ACL.
     *
     * @param number {@link #NONE} if none matched
     */
    public record Entry(String acl, int number) {
        /** AWS's number of the entry that is last in every network ACL and denies everything. */
        public static final int NONE = 32767;
    }

    public enum Cause {
        /** No egress rule of the source interface's groups allows it. */
        GROUP_EGRESS,
        /** No ingress rule of the destination interface's groups allows it. */
        GROUP_INGRESS,
        /** The network ACL of the source's subnet does not let it out. */
        ACL_EGRESS,
        /** The network ACL of the destination's subnet does not let it in. */
        ACL_INGRESS,
        /** There is no way there: the route table has none, nobody has the address, or the way is not for such packets. */
        ROUTE,
        /** It was routed to an internet gateway, and its source has no public address. */
        NO_PUBLIC_ADDRESS,
        /** The source address is not the interface's own. */
        SOURCE_CHECK,
        /** The packet belongs to no connection that is known, and begins none. */
        INVALID,
        /** A slot that is bound to nothing sent it. */
        UNBOUND,
        /** A sandbox may not reach another sandbox, the host, or the shard. */
        ISOLATION,
        /** The slot has as many connections as one slot may have. */
        SLOT_LIMIT,
        /** The interface has no free port towards that destination. */
        PORTS_EXHAUSTED,
        /** Nothing may open a connection to a function. */
        INBOUND
    }
}
