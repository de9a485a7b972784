package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsResponse;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.TagUserResponse;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagUserResponse;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserResponse;

/** Users and their boundaries. */
final class Users {
    static final int MAX_PER_ACCOUNT = 5000;

    /** Of the root user, which GetUser must name a date of: no account here knows when it was made. */
    private static final Instant ROOT_CREATED = Instant.parse("2014-11-13T00:00:00Z");

    private final Store store;
    private final Ids ids;

    Users(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateUserResponse create(CreateUserRequest request, Call call) {
        User created = store.write(tx -> {
            checkFree(tx, call.account(), request.userName());
            if (IdentityKind.USER.count(tx, call.account()) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for UsersPerAccount: " + MAX_PER_ACCOUNT);
            }
            String boundary = request.permissionsBoundary() == null ? ""
                    : Boundaries.checked(request.permissionsBoundary(), tx, call.account());
            var user = new User(call.account(), request.userName(), Listing.prefix(request.path()),
                    UniqueId.random("AIDA", ids), call.time().truncatedTo(ChronoUnit.SECONDS), boundary,
                    Tags.OF_IDENTITIES.with(Map.of(), request.tags()), List.of(), List.of(), Map.of());
            IdentityKind.USER.put(tx, user);
            return user;
        });
        return CreateUserResponse.builder().user(full(created)).build();
    }

    private static void checkFree(View view, String account, String name) {
        if (IdentityKind.USER.find(view, account, name).isPresent()) {
            throw new AwsError("EntityAlreadyExists", 409, "User with name " + name + " already exists.");
        }
    }

    /** Without a name, the caller. */
    GetUserResponse get(GetUserRequest request, Call call) {
        View view = store.view();
        if (request.userName() == null && call.principal() instanceof Principal.Root root) {
            return GetUserResponse.builder().user(root(root, view)).build();
        }
        String name = named(request.userName(), call);
        return GetUserResponse.builder().user(full(IdentityKind.USER.required(view, call.account(), name))).build();
    }

    static software.amazon.awssdk.services.iam.model.User root(Principal.Root root, View view) {
        return software.amazon.awssdk.services.iam.model.User.builder()
                .userName(AccountAlias.of(root.account(), view).map(AccountAlias::alias).orElse(null))
                .userId(root.account())
                .arn(root.arn())
                .createDate(ROOT_CREATED)
                .build();
    }

    /**
     * The user that a request is about: the caller, where it names none.
     *
     * @throws AwsError ValidationError where the caller is no user
     */
    static String named(@Nullable String name, Call call) {
        if (name != null) {
            return name;
        }
        if (call.principal() instanceof Principal.User user) {
            return user.name();
        }
        throw new AwsError("ValidationError", 400, "Must specify userName when calling with non-User credentials");
    }

    ListUsersResponse list(ListUsersRequest request, Call call) {
        String prefix = Listing.prefix(request.pathPrefix());
        List<User> users = IdentityKind.USER.all(store.view(), call.account()).stream()
                .filter(user -> user.path().startsWith(prefix))
                .toList();
        Page<User> page = Listing.page(call, users, user -> User.key(user.name()), request.marker(), request.maxItems());
        return ListUsersResponse.builder()
                .users(page.items().stream().map(user -> brief(user).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** A user keeps its id, its keys and its groups under another name, and who trusts it trusts it further. */
    UpdateUserResponse update(UpdateUserRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), request.userName());
            String name = request.newUserName() == null ? user.name() : request.newUserName();
            User renamed = user.renamed(name, request.newPath() == null ? user.path() : request.newPath());
            if (!User.key(name).equals(User.key(user.name()))) {
                checkFree(tx, call.account(), name);
                tx.delete(User.KIND, Scope.global(call.account()), User.key(user.name()));
                LongTermKeys.rename(tx, user, name);
                LoginProfiles.rename(tx, user, name);
            }
            IdentityKind.USER.put(tx, renamed);
            if (!renamed.arn().equals(user.arn())) {
                TrustedPrincipals.replace(tx, user.arn(), renamed.arn());
            }
            return renamed;
        });
        return UpdateUserResponse.builder().build();
    }

    DeleteUserResponse delete(DeleteUserRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), request.userName());
            checkUnused(user, tx);
            tx.delete(User.KIND, Scope.global(call.account()), User.key(user.name()));
            TrustedPrincipals.replace(tx, user.arn(), user.id());
            return user;
        });
        return DeleteUserResponse.builder().build();
    }

    private static void checkUnused(User user, Transaction tx) {
        IdentityPolicies.requireNone(user);
        if (!user.groups().isEmpty()) {
            throw conflict("must remove users from group first.");
        }
        if (LoginProfiles.find(user, tx).isPresent()) {
            throw conflict("must delete login profile first.");
        }
        if (tx.any(AccessKey.KIND, Scope.global(user.account()), "user", User.key(user.name()))) {
            throw conflict("must delete access keys first.");
        }
        if (MfaDevice.any(user.account(), user.id(), tx)) {
            throw conflict("must delete MFA device first.");
        }
    }

    private static AwsError conflict(String what) {
        return new AwsError("DeleteConflict", 409, "Cannot delete entity, " + what);
    }

    PutUserPermissionsBoundaryResponse putBoundary(PutUserPermissionsBoundaryRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), request.userName());
            IdentityKind.USER.put(tx, user.withBoundary(Boundaries.checked(request.permissionsBoundary(), tx, call.account())));
            return user;
        });
        return PutUserPermissionsBoundaryResponse.builder().build();
    }

    DeleteUserPermissionsBoundaryResponse deleteBoundary(DeleteUserPermissionsBoundaryRequest request, Call call) {
        change(call, request.userName(), user -> user.withBoundary(""));
        return DeleteUserPermissionsBoundaryResponse.builder().build();
    }

    TagUserResponse tag(TagUserRequest request, Call call) {
        change(call, request.userName(), user -> user.withTags(Tags.OF_IDENTITIES.with(user.tags(), request.tags())));
        return TagUserResponse.builder().build();
    }

    UntagUserResponse untag(UntagUserRequest request, Call call) {
        change(call, request.userName(), user -> user.withTags(Tags.OF_IDENTITIES.without(user.tags(), request.tagKeys())));
        return UntagUserResponse.builder().build();
    }

    ListUserTagsResponse listTags(ListUserTagsRequest request, Call call) {
        User user = IdentityKind.USER.required(store.view(), call.account(), request.userName());
        Page<Tag> page = Listing.page(call, Tags.list(user.tags()), Tag::key, request.marker(), request.maxItems());
        return ListUserTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private void change(Call call, String name, UnaryOperator<User> edit) {
        store.write(tx -> {
            User changed = edit.apply(IdentityKind.USER.required(tx, call.account(), name));
            IdentityKind.USER.put(tx, changed);
            return changed;
        });
    }

    /** The user of an ARN, path and all. */
    static Optional<User> find(String arn, View view) {
        String[] parts = arn.split(":", 6);
        if (parts.length != 6 || !parts[5].startsWith("user/")) {
            return Optional.empty();
        }
        String name = parts[5].substring(parts[5].lastIndexOf('/') + 1);
        return IdentityKind.USER.find(view, parts[4], name).filter(user -> user.arn().equals(arn));
    }

    private static software.amazon.awssdk.services.iam.model.User full(User user) {
        return brief(user)
                .permissionsBoundary(Boundaries.shape(user))
                .tags(user.tags().isEmpty() ? null : Tags.list(user.tags()))
                .build();
    }

    /** What lists show: without tags and boundary. */
    static software.amazon.awssdk.services.iam.model.User.Builder brief(User user) {
        return software.amazon.awssdk.services.iam.model.User.builder()
                .path(user.path())
                .userName(user.name())
                .userId(user.id())
                .arn(user.arn())
                .createDate(user.created());
    }
}
