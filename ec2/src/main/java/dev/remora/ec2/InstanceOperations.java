package dev.remora.ec2;

import static dev.remora.ec2.Access.ids;

import dev.remora.wire.Operations;
import java.util.ArrayList;
import software.amazon.awssdk.services.ec2.model.AttachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.GetConsoleOutputRequest;
import software.amazon.awssdk.services.ec2.model.ModifyInstanceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.RebootInstancesRequest;
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
        access.makes(
                ops.on(RunInstancesRequest.class, instances::run)
                        .enforced(
                                "ImageId", "InstanceType", "MinCount", "MaxCount", "SubnetId", "SecurityGroupIds",
                                "SecurityGroups", "NetworkInterfaces", "PrivateIpAddress", "Ipv6Addresses", "Ipv6AddressCount",
                                "UserData", "ClientToken", "TagSpecifications", "DisableApiTermination",
                                "InstanceInitiatedShutdownBehavior", "DryRun")
                        .recorded("KeyName")
                        .refused(
                                "BlockDeviceMappings", "EbsOptimized", "IamInstanceProfile", "KernelId", "RamdiskId",
                                "Monitoring", "Placement", "ElasticGpuSpecification", "ElasticInferenceAccelerators",
                                "LaunchTemplate", "InstanceMarketOptions", "CreditSpecification", "CpuOptions",
                                "CapacityReservationSpecification",
                                "HibernationOptions", "LicenseSpecifications", "MetadataOptions", "EnclaveOptions",
                                "PrivateDnsNameOptions", "MaintenanceOptions", "DisableApiStop", "EnablePrimaryIpv6",
                                "NetworkPerformanceOptions", "Operator", "SecondaryInterfaces", "AdditionalInfo"),
                "instance",
                r -> {
                    var named = new ArrayList<>(ids(r.subnetId()));
                    named.addAll(r.securityGroupIds());
                    r.networkInterfaces().forEach(n -> {
                        named.addAll(ids(n.subnetId(), n.networkInterfaceId()));
                        named.addAll(n.groups());
                    });
                    return named;
                },
                RunInstancesRequest::tagSpecifications);
        ops.on(DescribeInstancesRequest.class, instances::describe)
                .enforced("Filters", "InstanceIds", "DryRun", "MaxResults", "NextToken")
                .recorded("IncludeManagedResources");
        ops.on(DescribeInstanceStatusRequest.class, instances::describeStatus)
                .enforced("Filters", "InstanceIds", "DryRun", "MaxResults", "NextToken", "IncludeAllInstances")
                .recorded("IncludeManagedResources");
        access.names(
                ops.on(StartInstancesRequest.class, instances::start).enforced("InstanceIds", "DryRun").refused("AdditionalInfo"),
                StartInstancesRequest::instanceIds);
        access.names(
                ops.on(StopInstancesRequest.class, instances::stop)
                        .enforced("InstanceIds", "DryRun")
                        .recorded("Force")
                        .refused("Hibernate", "SkipOsShutdown"),
                StopInstancesRequest::instanceIds);
        access.names(
                ops.on(RebootInstancesRequest.class, instances::reboot).enforced("InstanceIds", "DryRun"),
                RebootInstancesRequest::instanceIds);
        access.names(
                ops.on(TerminateInstancesRequest.class, instances::terminate)
                        .enforced("InstanceIds", "DryRun")
                        .recorded("Force")
                        .refused("SkipOsShutdown"),
                TerminateInstancesRequest::instanceIds);
        access.names(
                ops.on(GetConsoleOutputRequest.class, instances::console).enforced("InstanceId", "DryRun").recorded("Latest"),
                r -> ids(r.instanceId()));
    }

    void attributes(InstanceAttributes attributes) {
        access.names(
                ops.on(DescribeInstanceAttributeRequest.class, attributes::describe)
                        .enforced("Attribute", "InstanceId", "DryRun"),
                r -> ids(r.instanceId()));
        access.names(
                ops.on(ModifyInstanceAttributeRequest.class, attributes::modify)
                        .enforced(
                                "InstanceId", "InstanceType", "UserData", "DisableApiTermination", "SourceDestCheck", "Groups",
                                "InstanceInitiatedShutdownBehavior", "DryRun")
                        .refused(
                                "Attribute", "Value", "BlockDeviceMappings", "EbsOptimized", "EnaSupport", "Kernel", "Ramdisk",
                                "SriovNetSupport", "DisableApiStop", "EnclaveOptions"),
                r -> ids(r.instanceId()));
        access.names(
                ops.on(AttachNetworkInterfaceRequest.class, attributes::attach)
                        .enforced("NetworkInterfaceId", "InstanceId", "DeviceIndex", "DryRun")
                        .refused("NetworkCardIndex", "EnaSrdSpecification", "EnaQueueCount"),
                r -> ids(r.instanceId(), r.networkInterfaceId()));
        access.names(
                ops.on(DetachNetworkInterfaceRequest.class, attributes::detach)
                        .enforced("DryRun", "AttachmentId")
                        .recorded("Force"),
                r -> ids(r.attachmentId()));
    }

    void catalog(InstanceCatalog catalog) {
        ops.on(DescribeImagesRequest.class, catalog::images)
                .enforced("Filters", "ImageIds", "Owners", "ExecutableUsers", "DryRun")
                .recorded("IncludeDeprecated", "IncludeDisabled", "MaxResults", "NextToken");
        ops.on(DescribeInstanceTypesRequest.class, catalog::types)
                .enforced("Filters", "InstanceTypes", "MaxResults", "NextToken", "DryRun")
                .recorded("IncludeUnsupportedInRegion");
    }
}
