package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.organizations.Place.Type;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.DisablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.DisablePolicyTypeResponse;
import software.amazon.awssdk.services.organizations.model.EnablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.EnablePolicyTypeResponse;
import software.amazon.awssdk.services.organizations.model.ListRootsRequest;
import software.amazon.awssdk.services.organizations.model.ListRootsResponse;
import software.amazon.awssdk.services.organizations.model.OrganizationFeatureSet;
import software.amazon.awssdk.services.organizations.model.PolicyType;
import software.amazon.awssdk.services.organizations.model.PolicyTypeSummary;
import software.amazon.awssdk.services.organizations.model.Root;

/** Organizations themselves, and their roots. */
final class Organizations {
    private final Store store;
    private final Ids ids;

    Organizations(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateOrganizationResponse create(CreateOrganizationRequest request, Call call) {
        boolean all = request.featureSet() != OrganizationFeatureSet.CONSOLIDATED_BILLING;
        Organization created = store.write(tx -> {
            if (Tree.of(call.account(), tx).isPresent()) {
                throw Errors.of("AlreadyInOrganizationException",
                        "The provided account is already a member of an organization.");
            }
            var organization = new Organization("o-" + ids.hex(10), call.account(), all, "r-" + ids.hex(4), Set.of());
            tx.put(Organization.KIND, EVERYWHERE, organization.id(), organization);
            String root = organization.rootId();
            tx.put(Place.KIND, EVERYWHERE, root, Place.made(organization, Type.ROOT, root, "", "Root", call.time()));
            tx.put(Place.KIND, EVERYWHERE, call.account(), Place.account(
                    organization, call.account(), "master", email(call.account()), true, call.time()));
            return organization;
        });
        return CreateOrganizationResponse.builder().organization(shape(created)).build();
    }

    /** Accounts that nobody made have no address of their own. */
    static String email(String account) {
        return account + "@accounts.example.com";
    }

    DescribeOrganizationResponse describe(DescribeOrganizationRequest request, Call call) {
        return DescribeOrganizationResponse.builder().organization(shape(Tree.required(call, store.view()))).build();
    }

    DeleteOrganizationResponse delete(DeleteOrganizationRequest request, Call call) {
        store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            List<Place> places = tx.find(Place.KIND, EVERYWHERE, "organization", organization.id());
            List<ControlPolicy> policies = tx.find(ControlPolicy.KIND, EVERYWHERE, "organization", organization.id());
            if (places.size() > 2 || !policies.isEmpty()) {
                throw Errors.of("OrganizationNotEmptyException", "The organization isn't empty. To delete an organization, you"
                        + " must first remove all accounts except the management account, delete all OUs, and delete all"
                        + " policies.");
            }
            places.forEach(place -> tx.delete(Place.KIND, EVERYWHERE, place.id()));
            tx.find(Invitation.KIND, EVERYWHERE, "organization", organization.id())
                    .forEach(invitation -> tx.delete(Invitation.KIND, EVERYWHERE, invitation.id()));
            tx.find(CreatedAccount.KIND, EVERYWHERE, "organization", organization.id())
                    .forEach(made -> tx.delete(CreatedAccount.KIND, EVERYWHERE, made.id()));
            tx.delete(Organization.KIND, EVERYWHERE, organization.id());
            return organization;
        });
        return DeleteOrganizationResponse.builder().build();
    }

    ListRootsResponse listRoots(ListRootsRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.required(call, view);
        return ListRootsResponse.builder().roots(root(organization)).build();
    }

    EnablePolicyTypeResponse enable(EnablePolicyTypeRequest request, Call call) {
        return EnablePolicyTypeResponse.builder()
                .root(root(control(request.rootId(), request.policyType(), true, call)))
                .build();
    }

    DisablePolicyTypeResponse disable(DisablePolicyTypeRequest request, Call call) {
        return DisablePolicyTypeResponse.builder()
                .root(root(control(request.rootId(), request.policyType(), false, call)))
                .build();
    }

    private Organization control(String rootId, PolicyType type, boolean enabled, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            if (!organization.rootId().equals(rootId)) {
                throw Errors.of("RootNotFoundException", "You specified a root that doesn't exist.");
            }
            ControlPolicy.Type wanted = available(organization, type);
            if (organization.controls(wanted) == enabled) {
                throw enabled
                        ? Errors.of("PolicyTypeAlreadyEnabledException", "The specified policy type is already enabled.")
                        : Errors.of("PolicyTypeNotEnabledException",
                                "This operation can only be performed for enabled policy types.");
            }
            if (!enabled) {
                // Attachments end with the type; enabling it anew begins with AWS's own policy everywhere.
                tx.find(Place.KIND, EVERYWHERE, "organization", organization.id()).forEach(
                        place -> tx.put(Place.KIND, EVERYWHERE, place.id(), Policies.without(organization, place, wanted, tx)));
            }
            Organization changed = organization.switched(wanted);
            tx.put(Organization.KIND, EVERYWHERE, changed.id(), changed);
            return changed;
        });
    }

    /** @throws dev.remora.wire.AwsError PolicyTypeNotAvailableForOrganizationException */
    static ControlPolicy.Type available(Organization organization, PolicyType type) {
        return Stream.of(ControlPolicy.Type.values())
                .filter(known -> organization.allFeatures() && known.name().equals(type.toString()))
                .findFirst()
                .orElseThrow(() -> Errors.of("PolicyTypeNotAvailableForOrganizationException",
                        "You can't use the specified policy type with the feature set currently enabled for this organization."
                                + " Remora knows SERVICE_CONTROL_POLICY and RESOURCE_CONTROL_POLICY."));
    }

    private static List<PolicyTypeSummary> summaries(Stream<ControlPolicy.Type> types) {
        return types.map(type -> PolicyTypeSummary.builder().type(type.name()).status("ENABLED").build()).toList();
    }

    private static Root root(Organization organization) {
        return Root.builder()
                .id(organization.rootId())
                .arn(organization.arn("root", organization.rootId()))
                .name("Root")
                .policyTypes(summaries(Stream.of(ControlPolicy.Type.values()).filter(organization::controls)))
                .build();
    }

    private static software.amazon.awssdk.services.organizations.model.Organization shape(Organization organization) {
        return software.amazon.awssdk.services.organizations.model.Organization.builder()
                .id(organization.id())
                .arn(organization.arn())
                .featureSet(organization.allFeatures()
                        ? OrganizationFeatureSet.ALL : OrganizationFeatureSet.CONSOLIDATED_BILLING)
                .masterAccountId(organization.master())
                .masterAccountArn(organization.arn("account", organization.master()))
                .masterAccountEmail(email(organization.master()))
                .availablePolicyTypes(organization.allFeatures()
                        ? summaries(Stream.of(ControlPolicy.Type.SERVICE_CONTROL_POLICY)) : List.of())
                .build();
    }
}
