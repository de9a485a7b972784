package dev.remora.ec2;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.DhcpOptions;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Tagged;
import dev.remora.vpc.Vpc;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.stream.Stream;

/**
 * A type of resource: how its ids look, where its documents are kept, and AWS's words for one that is not there.
 *
 * @param <T> the stored document
 */
final class Resource<T extends Record & Tagged<T>> {
    /** Found by the ids of the associations of its blocks, and by its IPv6 blocks. */
    static final Resource<Vpc> VPC = new Resource<>(
            "vpc",
            "vpc",
            Kind.of("ec2.vpc", Vpc.class)
                    .index(
                            "block",
                            v -> Stream.concat(
                                            v.blocks().stream().map(Vpc.Block::associationId),
                                            v.blocks6().stream().map(Vpc.Block6::associationId))
                                    .toList())
                    .index("block6", v -> v.blocks6().stream().map(b -> b.block().toString()).toList()),
            "InvalidVpcID",
            "The vpc ID '%s' does not exist");

    static final Resource<Subnet> SUBNET = new Resource<>(
            "subnet",
            "subnet",
            Kind.of("ec2.subnet", Subnet.class)
                    .index("vpc", s -> List.of(s.vpcId()))
                    .index("block6", s -> s.block6().map(Subnet.Block6::associationId).stream().toList()),
            "InvalidSubnetID",
            "The subnet ID '%s' does not exist");

    /** Found by VPC, by VPC and name, by the groups that its rules name, and by the ids of its rules. */
    static final Resource<SecurityGroup> SECURITY_GROUP = new Resource<>(
            "sg",
            "security-group",
            Kind.of("ec2.security-group", SecurityGroup.class)
                    .index("vpc", g -> List.of(g.vpcId()))
                    .index("name", g -> List.of(groupNameKey(g.vpcId(), g.name())))
                    .index("names", SecurityGroup::named)
                    .index("rule", g -> g.rules().stream().map(r -> r.id()).toList()),
            "InvalidGroup",
            "The security group '%s' does not exist");

    static final Resource<NetworkInterface> NETWORK_INTERFACE = new Resource<>(
            "eni",
            "network-interface",
            Kind.of("ec2.network-interface", NetworkInterface.class)
                    .index("vpc", i -> List.of(i.vpcId()))
                    .index("subnet", i -> List.of(i.subnetId()))
                    .index("group", NetworkInterface::groups)
                    .index("type", i -> List.of(i.type()))
                    .index("address", i -> i.addresses().stream()
                            .map(address -> NetworkInterface.addressKey(i.subnetId(), address))
                            .toList())
                    .index("attachment", i -> i.attachment().map(a -> a.id()).stream().toList()),
            "InvalidNetworkInterfaceID",
            "The networkInterface ID '%s' does not exist");

    /** Found by VPC, by the ids of its associations, and by the subnets associated with it. */
    static final Resource<RouteTable> ROUTE_TABLE = new Resource<>(
            "rtb",
            "route-table",
            Kind.of("ec2.route-table", RouteTable.class)
                    .index("vpc", t -> List.of(t.vpcId()))
                    .index("association", t -> t.associations().stream().map(a -> a.id()).toList())
                    .index("subnet", t -> t.associations().stream().filter(a -> !a.main()).map(a -> a.subnetId()).toList()),
            "InvalidRouteTableID",
            "The routeTable ID '%s' does not exist");

    static final Resource<NetworkAcl> NETWORK_ACL = new Resource<>(
            "acl",
            "network-acl",
            Kind.of("ec2.network-acl", NetworkAcl.class).index("vpc", a -> List.of(a.vpcId())),
            "InvalidNetworkAclID",
            "The networkAcl ID '%s' does not exist");

    static final Resource<DhcpOptions> DHCP_OPTIONS = new Resource<>(
            "dopt",
            "dhcp-options",
            Kind.of("ec2.dhcp-options", DhcpOptions.class),
            "InvalidDhcpOptionID",
            "The dhcpOption ID '%s' does not exist");

    static final Resource<InternetGateway> INTERNET_GATEWAY = new Resource<>(
            "igw",
            "internet-gateway",
            Kind.of("ec2.internet-gateway", InternetGateway.class).index("vpc", g -> List.of(g.vpcId())),
            "InvalidInternetGatewayID",
            "The internetGateway ID '%s' does not exist");

    static final Resource<FlowLog> FLOW_LOG = new Resource<>(
            "fl",
            "vpc-flow-log",
            Kind.of("ec2.flow-log", FlowLog.class)
                    .index("vpc", f -> List.of(f.vpcId()))
                    .index("resource", f -> List.of(f.resourceId())),
            "InvalidFlowLogId",
            "The flow log ID '%s' does not exist");

    /** Found by the VPCs of its sides, of which one or both are of the scope. */
    static final Resource<PeeringConnection> PEERING = new Resource<>(
            "pcx",
            "vpc-peering-connection",
            Kind.of("ec2.vpc-peering-connection", PeeringConnection.class)
                    .index("vpc", c -> List.of(c.requester().vpcId(), c.accepter().vpcId())),
            "InvalidVpcPeeringConnectionID",
            "The vpcPeeringConnection ID '%s' does not exist");

    static final List<Resource<?>> ALL = List.of(
            VPC, SUBNET, SECURITY_GROUP, NETWORK_INTERFACE, ROUTE_TABLE, NETWORK_ACL, DHCP_OPTIONS, INTERNET_GATEWAY, FLOW_LOG,
            PEERING);

    private final String prefix;
    private final String type;
    private final Kind<T> kind;
    private final String code;
    private final String absent;

    private Resource(String prefix, String type, Kind<T> kind, String code, String absent) {
        this.prefix = prefix;
        this.type = type;
        this.kind = kind;
        this.code = code;
        this.absent = absent;
    }

    static String groupNameKey(String vpcId, String name) {
        return vpcId + "/" + name;
    }

    /** What comes before the hyphen in an id. */
    String prefix() {
        return prefix;
    }

    /** The type as tags and ARNs write it, e.g. {@code security-group}. */
    String type() {
        return type;
    }

    Kind<T> kind() {
        return kind;
    }

    boolean isId(String id) {
        return id.startsWith(prefix + "-");
    }

    String arn(Scope scope, String id) {
        return arn(type, scope, id);
    }

    static String arn(String type, Scope scope, String id) {
        return "arn:aws:ec2:" + scope.region() + ":" + scope.account() + ":" + type + "/" + id;
    }

    /** The document with that id, or AWS's refusal of the id. */
    T require(View view, Scope scope, String id) {
        if (!isId(id)) {
            throw malformed(id);
        }
        return view.get(kind, scope, id).orElseThrow(() -> notFound(id));
    }

    /** Those of a VPC; for types that are found by VPC. */
    List<T> inVpc(View view, Scope scope, String vpcId) {
        return view.find(kind, scope, "vpc", vpcId);
    }

    AwsError notFound(String id) {
        return new AwsError(code + ".NotFound", 400, absent.formatted(id));
    }

    private AwsError malformed(String id) {
        String malformedCode = this == (Object) SECURITY_GROUP ? "InvalidGroupId" : code;
        return Refusals.malformedId(malformedCode + ".Malformed", id, prefix);
    }
}
