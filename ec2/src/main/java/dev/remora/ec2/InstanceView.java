package dev.remora.ec2;

import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Ipv4;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.InstanceIpv6Address;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceAssociation;
import software.amazon.awssdk.services.ec2.model.InstancePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.InstanceState;

/** Instances as DescribeInstances shows them. */
final class InstanceView {
    private final View view;
    private final Scope scope;
    private final Region region;

    InstanceView(View view, Scope scope) {
        this.view = view;
        this.scope = scope;
        this.region = new Region(scope.region());
    }

    static InstanceState state(Instance.State state) {
        return InstanceState.builder()
                .code(state.code())
                .name(state.shown())
                .build();
    }

    List<NetworkInterface> interfaces(Instance i) {
        return InstanceKeeper.interfaces(view, scope, i.id()).stream()
                .sorted(Comparator.comparing(n -> n.attachment().map(NetworkInterface.Attachment::deviceIndex).orElse(0)))
                .toList();
    }

    Optional<NetworkInterface> primary(Instance i) {
        return interfaces(i).stream().filter(n -> n.id().equals(i.interfaceId())).findFirst();
    }

    software.amazon.awssdk.services.ec2.model.Instance shown(Instance i) {
        Optional<NetworkInterface> primary = primary(i);
        InstanceType type = InstanceType.named(i.type());
        var shown = software.amazon.awssdk.services.ec2.model.Instance.builder()
                .instanceId(i.id())
                .imageId(i.imageId())
                .instanceType(i.type())
                .state(state(i.state()))
                .amiLaunchIndex(i.launchIndex())
                .launchTime(i.launched())
                .placement(p -> p.availabilityZone(i.zone()).tenancy("default").groupName(""))
                .monitoring(m -> m.state("disabled"))
                .architecture("x86_64")
                .virtualizationType("hvm")
                .hypervisor("xen")
                .platformDetails("Linux/UNIX")
                .rootDeviceName("/dev/xvda")
                .rootDeviceType("ebs")
                .ebsOptimized(false)
                .enaSupport(true)
                .cpuOptions(c -> c.coreCount(Math.max(1, type.cpus() / 2)).threadsPerCore(type.cpus() == 1 ? 1 : 2))
                .keyName(i.keyName().isEmpty() ? null : i.keyName())
                .stateTransitionReason(i.reason().isPresent() ? "User initiated (" + i.changed() + ")" : "")
                .privateDnsName("")
                .publicDnsName("")
                .blockDeviceMappings(List.of())
                .productCodes(List.of())
                .metadataOptions(i.metadata().shown())
                .tags(TagSpecs.shown(i.tags()));
        i.profile().ifPresent(p -> shown.iamInstanceProfile(profile -> profile.arn(p.arn()).id(p.profileId())));
        i.reason().ifPresent(r -> shown.stateReason(s -> s.code(r.code()).message(r.message())));
        if (i.state() != Instance.State.TERMINATED) {
            shown.vpcId(i.vpcId()).subnetId(i.subnetId());
        }
        primary.ifPresent(n -> {
            shown.privateIpAddress(n.address().toString())
                    .privateDnsName(InterfaceView.privateName(region, n.address()))
                    .sourceDestCheck(n.sourceCheck())
                    .securityGroups(groups(n))
                    .networkInterfaces(interfaces(i).stream().map(this::networkInterface).toList());
            publicAddress(n).ifPresent(address ->
                    shown.publicIpAddress(address.toString()).publicDnsName(publicName(n.vpcId(), address)));
            n.ipv6().stream().findFirst().ifPresent(address -> shown.ipv6Address(address.toString()));
        });
        return shown.build();
    }

    private Optional<Ipv4> publicAddress(NetworkInterface n) {
        return InstanceKeeper.publicAddress(view, scope, n);
    }

    /** Only a VPC with host names gives public addresses names. */
    String publicName(String vpcId, Ipv4 address) {
        boolean named = view.get(VPC.kind(), scope, vpcId).map(v -> v.dnsHostnames() && v.dnsSupport()).orElse(false);
        return named ? region.publicName(address) : "";
    }

    List<GroupIdentifier> groups(NetworkInterface n) {
        Stream<SecurityGroup> groups = n.groups().stream().flatMap(id -> view.get(SECURITY_GROUP.kind(), scope, id).stream());
        return InterfaceView.identifiers(groups.toList());
    }

    private InstanceNetworkInterface networkInterface(NetworkInterface n) {
        var association = publicAddress(n)
                .map(address -> InstanceNetworkInterfaceAssociation.builder()
                        .publicIp(address.toString())
                        .publicDnsName(publicName(n.vpcId(), address))
                        .ipOwnerId(n.publicAddress().filter(address::equals).isPresent() ? "amazon" : scope.account())
                        .build())
                .orElse(null);
        return InstanceNetworkInterface.builder()
                .networkInterfaceId(n.id())
                .interfaceType("interface")
                .ownerId(scope.account())
                .vpcId(n.vpcId())
                .subnetId(n.subnetId())
                .macAddress(InterfaceView.mac(n))
                .description(n.description())
                .privateIpAddress(n.address().toString())
                .privateDnsName(InterfaceView.privateName(region, n.address()))
                .privateIpAddresses(InterfaceView.privateAddresses(n)
                        .map(address -> InstancePrivateIpAddress.builder()
                                .privateIpAddress(address.toString())
                                .primary(address.equals(n.address()))
                                .privateDnsName(InterfaceView.privateName(region, address))
                                .association(address.equals(n.address()) ? association : null)
                                .build())
                        .toList())
                .ipv6Addresses(n.ipv6().stream()
                        .map(address -> InstanceIpv6Address.builder().ipv6Address(address.toString()).build())
                        .toList())
                .association(association)
                .groups(groups(n))
                .sourceDestCheck(n.sourceCheck())
                .status("in-use")
                .attachment(a -> n.attachment().ifPresent(attached -> a.attachmentId(attached.id())
                        .attachTime(attached.attached())
                        .deleteOnTermination(attached.deleteOnTermination())
                        .deviceIndex(attached.deviceIndex())
                        .networkCardIndex(0)
                        .status("attached")))
                .build();
    }
}
