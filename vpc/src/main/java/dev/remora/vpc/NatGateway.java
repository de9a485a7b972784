package dev.remora.vpc;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway that sends what is routed to it on with its own address.
 *
 * @param allocationId of the Elastic IP of a public one; empty for a private one
 * @param interfaceId its interface in the subnet, also when that is gone again; empty if it never had one
 * @param failure why it fails, as AWS's code and sentence, known from the beginning
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

    /** Whether it is there, or will be. */
    public boolean works() {
        return failure.isEmpty() && (state == State.PENDING || state == State.AVAILABLE);
    }

    public NatGateway in(State newState) {
        return new NatGateway(
                id, vpcId, subnetId, toInternet, allocationId, interfaceId, newState, failure, created, deleted, tags);
    }

    public NatGateway deletedAt(Instant now) {
        return new NatGateway(
                id, vpcId, subnetId, toInternet, allocationId, interfaceId, State.DELETING, failure, created,
                Optional.of(now), tags);
    }

    @Override
    public NatGateway withTags(Map<String, String> newTags) {
        return new NatGateway(
                id, vpcId, subnetId, toInternet, allocationId, interfaceId, state, failure, created, deleted, newTags);
    }
}
