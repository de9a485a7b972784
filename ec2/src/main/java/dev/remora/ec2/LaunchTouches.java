package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.ec2.InstanceRoles.Profile;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Vpc;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * What RunInstances touches: the image, the instances that it makes, an interface for each that it makes or is given, and their
 * subnets and groups, named or not. Volumes are not asked for, since instances have none here.
 */
final class LaunchTouches {
    private final RunInstancesRequest request;
    private final Touched touched;
    private final Set<String> subnets = new LinkedHashSet<>();
    private final Set<String> groups = new LinkedHashSet<>();

    private LaunchTouches(RunInstancesRequest request, Touched touched) {
        this.request = request;
        this.touched = touched;
    }

    static void of(RunInstancesRequest r, Touched t) {
        new LaunchTouches(r, t).all();
    }

    private void all() {
        List<InstanceNetworkInterfaceSpecification> interfaces = request.networkInterfaces().isEmpty()
                ? List.of(InstanceNetworkInterfaceSpecification.builder()
                        .subnetId(request.subnetId())
                        .groups(request.securityGroupIds())
                        .build())
                : request.networkInterfaces();
        instance(subnetOf(interfaces.getFirst()));
        image();
        interfaces.forEach(this::networkInterface);
        subnets.forEach(id -> launched(touched.of(SUBNET, id)));
        groups.forEach(id -> launched(touched.of(SECURITY_GROUP, id)));
        if (request.keyName() != null) {
            launched(touched.arn(Resource.arn("key-pair", touched.scope(), request.keyName())))
                    .with("ec2:KeyPairName", request.keyName());
        }
        touched.passesRole(touched.profileOf(request.iamInstanceProfile()));
    }

    /** There are no launch templates. */
    private static Touched launched(Touched t) {
        return t.with("ec2:IsLaunchTemplateResource", false);
    }

    private void instance(Optional<Subnet> subnet) {
        String type = request.instanceTypeAsString() == null ? InstanceType.DEFAULT : request.instanceTypeAsString();
        launched(touched.made(INSTANCE, request.tagSpecifications()))
                .with(Traits.instance(type))
                .with("ec2:InstanceProfile", touched.profileOf(request.iamInstanceProfile()).map(Profile::arn).orElse(null));
        InstanceMetadataOptionsRequest metadata = request.metadataOptions();
        if (metadata != null) {
            touched.with("ec2:MetadataHttpEndpoint", metadata.httpEndpointAsString())
                    .with("ec2:MetadataHttpTokens", metadata.httpTokensAsString())
                    .with("ec2:MetadataHttpPutResponseHopLimit", metadata.httpPutResponseHopLimit());
        }
        subnet.ifPresent(s -> touched.with(Traits.zone(touched.scope(), s.zone())));
    }

    private void image() {
        String id = request.imageId() == null ? "*" : request.imageId();
        launched(touched.arn("arn:aws:ec2:" + touched.scope().region() + "::image/" + id)).with("ec2:ImageID", id);
        if (id.equals(HostImage.ID)) {
            touched.with("ec2:ImageType", "machine")
                    .with("ec2:Owner", InstanceCatalog.OWNER)
                    .with("ec2:Public", true)
                    .with("ec2:RootDeviceType", "ebs");
        }
    }

    private void networkInterface(InstanceNetworkInterfaceSpecification wanted) {
        Optional<Subnet> subnet = subnetOf(wanted);
        if (wanted.networkInterfaceId() != null) {
            launched(touched.of(NETWORK_INTERFACE, wanted.networkInterfaceId()));
            return;
        }
        launched(touched.made(NETWORK_INTERFACE, request.tagSpecifications()));
        subnet.ifPresent(s -> touched.with(Traits.place(touched.scope(), s.vpcId(), s.id(), s.zone())));
        touched.with("ec2:AssociatePublicIpAddress", wanted.associatePublicIpAddress());
        subnets.add(subnet.map(Subnet::id).orElse(wanted.subnetId() == null ? "*" : wanted.subnetId()));
        groups.addAll(wanted.groups().isEmpty() ? List.of(defaultGroup(subnet)) : wanted.groups());
    }

    private Optional<Subnet> subnetOf(InstanceNetworkInterfaceSpecification wanted) {
        if (wanted.networkInterfaceId() != null) {
            return touched.view().get(NETWORK_INTERFACE.kind(), touched.scope(), wanted.networkInterfaceId())
                    .flatMap(n -> touched.view().get(SUBNET.kind(), touched.scope(), n.subnetId()));
        }
        return wanted.subnetId() != null
                ? touched.view().get(SUBNET.kind(), touched.scope(), wanted.subnetId())
                : AccountRegions.defaultVpc(touched.view(), touched.scope())
                        .flatMap(vpc -> InstanceLaunch.defaultSubnet(touched.view(), touched.scope(), vpc));
    }

    private String defaultGroup(Optional<Subnet> subnet) {
        return subnet.flatMap(s -> touched.view().get(Resource.VPC.kind(), touched.scope(), s.vpcId()))
                .map(Vpc::defaultGroupId)
                .orElse("*");
    }
}
