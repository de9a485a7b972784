package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupResponse;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupResponse;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupResponse;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.GetGroupResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsResponse;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupResponse;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupResponse;

/** Groups, and who is in them. */
final class Groups {
    static final int MAX_PER_ACCOUNT = 300;

    /** Groups that one user is in. */
    static final int MAX_PER_USER = 10;

    private final Store store;
    private final Ids ids;

    Groups(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateGroupResponse create(CreateGroupRequest request, Call call) {
        Group created = store.write(tx -> {
            checkFree(tx, call.account(), request.groupName());
            if (IdentityKind.GROUP.count(tx, call.account()) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for GroupsPerAccount: " + MAX_PER_ACCOUNT);
            }
            var group = new Group(call.account(), request.groupName(), Listing.prefix(request.path()),
                    UniqueId.random("AGPA", ids), call.time().truncatedTo(ChronoUnit.SECONDS), List.of(), Map.of());
            IdentityKind.GROUP.put(tx, group);
            return group;
        });
        return CreateGroupResponse.builder().group(shape(created)).build();
    }

    private static void checkFree(View view, String account, String name) {
        if (IdentityKind.GROUP.find(view, account, name).isPresent()) {
            throw new AwsError("EntityAlreadyExists", 409, "Group with name " + name + " already exists.");
        }
    }

    /** The group with its users, which are what the pages are of. */
    GetGroupResponse get(GetGroupRequest request, Call call) {
        View view = store.view();
        Group group = IdentityKind.GROUP.required(view, call.account(), request.groupName());
        Page<User> page =
                Listing.page(call, members(group, view), user -> User.key(user.name()), request.marker(), request.maxItems());
        return GetGroupResponse.builder()
                .group(shape(group))
                .users(page.items().stream().map(user -> Users.brief(user).build()).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private static List<User> members(Group group, View view) {
        return view.find(User.KIND, Scope.global(group.account()), "group", Group.key(group.name()));
    }

    ListGroupsResponse list(ListGroupsRequest request, Call call) {
        String prefix = Listing.prefix(request.pathPrefix());
        List<Group> groups = IdentityKind.GROUP.all(store.view(), call.account()).stream()
                .filter(group -> group.path().startsWith(prefix))
                .toList();
        Page<Group> page = Listing.page(call, groups, group -> Group.key(group.name()), request.marker(), request.maxItems());
        return ListGroupsResponse.builder()
                .groups(page.items().stream().map(Groups::shape).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** A group keeps its users under another name. */
    UpdateGroupResponse update(UpdateGroupRequest request, Call call) {
        store.write(tx -> {
            Group group = IdentityKind.GROUP.required(tx, call.account(), request.groupName());
            String name = request.newGroupName() == null ? group.name() : request.newGroupName();
            if (!Group.key(name).equals(Group.key(group.name()))) {
                checkFree(tx, call.account(), name);
                for (User member : members(group, tx)) {
                    var groups = new ArrayList<>(member.groups());
                    groups.replaceAll(key -> key.equals(Group.key(group.name())) ? Group.key(name) : key);
                    IdentityKind.USER.put(tx, member.withGroups(List.copyOf(groups)));
                }
                tx.delete(Group.KIND, Scope.global(call.account()), Group.key(group.name()));
            }
            IdentityKind.GROUP.put(tx, group.renamed(name, request.newPath() == null ? group.path() : request.newPath()));
            return group;
        });
        return UpdateGroupResponse.builder().build();
    }

    DeleteGroupResponse delete(DeleteGroupRequest request, Call call) {
        store.write(tx -> {
            Group group = IdentityKind.GROUP.required(tx, call.account(), request.groupName());
            if (!members(group, tx).isEmpty()) {
                throw new AwsError("DeleteConflict", 409, "Cannot delete entity, must remove users from group first.");
            }
            IdentityPolicies.requireNone(group);
            tx.delete(Group.KIND, Scope.global(call.account()), Group.key(group.name()));
            return group;
        });
        return DeleteGroupResponse.builder().build();
    }

    /** Adding who is in it does nothing. */
    AddUserToGroupResponse add(AddUserToGroupRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), request.userName());
            Group group = IdentityKind.GROUP.required(tx, call.account(), request.groupName());
            if (user.groups().contains(Group.key(group.name()))) {
                return user;
            }
            if (user.groups().size() >= MAX_PER_USER) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: " + MAX_PER_USER);
            }
            var groups = new ArrayList<>(user.groups());
            groups.add(Group.key(group.name()));
            IdentityKind.USER.put(tx, user.withGroups(List.copyOf(groups)));
            return user;
        });
        return AddUserToGroupResponse.builder().build();
    }

    /** Removing who is not in it does nothing. */
    RemoveUserFromGroupResponse remove(RemoveUserFromGroupRequest request, Call call) {
        store.write(tx -> {
            User user = IdentityKind.USER.required(tx, call.account(), request.userName());
            Group group = IdentityKind.GROUP.required(tx, call.account(), request.groupName());
            var groups = new ArrayList<>(user.groups());
            if (groups.remove(Group.key(group.name()))) {
                IdentityKind.USER.put(tx, user.withGroups(List.copyOf(groups)));
            }
            return user;
        });
        return RemoveUserFromGroupResponse.builder().build();
    }

    ListGroupsForUserResponse listForUser(ListGroupsForUserRequest request, Call call) {
        View view = store.view();
        User user = IdentityKind.USER.required(view, call.account(), request.userName());
        Page<Group> page =
                Listing.page(call, of(user, view), group -> Group.key(group.name()), request.marker(), request.maxItems());
        return ListGroupsForUserResponse.builder()
                .groups(page.items().stream().map(Groups::shape).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    /** The groups that a user is in. */
    static List<Group> of(User user, View view) {
        return user.groups().stream()
                .map(key -> view.get(Group.KIND, Scope.global(user.account()), key))
                .flatMap(Optional::stream)
                .toList();
    }

    private static software.amazon.awssdk.services.iam.model.Group shape(Group group) {
        return software.amazon.awssdk.services.iam.model.Group.builder()
                .path(group.path())
                .groupName(group.name())
                .groupId(group.id())
                .arn(group.arn())
                .createDate(group.created())
                .build();
    }
}
