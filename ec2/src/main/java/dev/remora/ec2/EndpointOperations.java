package dev.remora.ec2;

import dev.remora.wire.Operations;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;

/** The operations on VPC endpoints. */
final class EndpointOperations {
    private final Operations ops;
    private final Access access;

    EndpointOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void endpoints(VpcEndpoints endpoints) {
        access.to(
                ops.on(CreateVpcEndpointRequest.class, endpoints::create)
                        .enforced(
                                "VpcEndpointType", "VpcId", "ServiceName", "PolicyDocument", "RouteTableIds", "SubnetIds",
                                "SecurityGroupIds", "IpAddressType", "PrivateDnsEnabled", "ClientToken",
                                "TagSpecifications", "DryRun")
                        .refused(
                                "DnsOptions", "SubnetConfigurations", "ServiceNetworkArn", "ResourceConfigurationArn",
                                "ServiceRegion"),
                Touches::endpoint);
        access.to(
                ops.on(ModifyVpcEndpointRequest.class, endpoints::modify)
                        .enforced(
                                "VpcEndpointId", "ResetPolicy", "PolicyDocument", "AddRouteTableIds", "RemoveRouteTableIds",
                                "AddSubnetIds", "RemoveSubnetIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds",
                                "IpAddressType", "PrivateDnsEnabled", "DryRun")
                        .refused("DnsOptions", "SubnetConfigurations"),
                Touches::changedEndpoint);
        ops.on(DescribeVpcEndpointsRequest.class, endpoints::describe)
                .enforced("VpcEndpointIds", "Filters", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(DeleteVpcEndpointsRequest.class, endpoints::delete).enforced("VpcEndpointIds", "DryRun"),
                Touches::deletedEndpoints);
    }

    void services(EndpointServices services) {
        ops.on(DescribeVpcEndpointServicesRequest.class, services::describe)
                .enforced("ServiceNames", "ServiceRegions", "Filters", "NextToken", "MaxResults", "DryRun")
                .anyResource();
    }
}
