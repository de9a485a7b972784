package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import java.util.List;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;

/** What becomes of the parameters of operations on groups, and what they need permissions for. */
final class GroupOperations {
    private final Operations operations;
    private final Identities<Group> access;

    private GroupOperations(Operations operations, Store store) {
        this.operations = operations;
        this.access = new Identities<>(store, IdentityKind.GROUP);
    }

    static void add(Operations operations, Store store, Ids ids) {
        var table = new GroupOperations(operations, store);
        table.groups(new Groups(store, ids), new Identities<>(store, IdentityKind.USER));
        table.policies(new GroupPolicies(store));
    }

    private void groups(Groups groups, Identities<User> users) {
        operations.on(CreateGroupRequest.class, groups::create).enforced("Path", "GroupName")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":group" + Listing.prefix(i.path()) + i.groupName()));
        access.on(operations.on(GetGroupRequest.class, groups::get), GetGroupRequest::groupName)
                .enforced("GroupName", "Marker", "MaxItems");
        operations.on(ListGroupsRequest.class, groups::list).enforced("PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> List.of("arn:aws:iam::" + c.account() + ":group" + Listing.prefix(i.pathPrefix())));
        // Who renames a group must be allowed to at both of its names.
        operations.on(UpdateGroupRequest.class, groups::update).enforced("GroupName", "NewPath", "NewGroupName")
                .resources((i, c) -> renaming(i, c));
        access.on(operations.on(DeleteGroupRequest.class, groups::delete), DeleteGroupRequest::groupName).enforced("GroupName");
        access.on(operations.on(AddUserToGroupRequest.class, groups::add), AddUserToGroupRequest::groupName)
                .enforced("GroupName", "UserName");
        access.on(operations.on(RemoveUserFromGroupRequest.class, groups::remove), RemoveUserFromGroupRequest::groupName)
                .enforced("GroupName", "UserName");
        users.on(operations.on(ListGroupsForUserRequest.class, groups::listForUser), ListGroupsForUserRequest::userName)
                .enforced("UserName", "Marker", "MaxItems");
    }

    private List<String> renaming(UpdateGroupRequest request, Call call) {
        String arn = access.arn(request.groupName(), call);
        String name = request.newGroupName() == null ? request.groupName() : request.newGroupName();
        String place = request.newPath() == null ? arn.substring(0, arn.lastIndexOf('/') + 1)
                : "arn:aws:iam::" + call.account() + ":group" + request.newPath();
        return (place + name).equals(arn) ? List.of(arn) : List.of(arn, place + name);
    }

    private void policies(GroupPolicies policies) {
        access.attaching(operations.on(AttachGroupPolicyRequest.class, policies::attach), AttachGroupPolicyRequest::groupName,
                        AttachGroupPolicyRequest::policyArn)
                .enforced("GroupName", "PolicyArn");
        access.attaching(operations.on(DetachGroupPolicyRequest.class, policies::detach), DetachGroupPolicyRequest::groupName,
                        DetachGroupPolicyRequest::policyArn)
                .enforced("GroupName", "PolicyArn");
        access.on(operations.on(ListAttachedGroupPoliciesRequest.class, policies::listAttached),
                        ListAttachedGroupPoliciesRequest::groupName)
                .enforced("GroupName", "PathPrefix", "Marker", "MaxItems");
        access.on(operations.on(PutGroupPolicyRequest.class, policies::put), PutGroupPolicyRequest::groupName)
                .enforced("GroupName", "PolicyName", "PolicyDocument");
        access.on(operations.on(GetGroupPolicyRequest.class, policies::get), GetGroupPolicyRequest::groupName)
                .enforced("GroupName", "PolicyName");
        access.on(operations.on(ListGroupPoliciesRequest.class, policies::list), ListGroupPoliciesRequest::groupName)
                .enforced("GroupName", "Marker", "MaxItems");
        access.on(operations.on(DeleteGroupPolicyRequest.class, policies::delete), DeleteGroupPolicyRequest::groupName)
                .enforced("GroupName", "PolicyName");
    }
}
