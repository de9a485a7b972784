package dev.remora.iam;

import static dev.remora.iam.Identities.joined;

import dev.remora.store.Ids;
import dev.remora.store.Store;
import dev.remora.wire.Operation;
import dev.remora.wire.Operations;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;

/** What becomes of the parameters of operations on managed policies, and what they need permissions for. */
final class PolicyOperations {
    private final Operations operations;
    private final Policies policies;

    private PolicyOperations(Operations operations, Policies policies) {
        this.operations = operations;
        this.policies = policies;
    }

    static void add(Operations operations, Store store, Ids ids) {
        var table = new PolicyOperations(operations, new Policies(store, ids));
        table.policies();
        table.versions(new PolicyVersions(store));
    }

    private void policies() {
        operations.on(CreatePolicyRequest.class, policies::create)
                .enforced("PolicyName", "Path", "PolicyDocument", "Description", "Tags")
                .resources((i, c) -> List.of(
                        "arn:aws:iam::" + c.account() + ":policy" + Listing.prefix(i.path()) + i.policyName()))
                .context((i, c) -> Tags.requested(i.tags()));
        on(operations.on(GetPolicyRequest.class, policies::get), GetPolicyRequest::policyArn).enforced("PolicyArn");
        // AWS's own name for what ListPolicies touches; only a Resource of * covers it.
        operations.on(ListPoliciesRequest.class, policies::list)
                .enforced("Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems")
                .resources((i, c) -> List.of("policy path " + Listing.prefix(i.pathPrefix())));
        on(operations.on(DeletePolicyRequest.class, policies::delete), DeletePolicyRequest::policyArn).enforced("PolicyArn");
        on(operations.on(ListEntitiesForPolicyRequest.class, policies::listEntities), ListEntitiesForPolicyRequest::policyArn)
                .enforced("PolicyArn", "EntityFilter", "PathPrefix", "PolicyUsageFilter", "Marker", "MaxItems");
        on(operations.on(TagPolicyRequest.class, policies::tag), TagPolicyRequest::policyArn).enforced("PolicyArn", "Tags")
                .context((i, c) -> joined(policies.tagKeys(i.policyArn(), c), Tags.requested(i.tags())));
        on(operations.on(UntagPolicyRequest.class, policies::untag), UntagPolicyRequest::policyArn)
                .enforced("PolicyArn", "TagKeys")
                .context((i, c) -> joined(policies.tagKeys(i.policyArn(), c), Map.of("aws:TagKeys", i.tagKeys())));
        on(operations.on(ListPolicyTagsRequest.class, policies::listTags), ListPolicyTagsRequest::policyArn)
                .enforced("PolicyArn", "Marker", "MaxItems");
    }

    private void versions(PolicyVersions versions) {
        on(operations.on(CreatePolicyVersionRequest.class, versions::create), CreatePolicyVersionRequest::policyArn)
                .enforced("PolicyArn", "PolicyDocument", "SetAsDefault");
        on(operations.on(GetPolicyVersionRequest.class, versions::get), GetPolicyVersionRequest::policyArn)
                .enforced("PolicyArn", "VersionId");
        on(operations.on(ListPolicyVersionsRequest.class, versions::list), ListPolicyVersionsRequest::policyArn)
                .enforced("PolicyArn", "Marker", "MaxItems");
        on(operations.on(SetDefaultPolicyVersionRequest.class, versions::setDefault), SetDefaultPolicyVersionRequest::policyArn)
                .enforced("PolicyArn", "VersionId");
        on(operations.on(DeletePolicyVersionRequest.class, versions::delete), DeletePolicyVersionRequest::policyArn)
                .enforced("PolicyArn", "VersionId");
    }

    private <I extends AwsRequest, O extends AwsResponse> Operation<I, O> on(
            Operation<I, O> operation, Function<I, String> arn) {
        return operation.resources((i, c) -> List.of(arn.apply(i))).context((i, c) -> policies.tagKeys(arn.apply(i), c));
    }
}
