package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.ENDPOINT;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Vpc;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyResponse;

/** Virtual private clouds. */
final class Vpcs {
    static final int LONGEST_PREFIX = 28;
    static final int SHORTEST_PREFIX = 16;

    /** Blocks whose addresses mean something else to every host. */
    private static final List<Cidr> FORBIDDEN =
            Stream.of("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3").map(Cidr::parse).toList();

    private static final Filters<Vpc> FILTERS = Filters.<Vpc>tagged()
            .on("vpc-id", Vpc::id)
            .on("cidr", v -> v.primary().toString())
            .on("cidr-block", v -> v.primary().toString())
            .onAny("cidr-block-association.cidr-block", v -> v.blocks().stream().map(b -> b.block().toString()).toList())
            .onAny("cidr-block-association.association-id", v -> v.blocks().stream().map(Vpc.Block::associationId).toList())
            .on("cidr-block-association.state", v -> "associated")
            .on("dhcp-options-id", Vpc::dhcpOptionsId)
            .on("is-default", v -> Boolean.toString(v.defaultVpc()))
            .on("isDefault", v -> Boolean.toString(v.defaultVpc()))
            .on("state", v -> "available")
            .onAny(
                    "ipv6-cidr-block-association.ipv6-cidr-block",
                    v -> v.blocks6().stream().map(b -> b.block().toString()).toList())
            .onAny(
                    "ipv6-cidr-block-association.association-id",
                    v -> v.blocks6().stream().map(Vpc.Block6::associationId).toList())
            .onAny("ipv6-cidr-block-association.ipv6-pool", v -> v.blocks6().stream().map(b -> "Amazon").toList())
            .onAny("ipv6-cidr-block-association.state", v -> v.blocks6().stream().map(b -> "associated").toList());

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;

    Vpcs(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
    }

    /** @param ipv6 whether it gets one of Amazon's IPv6 blocks */
    record Wanted(Cidr block, boolean ipv6, String tenancy, boolean isDefault, Map<String, String> tags) {}

    CreateVpcResponse create(CreateVpcRequest r, Call call) {
        if (r.cidrBlock() == null) {
            throw Refusals.of("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
        }
        var wanted = new Wanted(
                block(r.cidrBlock()),
                Boolean.TRUE.equals(r.amazonProvidedIpv6CidrBlock()),
                tenancy(r.instanceTenancyAsString()),
                false,
                TagSpecs.forNew("vpc", r.tagSpecifications()));
        Scope scope = regions.enter(call);
        Vpc vpc = store.write(tx -> {
            regions.allow(Quota.VPCS, tx.count(VPC.kind(), scope) + 1);
            return make(tx, scope, ids, wanted);
        });
        return CreateVpcResponse.builder().vpc(shown(scope, vpc, "pending")).build();
    }

    private static String tenancy(@Nullable String wanted) {
        if (wanted == null || wanted.equals("default") || wanted.equals("dedicated")) {
            return wanted == null ? "default" : wanted;
        }
        throw Refusals.of("UnsupportedTenancy", "The tenancy value " + wanted + " is not supported.");
    }

    static Cidr block(String text) {
        Cidr block;
        try {
            block = Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, "cidrBlock", "This is not a valid CIDR block.");
        }
        if (block.prefix() < SHORTEST_PREFIX
                || block.prefix() > LONGEST_PREFIX
                || FORBIDDEN.stream().anyMatch(block::overlaps)) {
            throw Refusals.of("InvalidVpc.Range", "The CIDR '" + text + "' is invalid.");
        }
        return block;
    }

    /** A VPC with all that lives and dies with it: main route table, network ACL, default group. */
    static Vpc make(Transaction tx, Scope scope, Ids ids, Wanted wanted) {
        String vpcId = ids.resource(VPC.prefix());
        var table = new RouteTable(
                ids.resource(ROUTE_TABLE.prefix()),
                vpcId,
                List.of(new RouteTable.Association(ids.resource("rtbassoc"), "")),
                List.of(RouteTable.Route.local(wanted.block())),
                Map.of());
        var acl = new NetworkAcl(
                ids.resource(NETWORK_ACL.prefix()), vpcId, true, NetworkAcls.passing(wanted.block()), Map.of());
        String groupId = ids.resource(SECURITY_GROUP.prefix());
        var group = new SecurityGroup(
                groupId,
                vpcId,
                SecurityGroup.DEFAULT_NAME,
                "default VPC security group",
                List.of(
                        GroupRule.all(ids.resource("sgr"), Direction.INGRESS, new GroupRule.Peer.Members(groupId)),
                        GroupRule.all(ids.resource("sgr"), Direction.EGRESS, SecurityGroups.EVERYWHERE)),
                Map.of());
        var vpc = new Vpc(
                vpcId,
                List.of(new Vpc.Block(ids.resource("vpc-cidr-assoc"), wanted.block())),
                List.of(),
                wanted.tenancy(),
                wanted.isDefault(),
                true,
                wanted.isDefault(),
                false,
                AccountRegions.dhcpOptionsId(tx, scope),
                acl.id(),
                table.id(),
                groupId,
                wanted.tags());
        tx.put(ROUTE_TABLE.kind(), scope, table.id(), table);
        tx.put(NETWORK_ACL.kind(), scope, acl.id(), acl);
        tx.put(SECURITY_GROUP.kind(), scope, groupId, group);
        tx.put(VPC.kind(), scope, vpcId, vpc);
        return wanted.ipv6() ? VpcBlocks.add6(tx, scope, ids, vpc) : vpc;
    }

    CreateDefaultVpcResponse createDefault(CreateDefaultVpcRequest r, Call call) {
        Scope scope = regions.enter(call);
        Vpc vpc = store.write(tx -> {
            if (AccountRegions.defaultVpc(tx, scope).isPresent()) {
                throw Refusals.of(
                        "DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");
            }
            return AccountRegions.makeDefaultVpc(tx, scope, ids);
        });
        return CreateDefaultVpcResponse.builder().vpc(shown(scope, vpc, "pending")).build();
    }

    DescribeVpcsResponse describe(DescribeVpcsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(call, "vpcIds", r.vpcIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, VPC, FILTERS.withOwner(scope));
        return DescribeVpcsResponse.builder()
                .vpcs(page.map(v -> shown(scope, v, "available")))
                .nextToken(page.nextToken())
                .build();
    }

    DeleteVpcResponse delete(DeleteVpcRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.vpcId(), "vpcId");
        store.write(tx -> {
            Vpc vpc = VPC.require(tx, scope, id);
            boolean used = SUBNET.anyInVpc(tx, scope, id)
                    || NETWORK_INTERFACE.anyInVpc(tx, scope, id)
                    || INTERNET_GATEWAY.anyInVpc(tx, scope, id)
                    || EGRESS_ONLY_GATEWAY.anyInVpc(tx, scope, id)
                    || ENDPOINT.anyInVpc(tx, scope, id)
                    || NETWORK_ACL.countInVpc(tx, scope, id) > 1
                    || SECURITY_GROUP.countInVpc(tx, scope, id) > 1
                    || ROUTE_TABLE.countInVpc(tx, scope, id) > 1;
            if (used) {
                throw Refusals.inUse("vpc", id);
            }
            tx.delete(ROUTE_TABLE.kind(), scope, vpc.mainRouteTableId());
            tx.delete(NETWORK_ACL.kind(), scope, vpc.networkAclId());
            tx.delete(SECURITY_GROUP.kind(), scope, vpc.defaultGroupId());
            FlowLogs.forget(tx, scope, id);
            Peerings.endAll(tx, scope, id, clock.instant());
            tx.delete(VPC.kind(), scope, id);
            return vpc;
        });
        return DeleteVpcResponse.builder().build();
    }

    ModifyVpcAttributeResponse modifyAttribute(ModifyVpcAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.vpcId(), "vpcId");
        long named = Stream.of(r.enableDnsSupport(), r.enableDnsHostnames(), r.enableNetworkAddressUsageMetrics())
                .filter(a -> a != null)
                .count();
        if (named == 0) {
            throw Refusals.missing("vpcAttribute");
        }
        if (named > 1) {
            throw Refusals.combination("Only one VPC attribute can be modified at a time.");
        }
        store.write(tx -> {
            Vpc vpc = VPC.require(tx, scope, id);
            Vpc changed = vpc.withAttributes(
                    wanted(r.enableDnsSupport(), vpc.dnsSupport()),
                    wanted(r.enableDnsHostnames(), vpc.dnsHostnames()),
                    wanted(r.enableNetworkAddressUsageMetrics(), vpc.addressUsageMetrics()));
            tx.put(VPC.kind(), scope, id, changed);
            return changed;
        });
        plane.settle(scope, id);
        return ModifyVpcAttributeResponse.builder().build();
    }

    /** A dedicated VPC can become an ordinary one; not the other way. */
    ModifyVpcTenancyResponse modifyTenancy(ModifyVpcTenancyRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.vpcId(), "vpcId");
        String tenancy = Refusals.require(r.instanceTenancyAsString(), "instanceTenancy");
        if (!tenancy.equals("default")) {
            throw Refusals.of("UnsupportedTenancy", "The tenancy value " + tenancy + " is not supported.");
        }
        store.write(tx -> {
            Vpc vpc = VPC.require(tx, scope, id).withTenancy(tenancy);
            tx.put(VPC.kind(), scope, id, vpc);
            return vpc;
        });
        return ModifyVpcTenancyResponse.builder().returnValue(true).build();
    }

    private static boolean wanted(@Nullable AttributeBooleanValue value, boolean now) {
        return value == null || value.value() == null ? now : value.value();
    }

    DescribeVpcAttributeResponse describeAttribute(DescribeVpcAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        Vpc vpc = VPC.require(store.view(), scope, Refusals.require(r.vpcId(), "vpcId"));
        var answer = DescribeVpcAttributeResponse.builder().vpcId(vpc.id());
        String attribute = Refusals.require(r.attributeAsString(), "attribute");
        return switch (attribute) {
            case "enableDnsSupport" -> answer.enableDnsSupport(a -> a.value(vpc.dnsSupport())).build();
            case "enableDnsHostnames" -> answer.enableDnsHostnames(a -> a.value(vpc.dnsHostnames())).build();
            case "enableNetworkAddressUsageMetrics" ->
                answer.enableNetworkAddressUsageMetrics(a -> a.value(vpc.addressUsageMetrics())).build();
            default -> throw unknownAttribute(attribute);
        };
    }

    static AwsError unknownAttribute(String attribute) {
        return Refusals.invalidValue(attribute, "attribute", "Unknown attribute.");
    }

    private static software.amazon.awssdk.services.ec2.model.Vpc shown(Scope scope, Vpc vpc, String state) {
        var shown = software.amazon.awssdk.services.ec2.model.Vpc.builder()
                .vpcId(vpc.id())
                .ownerId(scope.account())
                .state(state)
                .cidrBlock(vpc.primary().toString())
                .cidrBlockAssociationSet(
                        vpc.blocks().stream().map(b -> VpcBlocks.shown(b, "associated")).toList())
                .ipv6CidrBlockAssociationSet(vpc.blocks6().stream()
                        .map(b -> VpcBlocks.shown(b, state.equals("pending") ? "associating" : "associated"))
                        .toList())
                .instanceTenancy(vpc.tenancy())
                .isDefault(vpc.defaultVpc())
                .dhcpOptionsId(vpc.dhcpOptionsId());
        if (!vpc.tags().isEmpty()) {
            shown.tags(TagSpecs.shown(vpc.tags()));
        }
        return shown.build();
    }
}
