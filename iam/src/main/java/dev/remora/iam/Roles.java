package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
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

/** Roles and their trust documents. */
final class Roles {
    static final int DEFAULT_SESSION_SECONDS = 3600;
    static final int MAX_PER_ACCOUNT = 1000;

    /** Characters of a trust document, white space not counted. */
    static final int MAX_TRUST_SIZE = 2048;

    private final Store store;
    private final Ids ids;

    Roles(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
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
            checkTrust(request.assumeRolePolicyDocument(), tx);
            var role = new Role(call.account(), request.roleName(), request.path() == null ? "/" : request.path(),
                    UniqueId.random("AROA", ids), call.time().truncatedTo(ChronoUnit.SECONDS), request.assumeRolePolicyDocument(),
                    request.description() == null ? "" : request.description(),
                    request.maxSessionDuration() == null ? DEFAULT_SESSION_SECONDS : request.maxSessionDuration(), "",
                    Tags.OF_ROLES.with(Map.of(), request.tags()), List.of(), Map.of());
            tx.put(Role.KIND, scope, Role.key(role.name()), role);
            return role;
        });
        return CreateRoleResponse.builder().role(brief(created).tags(tags(created)).build()).build();
    }

    GetRoleResponse get(GetRoleRequest request, Call call) {
        Role role = required(store.view(), call.account(), request.roleName());
        return GetRoleResponse.builder()
                .role(full(role).tags(tags(role)).roleLastUsed(RoleLastUsed.builder().build()).build())
                .build();
    }

    ListRolesResponse list(ListRolesRequest request, Call call) {
        List<Role> roles = store.view().all(Role.KIND, Scope.global(call.account())).stream()
                .filter(role -> role.path().startsWith(request.pathPrefix() == null ? "/" : request.pathPrefix()))
                .toList();
        Page<Role> page = Listing.page(roles, role -> Role.key(role.name()), request.marker(), request.maxItems());
        return ListRolesResponse.builder()
                .roles(page.items().stream().map(role -> full(role).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    UpdateRoleResponse update(UpdateRoleRequest request, Call call) {
        change(call, request.roleName(), role -> {
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
            Role role = required(tx, call.account(), request.roleName());
            checkTrust(request.policyDocument(), tx);
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withTrust(request.policyDocument()));
            return role;
        });
        return UpdateAssumeRolePolicyResponse.builder().build();
    }

    DeleteRoleResponse delete(DeleteRoleRequest request, Call call) {
        store.write(tx -> {
            Role role = required(tx, call.account(), request.roleName());
            if (!role.attached().isEmpty()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must detach all policies first.");
            }
            if (!role.inline().isEmpty()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must delete policies first.");
            }
            tx.delete(Role.KIND, Scope.global(call.account()), Role.key(role.name()));
            return role;
        });
        return DeleteRoleResponse.builder().build();
    }

    TagRoleResponse tag(TagRoleRequest request, Call call) {
        change(call, request.roleName(), role -> role.withTags(Tags.OF_ROLES.with(role.tags(), request.tags())));
        return TagRoleResponse.builder().build();
    }

    UntagRoleResponse untag(UntagRoleRequest request, Call call) {
        change(call, request.roleName(), role -> role.withTags(Tags.OF_ROLES.without(role.tags(), request.tagKeys())));
        return UntagRoleResponse.builder().build();
    }

    ListRoleTagsResponse listTags(ListRoleTagsRequest request, Call call) {
        Role role = required(store.view(), call.account(), request.roleName());
        Page<Tag> page = Listing.page(Tags.list(role.tags()), Tag::key, request.marker(), request.maxItems());
        return ListRoleTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** The role's ARN with its path where it exists, for what a policy's Resource is matched with. */
    List<String> arn(String name, Call call) {
        return List.of(find(name, call).map(Role::arn).orElse("arn:aws:iam::" + call.account() + ":role/" + name));
    }

    Map<String, List<String>> tagKeys(String name, Call call) {
        return find(name, call).map(role -> Tags.owned(role.tags())).orElse(Map.of());
    }

    private Optional<Role> find(String name, Call call) {
        return store.view().get(Role.KIND, Scope.global(call.account()), Role.key(name));
    }

    /** @throws AwsError NoSuchEntity */
    static Role required(View view, String account, String name) {
        return view.get(Role.KIND, Scope.global(account), Role.key(name)).orElseThrow(
                () -> new AwsError("NoSuchEntity", 404, "The role with name " + name + " cannot be found."));
    }

    private Role change(Call call, String name, UnaryOperator<Role> edit) {
        return store.write(tx -> {
            Role changed = edit.apply(required(tx, call.account(), name));
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(name), changed);
            return changed;
        });
    }

    private static void checkTrust(String document, View view) {
        // Users are a later capability: a trust in one is a trust in somebody who does not exist.
        TrustGrammar.check(document, arn -> Permissions.find(arn, view).isPresent());
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

    /** What CreateRole answers: without the description and the longest session, even where they were given. */
    private static software.amazon.awssdk.services.iam.model.Role.Builder brief(Role role) {
        return software.amazon.awssdk.services.iam.model.Role.builder()
                .path(role.path())
                .roleName(role.name())
                .roleId(role.id())
                .arn(role.arn())
                .createDate(role.created())
                .assumeRolePolicyDocument(Document.encoded(role.trust()));
    }
}
