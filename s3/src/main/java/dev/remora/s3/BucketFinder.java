package dev.remora.s3;

import dev.remora.iam.ResourcePolicies;
import dev.remora.store.Store;
import dev.remora.wire.Principal;
import java.util.Optional;

/**
 * Finds the bucket that a call to S3 is about, with its policy. ("How Amazon S3 authorizes a request" in the S3 user guide.) An
 * account's root is never locked out of the policy of its own bucket ("PutBucketPolicy").
 */
final class BucketFinder implements ResourcePolicies.Finder {
    private static final String ARN = "arn:aws:s3:::";

    private final Store store;

    BucketFinder(Store store) {
        this.store = store;
    }

    @Override
    public Optional<ResourcePolicies.Resource> find(Principal caller, String action, String arn) {
        // Who creates a bucket asks for nothing of one that has the name already.
        if (!arn.startsWith(ARN) || action.equals("s3:CreateBucket")) {
            return Optional.empty();
        }
        int slash = arn.indexOf('/', ARN.length());
        String name = arn.substring(ARN.length(), slash < 0 ? arn.length() : slash);
        return store.view().get(BucketDocument.KIND, BucketDocument.EVERYWHERE, name)
                .map(bucket -> new ResourcePolicies.Resource(Access.arn(name), bucket.owner(),
                        mayAlways(caller, action, bucket) ? "" : bucket.policy().orElse("")));
    }

    private static boolean mayAlways(Principal caller, String action, BucketDocument bucket) {
        return caller instanceof Principal.Root root && root.account().equals(bucket.owner()) && action.endsWith("BucketPolicy");
    }
}
