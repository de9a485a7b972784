package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyResponse;

/** What a role may do: managed policies attached to it, and inline policies of its own. */
final class RolePolicies {
    static final int MAX_ATTACHED = 10;

    /** Characters of all inline policies of one role together, white space not counted. */
    static final int MAX_INLINE_SIZE = 10_240;

    private final Store store;

    RolePolicies(Store store) {
        this.store = store;
    }

    AttachRolePolicyResponse attach(AttachRolePolicyRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        store.write(tx -> {
            Role role = Roles.required(tx, call.account(), request.roleName());
            if (Policies.visible(arn, tx, call.account()).isEmpty()) {
                throw Policies.notAttachable(arn);
            }
            if (role.attached().contains(arn)) {
                return role;
            }
            if (role.attached().size() >= MAX_ATTACHED) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for PoliciesPerRole: " + MAX_ATTACHED);
            }
            var attached = new ArrayList<>(role.attached());
            attached.add(arn);
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withAttached(List.copyOf(attached)));
            return role;
        });
        return AttachRolePolicyResponse.builder().build();
    }

    DetachRolePolicyResponse detach(DetachRolePolicyRequest request, Call call) {
        String arn = Policies.wellFormed(request.policyArn());
        store.write(tx -> {
            Role role = Roles.required(tx, call.account(), request.roleName());
            var attached = new ArrayList<>(role.attached());
            if (!attached.remove(arn)) {
                throw Policies.notFound(arn);
            }
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withAttached(List.copyOf(attached)));
            return role;
        });
        return DetachRolePolicyResponse.builder().build();
    }

    ListAttachedRolePoliciesResponse listAttached(ListAttachedRolePoliciesRequest request, Call call) {
        var view = store.view();
        Role role = Roles.required(view, call.account(), request.roleName());
        String prefix = request.pathPrefix() == null ? "/" : request.pathPrefix();
        List<AttachedPolicy> attached = role.attached().stream()
                .sorted()
                .flatMap(arn -> Policies.find(arn, view).stream())
                .filter(policy -> policy.path().startsWith(prefix))
                .map(policy -> AttachedPolicy.builder().policyArn(policy.arn()).policyName(policy.name()).build())
                .toList();
        Page<AttachedPolicy> page = Listing.page(attached, AttachedPolicy::policyArn, request.marker(), request.maxItems());
        return ListAttachedRolePoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    PutRolePolicyResponse put(PutRolePolicyRequest request, Call call) {
        store.write(tx -> {
            Role role = Roles.required(tx, call.account(), request.roleName());
            IdentityGrammar.check(request.policyDocument(), false);
            var inline = new TreeMap<>(role.inline());
            inline.put(request.policyName(), request.policyDocument());
            if (inline.values().stream().mapToInt(Document::size).sum() > MAX_INLINE_SIZE) {
                throw new AwsError("LimitExceeded", 409,
                        "Maximum policy size of " + MAX_INLINE_SIZE + " bytes exceeded for role " + role.name());
            }
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withInline(inline));
            return role;
        });
        return PutRolePolicyResponse.builder().build();
    }

    GetRolePolicyResponse get(GetRolePolicyRequest request, Call call) {
        Role role = Roles.required(store.view(), call.account(), request.roleName());
        String document = Optional.ofNullable(role.inline().get(request.policyName()))
                .orElseThrow(() -> noSuchPolicy(request.policyName()));
        return GetRolePolicyResponse.builder()
                .roleName(role.name())
                .policyName(request.policyName())
                .policyDocument(Document.encoded(document))
                .build();
    }

    ListRolePoliciesResponse list(ListRolePoliciesRequest request, Call call) {
        Role role = Roles.required(store.view(), call.account(), request.roleName());
        List<String> names = role.inline().keySet().stream().sorted().toList();
        Page<String> page = Listing.page(names, name -> name, request.marker(), request.maxItems());
        return ListRolePoliciesResponse.builder()
                .policyNames(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    DeleteRolePolicyResponse delete(DeleteRolePolicyRequest request, Call call) {
        store.write(tx -> {
            Role role = Roles.required(tx, call.account(), request.roleName());
            var inline = new TreeMap<>(role.inline());
            if (inline.remove(request.policyName()) == null) {
                throw noSuchPolicy(request.policyName());
            }
            tx.put(Role.KIND, Scope.global(call.account()), Role.key(role.name()), role.withInline(inline));
            return role;
        });
        return DeleteRolePolicyResponse.builder().build();
    }

    private static AwsError noSuchPolicy(String name) {
        return new AwsError("NoSuchEntity", 404, "The role policy with name " + name + " cannot be found.");
    }
}
