package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PeeringConnection.Side;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Tagged;
import dev.remora.vpc.Vpc;
import dev.remora.wire.ConditionKeys;
import java.util.Map;
import java.util.Optional;

/**
 * The condition keys of things that exist: what they are called, where they are, and their tags. (Service Authorization
 * Reference, "Actions, resources, and condition keys for Amazon EC2".)
 */
final class Traits {
    private static final Map<Resource<?>, String> IDS = Map.ofEntries(
            Map.entry(Resource.VPC, "ec2:VpcID"),
            Map.entry(Resource.SUBNET, "ec2:SubnetID"),
            Map.entry(Resource.SECURITY_GROUP, "ec2:SecurityGroupID"),
            Map.entry(Resource.NETWORK_INTERFACE, "ec2:NetworkInterfaceID"),
            Map.entry(Resource.ROUTE_TABLE, "ec2:RouteTableID"),
            Map.entry(Resource.NETWORK_ACL, "ec2:NetworkAclID"),
            Map.entry(Resource.DHCP_OPTIONS, "ec2:DhcpOptionsID"),
            Map.entry(Resource.INTERNET_GATEWAY, "ec2:InternetGatewayID"),
            Map.entry(Resource.ELASTIC_IP, "ec2:AllocationId"),
            Map.entry(Resource.INSTANCE, "ec2:InstanceID"),
            Map.entry(Resource.PEERING, "ec2:VpcPeeringConnectionID"));

    private Traits() {}

    /** The key that says which resource of a type it is, where the type has one. */
    static Optional<String> idOf(Resource<?> type) {
        return Optional.ofNullable(IDS.get(type));
    }

    static ConditionKeys tags(Map<String, String> tags) {
        return ConditionKeys.owned(tags).tags("ec2:ResourceTag/", tags);
    }

    /** Where a thing is and what it is, besides its id and its tags. */
    static ConditionKeys of(Scope scope, Tagged<?> thing) {
        return switch (thing) {
            case Vpc vpc -> new ConditionKeys().with("ec2:Tenancy", vpc.tenancy());
            case Subnet subnet -> zone(scope, subnet.zone()).and(inVpc(scope, subnet.vpcId()).map());
            case SecurityGroup group -> inVpc(scope, group.vpcId());
            case RouteTable table -> inVpc(scope, table.vpcId());
            case NetworkAcl acl -> inVpc(scope, acl.vpcId());
            case NetworkInterface at -> place(scope, at.vpcId(), at.subnetId(), at.zone());
            case ElasticIp address ->
                new ConditionKeys().with("ec2:Domain", "vpc").with("ec2:PublicIpAddress", address.address());
            case PeeringConnection connection ->
                sides(arn(connection.requester()), arn(connection.accepter()));
            case Instance instance -> zone(scope, instance.zone())
                    .and(instance(instance.type()).map())
                    .and(metadata(instance.metadata()).map())
                    .with("ec2:InstanceProfile", instance.profile().map(ProfileAssociation::arn).orElse(null));
            default -> new ConditionKeys();
        };
    }

    private static ConditionKeys inVpc(Scope scope, String vpcId) {
        return new ConditionKeys().with("ec2:Vpc", Resource.VPC.arn(scope, vpcId));
    }

    /** Where an interface is. */
    static ConditionKeys place(Scope scope, String vpcId, String subnetId, String zone) {
        return inVpc(scope, vpcId)
                .with("ec2:Subnet", Resource.SUBNET.arn(scope, subnetId))
                .with("ec2:AvailabilityZone", zone);
    }

    static ConditionKeys zone(Scope scope, String zone) {
        return new ConditionKeys()
                .with("ec2:AvailabilityZone", zone)
                .with("ec2:AvailabilityZoneId", new Region(scope.region()).zoneId(zone));
    }

    /** What all instances have, those too that are only about to be. */
    static ConditionKeys instance(String type) {
        return new ConditionKeys()
                .with("ec2:InstanceType", type)
                .with("ec2:Tenancy", "default")
                .with("ec2:InstanceMarketType", "on-demand")
                .with("ec2:RootDeviceType", "ebs")
                .with("ec2:EbsOptimized", false);
    }

    static ConditionKeys metadata(MetadataOptions options) {
        return new ConditionKeys()
                .with("ec2:MetadataHttpEndpoint", options.endpoint())
                .with("ec2:MetadataHttpTokens", options.tokens())
                .with("ec2:MetadataHttpPutResponseHopLimit", options.hopLimit());
    }

    /** @param requester the ARN of a VPC, as the other one */
    static ConditionKeys sides(String requester, String accepter) {
        return new ConditionKeys().with("ec2:RequesterVpc", requester).with("ec2:AccepterVpc", accepter);
    }

    private static String arn(Side side) {
        return Resource.VPC.arn(Peerings.scope(side), side.vpcId());
    }
}
