package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsResponse;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.UserDetail;

/** GetAccountAuthorizationDetails: who there is in an account and what they may do, in one answer with four lists. */
final class AuthorizationDetails {
    private final Store store;
    private final LastUse lastUse;

    AuthorizationDetails(Store store, LastUse lastUse) {
        this.store = store;
        this.lastUse = lastUse;
    }

    /** One entry of one of the lists; a page goes through the lists one after another. */
    private sealed interface Entry {
        String key();

        record OfUser(User user) implements Entry {
            @Override
            public String key() {
                return "1 " + User.key(user.name());
            }
        }

        record OfGroup(Group group) implements Entry {
            @Override
            public String key() {
                return "2 " + Group.key(group.name());
            }
        }

        record OfRole(Role role) implements Entry {
            @Override
            public String key() {
                return "3 " + Role.key(role.name());
            }
        }

        record OfPolicy(ManagedPolicy policy) implements Entry {
            @Override
            public String key() {
                return "4 " + policy.arn();
            }
        }
    }

    GetAccountAuthorizationDetailsResponse get(GetAccountAuthorizationDetailsRequest request, Call call) {
        View view = store.view();
        Set<EntityType> kinds = request.filter().isEmpty() ? Set.of(EntityType.values()) : Set.copyOf(request.filter());
        Page<Entry> page = Listing.page(call, entries(kinds, view, call), Entry::key, request.marker(), request.maxItems());
        var users = new ArrayList<UserDetail>();
        var groups = new ArrayList<GroupDetail>();
        var roles = new ArrayList<RoleDetail>();
        var policies = new ArrayList<ManagedPolicyDetail>();
        for (Entry entry : page.items()) {
            switch (entry) {
                case Entry.OfUser one -> users.add(detail(one.user(), view));
                case Entry.OfGroup one -> groups.add(detail(one.group(), view));
                case Entry.OfRole one -> roles.add(detail(one.role(), view));
                case Entry.OfPolicy one -> policies.add(detail(one.policy(), view, call));
            }
        }
        return GetAccountAuthorizationDetailsResponse.builder()
                .userDetailList(users)
                .groupDetailList(groups)
                .roleDetailList(roles)
                .policies(policies)
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private static List<Entry> entries(Set<EntityType> kinds, View view, Call call) {
        Scope scope = Scope.global(call.account());
        var entries = new ArrayList<Entry>();
        if (kinds.contains(EntityType.USER)) {
            view.all(User.KIND, scope).forEach(user -> entries.add(new Entry.OfUser(user)));
        }
        if (kinds.contains(EntityType.GROUP)) {
            view.all(Group.KIND, scope).forEach(group -> entries.add(new Entry.OfGroup(group)));
        }
        if (kinds.contains(EntityType.ROLE)) {
            view.all(Role.KIND, scope).forEach(role -> entries.add(new Entry.OfRole(role)));
        }
        if (kinds.contains(EntityType.LOCAL_MANAGED_POLICY)) {
            view.all(ManagedPolicy.KIND, scope).forEach(policy -> entries.add(new Entry.OfPolicy(policy)));
        }
        if (kinds.contains(EntityType.AWS_MANAGED_POLICY)) {
            AwsPolicies.policies().all().stream()
                    .filter(policy -> PolicyUse.of(policy, view, call.account()).any())
                    .forEach(policy -> entries.add(new Entry.OfPolicy(policy)));
        }
        return entries;
    }

    private static UserDetail detail(User user, View view) {
        return UserDetail.builder()
                .path(user.path())
                .userName(user.name())
                .userId(user.id())
                .arn(user.arn())
                .createDate(user.created())
                .userPolicyList(user.inline().isEmpty() ? null : IdentityPolicies.details(user))
                .groupList(Groups.of(user, view).stream().map(Group::name).toList())
                .attachedManagedPolicies(IdentityPolicies.attached(user, "/", view))
                .permissionsBoundary(Boundaries.shape(user))
                .tags(Tags.list(user.tags()))
                .build();
    }

    private static GroupDetail detail(Group group, View view) {
        return GroupDetail.builder()
                .path(group.path())
                .groupName(group.name())
                .groupId(group.id())
                .arn(group.arn())
                .createDate(group.created())
                .groupPolicyList(IdentityPolicies.details(group))
                .attachedManagedPolicies(IdentityPolicies.attached(group, "/", view))
                .build();
    }

    private RoleDetail detail(Role role, View view) {
        return RoleDetail.builder()
                .path(role.path())
                .roleName(role.name())
                .roleId(role.id())
                .arn(role.arn())
                .createDate(role.created())
                .assumeRolePolicyDocument(Document.encoded(role.trust()))
                .instanceProfileList(InstanceProfiles.of(role, view).stream()
                        .map(profile -> InstanceProfiles.shape(profile, view).build())
                        .toList())
                .rolePolicyList(IdentityPolicies.details(role))
                .attachedManagedPolicies(IdentityPolicies.attached(role, "/", view))
                .permissionsBoundary(Boundaries.shape(role))
                .tags(Tags.list(role.tags()))
                .roleLastUsed(Roles.used(role, lastUse))
                .build();
    }

    private static ManagedPolicyDetail detail(ManagedPolicy policy, View view, Call call) {
        PolicyUse use = PolicyUse.of(policy, view, call.account());
        return ManagedPolicyDetail.builder()
                .policyName(policy.name())
                .policyId(policy.id())
                .arn(policy.arn())
                .path(policy.path())
                .defaultVersionId("v" + policy.defaultVersion())
                .attachmentCount(use.attachments())
                .permissionsBoundaryUsageCount(use.boundaries())
                .isAttachable(true)
                .description(policy.description().isEmpty() ? null : policy.description())
                .createDate(policy.created())
                .updateDate(policy.updated())
                .policyVersionList(policy.versions().stream()
                        .sorted(Comparator.comparingInt(ManagedPolicy.Version::number).reversed())
                        .map(version -> PolicyVersion.builder()
                                .document(Document.encoded(version.document()))
                                .versionId(version.id())
                                .isDefaultVersion(version.number() == policy.defaultVersion())
                                .createDate(version.created())
                                .build())
                        .toList())
                .build();
    }
}
