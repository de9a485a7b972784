package dev.remora.vpc;

import dev.remora.net.Ip;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An elastic network interface.
 *
 * @param address its primary private address
 * @param secondary its other IPv4 addresses
 * @param ipv6 its IPv6 addresses
 * @param groups ids, in the order in which they were given
 * @param type as the API shows it: {@code interface}, {@code lambda}
 * @param sourceCheck whether what it sends must come from its own addresses
 * @param requesterId who made it for the account, or empty if its owner did
 * @param attachment what it is attached to, as the API shows it
 * @param backing what the data plane puts behind it
 * @param publicAddress the public address that it was given for as long as it is in use; an Elastic IP goes before it
 */
public record NetworkInterface(
        String id,
        String vpcId,
        String subnetId,
        String zone,
        Ipv4 address,
        List<Ipv4> secondary,
        List<Ipv6> ipv6,
        List<String> groups,
        String description,
        String type,
        boolean sourceCheck,
        String requesterId,
        boolean requesterManaged,
        Optional<Attachment> attachment,
        Topology.Attachment backing,
        Optional<Ipv4> publicAddress,
        Map<String, String> tags)
        implements Tagged<NetworkInterface> {
    /**
     * @param owner the account, or the service, that owns what it is attached to
     * @param instanceId empty if that is no instance
     */
    public record Attachment(
            String id, String owner, String instanceId, int deviceIndex, Instant attached, boolean deleteOnTermination) {}

    public NetworkInterface {
        secondary = List.copyOf(secondary);
        ipv6 = List.copyOf(ipv6);
        groups = List.copyOf(groups);
        tags = Tagged.sorted(tags);
    }

    /** The index key under which an address of a subnet is found. */
    public static String addressKey(String subnetId, Ip address) {
        return subnetId + "/" + address;
    }

    /** All private addresses, the primary one first, IPv4 before IPv6. */
    public List<Ip> addresses() {
        var all = new ArrayList<Ip>();
        all.add(address);
        all.addAll(secondary);
        all.addAll(ipv6);
        return all;
    }

    public NetworkInterface withGroups(List<String> newGroups) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, newGroups, description, type, sourceCheck, requesterId,
                requesterManaged, attachment, backing, publicAddress, tags);
    }

    public NetworkInterface withDescription(String text) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, groups, text, type, sourceCheck, requesterId,
                requesterManaged, attachment, backing, publicAddress, tags);
    }

    public NetworkInterface withSourceCheck(boolean on) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, groups, description, type, on, requesterId,
                requesterManaged, attachment, backing, publicAddress, tags);
    }

    /** The same interface with these addresses beside its primary one. */
    public NetworkInterface withAddresses(List<Ipv4> newSecondary, List<Ipv6> newIpv6) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, newSecondary, newIpv6, groups, description, type, sourceCheck, requesterId,
                requesterManaged, attachment, backing, publicAddress, tags);
    }

    public NetworkInterface attached(Optional<Attachment> to, Topology.Attachment newBacking) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, groups, description, type, sourceCheck, requesterId,
                requesterManaged, to, newBacking, publicAddress, tags);
    }

    public NetworkInterface withPublicAddress(Optional<Ipv4> newAddress) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, groups, description, type, sourceCheck, requesterId,
                requesterManaged, attachment, backing, newAddress, tags);
    }

    /** The same interface, attached to nothing and with nothing behind it. */
    public NetworkInterface abandoned() {
        return attached(Optional.empty(), new Topology.Attachment.None());
    }

    @Override
    public NetworkInterface withTags(Map<String, String> newTags) {
        return new NetworkInterface(
                id, vpcId, subnetId, zone, address, secondary, ipv6, groups, description, type, sourceCheck, requesterId,
                requesterManaged, attachment, backing, publicAddress, newTags);
    }
}
