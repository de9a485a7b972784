package dev.remora.net;

import java.time.Instant;
import java.util.Optional;

/**
 * One packet that was refused.
 *
 * @param router the VPC's router that refused it, or empty where a slot's shard did
 * @param slot the sandbox slot that the flow began in, where it is known
 * @param port the interface whose rules refused it: the destination's for {@link Cause#GROUP_INGRESS}, else the source's;
 *     empty if unknown
 */
public record Drop(
        Instant time,
        Cause cause,
        String router,
        Optional<String> slot,
        Optional<String> port,
        int protocol,
        Ipv4 source,
        int sourcePort,
        Ipv4 destination,
        int destinationPort) {
    /** How many are kept for listing. */
    public static final int KEPT = 4096;

    public enum Cause {
        /** No egress rule of the source interface's groups allows it. */
        GROUP_EGRESS,
        /** No ingress rule of the destination interface's groups allows it. */
        GROUP_INGRESS,
        /** The ACL of the source's subnet does not let it out. */
        ACL_EGRESS,
        /** The ACL of the destination's subnet does not let it in. */
        ACL_INGRESS,
        /** The route table has no way there. */
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
