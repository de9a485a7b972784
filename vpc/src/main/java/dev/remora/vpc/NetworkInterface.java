package dev.remora.vpc;

import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An elastic network interface.
 *
 * @param groups ids, in the order in which they were given
 * @param type as the API shows it: {@code interface}, {@code lambda}
 * @param sourceCheck whether what it sends must come from its own address
 * @param requesterId who made it for the account, or empty if its owner did
 * @param attachment what it is attached to, as the API shows it
 * @param backing what the data plane puts behind it
 */
public record NetworkInterface(
        String id,
        String vpcId,
        String subnetId,
        String zone,
        Ipv4 address,
        List<String> groups,
        String description,
        String type,
        boolean sourceCheck,
        String requesterId,
        boolean requesterManaged,
        @Nullable Attachment attachment,
        Backing backing,
        Map<String, String> tags)
        implements Tagged<NetworkInterface> {
    /** @param owner the account, or the service, that owns what it is attached to */
    public record Attachment(String id, String owner, int deviceIndex, Instant attached, boolean deleteOnTermination) {}

    /** A {@link Topology.Attachment} in the form in which it is stored; {@code key} is empty unless there is one. */
    public record Backing(Form form, String key) {
        public enum Form {
            NONE,
            WORKLOAD,
            HYPERPLANE
        }

        public static final Backing NONE = new Backing(Form.NONE, "");

        public static Backing of(Topology.Attachment attachment) {
            return switch (attachment) {
                case Topology.Attachment.None none -> NONE;
                case Topology.Attachment.Workload workload -> new Backing(Form.WORKLOAD, "");
                case Topology.Attachment.Hyperplane hyperplane -> new Backing(Form.HYPERPLANE, hyperplane.key().name());
            };
        }

        Topology.Attachment compiled() {
            return switch (form) {
                case NONE -> new Topology.Attachment.None();
                case WORKLOAD -> new Topology.Attachment.Workload();
                case HYPERPLANE -> new Topology.Attachment.Hyperplane(new NatKey(key));
            };
        }
    }

    public NetworkInterface {
        groups = List.copyOf(groups);
        tags = Tagged.sorted(tags);
    }

    /** The index key under which an address of a subnet is found. */
    public static String addressKey(String subnetId, Ipv4 address) {
        return subnetId + "/" + address;
    }

    public NetworkInterface withGroups(List<String> newGroups) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, newGroups, description, type, sourceCheck, requesterId, requesterManaged,
                attachment, backing, tags);
    }

    public NetworkInterface withDescription(String text) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, text, type, sourceCheck, requesterId, requesterManaged, attachment,
                backing, tags);
    }

    public NetworkInterface withSourceCheck(boolean on) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, description, type, on, requesterId, requesterManaged, attachment,
                backing, tags);
    }

    public NetworkInterface withAttachment(@Nullable Attachment newAttachment) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, description, type, sourceCheck, requesterId, requesterManaged,
                newAttachment, backing, tags);
    }

    @Override
    public NetworkInterface withTags(Map<String, String> newTags) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, description, type, sourceCheck, requesterId, requesterManaged,
                attachment, backing, newTags);
    }
}
