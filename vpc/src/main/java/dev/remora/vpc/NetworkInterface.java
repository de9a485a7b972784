package dev.remora.vpc;

import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        Optional<Attachment> attachment,
        Topology.Attachment backing,
        Map<String, String> tags)
        implements Tagged<NetworkInterface> {
    /** @param owner the account, or the service, that owns what it is attached to */
    public record Attachment(String id, String owner, int deviceIndex, Instant attached, boolean deleteOnTermination) {}

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

    /** The same interface, attached to nothing and with nothing behind it. */
    public NetworkInterface abandoned() {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, description, type, sourceCheck, requesterId, requesterManaged,
                Optional.empty(), new Topology.Attachment.None(), tags);
    }

    @Override
    public NetworkInterface withTags(Map<String, String> newTags) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, groups, description, type, sourceCheck, requesterId, requesterManaged,
                attachment, backing, newTags);
    }
}
