package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;
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

/** The policies of roles. */
final class RolePolicies {
    private final IdentityPolicies<Role> policies;

    RolePolicies(Store store) {
        this.policies = new IdentityPolicies<>(store, IdentityKind.ROLE);
    }

    AttachRolePolicyResponse attach(AttachRolePolicyRequest request, Call call) {
        policies.attach(request.roleName(), request.policyArn(), call);
        return AttachRolePolicyResponse.builder().build();
    }

    DetachRolePolicyResponse detach(DetachRolePolicyRequest request, Call call) {
        policies.detach(request.roleName(), request.policyArn(), call);
        return DetachRolePolicyResponse.builder().build();
    }

    ListAttachedRolePoliciesResponse listAttached(ListAttachedRolePoliciesRequest request, Call call) {
        Page<AttachedPolicy> page =
                policies.attached(request.roleName(), request.pathPrefix(), request.marker(), request.maxItems(), call);
        return ListAttachedRolePoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    PutRolePolicyResponse put(PutRolePolicyRequest request, Call call) {
        policies.put(request.roleName(), request.policyName(), request.policyDocument(), call);
        return PutRolePolicyResponse.builder().build();
    }

    GetRolePolicyResponse get(GetRolePolicyRequest request, Call call) {
        IdentityPolicies.Inline inline = policies.get(request.roleName(), request.policyName(), call);
        return GetRolePolicyResponse.builder()
                .roleName(inline.name())
                .policyName(request.policyName())
                .policyDocument(inline.document())
                .build();
    }

    ListRolePoliciesResponse list(ListRolePoliciesRequest request, Call call) {
        Page<String> page = policies.names(request.roleName(), request.marker(), request.maxItems(), call);
        return ListRolePoliciesResponse.builder()
                .policyNames(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    DeleteRolePolicyResponse delete(DeleteRolePolicyRequest request, Call call) {
        policies.delete(request.roleName(), request.policyName(), call);
        return DeleteRolePolicyResponse.builder().build();
    }
}
