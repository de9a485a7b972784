package dev.remora.ec2;

import static dev.remora.ec2.Resource.DHCP_OPTIONS;
import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.time.InstantSource;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcRequest;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsEgressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressRequest;

/** The EC2 operations that there are, and what becomes of each of their parameters. */
final class Ec2Operations {
    static final ServiceInfo EC2 = new ServiceInfo(
            "ec2", "ec2", Protocol.EC2_QUERY, "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", "");

    private final Operations ops = new Operations(EC2);
    private final Access access;

    private Ec2Operations(Access access) {
        this.access = access;
    }

    static Operations of(
            Store store,
            Ids ids,
            InstantSource clock,
            AccountRegions regions,
            DataPlane plane,
            NatGatewayStates states,
            FlowDelivery delivery,
            FlowRecorder recorder,
            InstanceKeeper keeper,
            InstanceRoles roles) {
        var table = new Ec2Operations(new Access(store, regions, roles));
        table.vpcs(new Vpcs(store, ids, clock, regions, plane));
        table.vpcBlocks(new VpcBlocks(store, ids, regions, plane));
        table.subnetBlocks(new SubnetBlocks(store, ids, regions, plane));
        table.addresses(new InterfaceAddresses(store, ids, regions, plane));
        table.subnets(new Subnets(store, ids, regions));
        table.groups(new SecurityGroups(store, ids, regions));
        table.rules(new SecurityGroupRules(store, ids, regions, plane));
        table.interfaces(new NetworkInterfaces(store, ids, clock, regions, plane));
        table.zones(new Zones());
        table.tags(new Tags(store, regions));
        table.options(new DhcpOptionSets(store, ids, regions));
        table.attributes(new AccountAttributes(store, regions));
        table.flowLogs(new FlowLogs(store, ids, clock, regions, plane, delivery, recorder));
        var instances = new InstanceOperations(table.ops, table.access);
        instances.instances(new Instances(store, ids, clock, regions, keeper, roles));
        instances.attributes(new InstanceAttributes(store, ids, clock, regions, plane));
        instances.profiles(new InstanceProfiles(store, ids, clock, regions, roles));
        instances.catalog(new InstanceCatalog(regions, keeper));
        var peering = new PeeringOperations(table.ops, table.access);
        peering.connections(new PeeringConnections(store, ids, clock, regions, plane));
        peering.references(new GroupReferences(store, regions));
        var endpoints = new EndpointOperations(table.ops, table.access);
        endpoints.endpoints(new VpcEndpoints(store, ids, clock, regions, plane));
        endpoints.services(new EndpointServices(regions));
        var gateways = new GatewayOperations(table.ops, table.access);
        gateways.internetGateways(new InternetGateways(store, ids, regions, plane));
        gateways.egressOnlyGateways(new EgressOnlyGateways(store, ids, clock, regions, plane));
        gateways.elasticIps(new ElasticIps(store, ids, regions, plane));
        gateways.natGateways(new NatGateways(store, ids, clock, regions, states));
        gateways.natGatewayAddresses(new NatGatewayAddresses(store, ids, clock, regions, plane, states));
        var routing = new RoutingOperations(table.ops, table.access);
        routing.tables(new RouteTables(store, ids, clock, regions, plane));
        routing.routes(new Routes(store, regions, plane));
        routing.prefixLists(new ManagedPrefixLists(store, ids, clock, regions, plane));
        routing.acls(new NetworkAcls(store, ids, clock, regions, plane));
        routing.aclEntries(new NetworkAclEntries(store, regions, plane));
        table.access.everywhere(table.ops.all());
        return table.ops;
    }

    private void vpcs(Vpcs vpcs) {
        access.to(
                ops.on(CreateVpcRequest.class, vpcs::create)
                        .enforced(
                                "CidrBlock", "InstanceTenancy", "TagSpecifications", "DryRun", "AmazonProvidedIpv6CidrBlock")
                        .refused(
                                "Ipv6Pool", "Ipv6CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId",
                                "Ipv6NetmaskLength", "Ipv6CidrBlockNetworkBorderGroup", "VpcEncryptionControl"),
                (r, t) -> t.made(VPC, r.tagSpecifications()));
        ops.on(DescribeVpcsRequest.class, vpcs::describe)
                .enforced("Filters", "VpcIds", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(DeleteVpcRequest.class, vpcs::delete)
                        .enforced("VpcId", "DryRun"),
                (r, t) -> t.of(VPC, r.vpcId()));
        access.to(
                ops.on(ModifyVpcAttributeRequest.class, vpcs::modifyAttribute)
                        .enforced("VpcId", "EnableDnsSupport")
                        .recorded("EnableDnsHostnames", "EnableNetworkAddressUsageMetrics"),
                (r, t) -> t.of(VPC, r.vpcId()).sets(r));
        access.to(
                ops.on(ModifyVpcTenancyRequest.class, vpcs::modifyTenancy)
                        .enforced("VpcId", "InstanceTenancy", "DryRun"),
                (r, t) -> t.of(VPC, r.vpcId()).sets(r));
        access.to(
                ops.on(DescribeVpcAttributeRequest.class, vpcs::describeAttribute)
                        .enforced("Attribute", "VpcId", "DryRun"),
                (r, t) -> t.of(VPC, r.vpcId()));
        ops.on(CreateDefaultVpcRequest.class, vpcs::createDefault)
                .enforced("DryRun")
                .anyResource();
    }

    private void vpcBlocks(VpcBlocks blocks) {
        access.to(
                ops.on(AssociateVpcCidrBlockRequest.class, blocks::associate)
                        .enforced("VpcId", "CidrBlock", "AmazonProvidedIpv6CidrBlock")
                        .refused(
                                "Ipv6CidrBlockNetworkBorderGroup", "Ipv6Pool", "Ipv6CidrBlock", "Ipv4IpamPoolId",
                                "Ipv4NetmaskLength", "Ipv6IpamPoolId", "Ipv6NetmaskLength"),
                (r, t) -> t.of(VPC, r.vpcId()));
        access.to(
                ops.on(DisassociateVpcCidrBlockRequest.class, blocks::disassociate).enforced("AssociationId"),
                (r, t) -> t.by("block", VPC, r.associationId()));
    }

    private void subnetBlocks(SubnetBlocks blocks) {
        access.to(
                ops.on(AssociateSubnetCidrBlockRequest.class, blocks::associate)
                        .enforced("SubnetId", "Ipv6CidrBlock")
                        .refused("Ipv6IpamPoolId", "Ipv6NetmaskLength"),
                (r, t) -> t.of(SUBNET, r.subnetId()));
        access.to(
                ops.on(DisassociateSubnetCidrBlockRequest.class, blocks::disassociate).enforced("AssociationId"),
                (r, t) -> t.by("block6", SUBNET, r.associationId()));
    }

    private void addresses(InterfaceAddresses addresses) {
        access.to(
                ops.on(AssignPrivateIpAddressesRequest.class, addresses::assign)
                        .enforced(
                                "NetworkInterfaceId", "PrivateIpAddresses", "SecondaryPrivateIpAddressCount",
                                "AllowReassignment")
                        .refused("Ipv4Prefixes", "Ipv4PrefixCount"),
                (r, t) -> t.of(NETWORK_INTERFACE, r.networkInterfaceId()));
        access.to(
                ops.on(UnassignPrivateIpAddressesRequest.class, addresses::unassign)
                        .enforced("NetworkInterfaceId", "PrivateIpAddresses")
                        .refused("Ipv4Prefixes"),
                (r, t) -> t.of(NETWORK_INTERFACE, r.networkInterfaceId()));
        access.to(
                ops.on(AssignIpv6AddressesRequest.class, addresses::assign6)
                        .enforced("NetworkInterfaceId", "Ipv6Addresses", "Ipv6AddressCount")
                        .refused("Ipv6Prefixes", "Ipv6PrefixCount"),
                (r, t) -> t.of(NETWORK_INTERFACE, r.networkInterfaceId()));
        access.to(
                ops.on(UnassignIpv6AddressesRequest.class, addresses::unassign6)
                        .enforced("NetworkInterfaceId", "Ipv6Addresses")
                        .refused("Ipv6Prefixes"),
                (r, t) -> t.of(NETWORK_INTERFACE, r.networkInterfaceId()));
    }

    private void flowLogs(FlowLogs logs) {
        access.to(
                ops.on(CreateFlowLogsRequest.class, logs::create)
                        .enforced(
                                "ClientToken", "DeliverLogsPermissionArn", "DestinationOptions", "DryRun", "LogDestination",
                                "LogDestinationType", "LogFormat", "LogGroupName", "MaxAggregationInterval", "ResourceIds",
                                "ResourceType", "TagSpecifications", "TrafficType")
                        .refused("DeliverCrossAccountRole", "TagFieldSpecifications"),
                Touches::flowLogs);
        ops.on(DescribeFlowLogsRequest.class, logs::describe)
                .enforced("DryRun", "Filter", "FlowLogIds", "MaxResults", "NextToken")
                .anyResource();
        access.to(
                ops.on(DeleteFlowLogsRequest.class, logs::delete)
                        .enforced("DryRun", "FlowLogIds"),
                (r, t) -> t.of(FLOW_LOG, r.flowLogIds()));
    }

    private void subnets(Subnets subnets) {
        access.to(
                ops.on(CreateSubnetRequest.class, subnets::create)
                        .enforced(
                                "VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "TagSpecifications",
                                "DryRun", "Ipv6Native", "Ipv6CidrBlock")
                        .refused(
                                "OutpostArn", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "Ipv6IpamPoolId",
                                "Ipv6NetmaskLength"),
                (r, t) -> t.made(SUBNET, r.tagSpecifications()).of(VPC, r.vpcId()));
        ops.on(CreateDefaultSubnetRequest.class, subnets::createDefault)
                .enforced("AvailabilityZone", "AvailabilityZoneId", "DryRun")
                .refused("Ipv6Native")
                .anyResource();
        ops.on(DescribeSubnetsRequest.class, subnets::describe)
                .enforced("Filters", "SubnetIds", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(DeleteSubnetRequest.class, subnets::delete)
                        .enforced("SubnetId", "DryRun"),
                (r, t) -> t.of(SUBNET, r.subnetId()));
        access.to(
                ops.on(ModifySubnetAttributeRequest.class, subnets::modifyAttribute)
                        .enforced("SubnetId", "AssignIpv6AddressOnCreation", "EnableDns64")
                        .recorded(
                                "MapPublicIpOnLaunch", "PrivateDnsHostnameTypeOnLaunch",
                                "EnableResourceNameDnsARecordOnLaunch", "EnableResourceNameDnsAAAARecordOnLaunch")
                        .refused(
                                "MapCustomerOwnedIpOnLaunch", "CustomerOwnedIpv4Pool", "EnableLniAtDeviceIndex",
                                "DisableLniAtDeviceIndex"),
                (r, t) -> t.of(SUBNET, r.subnetId()).sets(r));
    }

    private void groups(SecurityGroups groups) {
        access.to(
                ops.on(CreateSecurityGroupRequest.class, groups::create)
                        .enforced("GroupName", "VpcId", "TagSpecifications", "DryRun")
                        .recorded("Description"),
                (r, t) -> t.made(SECURITY_GROUP, r.tagSpecifications()).of(VPC, t.defaultVpc(r.vpcId())));
        ops.on(DescribeSecurityGroupsRequest.class, groups::describe)
                .enforced("GroupIds", "GroupNames", "NextToken", "MaxResults", "DryRun", "Filters")
                .anyResource();
        access.to(
                ops.on(DeleteSecurityGroupRequest.class, groups::delete)
                        .enforced("GroupId", "GroupName", "DryRun"),
                (r, t) -> t.group(r.groupId(), r.groupName()));
        access.to(
                ops.on(GetSecurityGroupsForVpcRequest.class, groups::forVpc)
                        .enforced("VpcId", "NextToken", "MaxResults", "Filters", "DryRun"),
                (r, t) -> t.of(VPC, r.vpcId()));
    }

    private void rules(SecurityGroupRules rules) {
        access.to(
                ops.on(AuthorizeSecurityGroupIngressRequest.class, rules::authorizeIngress)
                        .enforced(
                                "CidrIp", "FromPort", "GroupId", "GroupName", "IpPermissions", "IpProtocol",
                                "SourceSecurityGroupName", "ToPort", "TagSpecifications", "DryRun")
                        .refused("SourceSecurityGroupOwnerId"),
                (r, t) -> t.group(r.groupId(), r.groupName()).newRules(r.tagSpecifications()));
        access.to(
                ops.on(AuthorizeSecurityGroupEgressRequest.class, rules::authorizeEgress)
                        .enforced(
                                "CidrIp", "FromPort", "GroupId", "IpPermissions", "IpProtocol", "SourceSecurityGroupName",
                                "ToPort", "TagSpecifications", "DryRun")
                        .refused("SourceSecurityGroupOwnerId"),
                (r, t) -> t.group(r.groupId(), null).newRules(r.tagSpecifications()));
        access.to(
                ops.on(RevokeSecurityGroupIngressRequest.class, rules::revokeIngress)
                        .enforced(
                                "CidrIp", "FromPort", "GroupId", "GroupName", "IpPermissions", "IpProtocol",
                                "SourceSecurityGroupName", "ToPort", "SecurityGroupRuleIds", "DryRun")
                        .refused("SourceSecurityGroupOwnerId"),
                (r, t) -> t.group(r.groupId(), r.groupName()));
        access.to(
                ops.on(RevokeSecurityGroupEgressRequest.class, rules::revokeEgress)
                        .enforced(
                                "CidrIp", "FromPort", "GroupId", "IpPermissions", "IpProtocol", "SourceSecurityGroupName",
                                "ToPort", "SecurityGroupRuleIds", "DryRun")
                        .refused("SourceSecurityGroupOwnerId"),
                (r, t) -> t.group(r.groupId(), null));
        ops.on(DescribeSecurityGroupRulesRequest.class, rules::describe)
                .enforced("Filters", "SecurityGroupRuleIds", "DryRun", "NextToken", "MaxResults")
                .anyResource();
        access.to(
                ops.on(ModifySecurityGroupRulesRequest.class, rules::modify)
                        .enforced("GroupId", "SecurityGroupRules", "DryRun"),
                Touches::rules);
        access.to(
                ops.on(UpdateSecurityGroupRuleDescriptionsIngressRequest.class, rules::describeIngress)
                        .enforced("DryRun", "GroupId", "GroupName", "IpPermissions", "SecurityGroupRuleDescriptions"),
                (r, t) -> t.group(r.groupId(), r.groupName()));
        access.to(
                ops.on(UpdateSecurityGroupRuleDescriptionsEgressRequest.class, rules::describeEgress)
                        .enforced("DryRun", "GroupId", "GroupName", "IpPermissions", "SecurityGroupRuleDescriptions"),
                (r, t) -> t.group(r.groupId(), r.groupName()));
    }

    private void interfaces(NetworkInterfaces interfaces) {
        access.to(
                ops.on(CreateNetworkInterfaceRequest.class, interfaces::create)
                        .enforced(
                                "SubnetId", "PrivateIpAddress", "PrivateIpAddresses", "Groups", "InterfaceType",
                                "TagSpecifications", "ClientToken", "DryRun", "SecondaryPrivateIpAddressCount",
                                "Ipv6Addresses", "Ipv6AddressCount")
                        .recorded("Description")
                        .refused(
                                "Ipv4Prefixes", "Ipv4PrefixCount", "Ipv6Prefixes", "Ipv6PrefixCount", "EnablePrimaryIpv6",
                                "ConnectionTrackingSpecification", "Operator"),
                (r, t) -> t.made(NETWORK_INTERFACE, r.tagSpecifications())
                        .of(SUBNET, r.subnetId())
                        .of(SECURITY_GROUP, r.groups()));
        ops.on(DescribeNetworkInterfacesRequest.class, interfaces::describe)
                .enforced("NextToken", "MaxResults", "IncludeManagedResources", "DryRun", "NetworkInterfaceIds", "Filters")
                .anyResource();
        ops.on(DescribeNetworkInterfaceAttributeRequest.class, interfaces::describeAttribute)
                .enforced("DryRun", "NetworkInterfaceId", "Attribute")
                .anyResource();
        access.to(
                ops.on(ModifyNetworkInterfaceAttributeRequest.class, interfaces::modifyAttribute)
                        .enforced("DryRun", "NetworkInterfaceId", "SourceDestCheck", "Groups", "Attachment")
                        .recorded("Description")
                        .refused(
                                "EnaSrdSpecification", "EnablePrimaryIpv6", "ConnectionTrackingSpecification",
                                "AssociatePublicIpAddress", "AssociatedSubnetIds"),
                Touches::changedInterface);
        access.to(
                ops.on(DeleteNetworkInterfaceRequest.class, interfaces::delete)
                        .enforced("DryRun", "NetworkInterfaceId"),
                (r, t) -> t.of(NETWORK_INTERFACE, r.networkInterfaceId()));
    }

    private void zones(Zones zones) {
        ops.on(DescribeAvailabilityZonesRequest.class, zones::describe)
                .enforced("ZoneNames", "ZoneIds", "AllAvailabilityZones", "DryRun", "Filters")
                .anyResource();
        ops.on(DescribeRegionsRequest.class, zones::describeRegions)
                .enforced("RegionNames", "AllRegions", "DryRun", "Filters")
                .anyResource();
    }

    private void tags(Tags tags) {
        access.to(
                ops.on(CreateTagsRequest.class, tags::create)
                        .enforced("DryRun", "Resources", "Tags"),
                (r, t) -> r.resources().forEach(id -> t.anything(id).traits().given(r.tags())));
        access.to(
                ops.on(DeleteTagsRequest.class, tags::delete)
                        .enforced("DryRun", "Resources", "Tags"),
                (r, t) -> r.resources().forEach(id -> t.anything(id).given(r.tags())));
        ops.on(DescribeTagsRequest.class, tags::describe)
                .enforced("DryRun", "Filters", "MaxResults", "NextToken")
                .anyResource();
    }

    private void options(DhcpOptionSets options) {
        access.to(
                ops.on(CreateDhcpOptionsRequest.class, options::create)
                        .enforced("TagSpecifications", "DryRun")
                        .recorded("DhcpConfigurations"),
                (r, t) -> t.made(DHCP_OPTIONS, r.tagSpecifications()));
        access.to(
                ops.on(AssociateDhcpOptionsRequest.class, options::associate).enforced("DhcpOptionsId", "VpcId", "DryRun"),
                (r, t) -> t.of(DHCP_OPTIONS, r.dhcpOptionsId()).of(VPC, r.vpcId()));
        access.to(
                ops.on(DeleteDhcpOptionsRequest.class, options::delete).enforced("DhcpOptionsId", "DryRun"),
                (r, t) -> t.of(DHCP_OPTIONS, r.dhcpOptionsId()));
        ops.on(DescribeDhcpOptionsRequest.class, options::describe)
                .enforced("DhcpOptionsIds", "NextToken", "MaxResults", "DryRun", "Filters")
                .anyResource();
    }

    private void attributes(AccountAttributes attributes) {
        ops.on(DescribeAccountAttributesRequest.class, attributes::describe)
                .enforced("DryRun", "AttributeNames")
                .anyResource();
    }
}
