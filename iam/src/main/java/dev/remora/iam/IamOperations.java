package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;

/** What Remora supports of IAM. Users, groups and instance profiles are not in it. */
final class IamOperations {
    static final ServiceInfo SERVICE =
            new ServiceInfo("iam", "iam", Protocol.AWS_QUERY, "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/", "");

    private final Roles roles;
    private final RolePolicies rolePolicies;
    private final Policies policies;
    private final PolicyVersions versions;
    private final AccountSettings account;
    private final Operations operations = new Operations(SERVICE);

    private IamOperations(Store store, Ids ids) {
        this.roles = new Roles(store, ids);
        this.rolePolicies = new RolePolicies(store);
        this.policies = new Policies(store, ids);
        this.versions = new PolicyVersions(store);
        this.account = new AccountSettings(store);
    }

    static Operations of(Store store, Ids ids) {
        var table = new IamOperations(store, ids);
        table.roles();
        table.rolePolicies();
        table.policies();
        table.policyVersions();
        table.account();
        return table.operations;
    }

    private void roles() {
        operations.on(CreateRoleRequest.class, roles::create)
                .enforced("Path", "RoleName", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Tags")
                .refused("PermissionsBoundary")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":role" + (i.path() == null ? "/" : i.path()) + i.roleName()))
                .context((i, c) -> Tags.requested(i.tags()));
        operations.on(GetRoleRequest.class, roles::get).enforced("RoleName")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(ListRolesRequest.class, roles::list).enforced("PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":role" + (i.pathPrefix() == null ? "/" : i.pathPrefix())));
        operations.on(UpdateRoleRequest.class, roles::update).enforced("RoleName", "Description", "MaxSessionDuration")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(UpdateRoleDescriptionRequest.class, roles::updateDescription).enforced("RoleName", "Description")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(UpdateAssumeRolePolicyRequest.class, roles::updateTrust).enforced("RoleName", "PolicyDocument")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(DeleteRoleRequest.class, roles::delete).enforced("RoleName")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(TagRoleRequest.class, roles::tag).enforced("RoleName", "Tags")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> joined(roles.tagKeys(i.roleName(), c), Tags.requested(i.tags())));
        operations.on(UntagRoleRequest.class, roles::untag).enforced("RoleName", "TagKeys")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> joined(roles.tagKeys(i.roleName(), c), Map.of("aws:TagKeys", i.tagKeys())));
        operations.on(ListRoleTagsRequest.class, roles::listTags).enforced("RoleName", "Marker", "MaxItems")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
    }

    private void rolePolicies() {
        operations.on(AttachRolePolicyRequest.class, rolePolicies::attach).enforced("RoleName", "PolicyArn")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> attaching(i.roleName(), i.policyArn(), c));
        operations.on(DetachRolePolicyRequest.class, rolePolicies::detach).enforced("RoleName", "PolicyArn")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> attaching(i.roleName(), i.policyArn(), c));
        operations.on(ListAttachedRolePoliciesRequest.class, rolePolicies::listAttached)
                .enforced("RoleName", "PathPrefix", "Marker", "MaxItems")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(PutRolePolicyRequest.class, rolePolicies::put).enforced("RoleName", "PolicyName", "PolicyDocument")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(GetRolePolicyRequest.class, rolePolicies::get).enforced("RoleName", "PolicyName")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(ListRolePoliciesRequest.class, rolePolicies::list).enforced("RoleName", "Marker", "MaxItems")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
        operations.on(DeleteRolePolicyRequest.class, rolePolicies::delete).enforced("RoleName", "PolicyName")
                .resources((i, c) -> roles.arn(i.roleName(), c))
                .context((i, c) -> roles.tagKeys(i.roleName(), c));
    }

    private void policies() {
        operations.on(CreatePolicyRequest.class, policies::create)
                .enforced("PolicyName", "Path", "PolicyDocument", "Description", "Tags")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":policy" + (i.path() == null ? "/" : i.path()) + i.policyName()))
                .context((i, c) -> Tags.requested(i.tags()));
        operations.on(GetPolicyRequest.class, policies::get).enforced("PolicyArn")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        // AWS's own name for what ListPolicies touches; only a Resource of * covers it.
        operations.on(ListPoliciesRequest.class, policies::list)
                .enforced("Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems")
                .resources((i, c) -> List.of("policy path " + (i.pathPrefix() == null ? "/" : i.pathPrefix())));
        operations.on(DeletePolicyRequest.class, policies::delete).enforced("PolicyArn")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(ListEntitiesForPolicyRequest.class, policies::listEntities)
                .enforced("PolicyArn", "EntityFilter", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(TagPolicyRequest.class, policies::tag).enforced("PolicyArn", "Tags")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> joined(policies.tagKeys(i.policyArn(), c), Tags.requested(i.tags())));
        operations.on(UntagPolicyRequest.class, policies::untag).enforced("PolicyArn", "TagKeys")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> joined(policies.tagKeys(i.policyArn(), c), Map.of("aws:TagKeys", i.tagKeys())));
        operations.on(ListPolicyTagsRequest.class, policies::listTags).enforced("PolicyArn", "Marker", "MaxItems")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
    }

    private void policyVersions() {
        operations.on(CreatePolicyVersionRequest.class, versions::create).enforced("PolicyArn", "PolicyDocument", "SetAsDefault")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(GetPolicyVersionRequest.class, versions::get).enforced("PolicyArn", "VersionId")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(ListPolicyVersionsRequest.class, versions::list).enforced("PolicyArn", "Marker", "MaxItems")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(SetDefaultPolicyVersionRequest.class, versions::setDefault).enforced("PolicyArn", "VersionId")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
        operations.on(DeletePolicyVersionRequest.class, versions::delete).enforced("PolicyArn", "VersionId")
                .resources((i, c) -> List.of(i.policyArn()))
                .context((i, c) -> policies.tagKeys(i.policyArn(), c));
    }

    private void account() {
        operations.on(GetAccountSummaryRequest.class, account::summary);
        operations.on(ListAccountAliasesRequest.class, account::aliases).enforced("Marker", "MaxItems");
    }

    private Map<String, List<String>> attaching(String roleName, String policyArn, Call call) {
        return joined(roles.tagKeys(roleName, call), Map.of("iam:PolicyARN", List.of(policyArn)));
    }

    private static Map<String, List<String>> joined(Map<String, List<String>> some, Map<String, List<String>> more) {
        var keys = new HashMap<>(some);
        keys.putAll(more);
        return keys;
    }
}
