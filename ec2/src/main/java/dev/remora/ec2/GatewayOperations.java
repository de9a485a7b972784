package dev.remora.ec2;

import static dev.remora.ec2.Access.ids;

import dev.remora.wire.Operations;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;

/** The operations on ways out of a VPC and on public addresses. */
final class GatewayOperations {
    private final Operations ops;
    private final Access access;

    GatewayOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void internetGateways(InternetGateways gateways) {
        access.makes(
                ops.on(CreateInternetGatewayRequest.class, gateways::create).enforced("TagSpecifications", "DryRun"),
                "internet-gateway",
                r -> List.of(),
                CreateInternetGatewayRequest::tagSpecifications);
        ops.on(DescribeInternetGatewaysRequest.class, gateways::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "InternetGatewayIds", "Filters");
        access.names(
                ops.on(AttachInternetGatewayRequest.class, gateways::attach)
                        .enforced("DryRun", "InternetGatewayId", "VpcId"),
                r -> ids(r.internetGatewayId(), r.vpcId()));
        access.names(
                ops.on(DetachInternetGatewayRequest.class, gateways::detach)
                        .enforced("DryRun", "InternetGatewayId", "VpcId"),
                r -> ids(r.internetGatewayId(), r.vpcId()));
        access.names(
                ops.on(DeleteInternetGatewayRequest.class, gateways::delete).enforced("DryRun", "InternetGatewayId"),
                r -> ids(r.internetGatewayId()));
    }

    void egressOnlyGateways(EgressOnlyGateways gateways) {
        access.makes(
                ops.on(CreateEgressOnlyInternetGatewayRequest.class, gateways::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                "egress-only-internet-gateway",
                r -> ids(r.vpcId()),
                CreateEgressOnlyInternetGatewayRequest::tagSpecifications);
        ops.on(DescribeEgressOnlyInternetGatewaysRequest.class, gateways::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "EgressOnlyInternetGatewayIds", "Filters");
        access.names(
                ops.on(DeleteEgressOnlyInternetGatewayRequest.class, gateways::delete)
                        .enforced("DryRun", "EgressOnlyInternetGatewayId"),
                r -> ids(r.egressOnlyInternetGatewayId()));
    }

    void elasticIps(ElasticIps addresses) {
        access.makes(
                ops.on(AllocateAddressRequest.class, addresses::allocate)
                        .enforced("Domain", "Address", "PublicIpv4Pool", "NetworkBorderGroup", "TagSpecifications", "DryRun")
                        .refused("CustomerOwnedIpv4Pool", "IpamPoolId"),
                "elastic-ip",
                r -> List.of(),
                AllocateAddressRequest::tagSpecifications);
        access.names(
                ops.on(AssociateAddressRequest.class, addresses::associate)
                        .enforced(
                                "AllocationId", "InstanceId", "PublicIp", "NetworkInterfaceId", "PrivateIpAddress",
                                "AllowReassociation", "DryRun"),
                r -> ids(r.allocationId(), r.networkInterfaceId()));
        ops.on(DisassociateAddressRequest.class, addresses::disassociate)
                .enforced("AssociationId", "PublicIp", "DryRun");
        access.names(
                ops.on(ReleaseAddressRequest.class, addresses::release)
                        .enforced("AllocationId", "PublicIp", "NetworkBorderGroup", "DryRun"),
                r -> ids(r.allocationId()));
        ops.on(DescribeAddressesRequest.class, addresses::describe)
                .enforced("PublicIps", "AllocationIds", "Filters", "DryRun");
        ops.on(DescribeAddressesAttributeRequest.class, addresses::describeAttribute)
                .enforced("AllocationIds", "Attribute", "NextToken", "MaxResults", "DryRun");
    }

    void natGateways(NatGateways gateways) {
        access.makes(
                ops.on(CreateNatGatewayRequest.class, gateways::create)
                        .enforced(
                                "AllocationId", "ClientToken", "DryRun", "SubnetId", "TagSpecifications",
                                "ConnectivityType", "PrivateIpAddress")
                        .refused(
                                "AvailabilityMode", "VpcId", "AvailabilityZoneAddresses", "SecondaryAllocationIds",
                                "SecondaryPrivateIpAddresses", "SecondaryPrivateIpAddressCount"),
                "natgateway",
                r -> ids(r.subnetId(), r.allocationId()),
                CreateNatGatewayRequest::tagSpecifications);
        ops.on(DescribeNatGatewaysRequest.class, gateways::describe)
                .enforced("NatGatewayIds", "Filter", "NextToken", "MaxResults", "DryRun");
        access.names(
                ops.on(DeleteNatGatewayRequest.class, gateways::delete).enforced("NatGatewayId", "DryRun"),
                r -> ids(r.natGatewayId()));
    }
}
