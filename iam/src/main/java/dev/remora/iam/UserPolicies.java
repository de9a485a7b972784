package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyResponse;

/** The policies of users. */
final class UserPolicies {
    private final IdentityPolicies<User> policies;

    UserPolicies(Store store) {
        this.policies = new IdentityPolicies<>(store, IdentityKind.USER);
    }

    AttachUserPolicyResponse attach(AttachUserPolicyRequest request, Call call) {
        policies.attach(request.userName(), request.policyArn(), call);
        return AttachUserPolicyResponse.builder().build();
    }

    DetachUserPolicyResponse detach(DetachUserPolicyRequest request, Call call) {
        policies.detach(request.userName(), request.policyArn(), call);
        return DetachUserPolicyResponse.builder().build();
    }

    ListAttachedUserPoliciesResponse listAttached(ListAttachedUserPoliciesRequest request, Call call) {
        Page<AttachedPolicy> page =
                policies.attached(request.userName(), request.pathPrefix(), request.marker(), request.maxItems(), call);
        return ListAttachedUserPoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    PutUserPolicyResponse put(PutUserPolicyRequest request, Call call) {
        policies.put(request.userName(), request.policyName(), request.policyDocument(), call);
        return PutUserPolicyResponse.builder().build();
    }

    GetUserPolicyResponse get(GetUserPolicyRequest request, Call call) {
        IdentityPolicies.Inline inline = policies.get(request.userName(), request.policyName(), call);
        return GetUserPolicyResponse.builder()
                .userName(inline.name())
                .policyName(request.policyName())
                .policyDocument(inline.document())
                .build();
    }

    ListUserPoliciesResponse list(ListUserPoliciesRequest request, Call call) {
        Page<String> page = policies.names(request.userName(), request.marker(), request.maxItems(), call);
        return ListUserPoliciesResponse.builder()
                .policyNames(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    DeleteUserPolicyResponse delete(DeleteUserPolicyRequest request, Call call) {
        policies.delete(request.userName(), request.policyName(), call);
        return DeleteUserPolicyResponse.builder().build();
    }
}
