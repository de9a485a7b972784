package dev.remora.iam;

import static dev.remora.iam.Identities.joined;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;

/** What becomes of the parameters of operations on roles and instance profiles, and what they need permissions for. */
final class RoleOperations {
    private final Operations operations;
    private final Identities<Role> access;

    private RoleOperations(Operations operations, Store store) {
        this.operations = operations;
        this.access = new Identities<>(store, IdentityKind.ROLE);
    }

    static void add(Operations operations, Store store, Ids ids, LastUse lastUse) {
        var table = new RoleOperations(operations, store);
        table.roles(new Roles(store, ids, lastUse));
        table.policies(new RolePolicies(store));
        table.instanceProfiles(new InstanceProfiles(store, ids));
        table.serviceLinked(new ServiceLinkedRoles(store, ids, lastUse));
    }

    private void roles(Roles roles) {
        operations.on(CreateRoleRequest.class, roles::create)
                .enforced("Path", "RoleName", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration",
                        "PermissionsBoundary", "Tags")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":role" + Listing.prefix(i.path()) + i.roleName()))
                .context((i, c) -> joined(Tags.requested(i.tags()), Boundaries.requested(i.permissionsBoundary())));
        access.on(operations.on(GetRoleRequest.class, roles::get), GetRoleRequest::roleName).enforced("RoleName");
        operations.on(ListRolesRequest.class, roles::list).enforced("PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> List.of("arn:aws:iam::" + c.account() + ":role" + Listing.prefix(i.pathPrefix())));
        access.on(operations.on(UpdateRoleRequest.class, roles::update), UpdateRoleRequest::roleName)
                .enforced("RoleName", "Description", "MaxSessionDuration");
        access.on(operations.on(UpdateRoleDescriptionRequest.class, roles::updateDescription),
                        UpdateRoleDescriptionRequest::roleName)
                .enforced("RoleName", "Description");
        access.on(operations.on(UpdateAssumeRolePolicyRequest.class, roles::updateTrust),
                        UpdateAssumeRolePolicyRequest::roleName)
                .enforced("RoleName", "PolicyDocument");
        access.on(operations.on(DeleteRoleRequest.class, roles::delete), DeleteRoleRequest::roleName).enforced("RoleName");
        access.on(operations.on(TagRoleRequest.class, roles::tag), TagRoleRequest::roleName).enforced("RoleName", "Tags")
                .context((i, c) -> joined(access.keys(i.roleName(), c), Tags.requested(i.tags())));
        access.on(operations.on(UntagRoleRequest.class, roles::untag), UntagRoleRequest::roleName)
                .enforced("RoleName", "TagKeys")
                .context((i, c) -> joined(access.keys(i.roleName(), c), Map.of("aws:TagKeys", i.tagKeys())));
        access.on(operations.on(ListRoleTagsRequest.class, roles::listTags), ListRoleTagsRequest::roleName)
                .enforced("RoleName", "Marker", "MaxItems");
        access.on(operations.on(PutRolePermissionsBoundaryRequest.class, roles::putBoundary),
                        PutRolePermissionsBoundaryRequest::roleName)
                .enforced("RoleName", "PermissionsBoundary")
                .context((i, c) -> joined(access.keys(i.roleName(), c), Boundaries.requested(i.permissionsBoundary())));
        access.bounded(operations.on(DeleteRolePermissionsBoundaryRequest.class, roles::deleteBoundary),
                        DeleteRolePermissionsBoundaryRequest::roleName)
                .enforced("RoleName");
    }

    private void policies(RolePolicies policies) {
        access.attaching(operations.on(AttachRolePolicyRequest.class, policies::attach), AttachRolePolicyRequest::roleName,
                        AttachRolePolicyRequest::policyArn)
                .enforced("RoleName", "PolicyArn");
        access.attaching(operations.on(DetachRolePolicyRequest.class, policies::detach), DetachRolePolicyRequest::roleName,
                        DetachRolePolicyRequest::policyArn)
                .enforced("RoleName", "PolicyArn");
        access.on(operations.on(ListAttachedRolePoliciesRequest.class, policies::listAttached),
                        ListAttachedRolePoliciesRequest::roleName)
                .enforced("RoleName", "PathPrefix", "Marker", "MaxItems");
        access.bounded(operations.on(PutRolePolicyRequest.class, policies::put), PutRolePolicyRequest::roleName)
                .enforced("RoleName", "PolicyName", "PolicyDocument");
        access.on(operations.on(GetRolePolicyRequest.class, policies::get), GetRolePolicyRequest::roleName)
                .enforced("RoleName", "PolicyName");
        access.on(operations.on(ListRolePoliciesRequest.class, policies::list), ListRolePoliciesRequest::roleName)
                .enforced("RoleName", "Marker", "MaxItems");
        access.bounded(operations.on(DeleteRolePolicyRequest.class, policies::delete), DeleteRolePolicyRequest::roleName)
                .enforced("RoleName", "PolicyName");
    }

    private void instanceProfiles(InstanceProfiles profiles) {
        operations.on(CreateInstanceProfileRequest.class, profiles::create).enforced("InstanceProfileName", "Path", "Tags")
                .resources((i, c) -> List.of("arn:aws:iam::" + c.account() + ":instance-profile" + Listing.prefix(i.path())
                        + i.instanceProfileName()))
                .context((i, c) -> Tags.requested(i.tags()));
        operations.on(GetInstanceProfileRequest.class, profiles::get).enforced("InstanceProfileName")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> profiles.keys(i.instanceProfileName(), c));
        operations.on(ListInstanceProfilesRequest.class, profiles::list).enforced("PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":instance-profile" + Listing.prefix(i.pathPrefix())));
        access.on(operations.on(ListInstanceProfilesForRoleRequest.class, profiles::listForRole),
                        ListInstanceProfilesForRoleRequest::roleName)
                .enforced("RoleName", "Marker", "MaxItems");
        operations.on(DeleteInstanceProfileRequest.class, profiles::delete).enforced("InstanceProfileName")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> profiles.keys(i.instanceProfileName(), c));
        // Whoever gives a role to instances passes it to them.
        operations.on(AddRoleToInstanceProfileRequest.class, profiles::add).enforced("InstanceProfileName", "RoleName")
                .permissions((i, c) -> List.of(
                        new Permission("iam:AddRoleToInstanceProfile", profiles.arn(i.instanceProfileName(), c),
                                profiles.keys(i.instanceProfileName(), c)),
                        new Permission("iam:PassRole", access.arn(i.roleName(), c), joined(access.keys(i.roleName(), c),
                                Map.of("iam:PassedToService", List.of("ec2.amazonaws.com"))))));
        operations.on(RemoveRoleFromInstanceProfileRequest.class, profiles::remove).enforced("InstanceProfileName", "RoleName")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> profiles.keys(i.instanceProfileName(), c));
        operations.on(TagInstanceProfileRequest.class, profiles::tag).enforced("InstanceProfileName", "Tags")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> joined(profiles.keys(i.instanceProfileName(), c), Tags.requested(i.tags())));
        operations.on(UntagInstanceProfileRequest.class, profiles::untag).enforced("InstanceProfileName", "TagKeys")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> joined(profiles.keys(i.instanceProfileName(), c), Map.of("aws:TagKeys", i.tagKeys())));
        operations.on(ListInstanceProfileTagsRequest.class, profiles::listTags)
                .enforced("InstanceProfileName", "Marker", "MaxItems")
                .resources((i, c) -> List.of(profiles.arn(i.instanceProfileName(), c)))
                .context((i, c) -> profiles.keys(i.instanceProfileName(), c));
    }

    private void serviceLinked(ServiceLinkedRoles roles) {
        operations.on(CreateServiceLinkedRoleRequest.class, roles::create)
                .enforced("AWSServiceName", "Description", "CustomSuffix")
                .resources((i, c) -> List.of(ServiceLinkedRoles.arn(i.awsServiceName(), c)))
                .context((i, c) -> Map.of("iam:AWSServiceName", List.of(i.awsServiceName())));
        access.on(operations.on(DeleteServiceLinkedRoleRequest.class, roles::delete), DeleteServiceLinkedRoleRequest::roleName)
                .enforced("RoleName");
        operations.on(GetServiceLinkedRoleDeletionStatusRequest.class, roles::deletionStatus).enforced("DeletionTaskId")
                .resources((i, c) -> List.of(ServiceLinkedRoles.arnOfTask(i.deletionTaskId(), c)));
    }
}
