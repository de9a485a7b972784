package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.TagRoleResponse;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleResponse;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleResponse;

/** Roles, their trust documents and boundaries. */
final class Roles {
    static final int DEFAULT_SESSION_SECONDS = 3600;
    static final int MAX_PER_ACCOUNT = 1000;

    /** Characters of a trust document, white space not counted. */
    static final int MAX_TRUST_SIZE = 2048;

    private final Store store;
    private final Ids ids;
    private final LastUse lastUse;

    Roles(Store store, Ids ids, LastUse lastUse) {
        this.store = store;
        this.ids = ids;
        this.lastUse = lastUse;
    }

    CreateRoleResponse create(CreateRoleRequest request, Call call) {
        Role created = store.write(tx -> {
            Scope scope = Scope.global(call.account());
            if (tx.get(Role.KIND, scope, Role.key(request.roleName())).isPresent()) {
                throw new AwsError("EntityAlreadyExists", 409, "Role with name " + request.roleName() + " already exists.");
            }
            if (tx.count(Role.KIND, scope) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: " + MAX_PER_ACCOUNT);
            }
            ServiceLinkedRoles.checkFree(Listing.prefix(request.path()));
            checkTrust(request.assumeRolePolicyDocument(), tx);
            String boundary = request.permissionsBoundary() == null ? ""
                    : Boundaries.checked(request.permissionsBoundary(), tx, call.account());
            var role = new Role(call.account(), request.roleName(), Listing.prefix(request.path()),
                    UniqueId.random("AROA", ids), call.time().truncatedTo(ChronoUnit.SECONDS), request.assumeRolePolicyDocument(),
                    request.description() == null ? "" : request.description(),
                    request.maxSessionDuration() == null ? DEFAULT_SESSION_SECONDS : request.maxSessionDuration(), boundary,
                    Tags.OF_IDENTITIES.with(Map.of(), request.tags()), List.of(), Map.of());
            tx.put(Role.KIND, scope, Role.key(role.name()), role);
            return role;
        });
        return CreateRoleResponse.builder()
                .role(brief(created).tags(tags(created)).permissionsBoundary(Boundaries.shape(created)).build())
                .build();
    }

    GetRoleResponse get(GetRoleRequest request, Call call) {
        Role role = required(store.view(), call.account(), request.roleName());
        return GetRoleResponse.builder()
                .role(full(role).tags(tags(role)).permissionsBoundary(Boundaries.shape(role)).roleLastUsed(used(role, lastUse))
                        .build())
                .build();
    }

    /** When a session of the role last made a request; without content if none did. */
    static RoleLastUsed used(Role role, LastUse lastUse) {
        return lastUse.of(role.account(), role.id())
                .map(use -> RoleLastUsed.builder().lastUsedDate(use.time()).region(use.region()).build())
                .orElse(RoleLastUsed.builder().build());
    }

    ListRolesResponse list(ListRolesRequest request, Call call) {
        List<Role> roles = store.view().all(Role.KIND, Scope.global(call.account())).stream()
                .filter(role -> role.path().startsWith(Listing.prefix(request.pathPrefix())))
                .toList();
        Page<Role> page = Listing.page(call, roles, role -> Role.key(role.name()), request.marker(), request.maxItems());
        return ListRolesResponse.builder()
                .roles(page.items().stream().map(role -> full(role).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    UpdateRoleResponse update(UpdateRoleRequest request, Call call) {
        change(call, request.roleName(), role -> {
            if (request.maxSessionDuration() != null) {
                ServiceLinkedRoles.protectDuration(role);
            }
            Role described = request.description() == null ? role : role.withDescription(request.description());
            return request.maxSessionDuration() == null ? described
                    : described.withMaxSessionSeconds(request.maxSessionDuration());
        });
        return UpdateRoleResponse.builder().build();
    }

    UpdateRoleDescriptionResponse updateDescription(UpdateRoleDescriptionRequest request, Call call) {
        Role role = change(call, request.roleName(), present -> present.withDescription(request.description()));
        return UpdateRoleDescriptionResponse.builder().role(described(brief(role), role).build()).build();
    }

    UpdateAssumeRolePolicyResponse updateTrust(UpdateAssumeRolePolicyRequest request, Call call) {
        store.write(tx -> {
            Role role = IdentityKind.ROLE.changeable(tx, call.account(), request.roleName());
            checkTrust(request.policyDocument(), tx);
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withTrust(request.policyDocument()));
            return role;
        });
        return UpdateAssumeRolePolicyResponse.builder().build();
    }

    DeleteRoleResponse delete(DeleteRoleRequest request, Call call) {
        store.write(tx -> {
            Role role = IdentityKind.ROLE.changeable(tx, call.account(), request.roleName());
            if (tx.any(InstanceProfile.KIND, Scope.global(call.account()), "role", Role.key(role.name()))) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must remove roles from instance profile first.");
            }
            IdentityPolicies.requireNone(role);
            remove(tx, role, lastUse);
            return role;
        });
        return DeleteRoleResponse.builder().build();
    }

    /** Ends a role; who trusted it trusts nobody from then on. */
    static void remove(Transaction tx, Role role, LastUse lastUse) {
        tx.delete(Role.KIND, Scope.global(role.account()), Role.key(role.name()));
        TrustedPrincipals.replace(tx, role.arn(), role.id());
        lastUse.forget(tx, role.account(), role.id());
    }

    PutRolePermissionsBoundaryResponse putBoundary(PutRolePermissionsBoundaryRequest request, Call call) {
        store.write(tx -> {
            Role role = IdentityKind.ROLE.changeable(tx, call.account(), request.roleName());
            String arn = Boundaries.checked(request.permissionsBoundary(), tx, call.account());
            IdentityKind.ROLE.put(tx, role.withBoundary(arn));
            return role;
        });
        return PutRolePermissionsBoundaryResponse.builder().build();
    }

    DeleteRolePermissionsBoundaryResponse deleteBoundary(DeleteRolePermissionsBoundaryRequest request, Call call) {
        store.write(tx -> {
            Role role = IdentityKind.ROLE.changeable(tx, call.account(), request.roleName());
            IdentityKind.ROLE.put(tx, role.withBoundary(""));
            return role;
        });
        return DeleteRolePermissionsBoundaryResponse.builder().build();
    }

    TagRoleResponse tag(TagRoleRequest request, Call call) {
        change(call, request.roleName(), role -> role.withTags(Tags.OF_IDENTITIES.with(role.tags(), request.tags())));
        return TagRoleResponse.builder().build();
    }

    UntagRoleResponse untag(UntagRoleRequest request, Call call) {
        change(call, request.roleName(), role -> role.withTags(Tags.OF_IDENTITIES.without(role.tags(), request.tagKeys())));
        return UntagRoleResponse.builder().build();
    }

    ListRoleTagsResponse listTags(ListRoleTagsRequest request, Call call) {
        Role role = required(store.view(), call.account(), request.roleName());
        Page<Tag> page = Listing.page(call, Tags.list(role.tags()), Tag::key, request.marker(), request.maxItems());
        return ListRoleTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** @throws AwsError NoSuchEntity */
    static Role required(View view, String account, String name) {
        return IdentityKind.ROLE.required(view, account, name);
    }

    private Role change(Call call, String name, UnaryOperator<Role> edit) {
        return store.write(tx -> {
            Role changed = edit.apply(required(tx, call.account(), name));
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(name), changed);
            return changed;
        });
    }

    private static void checkTrust(String document, View view) {
        TrustGrammar.check(document, arn -> Users.find(arn, view).isPresent() || Permissions.find(arn, view).isPresent());
        if (Document.size(document) > MAX_TRUST_SIZE) {
            throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: " + MAX_TRUST_SIZE);
        }
    }

    private static @Nullable List<Tag> tags(Role role) {
        return role.tags().isEmpty() ? null : Tags.list(role.tags());
    }

    private static software.amazon.awssdk.services.iam.model.Role.Builder full(Role role) {
        return described(brief(role), role).maxSessionDuration(role.maxSessionSeconds());
    }

    private static software.amazon.awssdk.services.iam.model.Role.Builder described(
            software.amazon.awssdk.services.iam.model.Role.Builder shape, Role role) {
        return role.description().isEmpty() ? shape : shape.description(role.description());
    }

    /**
     * What CreateRole answers, and what the roles of an instance profile look like: without the description and the longest
     * session, even where they were given.
     */
    static software.amazon.awssdk.services.iam.model.Role.Builder brief(Role role) {
        return software.amazon.awssdk.services.iam.model.Role.builder()
                .path(role.path())
                .roleName(role.name())
                .roleId(role.id())
                .arn(role.arn())
                .createDate(role.created())
                .assumeRolePolicyDocument(Document.encoded(role.trust()));
    }
}
