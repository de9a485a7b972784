package dev.remora.s3;

import static dev.remora.s3.BucketDocument.EVERYWHERE;
import static dev.remora.s3.BucketDocument.KIND;

import dev.remora.iam.ResourcePolicy;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyResponse;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyResponse;

/** Policies of buckets; {@link BucketFinder} hands them to IAM, which decides. */
final class BucketPolicies {
    private static final int MAX_BYTES = 20 * 1024;

    private final Store store;
    private final Access access;

    BucketPolicies(Store store, Access access) {
        this.store = store;
        this.access = access;
    }

    PutBucketPolicyResponse put(PutBucketPolicyRequest request, Call call) {
        String policy = request.policy() == null ? "" : request.policy();
        if (Said.utf8(policy) > MAX_BYTES) {
            throw S3Errors.of("PolicyTooLarge", 400, "The policy exceeds the maximum allowed document size.");
        }
        String own = Access.arn(request.bucket());
        ResourcePolicy.check(policy, arn -> arn.equals(own) || arn.startsWith(own + "/") || arn.startsWith(own + "*"));
        set(request.bucket(), request.expectedBucketOwner(), Optional.of(policy));
        return PutBucketPolicyResponse.builder().build();
    }

    GetBucketPolicyResponse get(GetBucketPolicyRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        String policy = bucket.policy().orElseThrow(() -> S3Errors.of(
                "NoSuchBucketPolicy", 404, "The bucket policy does not exist", "BucketName", bucket.name()));
        return GetBucketPolicyResponse.builder().policy(policy).build();
    }

    DeleteBucketPolicyResponse delete(DeleteBucketPolicyRequest request, Call call) {
        set(request.bucket(), request.expectedBucketOwner(), Optional.empty());
        return DeleteBucketPolicyResponse.builder().build();
    }

    private void set(String name, @Nullable String expectedOwner, Optional<String> policy) {
        store.write(t -> {
            BucketDocument bucket = access.bucket(t, name, expectedOwner);
            t.put(KIND, EVERYWHERE, name, bucket.withPolicy(policy));
            return name;
        });
    }
}
