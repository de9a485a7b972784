package dev.remora.vpc;

import dev.remora.net.Ipv4;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway that sends what is routed to it on with its own address.
 *
 * @param allocationId of the Elastic IP of a public one; empty for a private one
 * @param interfaceId its interface in the subnet, also when that is gone again; empty if it never had one
 * @param resting addresses beside its first one that are being taken away
 * @param failure why it fails, as AWS's code and sentence, known from the beginning
 * @param deleted when it was deleted; it is shown for a while yet
 */
public record NatGateway(
        String id,
        String vpcId,
        String subnetId,
        String zone,
        boolean toInternet,
        String allocationId,
        String interfaceId,
        List<Resting> resting,
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

    /**
     * An address that gets no new connections.
     *
     * @param until when it goes, whatever it still carries
     */
    public record Resting(Ipv4 address, Instant until) {}

    public NatGateway {
        resting = List.copyOf(resting);
        tags = Tagged.sorted(tags);
    }

    /** Whether it is there, or will be. */
    public boolean works() {
        return failure.isEmpty() && (state == State.PENDING || state == State.AVAILABLE);
    }

    public NatGateway with(List<Resting> newResting) {
        return new NatGateway(
                id, vpcId, subnetId, zone, toInternet, allocationId, interfaceId, newResting,
                state, failure, created, deleted, tags);
    }

    public NatGateway in(State newState) {
        return new NatGateway(
                id, vpcId, subnetId, zone, toInternet, allocationId, interfaceId, resting,
                newState, failure, created, deleted, tags);
    }

    public NatGateway deletedAt(Instant now) {
        return new NatGateway(
                id, vpcId, subnetId, zone, toInternet, allocationId, interfaceId, List.of(), State.DELETING, failure, created,
                Optional.of(now), tags);
    }

    @Override
    public NatGateway withTags(Map<String, String> newTags) {
        return new NatGateway(
                id, vpcId, subnetId, zone, toInternet, allocationId, interfaceId, resting,
                state, failure, created, deleted, newTags);
    }
}
