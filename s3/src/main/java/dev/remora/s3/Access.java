package dev.remora.s3;

import dev.remora.store.View;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operation asks about permissions besides what the dispatcher has decided. */
final class Access {
    private final Authorizer authorizer;

    /** @param authorizer the one that the dispatcher asks, too */
    Access(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    static String arn(String bucket) {
        return "arn:aws:s3:::" + bucket;
    }

    static String arn(String bucket, String key) {
        return arn(bucket) + "/" + key;
    }

    /** The bucket, if it is whose the caller expects it to be. */
    BucketDocument bucket(View view, String name, @Nullable String expectedOwner) {
        BucketDocument bucket = BucketDocument.existing(view, name);
        if (expectedOwner != null && !expectedOwner.equals(bucket.owner())) {
            throw S3Errors.denied();
        }
        return bucket;
    }

    /** @param keys the condition keys of the request */
    void require(Principal principal, String action, String resource, Map<String, List<String>> keys) {
        if (!authorizer.decide(principal, action, List.of(resource), keys).allowed()) {
            throw S3Errors.denied();
        }
    }

    /** An object that is not there is only told to who may list the bucket ("GetObject", permissions). */
    RuntimeException absent(Principal principal, Map<String, List<String>> keys, String bucket, String key) {
        return authorizer.decide(principal, "s3:ListBucket", List.of(arn(bucket)), keys).allowed()
                ? S3Errors.noKey(key)
                : S3Errors.denied();
    }
}
