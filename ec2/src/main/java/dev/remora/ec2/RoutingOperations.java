package dev.remora.ec2;

import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.PREFIX_LIST;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.wire.Operations;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DeleteManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DescribeManagedPrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribePrefixListsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListAssociationsRequest;
import software.amazon.awssdk.services.ec2.model.GetManagedPrefixListEntriesRequest;
import software.amazon.awssdk.services.ec2.model.ModifyManagedPrefixListRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclEntryRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.RestoreManagedPrefixListVersionRequest;

/** The operations on what packets meet on their way: route tables, prefix lists and network ACLs. */
final class RoutingOperations {
    private final Operations ops;
    private final Access access;

    RoutingOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void tables(RouteTables tables) {
        access.to(
                ops.on(CreateRouteTableRequest.class, tables::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                (r, t) -> t.made(ROUTE_TABLE, r.tagSpecifications()).of(VPC, r.vpcId()));
        ops.on(DescribeRouteTablesRequest.class, tables::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "RouteTableIds", "Filters")
                .anyResource();
        access.to(
                ops.on(DeleteRouteTableRequest.class, tables::delete)
                        .enforced("DryRun", "RouteTableId"),
                (r, t) -> t.of(ROUTE_TABLE, r.routeTableId()));
        access.to(
                ops.on(AssociateRouteTableRequest.class, tables::associate)
                        .enforced("DryRun", "SubnetId", "GatewayId", "RouteTableId")
                        .refused("PublicIpv4Pool"),
                (r, t) -> t.of(ROUTE_TABLE, r.routeTableId())
                        .ifNamed(SUBNET, r.subnetId())
                        .ifNamed(INTERNET_GATEWAY, r.gatewayId()));
        access.to(
                ops.on(DisassociateRouteTableRequest.class, tables::disassociate)
                        .enforced("DryRun", "AssociationId"),
                Touches::routedNoLonger);
        access.to(
                ops.on(ReplaceRouteTableAssociationRequest.class, tables::replaceAssociation)
                        .enforced("DryRun", "AssociationId", "RouteTableId"),
                Touches::routedAnew);
    }

    void routes(Routes routes) {
        access.to(
                ops.on(CreateRouteRequest.class, routes::create)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId",
                                "EgressOnlyInternetGatewayId", "VpcPeeringConnectionId", "DryRun")
                        .refused(
                                "VpcEndpointId", "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
                                "OdbNetworkArn"),
                (r, t) -> t.of(ROUTE_TABLE, r.routeTableId()));
        access.to(
                ops.on(ReplaceRouteRequest.class, routes::replace)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId",
                                "EgressOnlyInternetGatewayId", "VpcPeeringConnectionId", "LocalTarget", "DryRun")
                        .refused(
                                "VpcEndpointId", "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
                                "OdbNetworkArn"),
                (r, t) -> t.of(ROUTE_TABLE, r.routeTableId()));
        access.to(
                ops.on(DeleteRouteRequest.class, routes::delete)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "DryRun"),
                (r, t) -> t.of(ROUTE_TABLE, r.routeTableId()));
    }

    void prefixLists(ManagedPrefixLists lists) {
        access.to(
                ops.on(CreateManagedPrefixListRequest.class, lists::create)
                        .enforced(
                                "PrefixListName", "Entries", "MaxEntries", "TagSpecifications", "AddressFamily", "ClientToken",
                                "DryRun"),
                (r, t) -> t.made(PREFIX_LIST, r.tagSpecifications()));
        access.to(
                ops.on(ModifyManagedPrefixListRequest.class, lists::modify)
                        .enforced(
                                "PrefixListId", "CurrentVersion", "PrefixListName", "AddEntries", "RemoveEntries",
                                "MaxEntries", "DryRun")
                        .refused("IpamPrefixListResolverSyncEnabled"),
                (r, t) -> t.of(PREFIX_LIST, r.prefixListId()).sets(r));
        access.to(
                ops.on(RestoreManagedPrefixListVersionRequest.class, lists::restore)
                        .enforced("PrefixListId", "PreviousVersion", "CurrentVersion", "DryRun"),
                (r, t) -> t.of(PREFIX_LIST, r.prefixListId()));
        access.to(
                ops.on(DeleteManagedPrefixListRequest.class, lists::delete).enforced("PrefixListId", "DryRun"),
                (r, t) -> t.of(PREFIX_LIST, r.prefixListId()));
        ops.on(DescribeManagedPrefixListsRequest.class, lists::describe)
                .enforced("PrefixListIds", "Filters", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        ops.on(DescribePrefixListsRequest.class, lists::describeServices)
                .enforced("PrefixListIds", "Filters", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(GetManagedPrefixListEntriesRequest.class, lists::entries)
                        .enforced("PrefixListId", "TargetVersion", "NextToken", "MaxResults", "DryRun"),
                (r, t) -> t.of(PREFIX_LIST, r.prefixListId()));
        access.to(
                ops.on(GetManagedPrefixListAssociationsRequest.class, lists::associations)
                        .enforced("PrefixListId", "NextToken", "MaxResults", "DryRun"),
                (r, t) -> t.of(PREFIX_LIST, r.prefixListId()));
    }

    void acls(NetworkAcls acls) {
        access.to(
                ops.on(CreateNetworkAclRequest.class, acls::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                (r, t) -> t.made(NETWORK_ACL, r.tagSpecifications()).of(VPC, r.vpcId()));
        ops.on(DescribeNetworkAclsRequest.class, acls::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "NetworkAclIds", "Filters")
                .anyResource();
        access.to(
                ops.on(DeleteNetworkAclRequest.class, acls::delete).enforced("NetworkAclId", "DryRun"),
                (r, t) -> t.of(NETWORK_ACL, r.networkAclId()));
        access.to(
                ops.on(ReplaceNetworkAclAssociationRequest.class, acls::replaceAssociation)
                        .enforced("AssociationId", "NetworkAclId", "DryRun"),
                (r, t) -> t.of(NETWORK_ACL, r.networkAclId()).by("acl-association", SUBNET, r.associationId()));
    }

    void aclEntries(NetworkAclEntries entries) {
        access.to(
                ops.on(CreateNetworkAclEntryRequest.class, entries::create)
                        .enforced(
                                "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock",
                                "IcmpTypeCode", "PortRange", "DryRun"),
                (r, t) -> t.of(NETWORK_ACL, r.networkAclId()));
        access.to(
                ops.on(ReplaceNetworkAclEntryRequest.class, entries::replace)
                        .enforced(
                                "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock",
                                "IcmpTypeCode", "PortRange", "DryRun"),
                (r, t) -> t.of(NETWORK_ACL, r.networkAclId()));
        access.to(
                ops.on(DeleteNetworkAclEntryRequest.class, entries::delete)
                        .enforced("NetworkAclId", "RuleNumber", "Egress", "DryRun"),
                (r, t) -> t.of(NETWORK_ACL, r.networkAclId()));
    }
}
