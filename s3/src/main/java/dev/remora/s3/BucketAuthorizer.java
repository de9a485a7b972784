package dev.remora.s3;

import dev.remora.iam.ResourcePolicy;
import dev.remora.iam.ResourcePolicy.Verdict;
import dev.remora.store.Store;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides calls to S3 by the buckets' policies together with the callers' own, and hands all others on. Within the bucket's
 * account it is enough that one of the two allows a call; from another account both must. A denial in either decides. ("How
 * Amazon S3 authorizes a request" in the S3 user guide.)
 */
final class BucketAuthorizer implements Authorizer {
    private static final String ARN = "arn:aws:s3:::";

    private final Store store;
    private final Authorizer identities;

    /** The last policy that was compiled; a bucket's policy is asked for again and again. */
    private volatile @Nullable Compiled last;

    private record Compiled(String text, ResourcePolicy policy) {}

    BucketAuthorizer(Store store, Authorizer identities) {
        this.store = store;
        this.identities = identities;
    }

    @Override
    public Decision decide(Principal principal, String action, List<String> resources, Map<String, List<String>> context) {
        for (String resource : resources) {
            Optional<BucketDocument> bucket = bucket(resource);
            Decision decision = bucket.isEmpty() || action.equals("s3:CreateBucket")
                    ? identities.decide(principal, action, List.of(resource), context)
                    : decide(principal, action, resource, context, bucket.get());
            if (!decision.allowed()) {
                return decision;
            }
        }
        return resources.isEmpty() ? identities.decide(principal, action, resources, context) : Decision.ALLOWED;
    }

    private Optional<BucketDocument> bucket(String resource) {
        if (!resource.startsWith(ARN)) {
            return Optional.empty();
        }
        int slash = resource.indexOf('/', ARN.length());
        String name = resource.substring(ARN.length(), slash < 0 ? resource.length() : slash);
        return store.view().get(BucketDocument.KIND, BucketDocument.EVERYWHERE, name);
    }

    private Decision decide(
            Principal principal, String action, String resource, Map<String, List<String>> context, BucketDocument bucket) {
        boolean owner = principal.account().equals(bucket.owner());
        Verdict verdict = bucket.policy().isEmpty() || mayAlways(principal, action, owner)
                ? Verdict.SILENT
                : policy(bucket.policy().get()).decide(principal, action, resource, context);
        if (verdict == Verdict.DENIED) {
            return new Decision(false, resource, Reason.RESOURCE_DENY);
        }
        Decision own = identities.decide(principal, action, List.of(resource), context);
        if (own.reason() == Reason.EXPLICIT_DENY) {
            return own;
        }
        boolean allowed = owner ? own.allowed() || verdict == Verdict.ALLOWED : own.allowed() && verdict != Verdict.SILENT;
        return allowed ? Decision.ALLOWED : new Decision(false, resource, Reason.NO_IDENTITY_POLICY);
    }

    /** An account's root is never locked out of the policy of its own bucket ("PutBucketPolicy"). */
    private static boolean mayAlways(Principal principal, String action, boolean owner) {
        return owner && principal instanceof Principal.Root && action.endsWith("BucketPolicy");
    }

    private ResourcePolicy policy(String text) {
        Compiled known = last;
        if (known == null || !known.text().equals(text)) {
            last = known = new Compiled(text, ResourcePolicy.stored(text));
        }
        return known.policy();
    }
}
