package dev.remora.ec2;

import dev.remora.net.Ipv4;
import dev.remora.store.Scope;
import dev.remora.vpc.Compiler;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;

/** Interfaces of one account and region, as DescribeNetworkInterfaces shows them. */
final class InterfaceView {
    private final Scope scope;
    private final Region region;
    private final Map<String, String> zoneIds = new HashMap<>();

    InterfaceView(Scope scope) {
        this.scope = scope;
        this.region = new Region(scope.region());
    }

    /** @param named whether the VPC gives its interfaces private names */
    software.amazon.awssdk.services.ec2.model.NetworkInterface shown(
            NetworkInterface i, List<SecurityGroup> groups, InterfaceAssociations associations, boolean named) {
        String name = named ? privateName(region, i.address()) : null;
        return software.amazon.awssdk.services.ec2.model.NetworkInterface.builder()
                .networkInterfaceId(i.id())
                .subnetId(i.subnetId())
                .vpcId(i.vpcId())
                .availabilityZone(i.zone())
                .availabilityZoneId(zoneIds.computeIfAbsent(i.zone(), region::zoneId))
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
        return Compiler.privateName(address, region.privateDomain());
    }

    /** A locally administered address: the last ten of the random digits of the interface's id. */
    static String mac(NetworkInterface i) {
        var mac = new StringBuilder("02");
        for (int at = i.id().length() - 10; at < i.id().length(); at += 2) {
            mac.append(':').append(i.id(), at, at + 2);
        }
        return mac.toString();
    }
}
