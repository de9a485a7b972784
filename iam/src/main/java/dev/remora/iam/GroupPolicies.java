package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyResponse;

/** The policies of groups. */
final class GroupPolicies {
    private final IdentityPolicies<Group> policies;

    GroupPolicies(Store store) {
        this.policies = new IdentityPolicies<>(store, IdentityKind.GROUP);
    }

    AttachGroupPolicyResponse attach(AttachGroupPolicyRequest request, Call call) {
        policies.attach(request.groupName(), request.policyArn(), call);
        return AttachGroupPolicyResponse.builder().build();
    }

    DetachGroupPolicyResponse detach(DetachGroupPolicyRequest request, Call call) {
        policies.detach(request.groupName(), request.policyArn(), call);
        return DetachGroupPolicyResponse.builder().build();
    }

    ListAttachedGroupPoliciesResponse listAttached(ListAttachedGroupPoliciesRequest request, Call call) {
        Page<AttachedPolicy> page =
                policies.attached(request.groupName(), request.pathPrefix(), request.marker(), request.maxItems(), call);
        return ListAttachedGroupPoliciesResponse.builder()
                .attachedPolicies(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    PutGroupPolicyResponse put(PutGroupPolicyRequest request, Call call) {
        policies.put(request.groupName(), request.policyName(), request.policyDocument(), call);
        return PutGroupPolicyResponse.builder().build();
    }

    GetGroupPolicyResponse get(GetGroupPolicyRequest request, Call call) {
        IdentityPolicies.Inline inline = policies.get(request.groupName(), request.policyName(), call);
        return GetGroupPolicyResponse.builder()
                .groupName(inline.name())
                .policyName(request.policyName())
                .policyDocument(inline.document())
                .build();
    }

    ListGroupPoliciesResponse list(ListGroupPoliciesRequest request, Call call) {
        Page<String> page = policies.names(request.groupName(), request.marker(), request.maxItems(), call);
        return ListGroupPoliciesResponse.builder()
                .policyNames(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    DeleteGroupPolicyResponse delete(DeleteGroupPolicyRequest request, Call call) {
        policies.delete(request.groupName(), request.policyName(), call);
        return DeleteGroupPolicyResponse.builder().build();
    }
}
