package dev.remora.organizations;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.organizations.model.AcceptHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.AttachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.CancelHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.CreateAccountRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.CreatePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DeclineHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.DeletePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DescribeAccountRequest;
import software.amazon.awssdk.services.organizations.model.DescribeCreateAccountStatusRequest;
import software.amazon.awssdk.services.organizations.model.DescribeHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.DescribePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DetachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.DisablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.EnablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.InviteAccountToOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.LeaveOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsForParentRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsRequest;
import software.amazon.awssdk.services.organizations.model.ListChildrenRequest;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForAccountRequest;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.ListOrganizationalUnitsForParentRequest;
import software.amazon.awssdk.services.organizations.model.ListParentsRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesForTargetRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesRequest;
import software.amazon.awssdk.services.organizations.model.ListRootsRequest;
import software.amazon.awssdk.services.organizations.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.organizations.model.ListTargetsForPolicyRequest;
import software.amazon.awssdk.services.organizations.model.MoveAccountRequest;
import software.amazon.awssdk.services.organizations.model.RemoveAccountFromOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.TagResourceRequest;
import software.amazon.awssdk.services.organizations.model.UntagResourceRequest;
import software.amazon.awssdk.services.organizations.model.UpdateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.UpdatePolicyRequest;

/** What Remora supports of Organizations. */
final class OrganizationsOperations {
    static final ServiceInfo SERVICE = new ServiceInfo(
            "organizations", "organizations", Protocol.AWS_JSON_1_1, "2016-11-28", "", "AWSOrganizationsV20161128");

    private final Organizations organizations;
    private final Units units;
    private final Accounts accounts;
    private final Invitations invitations;
    private final Policies policies;
    private final Tagging tagging;
    private final Arns arns;
    private final Operations operations = new Operations(SERVICE);

    private OrganizationsOperations(Store store, Ids ids, AccountRoles roles) {
        this.organizations = new Organizations(store, ids);
        this.units = new Units(store, ids);
        this.accounts = new Accounts(store, ids, roles);
        this.invitations = new Invitations(store, ids);
        this.policies = new Policies(store, ids);
        this.tagging = new Tagging(store);
        this.arns = new Arns(store);
    }

    static Operations of(Store store, Ids ids, AccountRoles roles) {
        var table = new OrganizationsOperations(store, ids, roles);
        table.organizations();
        table.units();
        table.accounts();
        table.invitations();
        table.policies();
        table.tags();
        return table.operations;
    }

    private void organizations() {
        operations.on(CreateOrganizationRequest.class, organizations::create).enforced("FeatureSet").anyResource();
        operations.on(DescribeOrganizationRequest.class, organizations::describe).anyResource();
        operations.on(DeleteOrganizationRequest.class, organizations::delete).anyResource();
        operations.on(ListRootsRequest.class, organizations::listRoots).enforced("NextToken", "MaxResults").anyResource();
        operations.on(EnablePolicyTypeRequest.class, organizations::enable).enforced("RootId", "PolicyType")
                .resources((i, c) -> arns.of(c, i.rootId()))
                .context((i, c) -> type(i.policyTypeAsString()));
        operations.on(DisablePolicyTypeRequest.class, organizations::disable).enforced("RootId", "PolicyType")
                .resources((i, c) -> arns.of(c, i.rootId()))
                .context((i, c) -> type(i.policyTypeAsString()));
    }

    private void units() {
        operations.on(CreateOrganizationalUnitRequest.class, units::create).enforced("ParentId", "Name", "Tags")
                .resources((i, c) -> arns.of(c, i.parentId()))
                .context((i, c) -> Tags.requested(i.tags()).map());
        operations.on(DescribeOrganizationalUnitRequest.class, units::describe).enforced("OrganizationalUnitId")
                .resources((i, c) -> arns.of(c, i.organizationalUnitId()));
        operations.on(UpdateOrganizationalUnitRequest.class, units::update).enforced("OrganizationalUnitId", "Name")
                .resources((i, c) -> arns.of(c, i.organizationalUnitId()));
        operations.on(DeleteOrganizationalUnitRequest.class, units::delete).enforced("OrganizationalUnitId")
                .resources((i, c) -> arns.of(c, i.organizationalUnitId()));
        operations.on(ListOrganizationalUnitsForParentRequest.class, units::list)
                .enforced("ParentId", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.parentId()));
        operations.on(ListChildrenRequest.class, units::listChildren)
                .enforced("ParentId", "ChildType", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.parentId()));
        operations.on(ListParentsRequest.class, units::listParents).enforced("ChildId", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.childId()));
    }

    private void accounts() {
        operations.on(CreateAccountRequest.class, accounts::create)
                .enforced("Email", "AccountName", "RoleName", "Tags")
                .refused("IamUserAccessToBilling")
                .anyResource()
                .context((i, c) -> Tags.requested(i.tags()).map());
        operations.on(DescribeCreateAccountStatusRequest.class, accounts::status)
                .enforced("CreateAccountRequestId").anyResource();
        operations.on(DescribeAccountRequest.class, accounts::describe).enforced("AccountId")
                .resources((i, c) -> arns.of(c, i.accountId()));
        operations.on(ListAccountsRequest.class, accounts::list).enforced("NextToken", "MaxResults").anyResource();
        operations.on(ListAccountsForParentRequest.class, accounts::listBelow)
                .enforced("ParentId", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.parentId()));
        operations.on(MoveAccountRequest.class, accounts::move)
                .enforced("AccountId", "SourceParentId", "DestinationParentId")
                .resources((i, c) -> arns.of(c, i.accountId(), i.sourceParentId(), i.destinationParentId()));
        operations.on(RemoveAccountFromOrganizationRequest.class, accounts::remove).enforced("AccountId")
                .resources((i, c) -> arns.of(c, i.accountId()));
        operations.on(LeaveOrganizationRequest.class, accounts::leave).anyResource();
    }

    private void invitations() {
        operations.on(InviteAccountToOrganizationRequest.class, invitations::invite).enforced("Target", "Notes", "Tags")
                .resources((i, c) -> arns.of(c, i.target().id()))
                .context((i, c) -> Tags.requested(i.tags()).map());
        operations.on(AcceptHandshakeRequest.class, invitations::accept).enforced("HandshakeId")
                .resources((i, c) -> arns.of(c, i.handshakeId()));
        operations.on(DeclineHandshakeRequest.class, invitations::decline).enforced("HandshakeId")
                .resources((i, c) -> arns.of(c, i.handshakeId()));
        operations.on(CancelHandshakeRequest.class, invitations::cancel).enforced("HandshakeId")
                .resources((i, c) -> arns.of(c, i.handshakeId()));
        operations.on(DescribeHandshakeRequest.class, invitations::describe).enforced("HandshakeId")
                .resources((i, c) -> arns.of(c, i.handshakeId()));
        operations.on(ListHandshakesForAccountRequest.class, invitations::listForAccount)
                .enforced("Filter", "NextToken", "MaxResults").anyResource();
        operations.on(ListHandshakesForOrganizationRequest.class, invitations::listForOrganization)
                .enforced("Filter", "NextToken", "MaxResults").anyResource();
    }

    private void policies() {
        operations.on(CreatePolicyRequest.class, policies::create)
                .enforced("Content", "Description", "Name", "Type", "Tags").anyResource()
                .context((i, c) -> Tags.requested(i.tags()).and(type(i.typeAsString())).map());
        operations.on(UpdatePolicyRequest.class, policies::update).enforced("PolicyId", "Name", "Description", "Content")
                .resources((i, c) -> arns.of(c, i.policyId()))
                .context((i, c) -> arns.type(c, i.policyId()));
        operations.on(DeletePolicyRequest.class, policies::delete).enforced("PolicyId")
                .resources((i, c) -> arns.of(c, i.policyId()))
                .context((i, c) -> arns.type(c, i.policyId()));
        operations.on(DescribePolicyRequest.class, policies::describe).enforced("PolicyId")
                .resources((i, c) -> arns.of(c, i.policyId()))
                .context((i, c) -> arns.type(c, i.policyId()));
        operations.on(ListPoliciesRequest.class, policies::list).enforced("Filter", "NextToken", "MaxResults").anyResource()
                .context((i, c) -> type(i.filterAsString()));
        operations.on(AttachPolicyRequest.class, policies::attach).enforced("PolicyId", "TargetId")
                .resources((i, c) -> arns.of(c, i.policyId(), i.targetId()))
                .context((i, c) -> arns.type(c, i.policyId()));
        operations.on(DetachPolicyRequest.class, policies::detach).enforced("PolicyId", "TargetId")
                .resources((i, c) -> arns.of(c, i.policyId(), i.targetId()))
                .context((i, c) -> arns.type(c, i.policyId()));
        operations.on(ListPoliciesForTargetRequest.class, policies::listForTarget)
                .enforced("TargetId", "Filter", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.targetId()))
                .context((i, c) -> type(i.filterAsString()));
        operations.on(ListTargetsForPolicyRequest.class, policies::listTargets)
                .enforced("PolicyId", "NextToken", "MaxResults")
                .resources((i, c) -> arns.of(c, i.policyId()))
                .context((i, c) -> arns.type(c, i.policyId()));
    }

    private void tags() {
        operations.on(TagResourceRequest.class, tagging::tag).enforced("ResourceId", "Tags")
                .resources((i, c) -> arns.of(c, i.resourceId()))
                .context((i, c) -> Tags.requested(i.tags()).map());
        operations.on(UntagResourceRequest.class, tagging::untag).enforced("ResourceId", "TagKeys")
                .resources((i, c) -> arns.of(c, i.resourceId()))
                .context((i, c) -> ConditionKeys.untagging(i.tagKeys()).map());
        operations.on(ListTagsForResourceRequest.class, tagging::list).enforced("ResourceId", "NextToken")
                .resources((i, c) -> arns.of(c, i.resourceId()));
    }

    private static Map<String, List<String>> type(String policyType) {
        return new ConditionKeys().with("organizations:PolicyType", policyType).map();
    }

    /** What a call touches, by the ids that it names. */
    private record Arns(Store store) {
        List<String> of(Call call, String... ids) {
            return List.of(ids).stream().map(id -> arn(call, Optional.ofNullable(id).orElse("*"))).toList();
        }

        /** Of which type a policy is. */
        Map<String, List<String>> type(Call call, String policy) {
            View view = store.view();
            return Tree.of(call.account(), view)
                    .flatMap(organization -> Policies.find(organization, policy, view))
                    .map(found -> OrganizationsOperations.type(found.type().name()))
                    .orElse(Map.of());
        }

        private String arn(Call call, String id) {
            Optional<Organization> organization = Tree.of(call.account(), store.view());
            if (id.startsWith("h-")) {
                return store.view().get(Invitation.KIND, Organization.EVERYWHERE, id)
                        .flatMap(i -> store.view().get(Organization.KIND, Organization.EVERYWHERE, i.organization()))
                        .map(o -> o.arn("handshake", "invite/" + id))
                        .orElse("arn:aws:organizations::" + call.account() + ":handshake/*");
            }
            if (organization.isEmpty()) {
                return "arn:aws:organizations::" + call.account() + ":*";
            }
            Organization mine = organization.get();
            return Tree.place(mine, id, store.view())
                    .map(place -> Tree.arn(mine, place))
                    .orElseGet(() -> id.startsWith("p-")
                            ? Policies.find(mine, id, store.view())
                                    .map(policy -> Policies.arn(mine, policy))
                                    .orElse(mine.arn("policy", "service_control_policy/" + id))
                            : mine.arn(id.startsWith("ou-") ? "ou" : id.startsWith("r-") ? "root" : "account", id));
        }
    }
}
