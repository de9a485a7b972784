package dev.remora.organizations;

import static dev.remora.organizations.Organization.EVERYWHERE;

import dev.remora.organizations.ControlPolicy.Type;
import dev.remora.store.Ids;
import dev.remora.store.Reading;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.organizations.model.AttachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.AttachPolicyResponse;
import software.amazon.awssdk.services.organizations.model.CreatePolicyRequest;
import software.amazon.awssdk.services.organizations.model.CreatePolicyResponse;
import software.amazon.awssdk.services.organizations.model.DeletePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DeletePolicyResponse;
import software.amazon.awssdk.services.organizations.model.DescribePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DescribePolicyResponse;
import software.amazon.awssdk.services.organizations.model.DetachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.DetachPolicyResponse;
import software.amazon.awssdk.services.organizations.model.ListPoliciesForTargetRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesForTargetResponse;
import software.amazon.awssdk.services.organizations.model.ListPoliciesRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesResponse;
import software.amazon.awssdk.services.organizations.model.ListTargetsForPolicyRequest;
import software.amazon.awssdk.services.organizations.model.ListTargetsForPolicyResponse;
import software.amazon.awssdk.services.organizations.model.Policy;
import software.amazon.awssdk.services.organizations.model.PolicySummary;
import software.amazon.awssdk.services.organizations.model.PolicyTargetSummary;
import software.amazon.awssdk.services.organizations.model.UpdatePolicyRequest;
import software.amazon.awssdk.services.organizations.model.UpdatePolicyResponse;

/** Control policies of both types, and where they are attached. */
final class Policies {
    /** Bytes of a policy's text. */
    static final int MAX_BYTES = 5120;

    /** Of one type, to one root, unit or account. */
    static final int MAX_ATTACHED = 5;

    private final Store store;
    private final Ids ids;

    Policies(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreatePolicyResponse create(CreatePolicyRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            Type type = Organizations.available(organization, request.type());
            check(type, request.content());
            List<ControlPolicy> others = of(organization, type, tx);
            requireFreeName(others, request.name());
            if (others.size() > type.most()) {
                throw Errors.constraint("POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of policies.");
            }
            var policy = new ControlPolicy(organization.id(), type, "p-" + ids.hex(8), request.name(),
                    request.description() == null ? "" : request.description(), request.content(),
                    Tags.with(Map.of(), request.tags()));
            tx.put(ControlPolicy.KIND, EVERYWHERE, policy.id(), policy);
            return CreatePolicyResponse.builder().policy(shape(organization, policy)).build();
        });
    }

    private static void check(Type type, String content) {
        if (content.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw Errors.constraint("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.");
        }
        try {
            type.check(content);
        } catch (AwsError malformed) {
            throw Errors.malformed(malformed.text());
        }
    }

    /** All of a type, AWS's own among them. */
    private static List<ControlPolicy> of(Organization organization, Type type, View view) {
        return Stream.concat(
                        view.find(ControlPolicy.KIND, EVERYWHERE, "organization", organization.id()).stream(),
                        ControlPolicy.awsManaged())
                .filter(policy -> policy.type() == type)
                .toList();
    }

    private static void requireFreeName(List<ControlPolicy> others, String name) {
        if (others.stream().anyMatch(policy -> policy.name().equals(name))) {
            throw Errors.of("DuplicatePolicyException", "A policy with the specified name and type already exists.");
        }
    }

    UpdatePolicyResponse update(UpdatePolicyRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            ControlPolicy policy = own(organization, request.policyId(), tx);
            if (request.name() != null && !request.name().equals(policy.name())) {
                requireFreeName(of(organization, policy.type(), tx), request.name());
            }
            if (request.content() != null) {
                check(policy.type(), request.content());
            }
            ControlPolicy changed = policy.with(
                    request.name() == null ? policy.name() : request.name(),
                    request.description() == null ? policy.description() : request.description(),
                    request.content() == null ? policy.content() : request.content());
            tx.put(ControlPolicy.KIND, EVERYWHERE, changed.id(), changed);
            return UpdatePolicyResponse.builder().policy(shape(organization, changed)).build();
        });
    }

    DeletePolicyResponse delete(DeletePolicyRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            ControlPolicy policy = own(organization, request.policyId(), tx);
            if (tx.any(Place.KIND, EVERYWHERE, "policy", policy.id())) {
                throw Errors.of("PolicyInUseException", "The policy is attached to one or more entities. You must detach it from"
                        + " all roots, OUs, and accounts before performing this operation.");
            }
            tx.delete(ControlPolicy.KIND, EVERYWHERE, policy.id());
            return DeletePolicyResponse.builder().build();
        });
    }

    DescribePolicyResponse describe(DescribePolicyRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        ControlPolicy policy = find(organization, request.policyId(), view).orElseThrow(Errors::noPolicy);
        return DescribePolicyResponse.builder().policy(shape(organization, policy)).build();
    }

    ListPoliciesResponse list(ListPoliciesRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Type type = Organizations.available(organization, request.filter());
        List<ControlPolicy> all = of(organization, type, view);
        Page<ControlPolicy> page = Listing.page(call, all, ControlPolicy::id, request.nextToken(), request.maxResults());
        return ListPoliciesResponse.builder()
                .policies(page.items().stream().map(policy -> summary(organization, policy)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    AttachPolicyResponse attach(AttachPolicyRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            ControlPolicy policy = find(organization, request.policyId(), tx).orElseThrow(Errors::noPolicy);
            Place target = Tree.place(organization, request.targetId(), tx, Errors::noTarget);
            requireEnabled(organization, policy);
            if (target.policies().contains(policy.id())) {
                throw Errors.of("DuplicatePolicyAttachmentException",
                        "A policy with the specified name and type already exists.");
            }
            if (attached(organization, target, policy.type(), new Reading(tx)).size() >= MAX_ATTACHED) {
                throw Errors.constraint("MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                        "You have attached the maximum number of policies to the specified target.");
            }
            var attached = new ArrayList<>(target.policies());
            attached.add(policy.id());
            tx.put(Place.KIND, EVERYWHERE, target.id(), target.withPolicies(List.copyOf(attached)));
            return AttachPolicyResponse.builder().build();
        });
    }

    DetachPolicyResponse detach(DetachPolicyRequest request, Call call) {
        return store.write(tx -> {
            Organization organization = Tree.managed(call, tx);
            ControlPolicy policy = find(organization, request.policyId(), tx).orElseThrow(Errors::noPolicy);
            Place target = Tree.place(organization, request.targetId(), tx, Errors::noTarget);
            requireEnabled(organization, policy);
            if (!target.policies().contains(policy.id())) {
                throw Errors.of("PolicyNotAttachedException",
                        "The policy isn't attached to the specified target in the specified root.");
            }
            if (policy.equals(Type.RESOURCE_CONTROL_POLICY.everything())) {
                throw Errors.invalid("IMMUTABLE_POLICY", "You can't detach the policy " + policy.name() + ".");
            }
            if (attached(organization, target, policy.type(), new Reading(tx)).size() == 1) {
                throw Errors.constraint("MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You cannot remove the last policy attached"
                        + " to the specified target. You must have at least one attached at all times.");
            }
            var left = new ArrayList<>(target.policies());
            left.remove(policy.id());
            tx.put(Place.KIND, EVERYWHERE, target.id(), target.withPolicies(List.copyOf(left)));
            return DetachPolicyResponse.builder().build();
        });
    }

    private static void requireEnabled(Organization organization, ControlPolicy policy) {
        if (!organization.controls(policy.type())) {
            throw Errors.of("PolicyTypeNotEnabledException", "This operation can only be performed for enabled policy types.");
        }
    }

    ListPoliciesForTargetResponse listForTarget(ListPoliciesForTargetRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        Place target = Tree.place(organization, request.targetId(), view, Errors::noTarget);
        Type type = Organizations.available(organization, request.filter());
        List<ControlPolicy> attached =
                organization.controls(type) ? attached(organization, target, type, new Reading(view)) : List.of();
        Page<ControlPolicy> page = Listing.page(call, attached, ControlPolicy::id, request.nextToken(), request.maxResults());
        return ListPoliciesForTargetResponse.builder()
                .policies(page.items().stream().map(policy -> summary(organization, policy)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ListTargetsForPolicyResponse listTargets(ListTargetsForPolicyRequest request, Call call) {
        View view = store.view();
        Organization organization = Tree.managed(call, view);
        ControlPolicy policy = find(organization, request.policyId(), view).orElseThrow(Errors::noPolicy);
        List<Place> places = view.find(Place.KIND, EVERYWHERE, "policy", policy.id()).stream()
                .filter(place -> organization.controls(policy.type()) && place.organization().equals(organization.id()))
                .toList();
        Page<Place> page = Listing.page(call, places, Place::id, request.nextToken(), request.maxResults());
        return ListTargetsForPolicyResponse.builder()
                .targets(page.items().stream().map(place -> PolicyTargetSummary.builder()
                        .targetId(place.id())
                        .arn(Tree.arn(organization, place))
                        .name(place.name())
                        .type(place.type().name())
                        .build()).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    static Optional<ControlPolicy> find(Organization organization, String id, View view) {
        return find(organization, id, new Reading(view));
    }

    static Optional<ControlPolicy> find(Organization organization, String id, Reading reading) {
        return ControlPolicy.awsManaged().filter(policy -> policy.id().equals(id)).findFirst().or(() -> reading
                .get(ControlPolicy.KIND, EVERYWHERE, id)
                .filter(policy -> policy.organization().equals(organization.id())));
    }

    /** The policies of a type that are attached to a place. */
    static List<ControlPolicy> attached(Organization organization, Place place, Type type, Reading reading) {
        return place.policies().stream()
                .flatMap(id -> find(organization, id, reading).stream())
                .filter(policy -> policy.type() == type)
                .toList();
    }

    /** A place with none of a type attached but AWS's own. */
    static Place without(Organization organization, Place place, Type type, View view) {
        var left = new ArrayList<>(place.policies());
        attached(organization, place, type, new Reading(view)).forEach(policy -> left.remove(policy.id()));
        left.add(type.everything().id());
        return place.withPolicies(List.copyOf(left));
    }

    /** A policy that may be changed. */
    private static ControlPolicy own(Organization organization, String id, View view) {
        ControlPolicy policy = find(organization, id, view).orElseThrow(Errors::noPolicy);
        if (policy.ofAws()) {
            throw Errors.invalid("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified.");
        }
        return policy;
    }

    static String arn(Organization organization, ControlPolicy policy) {
        return policy.ofAws()
                ? "arn:aws:organizations::aws:policy/" + policy.type().segment() + "/" + policy.id()
                : organization.arn("policy", policy.type().segment() + "/" + policy.id());
    }

    private static Policy shape(Organization organization, ControlPolicy policy) {
        return Policy.builder().policySummary(summary(organization, policy)).content(policy.content()).build();
    }

    private static PolicySummary summary(Organization organization, ControlPolicy policy) {
        return PolicySummary.builder()
                .id(policy.id())
                .arn(arn(organization, policy))
                .name(policy.name())
                .description(policy.description())
                .type(policy.type().name())
                .awsManaged(policy.ofAws())
                .build();
    }
}
