package dev.remora.ec2;

import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.SecurityGroup;
import dev.remora.wire.Call;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupReference;
import software.amazon.awssdk.services.ec2.model.StaleIpPermission;
import software.amazon.awssdk.services.ec2.model.StaleSecurityGroup;

/** Rules that name groups of other VPCs: which VPCs do, and which rules mean nobody any more. */
final class GroupReferences {
    private final Store store;
    private final AccountRegions regions;

    GroupReferences(Store store, AccountRegions regions) {
        this.store = store;
        this.regions = regions;
    }

    DescribeSecurityGroupReferencesResponse describe(DescribeSecurityGroupReferencesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        if (r.groupId().isEmpty()) {
            throw Refusals.missing("groupId");
        }
        List<SecurityGroup> groups = r.groupId().stream().map(id -> SECURITY_GROUP.require(view, scope, id)).toList();
        return DescribeSecurityGroupReferencesResponse.builder()
                .securityGroupReferenceSet(groups.stream().flatMap(g -> references(view, scope, g)).toList())
                .build();
    }

    private static Stream<SecurityGroupReference> references(View view, Scope scope, SecurityGroup group) {
        return Peerings.of(view, scope, group.vpcId()).stream()
                .filter(b -> SECURITY_GROUP.inVpc(view, b.scope(), b.vpcId()).stream()
                        .flatMap(g -> g.rules().stream())
                        .anyMatch(rule -> rule.peer() instanceof Peer.Foreign f && f.groupId().equals(group.id())))
                .map(b -> SecurityGroupReference.builder()
                        .groupId(group.id())
                        .referencingVpcId(b.vpcId())
                        .vpcPeeringConnectionId(b.connection())
                        .build());
    }

    DescribeStaleSecurityGroupsResponse stale(DescribeStaleSecurityGroupsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        String vpcId = VPC.require(view, scope, Refusals.require(r.vpcId(), "vpcId")).id();
        List<SecurityGroup> stale = SECURITY_GROUP.inVpc(view, scope, vpcId).stream()
                .filter(g -> g.rules().stream().anyMatch(rule -> stale(view, scope, rule)))
                .toList();
        var page = Listing.of(call, "vpcId", List.of(), List.of(), r.maxResults(), r.nextToken()).page(stale, SecurityGroup::id);
        return DescribeStaleSecurityGroupsResponse.builder()
                .staleSecurityGroupSet(page.map(g -> StaleSecurityGroup.builder()
                        .groupId(g.id())
                        .groupName(g.name())
                        .description(g.description())
                        .vpcId(g.vpcId())
                        .staleIpPermissions(permissions(view, scope, g, Direction.INGRESS))
                        .staleIpPermissionsEgress(permissions(view, scope, g, Direction.EGRESS))
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    /** Whether the rule names a group that is gone, or that no connection leads to any more. */
    private static boolean stale(View view, Scope scope, GroupRule rule) {
        return rule.peer() instanceof Peer.Foreign f
                && (view.get(PEERING.kind(), scope, f.connection()).filter(PeeringConnection::active).isEmpty()
                        || view.get(SECURITY_GROUP.kind(), new Scope(f.account(), scope.region()), f.groupId()).isEmpty());
    }

    private static List<StaleIpPermission> permissions(View view, Scope scope, SecurityGroup group, Direction direction) {
        List<GroupRule> rules = group.rules(direction).stream().filter(rule -> stale(view, scope, rule)).toList();
        return Permissions.shown(view, scope, rules).stream()
                .map(p -> StaleIpPermission.builder()
                        .ipProtocol(p.ipProtocol())
                        .fromPort(p.fromPort())
                        .toPort(p.toPort())
                        .ipRanges(List.of())
                        .prefixListIds(List.of())
                        .userIdGroupPairs(p.userIdGroupPairs())
                        .build())
                .toList();
    }
}
