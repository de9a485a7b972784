package dev.remora.ec2;

import static dev.remora.ec2.Access.ids;

import dev.remora.wire.Operations;
import java.util.List;
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
        access.makes(
                ops.on(CreateRouteTableRequest.class, tables::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                "route-table",
                r -> ids(r.vpcId()),
                CreateRouteTableRequest::tagSpecifications);
        ops.on(DescribeRouteTablesRequest.class, tables::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "RouteTableIds", "Filters");
        access.names(
                ops.on(DeleteRouteTableRequest.class, tables::delete)
                        .enforced("DryRun", "RouteTableId"),
                r -> ids(r.routeTableId()));
        access.names(
                ops.on(AssociateRouteTableRequest.class, tables::associate)
                        .enforced("DryRun", "SubnetId", "RouteTableId")
                        .refused("GatewayId", "PublicIpv4Pool"),
                r -> ids(r.routeTableId(), r.subnetId()));
        ops.on(DisassociateRouteTableRequest.class, tables::disassociate)
                .enforced("DryRun", "AssociationId");
        access.names(
                ops.on(ReplaceRouteTableAssociationRequest.class, tables::replaceAssociation)
                        .enforced("DryRun", "AssociationId", "RouteTableId"),
                r -> ids(r.routeTableId()));
    }

    void routes(Routes routes) {
        access.names(
                ops.on(CreateRouteRequest.class, routes::create)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId",
                                "EgressOnlyInternetGatewayId", "VpcPeeringConnectionId", "DryRun")
                        .refused(
                                "VpcEndpointId", "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
                                "OdbNetworkArn"),
                r -> ids(r.routeTableId()));
        access.names(
                ops.on(ReplaceRouteRequest.class, routes::replace)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId",
                                "EgressOnlyInternetGatewayId", "VpcPeeringConnectionId", "LocalTarget", "DryRun")
                        .refused(
                                "VpcEndpointId", "TransitGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn",
                                "OdbNetworkArn"),
                r -> ids(r.routeTableId()));
        access.names(
                ops.on(DeleteRouteRequest.class, routes::delete)
                        .enforced(
                                "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId",
                                "DryRun"),
                r -> ids(r.routeTableId()));
    }

    void prefixLists(ManagedPrefixLists lists) {
        access.makes(
                ops.on(CreateManagedPrefixListRequest.class, lists::create)
                        .enforced(
                                "PrefixListName", "Entries", "MaxEntries", "TagSpecifications", "AddressFamily", "ClientToken",
                                "DryRun"),
                "prefix-list",
                r -> List.of(),
                CreateManagedPrefixListRequest::tagSpecifications);
        access.names(
                ops.on(ModifyManagedPrefixListRequest.class, lists::modify)
                        .enforced(
                                "PrefixListId", "CurrentVersion", "PrefixListName", "AddEntries", "RemoveEntries",
                                "MaxEntries", "DryRun")
                        .refused("IpamPrefixListResolverSyncEnabled"),
                r -> ids(r.prefixListId()));
        access.names(
                ops.on(RestoreManagedPrefixListVersionRequest.class, lists::restore)
                        .enforced("PrefixListId", "PreviousVersion", "CurrentVersion", "DryRun"),
                r -> ids(r.prefixListId()));
        access.names(
                ops.on(DeleteManagedPrefixListRequest.class, lists::delete).enforced("PrefixListId", "DryRun"),
                r -> ids(r.prefixListId()));
        ops.on(DescribeManagedPrefixListsRequest.class, lists::describe)
                .enforced("PrefixListIds", "Filters", "NextToken", "MaxResults", "DryRun");
        ops.on(DescribePrefixListsRequest.class, lists::describeServices)
                .enforced("PrefixListIds", "Filters", "NextToken", "MaxResults", "DryRun");
        access.names(
                ops.on(GetManagedPrefixListEntriesRequest.class, lists::entries)
                        .enforced("PrefixListId", "TargetVersion", "NextToken", "MaxResults", "DryRun"),
                r -> ids(r.prefixListId()));
        access.names(
                ops.on(GetManagedPrefixListAssociationsRequest.class, lists::associations)
                        .enforced("PrefixListId", "NextToken", "MaxResults", "DryRun"),
                r -> ids(r.prefixListId()));
    }

    void acls(NetworkAcls acls) {
        access.makes(
                ops.on(CreateNetworkAclRequest.class, acls::create)
                        .enforced("VpcId", "TagSpecifications", "ClientToken", "DryRun"),
                "network-acl",
                r -> ids(r.vpcId()),
                CreateNetworkAclRequest::tagSpecifications);
        ops.on(DescribeNetworkAclsRequest.class, acls::describe)
                .enforced("NextToken", "MaxResults", "DryRun", "NetworkAclIds", "Filters");
        access.names(
                ops.on(DeleteNetworkAclRequest.class, acls::delete).enforced("NetworkAclId", "DryRun"),
                r -> ids(r.networkAclId()));
        access.names(
                ops.on(ReplaceNetworkAclAssociationRequest.class, acls::replaceAssociation)
                        .enforced("AssociationId", "NetworkAclId", "DryRun"),
                r -> ids(r.networkAclId()));
    }

    void aclEntries(NetworkAclEntries entries) {
        access.names(
                ops.on(CreateNetworkAclEntryRequest.class, entries::create)
                        .enforced(
                                "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock",
                                "IcmpTypeCode", "PortRange", "DryRun"),
                r -> ids(r.networkAclId()));
        access.names(
                ops.on(ReplaceNetworkAclEntryRequest.class, entries::replace)
                        .enforced(
                                "NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "Egress", "CidrBlock", "Ipv6CidrBlock",
                                "IcmpTypeCode", "PortRange", "DryRun"),
                r -> ids(r.networkAclId()));
        access.names(
                ops.on(DeleteNetworkAclEntryRequest.class, entries::delete)
                        .enforced("NetworkAclId", "RuleNumber", "Egress", "DryRun"),
                r -> ids(r.networkAclId()));
    }
}
