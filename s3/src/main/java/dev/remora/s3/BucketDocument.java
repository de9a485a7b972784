package dev.remora.s3;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket.
 *
 * @param owner the account that made it
 */
record BucketDocument(
        String name, String owner, String region, Instant created, Optional<String> policy, Map<String, String> tags) {
    /** Names of buckets are the same for all accounts and regions, so that all of S3 is in one scope. */
    static final Scope EVERYWHERE = Scope.global("s3");

    static final Kind<BucketDocument> KIND =
            Kind.of("s3.bucket", BucketDocument.class).index("owner", b -> List.of(b.owner()));

    BucketDocument {
        tags = Map.copyOf(tags);
    }

    /** The bucket, or the error that there is none. */
    static BucketDocument existing(View view, String name) {
        return view.get(KIND, EVERYWHERE, name).orElseThrow(() -> S3Errors.noBucket(name));
    }

    BucketDocument withPolicy(Optional<String> text) {
        return new BucketDocument(name, owner, region, created, text, tags);
    }

    BucketDocument tagged(Map<String, String> newTags) {
        return new BucketDocument(name, owner, region, created, policy, newTags);
    }
}
