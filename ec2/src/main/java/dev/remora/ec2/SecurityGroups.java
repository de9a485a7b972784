package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Vpc;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcRequest;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupForVpc;

/** Security groups; their rules are changed by {@link SecurityGroupRules}. */
final class SecurityGroups {
    static final Peer EVERYWHERE = new Peer.Block(Cidr.parse("0.0.0.0/0"));
    static final Peer EVERYWHERE6 = new Peer.Block(Cidr6.parse("::/0"));
    private static final Pattern TEXT = Pattern.compile("[a-zA-Z0-9. _\\-:/()#,@\\[\\]+=&;{}!$*]{1,255}");

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;

    SecurityGroups(Store store, Ids ids, AccountRegions regions) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
    }

    private static Filters<SecurityGroup> filters(View view, Scope scope) {
        var filters = Filters.<SecurityGroup>tagged()
                .on("group-id", SecurityGroup::id)
                .on("group-name", SecurityGroup::name)
                .on("vpc-id", SecurityGroup::vpcId)
                .indexed("vpc-id", "vpc")
                .on("description", SecurityGroup::description);
        rules(filters, "ip-permission.", Direction.INGRESS, view, scope);
        rules(filters, "egress.ip-permission.", Direction.EGRESS, view, scope);
        return filters.withOwner(scope);
    }

    private static void rules(
            Filters<SecurityGroup> filters, String prefix, Direction direction, View view, Scope scope) {
        Function<Function<GroupRule, String>, Function<SecurityGroup, Collection<String>>> each =
                value -> group -> group.rules(direction).stream().map(value).filter(v -> !v.isEmpty()).toList();
        filters.onAny(prefix + "cidr", each.apply(r -> r.peer() instanceof Peer.Block(Cidr b) ? b.toString() : ""))
                .onAny(prefix + "ipv6-cidr", each.apply(r -> r.peer() instanceof Peer.Block(Cidr6 b) ? b.toString() : ""))
                .onAny(prefix + "group-id", each.apply(r -> Permissions.groupOf(r.peer()).orElse("")))
                .onAny(
                        prefix + "group-name",
                        each.apply(r -> r.peer() instanceof Peer.Members m
                                ? view.get(SECURITY_GROUP.kind(), scope, m.groupId()).map(SecurityGroup::name).orElse("")
                                : ""))
                .onAny(
                        prefix + "user-id",
                        each.apply(r -> r.peer() instanceof Peer.Foreign f
                                ? f.account()
                                : Permissions.groupOf(r.peer()).map(g -> scope.account()).orElse("")))
                .onAny(prefix + "prefix-list-id", each.apply(r -> r.peer() instanceof Peer.Listed l ? l.prefixListId() : ""))
                .onAny(prefix + "protocol", each.apply(r -> GroupRule.protocolName(r.protocol())))
                .onAny(prefix + "from-port", each.apply(r -> Integer.toString(r.from())))
                .onAny(prefix + "to-port", each.apply(r -> Integer.toString(r.to())));
    }

    CreateSecurityGroupResponse create(CreateSecurityGroupRequest r, Call call) {
        String name = Refusals.require(r.groupName(), "GroupName");
        String description = Refusals.require(r.description(), "GroupDescription");
        checkText(name, "GroupName");
        checkText(description, "GroupDescription");
        if (name.startsWith("sg-")) {
            throw Refusals.invalidValue(name, "GroupName", "Group names may not be in the format sg-*.");
        }
        if (name.equals(SecurityGroup.DEFAULT_NAME)) {
            throw Refusals.invalidValue("Cannot use reserved security group name: " + name);
        }
        Map<String, String> tags = TagSpecs.forNew("security-group", r.tagSpecifications());
        Scope scope = regions.enter(call);
        SecurityGroup made = store.write(tx -> {
            Vpc vpc = r.vpcId() == null ? requireDefaultVpc(tx, scope) : VPC.require(tx, scope, r.vpcId());
            if (tx.any(SECURITY_GROUP.kind(), scope, "name", Resource.groupNameKey(vpc.id(), name))) {
                throw Refusals.of(
                        "InvalidGroup.Duplicate", "The security group '" + name + "' already exists for VPC '" + vpc.id() + "'");
            }
            regions.allow(Quota.SECURITY_GROUPS, tx.count(SECURITY_GROUP.kind(), scope) + 1);
            var group = new SecurityGroup(
                    ids.resource(SECURITY_GROUP.prefix()),
                    vpc.id(),
                    name,
                    description,
                    (vpc.blocks6().isEmpty() ? Stream.of(EVERYWHERE) : Stream.of(EVERYWHERE, EVERYWHERE6))
                            .map(peer -> GroupRule.all(ids.resource("sgr"), Direction.EGRESS, peer))
                            .toList(),
                    tags);
            tx.put(SECURITY_GROUP.kind(), scope, group.id(), group);
            return group;
        });
        var answer = CreateSecurityGroupResponse.builder()
                .groupId(made.id())
                .securityGroupArn(SECURITY_GROUP.arn(scope, made.id()));
        if (!tags.isEmpty()) {
            answer.tags(TagSpecs.shown(tags));
        }
        return answer.build();
    }

    private static void checkText(String text, String parameter) {
        if (!TEXT.matcher(text).matches()) {
            throw Refusals.invalidValue(
                    text,
                    parameter,
                    text.chars().allMatch(c -> c < 128)
                            ? "Valid values are up to 255 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
                            : "Character sets beyond ASCII are not supported.");
        }
    }

    private static Vpc requireDefaultVpc(View view, Scope scope) {
        return AccountRegions.defaultVpc(view, scope)
                .orElseThrow(() -> Refusals.of("VPCIdNotSpecified", "No default VPC for this user"));
    }

    /** The group with an id, or else with a name in the default VPC. */
    static SecurityGroup require(View view, Scope scope, @Nullable String id, @Nullable String name) {
        if (id != null) {
            return SECURITY_GROUP.require(view, scope, id);
        }
        if (name == null) {
            throw Refusals.missing("groupName or groupId");
        }
        Vpc vpc = requireDefaultVpc(view, scope);
        return view.find(SECURITY_GROUP.kind(), scope, "name", Resource.groupNameKey(vpc.id(), name)).stream()
                .findFirst()
                .orElseThrow(() -> absentByName(name, vpc));
    }

    private static AwsError absentByName(String name, Vpc vpc) {
        return Refusals.of(
                "InvalidGroup.NotFound", "The security group '" + name + "' does not exist in default VPC '" + vpc.id() + "'");
    }

    DescribeSecurityGroupsResponse describe(DescribeSecurityGroupsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var wanted = new ArrayList<>(r.groupIds());
        r.groupNames().forEach(name -> wanted.add(require(view, scope, null, name).id()));
        var page = Listing.of(call, "groupIds", wanted, r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, SECURITY_GROUP, filters(view, scope));
        return DescribeSecurityGroupsResponse.builder()
                .securityGroups(page.map(g -> shown(view, scope, g)))
                .nextToken(page.nextToken())
                .build();
    }

    DeleteSecurityGroupResponse delete(DeleteSecurityGroupRequest r, Call call) {
        Scope scope = regions.enter(call);
        String deleted = store.write(tx -> {
            SecurityGroup group = require(tx, scope, r.groupId(), r.groupName());
            String id = group.id();
            if (group.name().equals(SecurityGroup.DEFAULT_NAME)) {
                throw Refusals.of(
                        "CannotDelete",
                        "the specified group: \"" + id + "\" name: \"" + group.name() + "\" cannot be deleted by a user");
            }
            boolean named = tx.find(SECURITY_GROUP.kind(), scope, "names", id).stream().anyMatch(g -> !g.id().equals(id));
            if (named || tx.any(NETWORK_INTERFACE.kind(), scope, "group", id)) {
                throw Refusals.of("DependencyViolation", "resource " + id + " has a dependent object");
            }
            tx.delete(SECURITY_GROUP.kind(), scope, id);
            return id;
        });
        return DeleteSecurityGroupResponse.builder().returnValue(true).groupId(deleted).build();
    }

    GetSecurityGroupsForVpcResponse forVpc(GetSecurityGroupsForVpcRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        String vpcId = VPC.require(view, scope, Refusals.require(r.vpcId(), "vpcId")).id();
        var known = Filters.<SecurityGroup>tagged()
                .on("group-id", SecurityGroup::id)
                .on("group-name", SecurityGroup::name)
                .on("description", SecurityGroup::description)
                .on("primary-vpc-id", SecurityGroup::vpcId)
                .withOwner(scope);
        var passes = known.matching(r.filters());
        var page = Listing.of(call, "vpcId", List.of(), r.filters(), r.maxResults(), r.nextToken())
                .page(
                        SECURITY_GROUP.inVpc(view, scope, vpcId).stream().filter(passes).toList(),
                        SecurityGroup::id);
        return GetSecurityGroupsForVpcResponse.builder()
                .securityGroupForVpcs(page.map(g -> SecurityGroupForVpc.builder()
                        .groupId(g.id())
                        .groupName(g.name())
                        .description(g.description())
                        .ownerId(scope.account())
                        .primaryVpcId(g.vpcId())
                        .tags(TagSpecs.shown(g.tags()))
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.SecurityGroup shown(View view, Scope scope, SecurityGroup g) {
        var shown = software.amazon.awssdk.services.ec2.model.SecurityGroup.builder()
                .groupId(g.id())
                .groupName(g.name())
                .description(g.description())
                .vpcId(g.vpcId())
                .ownerId(scope.account())
                .securityGroupArn(SECURITY_GROUP.arn(scope, g.id()))
                .ipPermissions(Permissions.shown(view, scope, g.rules(Direction.INGRESS)))
                .ipPermissionsEgress(Permissions.shown(view, scope, g.rules(Direction.EGRESS)));
        if (!g.tags().isEmpty()) {
            shown.tags(TagSpecs.shown(g.tags()));
        }
        return shown.build();
    }
}
