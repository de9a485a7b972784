package dev.remora.ec2;

import dev.remora.net.Drop;
import dev.remora.net.Flow;
import dev.remora.vpc.NetworkInterface;
import java.time.Instant;
import java.util.Optional;

/**
 * What one interface saw of a flow in a window of time.
 *
 * @param egress whether the interface sent it
 * @param flow empty if there was nothing to see, or nothing could be seen
 */
record FlowRecord(
        NetworkInterface networkInterface, boolean egress, Optional<Flow> flow, Instant start, Instant end, Status status) {
    enum Status {
        OK,
        NODATA,
        SKIPDATA
    }

    /**
     * Whether the flow passed where this interface's side judges it. What the other side refused has passed here; so has what
     * found no route, for groups and ACL let it out.
     */
    boolean accepted() {
        return flow.flatMap(Flow::refused).map(cause -> switch (cause) {
            case GROUP_EGRESS, ACL_EGRESS -> !egress;
            case GROUP_INGRESS, ACL_INGRESS -> egress;
            case ROUTE, INVALID, NO_PUBLIC_ADDRESS, SOURCE_CHECK, UNBOUND, ISOLATION, SLOT_LIMIT, PORTS_EXHAUSTED, INBOUND ->
                true;
        }).orElse(true);
    }

    /** Whether the interface's side sees it at all: what the sender's side refuses never comes to the receiver's. */
    static boolean seen(Flow flow, boolean egress) {
        return egress
                || flow.refused().isEmpty()
                || flow.refused().get() == Drop.Cause.GROUP_INGRESS
                || flow.refused().get() == Drop.Cause.ACL_INGRESS;
    }
}
