package dev.remora.ec2;

import static dev.remora.ec2.Access.ids;

import dev.remora.wire.Operations;
import java.util.ArrayList;
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
        access.makes(
                ops.on(CreateVpcEndpointRequest.class, endpoints::create)
                        .enforced(
                                "VpcEndpointType", "VpcId", "ServiceName", "PolicyDocument", "RouteTableIds", "SubnetIds",
                                "SecurityGroupIds", "IpAddressType", "PrivateDnsEnabled", "ClientToken",
                                "TagSpecifications", "DryRun")
                        .refused(
                                "DnsOptions", "SubnetConfigurations", "ServiceNetworkArn", "ResourceConfigurationArn",
                                "ServiceRegion"),
                "vpc-endpoint",
                r -> {
                    var named = new ArrayList<>(ids(r.vpcId()));
                    named.addAll(r.routeTableIds());
                    named.addAll(r.subnetIds());
                    named.addAll(r.securityGroupIds());
                    return named;
                },
                CreateVpcEndpointRequest::tagSpecifications);
        access.names(
                ops.on(ModifyVpcEndpointRequest.class, endpoints::modify)
                        .enforced(
                                "VpcEndpointId", "ResetPolicy", "PolicyDocument", "AddRouteTableIds", "RemoveRouteTableIds",
                                "AddSubnetIds", "RemoveSubnetIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds",
                                "IpAddressType", "PrivateDnsEnabled", "DryRun")
                        .refused("DnsOptions", "SubnetConfigurations"),
                r -> {
                    var named = new ArrayList<>(ids(r.vpcEndpointId()));
                    named.addAll(r.addRouteTableIds());
                    named.addAll(r.addSubnetIds());
                    named.addAll(r.addSecurityGroupIds());
                    return named;
                });
        ops.on(DescribeVpcEndpointsRequest.class, endpoints::describe)
                .enforced("VpcEndpointIds", "Filters", "NextToken", "MaxResults", "DryRun");
        access.names(
                ops.on(DeleteVpcEndpointsRequest.class, endpoints::delete).enforced("VpcEndpointIds", "DryRun"),
                DeleteVpcEndpointsRequest::vpcEndpointIds);
    }

    void services(EndpointServices services) {
        ops.on(DescribeVpcEndpointServicesRequest.class, services::describe)
                .enforced("ServiceNames", "ServiceRegions", "Filters", "NextToken", "MaxResults", "DryRun");
    }
}
