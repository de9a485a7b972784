package dev.remora.ec2;

import dev.remora.vpc.Tagged;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An instance. Its interfaces are documents of their own, which name it in their attachments.
 *
 * @param reservationId what it was made with
 * @param launchIndex its place in the reservation
 * @param number of the installation's instances, never given twice: its users' ids follow from it
 * @param interfaceId its primary interface; empty once it is terminated
 * @param userData as given, in base64; empty for none
 * @param changed when the state was last changed
 * @param reason why it is stopped or terminated, as AWS's code and message
 * @param publicAtStart whether it is to have a public address while it runs
 * @param terminatesOnShutdown whether it is terminated and not stopped when it ends by itself
 * @param terminationDisabled whether TerminateInstances is refused
 * @param profile the instance profile by which it has a role
 * @param metadata how its metadata can be read
 */
record Instance(
        String id,
        String reservationId,
        int launchIndex,
        int number,
        String imageId,
        String type,
        State state,
        String vpcId,
        String subnetId,
        String zone,
        String interfaceId,
        String userData,
        String keyName,
        Instant launched,
        Instant changed,
        Optional<Reason> reason,
        boolean publicAtStart,
        boolean terminatesOnShutdown,
        boolean terminationDisabled,
        Optional<ProfileAssociation> profile,
        MetadataOptions metadata,
        Map<String, String> tags)
        implements Tagged<Instance> {
    enum State {
        PENDING(0, "pending"),
        RUNNING(16, "running"),
        SHUTTING_DOWN(32, "shutting-down"),
        TERMINATED(48, "terminated"),
        STOPPING(64, "stopping"),
        STOPPED(80, "stopped");

        private final int code;
        private final String shown;

        State(int code, String shown) {
            this.code = code;
            this.shown = shown;
        }

        int code() {
            return code;
        }

        String shown() {
            return shown;
        }
    }

    record Reason(String code, String message) {}

    Instance {
        tags = Tagged.sorted(tags);
    }

    /** Whether it is over, or on the way there. */
    boolean ending() {
        return state == State.SHUTTING_DOWN || state == State.TERMINATED;
    }

    Instance in(State newState, Instant now, Optional<Reason> newReason) {
        return new Instance(
                id, reservationId, launchIndex, number, imageId, type, newState, vpcId, subnetId, zone,
                newState == State.TERMINATED ? "" : interfaceId, userData, keyName, launched, now, newReason, publicAtStart,
                terminatesOnShutdown, terminationDisabled, profile, metadata, tags);
    }

    Instance with(String newType, String newUserData, boolean newTerminates, boolean newDisabled) {
        return new Instance(
                id, reservationId, launchIndex, number, imageId, newType, state, vpcId, subnetId, zone, interfaceId, newUserData,
                keyName, launched, changed, reason, publicAtStart, newTerminates, newDisabled, profile,
                metadata, tags);
    }

    Instance launchedAt(Instant now) {
        return new Instance(
                id, reservationId, launchIndex, number, imageId, type, state, vpcId, subnetId, zone, interfaceId, userData,
                keyName, now, now, Optional.empty(), publicAtStart, terminatesOnShutdown, terminationDisabled, profile,
                metadata, tags);
    }

    @Override
    public Instance withTags(Map<String, String> newTags) {
        return new Instance(
                id, reservationId, launchIndex, number, imageId, type, state, vpcId, subnetId, zone, interfaceId, userData,
                keyName, launched, changed, reason, publicAtStart, terminatesOnShutdown, terminationDisabled, profile,
                metadata, newTags);
    }

    Instance with(Optional<ProfileAssociation> newProfile, MetadataOptions newMetadata) {
        return new Instance(
                id, reservationId, launchIndex, number, imageId, type, state, vpcId, subnetId, zone, interfaceId, userData,
                keyName, launched, changed, reason, publicAtStart, terminatesOnShutdown, terminationDisabled, newProfile,
                newMetadata, tags);
    }
}
