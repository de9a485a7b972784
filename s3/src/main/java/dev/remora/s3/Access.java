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

    /** Whether a principal may do something. */
    boolean allows(Principal principal, String action, String resource) {
        return authorizer.decide(principal, action, List.of(resource), Map.of()).allowed();
    }

    void require(Principal principal, String action, String resource) {
        require(principal, action, resource, Map.of());
    }

    void require(Principal principal, String action, String resource, Map<String, List<String>> context) {
        if (!authorizer.decide(principal, action, List.of(resource), context).allowed()) {
            throw S3Errors.denied();
        }
    }

    /** An object that is not there is only told to who may list the bucket ("GetObject", permissions). */
    RuntimeException absent(Principal principal, String bucket, String key) {
        return allows(principal, "s3:ListBucket", arn(bucket)) ? S3Errors.noKey(key) : S3Errors.denied();
    }
}
