package dev.remora.vpc;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway that sends what is routed to it on with its own address.
 *
 * @param allocationId of the Elastic IP of a public one; empty for a private one
 * @param interfaceId its interface in the subnet; empty once it is deleted
 * @param failure why it failed, as AWS's code and sentence; empty unless it did
 * @param deleted when it was deleted; it is shown for a while yet
 */
public record NatGateway(
        String id,
        String vpcId,
        String subnetId,
        boolean toInternet,
        String allocationId,
        String interfaceId,
        State state,
        Optional<Failure> failure,
        Instant created,
        Optional<Instant> deleted,
        Map<String, String> tags)
        implements Tagged<NatGateway> {
    public enum State {
        PENDING,
        AVAILABLE,
        FAILED,
        DELETING,
        DELETED
    }

    public record Failure(String code, String message) {}

    public NatGateway {
        tags = Tagged.sorted(tags);
    }

    @Override
    public NatGateway withTags(Map<String, String> newTags) {
        return new NatGateway(
                id, vpcId, subnetId, toInternet, allocationId, interfaceId, state, failure, created, deleted, newTags);
    }
}
