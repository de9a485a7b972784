package dev.remora.ec2;

import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.sharing.SharedMap;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.DhcpOptions;
import dev.remora.vpc.EgressOnlyGateway;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Tagged;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcContents;
import dev.remora.vpc.VpcEndpoint;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.stream.Stream;

/**
 * A type of resource: how its ids look, where its documents are kept, and AWS's words for one that is not there.
 *
 * @param <T> the stored document
 */
final class Resource<T extends Record & Tagged<T>> {
    /** Found by the ids of the associations of its blocks, by its IPv6 blocks, and the default one as such. */
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
                    .index("block6", v -> v.blocks6().stream().map(b -> b.block().toString()).toList())
                    .index("default", v -> v.defaultVpc() ? List.of("yes") : List.of()),
            "InvalidVpcID",
            "The vpc ID '%s' does not exist");

    static final Resource<Subnet> SUBNET = new Resource<>(
            "subnet",
            "subnet",
            Kind.of("ec2.subnet", Subnet.class)
                    .index("vpc", s -> List.of(s.vpcId()))
                    .index("block6", s -> s.block6().map(Subnet.Block6::associationId).stream().toList())
                    .index("acl", s -> List.of(s.acl().aclId()))
                    .index("acl-association", s -> List.of(s.acl().id())),
            "InvalidSubnetID",
            "The subnet ID '%s' does not exist");

    /**
     * Found by VPC, by VPC and name, by the groups (those of its VPC alone, and all of them with its VPC) and the prefix lists
     * that its rules name, and by the ids of its rules.
     */
    static final Resource<SecurityGroup> SECURITY_GROUP = new Resource<>(
            "sg",
            "security-group",
            Kind.of("ec2.security-group", SecurityGroup.class)
                    .index("vpc", g -> List.of(g.vpcId()))
                    .index("name", g -> List.of(groupNameKey(g.vpcId(), g.name())))
                    .index("names", SecurityGroup::named)
                    .index("naming", g -> g.peers().stream().map(peer -> VpcContents.key(g.vpcId(), peer)).toList())
                    .index("list", SecurityGroup::lists)
                    .index("rule", g -> g.rules().stream().map(r -> r.id()).toList()),
            "InvalidGroup.NotFound",
            "InvalidGroupId.Malformed",
            "The security group '%s' does not exist");

    /**
     * Found also by VPC if something is behind it, and if that is Lambda's; by the key that Lambda shares it by; and by VPC with
     * each of its groups.
     */
    static final Resource<NetworkInterface> NETWORK_INTERFACE = new Resource<>(
            "eni",
            "network-interface",
            Kind.of("ec2.network-interface", NetworkInterface.class)
                    .index("vpc", i -> List.of(i.vpcId()))
                    .index("subnet", i -> List.of(i.subnetId()))
                    .index("attached", i -> i.backing() instanceof Topology.Attachment.None ? List.of() : List.of(i.vpcId()))
                    .index("group", NetworkInterface::groups)
                    .index("hyperplane", i -> i.backing() instanceof Topology.Attachment.Hyperplane
                            ? List.of(i.vpcId())
                            : List.of())
                    .index("key", i -> i.backing() instanceof Topology.Attachment.Hyperplane(NatKey key)
                            ? List.of(key.name())
                            : List.of())
                    .index("member", i -> i.groups().stream().map(g -> VpcContents.key(i.vpcId(), g)).toList())
                    .index("type", i -> List.of(i.type()))
                    .index("address", i -> i.addresses().stream()
                            .map(address -> NetworkInterface.addressKey(i.subnetId(), address))
                            .toList())
                    .index("attachment", i -> i.attachment().map(a -> a.id()).stream().toList())
                    .index("instance", i -> i.attachment().map(a -> a.instanceId()).stream()
                            .filter(id -> !id.isEmpty())
                            .toList()),
            "InvalidNetworkInterfaceID",
            "The networkInterface ID '%s' does not exist");

    /** Found by VPC, by the ids of its associations, by the subnets associated with it, and by its routes' prefix lists. */
    static final Resource<RouteTable> ROUTE_TABLE = new Resource<>(
            "rtb",
            "route-table",
            Kind.of("ec2.route-table", RouteTable.class)
                    .index("vpc", t -> List.of(t.vpcId()))
                    .index("association", t -> t.associations().stream().map(a -> a.id()).toList())
                    .index("subnet", RouteTable::subnetIds)
                    .index("gateway", RouteTable::gatewayIds)
                    .index("list", RouteTable::lists),
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

    /** Found by VPC, by the reservation that it was made with, and by the association with its profile. */
    static final Resource<Instance> INSTANCE = new Resource<>(
            "i",
            "instance",
            Kind.of("ec2.instance", Instance.class)
                    .index("vpc", i -> List.of(i.vpcId()))
                    .index("reservation", i -> List.of(i.reservationId()))
                    .index("profile", i -> i.profile().map(ProfileAssociation::id).stream().toList()),
            "InvalidInstanceID",
            "The instance ID '%s' does not exist");

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

    static final Resource<EgressOnlyGateway> EGRESS_ONLY_GATEWAY = new Resource<>(
            "eigw",
            "egress-only-internet-gateway",
            Kind.of("ec2.egress-only-internet-gateway", EgressOnlyGateway.class).index("vpc", g -> List.of(g.vpcId())),
            "InvalidGatewayID",
            "The eigw ID '%s' does not exist");

    /** Found by its address, by the interface that has it, alone and with its VPC, and by the id of that association. */
    static final Resource<ElasticIp> ELASTIC_IP = new Resource<>(
            "eipalloc",
            "elastic-ip",
            Kind.of("ec2.elastic-ip", ElasticIp.class)
                    .index("address", e -> List.of(e.address().toString()))
                    .index("interface", e -> e.association().map(a -> a.interfaceId()).stream().toList())
                    .index("inside", e -> e.association()
                            .map(a -> VpcContents.key(a.vpcId(), a.interfaceId()))
                            .stream()
                            .toList())
                    .index("association", e -> e.association().map(a -> a.id()).stream().toList()),
            "InvalidAllocationID",
            "The allocation ID '%s' does not exist");

    /** Found also by zone as long as it works. */
    static final Resource<NatGateway> NAT_GATEWAY = new Resource<>(
            "nat",
            "natgateway",
            Kind.of("ec2.nat-gateway", NatGateway.class)
                    .index("vpc", n -> List.of(n.vpcId()))
                    .index("working", n -> n.works() ? List.of(n.zone()) : List.of())
                    .index("subnet", n -> List.of(n.subnetId())),
            "NatGatewayNotFound",
            "NatGatewayMalformed",
            "The Nat Gateway %s was not found");

    static final Resource<PrefixList> PREFIX_LIST = new Resource<>(
            "pl",
            "prefix-list",
            Kind.of("ec2.prefix-list", PrefixList.class),
            "InvalidPrefixListID",
            "The prefix list ID '%s' does not exist");

    static final Resource<VpcEndpoint> ENDPOINT = new Resource<>(
            "vpce",
            "vpc-endpoint",
            Kind.of("ec2.vpc-endpoint", VpcEndpoint.class).index("vpc", e -> List.of(e.vpcId())),
            "InvalidVpcEndpointId",
            "The Vpc Endpoint Id '%s' does not exist");

    static final List<Resource<?>> ALL = List.of(
            VPC,
            SUBNET,
            SECURITY_GROUP,
            NETWORK_INTERFACE,
            ROUTE_TABLE,
            NETWORK_ACL,
            DHCP_OPTIONS,
            INTERNET_GATEWAY,
            EGRESS_ONLY_GATEWAY,
            ELASTIC_IP,
            NAT_GATEWAY,
            PREFIX_LIST,
            FLOW_LOG,
            INSTANCE,
            PEERING, ENDPOINT);

    private final String prefix;
    private final String type;
    private final Kind<T> kind;
    private final String notFound;
    private final String malformed;
    private final String absent;

    /** @param code what the codes for an id that is not there and for one that is none begin with */
    private Resource(String prefix, String type, Kind<T> kind, String code, String absent) {
        this(prefix, type, kind, code + ".NotFound", code + ".Malformed", absent);
    }

    private Resource(String prefix, String type, Kind<T> kind, String notFound, String malformed, String absent) {
        this.prefix = prefix;
        this.type = type;
        this.kind = kind;
        this.notFound = notFound;
        this.malformed = malformed;
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

    /** The same by their ids; it shares what did not change with earlier views. */
    SharedMap<String, T> underVpc(View view, Scope scope, String vpcId) {
        return view.under(kind, scope, "vpc", vpcId);
    }

    /** Those of a VPC by the keys of an index that are {@link VpcContents#key}s, and by their ids. */
    SharedMap<String, SharedMap<String, T>> keyed(View view, Scope scope, String index, String vpcId) {
        return view.index(kind, scope, index).range(VpcContents.key(vpcId, ""), VpcContents.keysEnd(vpcId));
    }

    boolean anyInVpc(View view, Scope scope, String vpcId) {
        return view.any(kind, scope, "vpc", vpcId);
    }

    int countInVpc(View view, Scope scope, String vpcId) {
        return view.count(kind, scope, "vpc", vpcId);
    }

    AwsError notFound(String id) {
        return new AwsError(notFound, 400, absent.formatted(id));
    }

    private AwsError malformed(String id) {
        return Refusals.malformedId(malformed, id, prefix);
    }
}
