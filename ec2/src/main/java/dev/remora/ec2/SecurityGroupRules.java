package dev.remora.ec2;

import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.GroupRule.Peer;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Tagged;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.RevokedSecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleDescription;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleRequest;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRuleUpdate;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsEgressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsEgressResponse;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressResponse;

/** The rules of security groups. What changes them answers when the kernel judges by the new rules. */
final class SecurityGroupRules {
    /** What comes before the hyphen in a rule's id. */
    static final String PREFIX = "sgr";

    static final String TYPE = "security-group-rule";

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    SecurityGroupRules(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    /** A rule with the group that it is in, for filters and pages. */
    private record Placed(String groupId, GroupRule rule) implements Tagged<Placed> {
        @Override
        public String id() {
            return rule.id();
        }

        @Override
        public Map<String, String> tags() {
            return rule.tags();
        }

        @Override
        public Placed withTags(Map<String, String> tags) {
            return new Placed(groupId, rule.withTags(tags));
        }
    }

    private static final Filters<Placed> FILTERS = Filters.<Placed>tagged()
            .on("group-id", Placed::groupId)
            .on("security-group-rule-id", Placed::id);

    /** One direction of one group, as a request names it. */
    private record Target(Direction direction, @Nullable String groupId, @Nullable String groupName) {
        SecurityGroup group(View view, Scope scope) {
            return SecurityGroups.require(view, scope, groupId, groupName);
        }
    }

    AuthorizeSecurityGroupIngressResponse authorizeIngress(AuthorizeSecurityGroupIngressRequest r, Call call) {
        List<IpPermission> permissions = permissions(
                r.ipPermissions(), r.ipProtocol(), r.fromPort(), r.toPort(), r.cidrIp(), r.sourceSecurityGroupName());
        var target = new Target(Direction.INGRESS, r.groupId(), r.groupName());
        return AuthorizeSecurityGroupIngressResponse.builder()
                .returnValue(true)
                .securityGroupRules(authorize(call, target, permissions, r.tagSpecifications()))
                .build();
    }

    AuthorizeSecurityGroupEgressResponse authorizeEgress(AuthorizeSecurityGroupEgressRequest r, Call call) {
        List<IpPermission> permissions = permissions(
                r.ipPermissions(), r.ipProtocol(), r.fromPort(), r.toPort(), r.cidrIp(), r.sourceSecurityGroupName());
        var target = new Target(Direction.EGRESS, r.groupId(), null);
        return AuthorizeSecurityGroupEgressResponse.builder()
                .returnValue(true)
                .securityGroupRules(authorize(call, target, permissions, r.tagSpecifications()))
                .build();
    }

    /** The permissions of a request, which may name a single one by parameters of its own instead. */
    private static List<IpPermission> permissions(
            List<IpPermission> given,
            @Nullable String protocol,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable String cidr,
            @Nullable String sourceGroupName) {
        if (protocol == null && cidr == null && sourceGroupName == null) {
            return given;
        }
        if (!given.isEmpty()) {
            throw Refusals.combination("The parameter ipPermissions cannot be used with the parameter ipProtocol");
        }
        var single = IpPermission.builder().ipProtocol(protocol == null ? "-1" : protocol).fromPort(from).toPort(to);
        if (cidr != null) {
            single.ipRanges(range -> range.cidrIp(cidr));
        }
        if (sourceGroupName != null) {
            single.userIdGroupPairs(pair -> pair.groupName(sourceGroupName));
        }
        return List.of(single.build());
    }

    private List<SecurityGroupRule> authorize(
            Call call, Target target, List<IpPermission> permissions, List<TagSpecification> tagSpecifications) {
        if (permissions.isEmpty()) {
            throw Refusals.missing("ipPermissions");
        }
        Map<String, String> tags = TagSpecs.forNew(TYPE, tagSpecifications);
        Scope scope = regions.enter(call);
        record Added(SecurityGroup group, List<GroupRule> rules) {}
        Added added = store.write(tx -> {
            SecurityGroup group = target.group(tx, scope);
            var rules = new ArrayList<>(group.rules());
            var fresh = new ArrayList<GroupRule>();
            for (GroupRule rule : new Permissions(tx, scope, group, target.direction()).rules(permissions)) {
                refuseDuplicate(group.rules(), rule);
                fresh.add(new GroupRule(
                        ids.resource(PREFIX), rule.direction(), rule.protocol(), rule.from(), rule.to(), rule.peer(),
                        rule.description(), tags));
            }
            rules.addAll(fresh);
            SecurityGroup then = group.withRules(rules);
            checkSize(tx, scope, then, target.direction());
            return new Added(put(tx, scope, then), fresh);
        });
        plane.settle(scope, added.group().vpcId());
        return added.rules().stream()
                .map(rule -> shown(store.view(), scope, new Placed(added.group().id(), rule)))
                .toList();
    }

    private void checkSize(View view, Scope scope, SecurityGroup group, Direction direction) {
        regions.allow(Quota.RULES_PER_SECURITY_GROUP, PrefixLists.weightOfRules(view, scope, group.rules(direction)));
    }

    private static void refuseDuplicate(List<GroupRule> existing, GroupRule rule) {
        if (existing.stream().anyMatch(rule::same)) {
            throw Refusals.of(
                    "InvalidPermission.Duplicate", "the specified rule \"" + Permissions.words(rule) + "\" already exists");
        }
    }

    private static SecurityGroup put(Transaction tx, Scope scope, SecurityGroup group) {
        tx.put(SECURITY_GROUP.kind(), scope, group.id(), group);
        return group;
    }

    RevokeSecurityGroupIngressResponse revokeIngress(RevokeSecurityGroupIngressRequest r, Call call) {
        List<IpPermission> permissions = permissions(
                r.ipPermissions(), r.ipProtocol(), r.fromPort(), r.toPort(), r.cidrIp(), r.sourceSecurityGroupName());
        var target = new Target(Direction.INGRESS, r.groupId(), r.groupName());
        Revoked revoked = revoke(call, target, permissions, r.securityGroupRuleIds());
        return RevokeSecurityGroupIngressResponse.builder()
                .returnValue(true)
                .revokedSecurityGroupRules(revoked.shown())
                .unknownIpPermissions(revoked.unknown())
                .build();
    }

    RevokeSecurityGroupEgressResponse revokeEgress(RevokeSecurityGroupEgressRequest r, Call call) {
        List<IpPermission> permissions = permissions(
                r.ipPermissions(), r.ipProtocol(), r.fromPort(), r.toPort(), r.cidrIp(), r.sourceSecurityGroupName());
        var target = new Target(Direction.EGRESS, r.groupId(), null);
        Revoked revoked = revoke(call, target, permissions, r.securityGroupRuleIds());
        return RevokeSecurityGroupEgressResponse.builder()
                .returnValue(true)
                .revokedSecurityGroupRules(revoked.shown())
                .unknownIpPermissions(revoked.unknown())
                .build();
    }

    /** @param unknown permissions that no rule of the group matched; only a default VPC's groups get away with any */
    private record Revoked(SecurityGroup group, List<GroupRule> rules, List<IpPermission> unknown) {
        List<RevokedSecurityGroupRule> shown() {
            return rules.stream()
                    .map(r -> RevokedSecurityGroupRule.builder()
                            .securityGroupRuleId(r.id())
                            .groupId(group.id())
                            .isEgress(r.direction() == Direction.EGRESS)
                            .ipProtocol(GroupRule.protocolName(r.protocol()))
                            .fromPort(r.from())
                            .toPort(r.to())
                            .cidrIpv4(r.peer() instanceof Peer.Block(Cidr b) ? b.toString() : null)
                            .cidrIpv6(r.peer() instanceof Peer.Block(Cidr6 b) ? b.toString() : null)
                            .prefixListId(r.peer() instanceof Peer.Listed l ? l.prefixListId() : null)
                            .referencedGroupId(Permissions.groupOf(r.peer()).orElse(null))
                            .description(r.description().isEmpty() ? null : r.description())
                            .build())
                    .toList();
        }
    }

    private Revoked revoke(Call call, Target target, List<IpPermission> permissions, List<String> ruleIds) {
        if (permissions.isEmpty() && ruleIds.isEmpty()) {
            throw Refusals.missing("ipPermissions or securityGroupRuleIds");
        }
        if (!permissions.isEmpty() && !ruleIds.isEmpty()) {
            throw Refusals.combination("The parameter ipPermissions cannot be used with the parameter securityGroupRuleIds");
        }
        Scope scope = regions.enter(call);
        Revoked revoked = store.write(tx -> {
            SecurityGroup group = target.group(tx, scope);
            var gone = new ArrayList<GroupRule>();
            var unknown = new ArrayList<GroupRule>();
            for (String id : ruleIds) {
                gone.add(ruleOf(group, target.direction(), id));
            }
            for (GroupRule wanted : new Permissions(tx, scope, group, target.direction()).rules(permissions)) {
                Optional<GroupRule> match = group.rules().stream().filter(wanted::same).findFirst();
                match.ifPresentOrElse(gone::add, () -> unknown.add(wanted));
            }
            boolean forgiving = Resource.VPC.require(tx, scope, group.vpcId()).defaultVpc();
            if (!unknown.isEmpty() && !forgiving) {
                throw Refusals.of(
                        "InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
            }
            var left = group.rules().stream().filter(r -> !gone.contains(r)).toList();
            return new Revoked(put(tx, scope, group.withRules(left)), gone, Permissions.shown(tx, scope, unknown));
        });
        plane.settle(scope, revoked.group().vpcId());
        return revoked;
    }

    private static GroupRule ruleOf(SecurityGroup group, Direction direction, String id) {
        checkId(id);
        return group.rule(id).filter(r -> r.direction() == direction).orElseThrow(() -> notFound(id));
    }

    static void checkId(String id) {
        if (!id.startsWith(PREFIX + "-")) {
            throw Refusals.malformedId("InvalidSecurityGroupRuleId.Malformed", id, PREFIX);
        }
    }

    static AwsError notFound(String id) {
        return Refusals.of("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist");
    }

    /** The group that a rule is in. */
    static SecurityGroup groupOf(View view, Scope scope, String ruleId) {
        checkId(ruleId);
        return view.find(SECURITY_GROUP.kind(), scope, "rule", ruleId).stream()
                .findFirst()
                .orElseThrow(() -> notFound(ruleId));
    }

    DescribeSecurityGroupRulesResponse describe(DescribeSecurityGroupRulesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var listing = Listing.of(
                call, "securityGroupRuleIds", r.securityGroupRuleIds(), r.filters(), r.maxResults(), r.nextToken());
        var passes = FILTERS.matching(r.filters());
        var found = new TreeMap<String, Placed>();
        groups(view, scope, r)
                .flatMap(g -> g.rules().stream().map(rule -> new Placed(g.id(), rule)))
                .filter(passes)
                .forEach(p -> found.put(p.id(), p));
        var wanted = new HashSet<>(r.securityGroupRuleIds());
        var page = listing.page(
                found.values().stream().filter(p -> wanted.isEmpty() || wanted.contains(p.id())).toList(), Placed::id);
        return DescribeSecurityGroupRulesResponse.builder()
                .securityGroupRules(page.map(p -> shown(view, scope, p)))
                .nextToken(page.nextToken())
                .build();
    }

    /** The groups whose rules can be meant: those of the rules named, or of the groups that a filter names, or all. */
    private static Stream<SecurityGroup> groups(View view, Scope scope, DescribeSecurityGroupRulesRequest r) {
        if (!r.securityGroupRuleIds().isEmpty()) {
            return r.securityGroupRuleIds().stream().map(id -> groupOf(view, scope, id)).distinct();
        }
        var groupIds = r.filters().stream().filter(f -> "group-id".equals(f.name())).findFirst();
        if (groupIds.isEmpty()) {
            return view.all(SECURITY_GROUP.kind(), scope).stream();
        }
        for (String id : groupIds.get().values()) {
            if (!SECURITY_GROUP.isId(id)) {
                throw Refusals.malformedId("InvalidGroupId.Malformed", id, SECURITY_GROUP.prefix());
            }
        }
        return groupIds.get().values().stream().flatMap(id -> view.get(SECURITY_GROUP.kind(), scope, id).stream());
    }

    ModifySecurityGroupRulesResponse modify(ModifySecurityGroupRulesRequest r, Call call) {
        Scope scope = regions.enter(call);
        if (r.securityGroupRules().isEmpty()) {
            throw Refusals.missing("securityGroupRules");
        }
        SecurityGroup changed = store.write(tx -> {
            SecurityGroup group = SECURITY_GROUP.require(tx, scope, Refusals.require(r.groupId(), "groupId"));
            for (SecurityGroupRuleUpdate update : r.securityGroupRules()) {
                String id = Refusals.require(update.securityGroupRuleId(), "securityGroupRuleId");
                checkId(id);
                GroupRule now = group.rule(id).orElseThrow(() -> notFound(id));
                if (update.securityGroupRule() == null) {
                    throw Refusals.missing("securityGroupRule");
                }
                GroupRule then = modified(tx, scope, group, now, update.securityGroupRule());
                refuseDuplicate(group.rules().stream().filter(other -> !other.id().equals(id)).toList(), then);
                group = group.replacing(then);
                checkSize(tx, scope, group, then.direction());
            }
            return put(tx, scope, group);
        });
        plane.settle(scope, changed.vpcId());
        return ModifySecurityGroupRulesResponse.builder().returnValue(true).build();
    }

    private static GroupRule modified(
            View view, Scope scope, SecurityGroup group, GroupRule now, SecurityGroupRuleRequest wanted) {
        long peers = Stream.of(wanted.cidrIpv4(), wanted.cidrIpv6(), wanted.prefixListId(), wanted.referencedGroupId())
                .filter(p -> p != null)
                .count();
        if (peers != 1) {
            throw Refusals.combination(
                    "Exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId must be specified.");
        }
        Peer peer;
        if (wanted.cidrIpv4() != null) {
            peer = Permissions.block(wanted.cidrIpv4());
        } else if (wanted.cidrIpv6() != null) {
            peer = Permissions.block6(wanted.cidrIpv6());
        } else if (wanted.prefixListId() != null) {
            peer = Permissions.listed(view, scope, wanted.prefixListId());
        } else {
            peer = new Permissions(view, scope, group, now.direction()).members(wanted.referencedGroupId());
        }
        var traffic = Permissions.Traffic.of(wanted.ipProtocol(), wanted.fromPort(), wanted.toPort());
        return new GroupRule(
                now.id(), now.direction(), traffic.protocol(), traffic.from(), traffic.to(), peer,
                Permissions.description(wanted.description()), now.tags());
    }

    UpdateSecurityGroupRuleDescriptionsIngressResponse describeIngress(
            UpdateSecurityGroupRuleDescriptionsIngressRequest r, Call call) {
        var target = new Target(Direction.INGRESS, r.groupId(), r.groupName());
        updateDescriptions(call, target, r.ipPermissions(), r.securityGroupRuleDescriptions());
        return UpdateSecurityGroupRuleDescriptionsIngressResponse.builder().returnValue(true).build();
    }

    UpdateSecurityGroupRuleDescriptionsEgressResponse describeEgress(
            UpdateSecurityGroupRuleDescriptionsEgressRequest r, Call call) {
        var target = new Target(Direction.EGRESS, r.groupId(), r.groupName());
        updateDescriptions(call, target, r.ipPermissions(), r.securityGroupRuleDescriptions());
        return UpdateSecurityGroupRuleDescriptionsEgressResponse.builder().returnValue(true).build();
    }

    private void updateDescriptions(
            Call call, Target target, List<IpPermission> permissions, List<SecurityGroupRuleDescription> byId) {
        if (permissions.isEmpty() && byId.isEmpty()) {
            throw Refusals.missing("ipPermissions or securityGroupRuleDescriptions");
        }
        Scope scope = regions.enter(call);
        store.write(tx -> {
            SecurityGroup group = target.group(tx, scope);
            SecurityGroup changed = group;
            for (SecurityGroupRuleDescription d : byId) {
                GroupRule rule = ruleOf(
                        group, target.direction(), Refusals.require(d.securityGroupRuleId(), "securityGroupRuleId"));
                changed = changed.replacing(rule.withDescription(Permissions.description(d.description())));
            }
            for (GroupRule wanted : new Permissions(tx, scope, group, target.direction()).rules(permissions)) {
                GroupRule rule = group.rules().stream()
                        .filter(wanted::same)
                        .findFirst()
                        .orElseThrow(() -> Refusals.of(
                                "InvalidPermission.NotFound", "The specified rule does not exist in this security group."));
                changed = changed.replacing(rule.withDescription(wanted.description()));
            }
            return put(tx, scope, changed);
        });
    }

    private static SecurityGroupRule shown(View view, Scope scope, Placed placed) {
        GroupRule r = placed.rule();
        var shown = SecurityGroupRule.builder()
                .securityGroupRuleId(r.id())
                .securityGroupRuleArn(Resource.arn(TYPE, scope, r.id()))
                .groupId(placed.groupId())
                .groupOwnerId(scope.account())
                .isEgress(r.direction() == Direction.EGRESS)
                .ipProtocol(GroupRule.protocolName(r.protocol()))
                .fromPort(r.from())
                .toPort(r.to())
                .description(r.description().isEmpty() ? null : r.description())
                .tags(TagSpecs.shown(r.tags()));
        switch (r.peer()) {
            case Peer.Block(Cidr b) -> shown.cidrIpv4(b.toString());
            case Peer.Block(Cidr6 b) -> shown.cidrIpv6(b.toString());
            case Peer.Listed l -> shown.prefixListId(l.prefixListId());
            case Peer.Members m -> shown.referencedGroupInfo(g -> g.groupId(m.groupId()).userId(scope.account()));
            case Peer.Foreign f ->
                shown.referencedGroupInfo(g -> g.groupId(f.groupId())
                        .userId(f.account())
                        .vpcId(f.vpcId())
                        .vpcPeeringConnectionId(f.connection())
                        .peeringStatus(Peerings.statusText(view, scope, f.connection())));
        }
        return shown.build();
    }
}
