package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.wire.Operations;
import software.amazon.awssdk.services.ec2.model.AssociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DescribeIamInstanceProfileAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateIamInstanceProfileRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceIamInstanceProfileAssociationRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StartInstancesRequest;
import software.amazon.awssdk.services.ec2.model.StopInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;

/** The operations on instances. */
final class InstanceOperations {
    private final Operations ops;
    private final Access access;

    InstanceOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void instances(Instances instances) {
        access.to(
                ops.on(RunInstancesRequest.class, instances::run)
                        .enforced(
                                "ImageId", "InstanceType", "MinCount", "MaxCount", "SubnetId", "SecurityGroupIds",
                                "SecurityGroups", "NetworkInterfaces", "PrivateIpAddress", "Ipv6Addresses", "Ipv6AddressCount",
                                "UserData", "ClientToken", "TagSpecifications", "DisableApiTermination",
                                "InstanceInitiatedShutdownBehavior", "IamInstanceProfile", "MetadataOptions", "DryRun")
                        .recorded("KeyName")
                        .refused(
                                "BlockDeviceMappings", "EbsOptimized", "KernelId", "RamdiskId",
                                "Monitoring", "Placement", "ElasticGpuSpecification", "ElasticInferenceAccelerators",
                                "LaunchTemplate", "InstanceMarketOptions", "CreditSpecification", "CpuOptions",
                                "CapacityReservationSpecification",
                                "HibernationOptions", "LicenseSpecifications", "EnclaveOptions",
                                "PrivateDnsNameOptions", "MaintenanceOptions", "DisableApiStop", "EnablePrimaryIpv6",
                                "NetworkPerformanceOptions", "Operator", "SecondaryInterfaces", "AdditionalInfo"),
                LaunchTouches::of);
        ops.on(DescribeInstancesRequest.class, instances::describe)
                .enforced("Filters", "InstanceIds", "DryRun", "MaxResults", "NextToken")
                .recorded("IncludeManagedResources")
                .anyResource();
        ops.on(DescribeInstanceStatusRequest.class, instances::describeStatus)
                .enforced("Filters", "InstanceIds", "DryRun", "MaxResults", "NextToken", "IncludeAllInstances")
                .recorded("IncludeManagedResources")
                .anyResource();
        access.to(
                ops.on(StartInstancesRequest.class, instances::start).enforced("InstanceIds", "DryRun").refused("AdditionalInfo"),
                (r, t) -> t.of(INSTANCE, r.instanceIds()));
        access.to(
                ops.on(StopInstancesRequest.class, instances::stop)
                        .enforced("InstanceIds", "DryRun")
                        .recorded("Force")
                        .refused("Hibernate", "SkipOsShutdown"),
                (r, t) -> t.of(INSTANCE, r.instanceIds()));
        access.to(
                ops.on(RebootInstancesRequest.class, instances::reboot).enforced("InstanceIds", "DryRun"),
                (r, t) -> t.of(INSTANCE, r.instanceIds()));
        access.to(
                ops.on(TerminateInstancesRequest.class, instances::terminate)
                        .enforced("InstanceIds", "DryRun")
                        .recorded("Force")
                        .refused("SkipOsShutdown"),
                (r, t) -> t.of(INSTANCE, r.instanceIds()));
        access.to(
                ops.on(GetConsoleOutputRequest.class, instances::console).enforced("InstanceId", "DryRun").recorded("Latest"),
                (r, t) -> t.of(INSTANCE, r.instanceId()));
    }

    void attributes(InstanceAttributes attributes) {
        access.to(
                ops.on(DescribeInstanceAttributeRequest.class, attributes::describe)
                        .enforced("Attribute", "InstanceId", "DryRun"),
                (r, t) -> t.of(INSTANCE, r.instanceId()));
        access.to(
                ops.on(ModifyInstanceAttributeRequest.class, attributes::modify)
                        .enforced(
                                "InstanceId", "InstanceType", "UserData", "DisableApiTermination", "SourceDestCheck", "Groups",
                                "InstanceInitiatedShutdownBehavior", "DryRun")
                        .refused(
                                "Attribute", "Value", "BlockDeviceMappings", "EbsOptimized", "EnaSupport", "Kernel", "Ramdisk",
                                "SriovNetSupport", "DisableApiStop", "EnclaveOptions"),
                (r, t) -> t.of(INSTANCE, r.instanceId()).sets(r).of(SECURITY_GROUP, r.groups()));
        access.to(
                ops.on(AttachNetworkInterfaceRequest.class, attributes::attach)
                        .enforced("NetworkInterfaceId", "InstanceId", "DeviceIndex", "DryRun")
                        .refused("NetworkCardIndex", "EnaSrdSpecification", "EnaQueueCount"),
                (r, t) -> t.of(INSTANCE, r.instanceId()).of(NETWORK_INTERFACE, r.networkInterfaceId()));
        access.to(
                ops.on(DetachNetworkInterfaceRequest.class, attributes::detach)
                        .enforced("DryRun", "AttachmentId")
                        .recorded("Force"),
                Touches::detachedInterface);
    }

    void profiles(InstanceProfiles profiles) {
        access.to(
                ops.on(AssociateIamInstanceProfileRequest.class, profiles::associate)
                        .enforced("IamInstanceProfile", "InstanceId"),
                (r, t) -> t.of(INSTANCE, r.instanceId()).profile(r.iamInstanceProfile()));
        access.to(
                ops.on(DisassociateIamInstanceProfileRequest.class, profiles::disassociate).enforced("AssociationId"),
                (r, t) -> t.by("profile", INSTANCE, r.associationId()));
        access.to(
                ops.on(ReplaceIamInstanceProfileAssociationRequest.class, profiles::replace)
                        .enforced("IamInstanceProfile", "AssociationId"),
                (r, t) -> t.by("profile", INSTANCE, r.associationId()).profile(r.iamInstanceProfile()));
        ops.on(DescribeIamInstanceProfileAssociationsRequest.class, profiles::describe)
                .enforced("AssociationIds", "Filters", "MaxResults", "NextToken")
                .anyResource();
        access.to(
                ops.on(ModifyInstanceMetadataOptionsRequest.class, profiles::modifyMetadata)
                        .enforced(
                                "InstanceId", "HttpTokens", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags",
                                "DryRun")
                        .recorded("HttpPutResponseHopLimit"),
                (r, t) -> t.of(INSTANCE, r.instanceId()).sets(r));
    }

    void catalog(InstanceCatalog catalog) {
        ops.on(DescribeImagesRequest.class, catalog::images)
                .enforced("Filters", "ImageIds", "Owners", "ExecutableUsers", "DryRun")
                .recorded("IncludeDeprecated", "IncludeDisabled", "MaxResults", "NextToken")
                .anyResource();
        ops.on(DescribeInstanceTypesRequest.class, catalog::types)
                .enforced("Filters", "InstanceTypes", "MaxResults", "NextToken", "DryRun")
                .recorded("IncludeUnsupportedInRegion")
                .anyResource();
    }
}
