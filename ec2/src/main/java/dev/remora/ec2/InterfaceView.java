package dev.remora.ec2;

import dev.remora.net.Ipv4;
import dev.remora.store.Scope;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;

/** An interface as DescribeNetworkInterfaces shows it. */
final class InterfaceView {
    private InterfaceView() {}

    /** @param named whether the VPC gives its interfaces private names */
    static software.amazon.awssdk.services.ec2.model.NetworkInterface shown(
            Scope scope,
            NetworkInterface i,
            List<SecurityGroup> groups,
            InterfaceAssociations associations,
            boolean named) {
        var region = new Region(scope.region());
        String name = named ? privateName(region, i.address()) : null;
        return software.amazon.awssdk.services.ec2.model.NetworkInterface.builder()
                .networkInterfaceId(i.id())
                .subnetId(i.subnetId())
                .vpcId(i.vpcId())
                .availabilityZone(i.zone())
                .availabilityZoneId(region.zoneId(i.zone()))
                .description(i.description())
                .ownerId(scope.account())
                .requesterId(i.requesterId().isEmpty() ? null : i.requesterId())
                .requesterManaged(i.requesterManaged())
                .status(status(i))
                .interfaceType(i.type())
                .macAddress(mac(i))
                .privateIpAddress(i.address().toString())
                .privateDnsName(name)
                .privateIpAddresses(privateAddresses(i)
                        .map(address -> NetworkInterfacePrivateIpAddress.builder()
                                .primary(address.equals(i.address()))
                                .privateIpAddress(address.toString())
                                .privateDnsName(named ? privateName(region, address) : null)
                                .association(associations.of(i, address))
                                .build())
                        .toList())
                .association(associations.of(i, i.address()))
                .ipv6Addresses(i.ipv6().stream()
                        .map(address -> NetworkInterfaceIpv6Address.builder()
                                .ipv6Address(address.toString())
                                .isPrimaryIpv6(false)
                                .build())
                        .toList())
                .ipv6Address(i.ipv6().isEmpty() ? null : i.ipv6().getFirst().toString())
                .sourceDestCheck(i.sourceCheck())
                .groups(identifiers(groups))
                .attachment(i.attachment().map(InterfaceView::attachment).orElse(null))
                .tagSet(TagSpecs.shown(i.tags()))
                .build();
    }

    /** The primary one first. */
    static Stream<Ipv4> privateAddresses(NetworkInterface i) {
        return Stream.concat(Stream.of(i.address()), i.secondary().stream());
    }

    static NetworkInterfaceAttachment attachment(NetworkInterface.Attachment a) {
        return NetworkInterfaceAttachment.builder()
                .attachmentId(a.id())
                .instanceOwnerId(a.owner())
                .deviceIndex(a.deviceIndex())
                .attachTime(a.attached())
                .deleteOnTermination(a.deleteOnTermination())
                .networkCardIndex(0)
                .status("attached")
                .build();
    }

    static List<GroupIdentifier> identifiers(List<SecurityGroup> groups) {
        return groups.stream()
                .map(g -> GroupIdentifier.builder().groupId(g.id()).groupName(g.name()).build())
                .toList();
    }

    static String status(NetworkInterface i) {
        return i.attachment().isPresent() ? "in-use" : "available";
    }

    /** {@code ip-10-0-1-5.ec2.internal}; elsewhere {@code ip-10-0-1-5.eu-west-1.compute.internal}. */
    static String privateName(Region region, Ipv4 address) {
        return "ip-" + address.toString().replace('.', '-') + "." + region.privateDomain();
    }

    /** A locally administered address that follows from the interface's id. */
    static String mac(NetworkInterface i) {
        byte[] digest = AccountRegions.sha256(i.id());
        return "02:" + HexFormat.ofDelimiter(":").formatHex(digest, 0, 5);
    }
}
