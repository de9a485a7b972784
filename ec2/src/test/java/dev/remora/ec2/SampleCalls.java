package dev.remora.ec2;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsResponse;
import software.amazon.awssdk.services.ec2.model.CreateManagedPrefixListResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsRequest;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachmentChanges;
import software.amazon.awssdk.services.ec2.model.NewDhcpConfiguration;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleRequest;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleUpdate;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** A VPC with one of everything, all of it tagged {@code team=red}, and a call of every operation on resources there. */
final class SampleCalls {
    private static final Tag RED = Tag.builder().key("team").value("red").build();

    private static final IamInstanceProfileSpecification WEB =
            IamInstanceProfileSpecification.builder().name("web").build();

    private final Ec2Lab lab;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final List<AwsRequest> all = new ArrayList<>();

    SampleCalls(Ec2Lab lab) {
        this.lab = lab;
        makeWorld();
        sample();
    }

    List<AwsRequest> all() {
        return all;
    }

    /** The text with ids that tell what they are of. */
    String named(String text) {
        String result = text;
        for (var name : names.entrySet()) {
            result = result.replace(name.getKey(), name.getValue());
        }
        return result;
    }

    private final Map<String, String> ids = new LinkedHashMap<>();

    private String id(String name) {
        String id = ids.get(name);
        if (id == null) {
            throw new AssertionError("no " + name);
        }
        return id;
    }

    private void is(String name, String id) {
        ids.put(name, id);
        names.put(id, name);
    }

    private void makeWorld() {
        is("vpc-a", lab.vpc("10.0.0.0/16"));
        is("vpc-b", lab.vpc("10.1.0.0/16"));
        is("subnet-a", lab.subnet(id("vpc-a"), "10.0.1.0/24"));
        make(Object.class, "AssociateVpcCidrBlock", "VpcId", id("vpc-a"), "AmazonProvidedIpv6CidrBlock", true);
        var vpc = lab.store.view().get(Resource.VPC.kind(), Ec2Lab.SCOPE, id("vpc-a")).orElseThrow();
        String block = vpc.blocks6().getFirst().block().toString().replace("/56", "/64");
        make(Object.class, "AssociateSubnetCidrBlock", "SubnetId", id("subnet-a"), "Ipv6CidrBlock", block);
        is("sg-a", lab.group(id("vpc-a"), "web"));
        is("igw-a", lab.internetGateway(id("vpc-a")));
        is("eipalloc-a", lab.elasticIp());
        is("eipalloc-b", lab.elasticIp());
        is("acl-a", make(CreateNetworkAclResponse.class, "CreateNetworkAcl", "VpcId", id("vpc-a")).networkAcl().networkAclId());
        is("rtb-a", make(CreateRouteTableResponse.class, "CreateRouteTable", "VpcId", id("vpc-a")).routeTable().routeTableId());
        is("eni-a", networkInterface());
        is("eni-b", networkInterface());
        is("dopt-a", make(
                        CreateDhcpOptionsResponse.class, "CreateDhcpOptions",
                        "DhcpConfigurations", List.of(NewDhcpConfiguration.builder().key("domain-name").values("a").build()))
                .dhcpOptions()
                .dhcpOptionsId());
        is("eigw-a", make(
                        CreateEgressOnlyInternetGatewayResponse.class, "CreateEgressOnlyInternetGateway", "VpcId", id("vpc-a"))
                .egressOnlyInternetGateway()
                .egressOnlyInternetGatewayId());
        is("pl-a", make(
                        CreateManagedPrefixListResponse.class, "CreateManagedPrefixList",
                        "PrefixListName", "a", "MaxEntries", 2, "AddressFamily", "IPv4")
                .prefixList()
                .prefixListId());
        is("vpce-a", make(
                        CreateVpcEndpointResponse.class, "CreateVpcEndpoint",
                        "VpcId", id("vpc-a"), "ServiceName", "com.amazonaws.eu-west-1.s3")
                .vpcEndpoint()
                .vpcEndpointId());
        is("pcx-a", make(
                        CreateVpcPeeringConnectionResponse.class, "CreateVpcPeeringConnection",
                        "VpcId", id("vpc-a"), "PeerVpcId", id("vpc-b"))
                .vpcPeeringConnection()
                .vpcPeeringConnectionId());
        is("fl-a", make(
                        CreateFlowLogsResponse.class, "CreateFlowLogs",
                        "ResourceType", "VPC", "ResourceIds", List.of(id("vpc-a")), "TrafficType", "ALL", "LogGroupName", "flows",
                        "DeliverLogsPermissionArn", "arn:aws:iam::000000000000:role/flows")
                .flowLogIds()
                .getFirst());
        is("i-a", make(
                        RunInstancesResponse.class, "RunInstances",
                        "ImageId", HostImage.ID, "InstanceType", "t3.micro", "MinCount", 1, "MaxCount", 1,
                        "IamInstanceProfile", WEB,
                        "NetworkInterfaces",
                        List.of(InstanceNetworkInterfaceSpecification.builder()
                                .deviceIndex(0)
                                .networkInterfaceId(id("eni-a"))
                                .build()))
                .instances()
                .getFirst()
                .instanceId());
        is("nat-a", lab.natGateway(id("subnet-a"), id("eipalloc-b")));
        make(Object.class, "AssociateAddress", "AllocationId", id("eipalloc-a"), "NetworkInterfaceId", id("eni-a"));
        make(Object.class, "AssociateRouteTable", "RouteTableId", id("rtb-a"), "SubnetId", id("subnet-a"));
        var view = lab.store.view();
        is("sgr-a", view.get(Resource.SECURITY_GROUP.kind(), Ec2Lab.SCOPE, id("sg-a")).orElseThrow().rules().getFirst().id());
        make(Object.class, "CreateTags", "Resources", List.copyOf(ids.values()), "Tags", List.of(RED));
    }

    private String networkInterface() {
        return make(
                        CreateNetworkInterfaceResponse.class, "CreateNetworkInterface",
                        "SubnetId", id("subnet-a"), "Groups", List.of(id("sg-a")))
                .networkInterface()
                .networkInterfaceId();
    }

    private <O> O make(Class<O> response, String operation, Object... members) {
        return lab.call(request(operation, members), response);
    }

    private void call(String operation, Object... members) {
        all.add(request(operation, members));
    }

    /** A request of an operation by its name, its members by theirs. */
    private AwsRequest request(String operation, Object... members) {
        try {
            Class<?> type = lab.service.operations().byName(operation).request();
            var builder = (SdkPojo) type.getMethod("builder").invoke(null);
            for (int i = 0; i < members.length; i += 2) {
                String member = (String) members[i];
                SdkField<?> field = builder.sdkFields().stream()
                        .filter(f -> f.memberName().equals(member))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(operation + " has no " + member));
                field.set(builder, members[i + 1]);
            }
            return ((AwsRequest.Builder) builder).build();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(operation, e);
        }
    }

    private static List<TagSpecification> blue(String... types) {
        Tag blue = Tag.builder().key("team").value("blue").build();
        return Set.of(types).stream()
                .sorted()
                .map(type -> TagSpecification.builder().resourceType(type).tags(blue).build())
                .toList();
    }

    private void sample() {
        vpcs();
        groups();
        interfaces();
        routing();
        gateways();
        peering();
        endpoints();
        instances();
    }

    private void vpcs() {
        call("CreateVpc", "CidrBlock", "10.2.0.0/16", "TagSpecifications", blue("vpc"));
        call("DeleteVpc", "VpcId", id("vpc-a"));
        call("ModifyVpcAttribute", "VpcId", id("vpc-a"), "EnableDnsSupport", truth(false));
        call("ModifyVpcTenancy", "VpcId", id("vpc-a"), "InstanceTenancy", "default");
        call("DescribeVpcAttribute", "VpcId", id("vpc-a"), "Attribute", "enableDnsSupport");
        call("AssociateVpcCidrBlock", "VpcId", id("vpc-a"), "CidrBlock", "10.3.0.0/16");
        var vpc = lab.store.view().get(Resource.VPC.kind(), Ec2Lab.SCOPE, id("vpc-a")).orElseThrow();
        call("DisassociateVpcCidrBlock", "AssociationId", vpc.blocks().getFirst().associationId());
        call("CreateSubnet", "VpcId", id("vpc-a"), "CidrBlock", "10.0.2.0/24", "TagSpecifications", blue("subnet"));
        call("DeleteSubnet", "SubnetId", id("subnet-a"));
        call("ModifySubnetAttribute", "SubnetId", id("subnet-a"), "MapPublicIpOnLaunch", truth(true));
        call("AssociateSubnetCidrBlock", "SubnetId", id("subnet-a"), "Ipv6CidrBlock", "2001:db8::/64");
        var subnet = lab.store.view().get(Resource.SUBNET.kind(), Ec2Lab.SCOPE, id("subnet-a")).orElseThrow();
        call("DisassociateSubnetCidrBlock", "AssociationId", subnet.block6().orElseThrow().associationId());
        call("CreateDhcpOptions", "TagSpecifications", blue("dhcp-options"));
        call("AssociateDhcpOptions", "DhcpOptionsId", id("dopt-a"), "VpcId", id("vpc-a"));
        call("DeleteDhcpOptions", "DhcpOptionsId", id("dopt-a"));
        call(
                "CreateFlowLogs", "ResourceIds", List.of(id("subnet-a")), "DeliverLogsPermissionArn",
                "arn:aws:iam::000000000000:role/flows", "TagSpecifications", blue("vpc-flow-log"));
        call("DeleteFlowLogs", "FlowLogIds", List.of(id("fl-a")));
        call("CreateTags", "Resources", List.of(id("vpc-a"), id("sgr-a")), "Tags", blue("vpc").getFirst().tags());
        call("DeleteTags", "Resources", List.of(id("subnet-a")), "Tags", List.of(Tag.builder().key("team").build()));
    }

    private static AttributeBooleanValue truth(boolean value) {
        return AttributeBooleanValue.builder().value(value).build();
    }

    private void groups() {
        call("CreateSecurityGroup", "GroupName", "b", "VpcId", id("vpc-a"), "TagSpecifications", blue("security-group"));
        call("DeleteSecurityGroup", "GroupId", id("sg-a"));
        call("GetSecurityGroupsForVpc", "VpcId", id("vpc-a"));
        call("AuthorizeSecurityGroupIngress", "GroupId", id("sg-a"));
        call("AuthorizeSecurityGroupEgress", "GroupId", id("sg-a"), "TagSpecifications", blue("security-group-rule"));
        call("RevokeSecurityGroupIngress", "GroupId", id("sg-a"));
        call("RevokeSecurityGroupEgress", "GroupId", id("sg-a"));
        var rule = SecurityGroupRuleRequest.builder().prefixListId(PrefixLists.managed(Ec2Lab.SCOPE).getFirst().id()).build();
        var update = SecurityGroupRuleUpdate.builder().securityGroupRuleId(id("sgr-a")).securityGroupRule(rule).build();
        call("ModifySecurityGroupRules", "GroupId", id("sg-a"), "SecurityGroupRules", List.of(update));
        call("UpdateSecurityGroupRuleDescriptionsIngress", "GroupId", id("sg-a"));
        call("UpdateSecurityGroupRuleDescriptionsEgress", "GroupId", id("sg-a"));
        call("DescribeSecurityGroupReferences", "GroupId", List.of(id("sg-a")));
    }

    private void interfaces() {
        call(
                "CreateNetworkInterface", "SubnetId", id("subnet-a"), "Groups", List.of(id("sg-a")), "TagSpecifications",
                blue("network-interface"));
        String attachment = lab.store
                .view()
                .get(Resource.NETWORK_INTERFACE.kind(), Ec2Lab.SCOPE, id("eni-a"))
                .flatMap(n -> n.attachment())
                .orElseThrow()
                .id();
        call(
                "ModifyNetworkInterfaceAttribute", "NetworkInterfaceId", id("eni-a"), "Groups", List.of(id("sg-a")),
                "Attachment", NetworkInterfaceAttachmentChanges.builder().attachmentId(attachment).build());
        call("DeleteNetworkInterface", "NetworkInterfaceId", id("eni-b"));
        call("AttachNetworkInterface", "NetworkInterfaceId", id("eni-b"), "InstanceId", id("i-a"));
        call("DetachNetworkInterface", "AttachmentId", attachment);
        for (String operation : List.of(
                "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses", "AssignIpv6Addresses", "UnassignIpv6Addresses")) {
            call(operation, "NetworkInterfaceId", id("eni-b"));
        }
    }

    private void routing() {
        var view = lab.store.view();
        String association = view.get(Resource.ROUTE_TABLE.kind(), Ec2Lab.SCOPE, id("rtb-a"))
                .orElseThrow()
                .associations()
                .getFirst()
                .id();
        call("CreateRouteTable", "VpcId", id("vpc-a"), "TagSpecifications", blue("route-table"));
        call("DeleteRouteTable", "RouteTableId", id("rtb-a"));
        call("AssociateRouteTable", "RouteTableId", id("rtb-a"), "SubnetId", id("subnet-a"));
        call("DisassociateRouteTable", "AssociationId", association);
        call("ReplaceRouteTableAssociation", "RouteTableId", id("rtb-a"), "AssociationId", association);
        for (String operation : List.of("CreateRoute", "ReplaceRoute", "DeleteRoute")) {
            call(operation, "RouteTableId", id("rtb-a"), "DestinationCidrBlock", "0.0.0.0/0");
        }
        call("CreateManagedPrefixList", "PrefixListName", "b", "TagSpecifications", blue("prefix-list"));
        call("ModifyManagedPrefixList", "PrefixListId", id("pl-a"), "PrefixListName", "c");
        for (String operation : List.of(
                "RestoreManagedPrefixListVersion", "DeleteManagedPrefixList", "GetManagedPrefixListEntries",
                "GetManagedPrefixListAssociations")) {
            call(operation, "PrefixListId", id("pl-a"));
        }
        call("CreateNetworkAcl", "VpcId", id("vpc-a"), "TagSpecifications", blue("network-acl"));
        String acl = view.get(Resource.SUBNET.kind(), Ec2Lab.SCOPE, id("subnet-a")).orElseThrow().acl().id();
        call("ReplaceNetworkAclAssociation", "NetworkAclId", id("acl-a"), "AssociationId", acl);
        for (String operation : List.of(
                "DeleteNetworkAcl", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "DeleteNetworkAclEntry")) {
            call(operation, "NetworkAclId", id("acl-a"));
        }
    }

    private void gateways() {
        call("CreateInternetGateway", "TagSpecifications", blue("internet-gateway"));
        call("AttachInternetGateway", "InternetGatewayId", id("igw-a"), "VpcId", id("vpc-a"));
        call("DetachInternetGateway", "InternetGatewayId", id("igw-a"), "VpcId", id("vpc-a"));
        call("DeleteInternetGateway", "InternetGatewayId", id("igw-a"));
        call(
                "CreateEgressOnlyInternetGateway", "VpcId", id("vpc-a"), "TagSpecifications",
                blue("egress-only-internet-gateway"));
        call("DeleteEgressOnlyInternetGateway", "EgressOnlyInternetGatewayId", id("eigw-a"));
        var address = lab.store.view().get(Resource.ELASTIC_IP.kind(), Ec2Lab.SCOPE, id("eipalloc-a")).orElseThrow();
        call("AllocateAddress", "TagSpecifications", blue("elastic-ip"));
        call("AssociateAddress", "AllocationId", id("eipalloc-a"), "InstanceId", id("i-a"));
        call("DisassociateAddress", "AssociationId", address.association().orElseThrow().id());
        call("ReleaseAddress", "PublicIp", address.address().toString());
        call(
                "CreateNatGateway", "SubnetId", id("subnet-a"), "AllocationId", id("eipalloc-a"), "TagSpecifications",
                blue("natgateway"));
        call("DeleteNatGateway", "NatGatewayId", id("nat-a"));
        call("AssociateNatGatewayAddress", "NatGatewayId", id("nat-a"), "AllocationIds", List.of(id("eipalloc-a")));
        call(
                "DisassociateNatGatewayAddress", "NatGatewayId", id("nat-a"), "AssociationIds",
                List.of(address.association().orElseThrow().id()));
        call("AssignPrivateNatGatewayAddress", "NatGatewayId", id("nat-a"));
        call("UnassignPrivateNatGatewayAddress", "NatGatewayId", id("nat-a"));
    }

    private void peering() {
        call(
                "CreateVpcPeeringConnection", "VpcId", id("vpc-a"), "PeerVpcId", "vpc-c", "PeerOwnerId", "111122223333",
                "PeerRegion", "us-east-1", "TagSpecifications", blue("vpc-peering-connection"));
        for (String operation : List.of(
                "AcceptVpcPeeringConnection", "RejectVpcPeeringConnection", "DeleteVpcPeeringConnection",
                "ModifyVpcPeeringConnectionOptions")) {
            call(operation, "VpcPeeringConnectionId", id("pcx-a"));
        }
    }

    private void endpoints() {
        call(
                "CreateVpcEndpoint", "VpcId", id("vpc-a"), "ServiceName", "com.amazonaws.eu-west-1.lambda", "SubnetIds",
                List.of(id("subnet-a")), "SecurityGroupIds", List.of(id("sg-a")), "RouteTableIds", List.of(id("rtb-a")),
                "TagSpecifications", blue("vpc-endpoint"));
        call(
                "ModifyVpcEndpoint", "VpcEndpointId", id("vpce-a"), "AddRouteTableIds", List.of(id("rtb-a")), "AddSubnetIds",
                List.of(id("subnet-a")), "AddSecurityGroupIds", List.of(id("sg-a")), "PrivateDnsEnabled", true);
        call("DeleteVpcEndpoints", "VpcEndpointIds", List.of(id("vpce-a")));
    }

    private void instances() {
        var instance = lab.store.view().get(Resource.INSTANCE.kind(), Ec2Lab.SCOPE, id("i-a")).orElseThrow();
        call(
                "RunInstances", "ImageId", HostImage.ID, "InstanceType", "t3.micro", "SubnetId", id("subnet-a"),
                "IamInstanceProfile", WEB, "MetadataOptions",
                InstanceMetadataOptionsRequest.builder().httpTokens("required").build(), "SecurityGroupIds",
                List.of(id("sg-a")), "KeyName", "mine", "TagSpecifications",
                blue("instance", "network-interface"));
        for (String operation : List.of("StartInstances", "StopInstances", "RebootInstances", "TerminateInstances")) {
            call(operation, "InstanceIds", List.of(id("i-a")));
        }
        String association = instance.profile().orElseThrow().id();
        call("AssociateIamInstanceProfile", "InstanceId", id("i-a"), "IamInstanceProfile", WEB);
        call("ReplaceIamInstanceProfileAssociation", "AssociationId", association, "IamInstanceProfile", WEB);
        call("DisassociateIamInstanceProfile", "AssociationId", association);
        call("ModifyInstanceMetadataOptions", "InstanceId", id("i-a"), "HttpTokens", "optional");
        call("GetConsoleOutput", "InstanceId", id("i-a"));
        call("DescribeInstanceAttribute", "InstanceId", id("i-a"), "Attribute", "userData");
        call(
                "ModifyInstanceAttribute", "InstanceId", id("i-a"), "Groups", List.of(id("sg-a")), "InstanceType",
                AttributeValue.builder().value("t3.small").build());
    }
}
