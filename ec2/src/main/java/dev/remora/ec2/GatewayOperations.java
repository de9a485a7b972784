package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.wire.Operations;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateNatGatewayAddressRequest;
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
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateNatGatewayAddressRequest;

/** The operations on ways out of a VPC and on public addresses. */
final class GatewayOperations {
    private final Operations ops;
    private final Access access;

    GatewayOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void internetGateways(InternetGateways gateways) {
        access.to(
                ops.on(CreateInternetGatewayRequest.class, gateways::create).enforced("TagSpecifications", "DryRun"),
                (r, t) -> t.made(INTERNET_GATEWAY, r.tagSpecifications()));
        ops.on(DescribeInternetGatewaysRequest.class, gateways::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "InternetGatewayIds", "Filters")
                .anyResource();
        access.to(
                ops.on(AttachInternetGatewayRequest.class, gateways::attach)
                        .enforced("DryRun", "InternetGatewayId", "VpcId"),
                (r, t) -> t.of(INTERNET_GATEWAY, r.internetGatewayId()).of(VPC, r.vpcId()));
        access.to(
                ops.on(DetachInternetGatewayRequest.class, gateways::detach)
                        .enforced("DryRun", "InternetGatewayId", "VpcId"),
                (r, t) -> t.of(INTERNET_GATEWAY, r.internetGatewayId()).of(VPC, r.vpcId()));
        access.to(
                ops.on(DeleteInternetGatewayRequest.class, gateways::delete).enforced("DryRun", "InternetGatewayId"),
                (r, t) -> t.of(INTERNET_GATEWAY, r.internetGatewayId()));
    }

    void egressOnlyGateways(EgressOnlyGateways gateways) {
        access.to(
                ops.on(CreateEgressOnlyInternetGatewayRequest.class, gateways::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                (r, t) -> t.made(EGRESS_ONLY_GATEWAY, r.tagSpecifications()).of(VPC, r.vpcId()));
        ops.on(DescribeEgressOnlyInternetGatewaysRequest.class, gateways::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "EgressOnlyInternetGatewayIds", "Filters")
                .anyResource();
        access.to(
                ops.on(DeleteEgressOnlyInternetGatewayRequest.class, gateways::delete)
                        .enforced("DryRun", "EgressOnlyInternetGatewayId"),
                (r, t) -> t.of(EGRESS_ONLY_GATEWAY, r.egressOnlyInternetGatewayId()));
    }

    void elasticIps(ElasticIps addresses) {
        access.to(
                ops.on(AllocateAddressRequest.class, addresses::allocate)
                        .enforced("Domain", "Address", "PublicIpv4Pool", "NetworkBorderGroup", "TagSpecifications", "DryRun")
                        .refused("CustomerOwnedIpv4Pool", "IpamPoolId"),
                (r, t) -> t.made(ELASTIC_IP, r.tagSpecifications()));
        access.to(
                ops.on(AssociateAddressRequest.class, addresses::associate)
                        .enforced(
                                "AllocationId", "InstanceId", "PublicIp", "NetworkInterfaceId", "PrivateIpAddress",
                                "AllowReassociation", "DryRun"),
                Touches::addressGiven);
        access.to(
                ops.on(DisassociateAddressRequest.class, addresses::disassociate)
                        .enforced("AssociationId", "PublicIp", "DryRun"),
                Touches::addressTaken);
        access.to(
                ops.on(ReleaseAddressRequest.class, addresses::release)
                        .enforced("AllocationId", "PublicIp", "NetworkBorderGroup", "DryRun"),
                Touches::addressReleased);
        ops.on(DescribeAddressesRequest.class, addresses::describe)
                .enforced("PublicIps", "AllocationIds", "Filters", "DryRun")
                .anyResource();
        ops.on(DescribeAddressesAttributeRequest.class, addresses::describeAttribute)
                .enforced("AllocationIds", "Attribute", "NextToken", "MaxResults", "DryRun")
                .anyResource();
    }

    void natGateways(NatGateways gateways) {
        access.to(
                ops.on(CreateNatGatewayRequest.class, gateways::create)
                        .enforced(
                                "AllocationId", "ClientToken", "DryRun", "SubnetId", "TagSpecifications",
                                "ConnectivityType", "PrivateIpAddress", "SecondaryAllocationIds",
                                "SecondaryPrivateIpAddresses", "SecondaryPrivateIpAddressCount")
                        .refused("AvailabilityMode", "VpcId", "AvailabilityZoneAddresses"),
                (r, t) -> t.made(NAT_GATEWAY, r.tagSpecifications())
                        .of(SUBNET, r.subnetId())
                        .ifNamed(ELASTIC_IP, r.allocationId())
                        .of(ELASTIC_IP, r.secondaryAllocationIds()));
        ops.on(DescribeNatGatewaysRequest.class, gateways::describe)
                .enforced("NatGatewayIds", "Filter", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(DeleteNatGatewayRequest.class, gateways::delete).enforced("NatGatewayId", "DryRun"),
                (r, t) -> t.of(NAT_GATEWAY, r.natGatewayId()));
    }

    void natGatewayAddresses(NatGatewayAddresses addresses) {
        access.to(
                ops.on(AssociateNatGatewayAddressRequest.class, addresses::associate)
                        .enforced("NatGatewayId", "AllocationIds", "PrivateIpAddresses", "DryRun")
                        .refused("AvailabilityZone", "AvailabilityZoneId"),
                (r, t) -> t.of(NAT_GATEWAY, r.natGatewayId()).of(ELASTIC_IP, r.allocationIds()));
        access.to(
                ops.on(DisassociateNatGatewayAddressRequest.class, addresses::disassociate)
                        .enforced("NatGatewayId", "AssociationIds", "MaxDrainDurationSeconds", "DryRun"),
                Touches::natGatewayAddresses);
        access.to(
                ops.on(AssignPrivateNatGatewayAddressRequest.class, addresses::assign)
                        .enforced("NatGatewayId", "PrivateIpAddresses", "PrivateIpAddressCount", "DryRun"),
                (r, t) -> t.of(NAT_GATEWAY, r.natGatewayId()));
        access.to(
                ops.on(UnassignPrivateNatGatewayAddressRequest.class, addresses::unassign)
                        .enforced("NatGatewayId", "PrivateIpAddresses", "MaxDrainDurationSeconds", "DryRun"),
                (r, t) -> t.of(NAT_GATEWAY, r.natGatewayId()));
    }
}
