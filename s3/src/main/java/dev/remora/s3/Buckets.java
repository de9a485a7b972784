package dev.remora.s3;

import static dev.remora.s3.BucketDocument.EVERYWHERE;
import static dev.remora.s3.BucketDocument.KIND;

import dev.remora.s3.StoredObject.Segment;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.CreateBucketConfiguration;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.DeleteBucketRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketResponse;
import software.amazon.awssdk.services.s3.model.GetBucketLocationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketLocationResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.Owner;

/** Buckets: their life and where they are. */
final class Buckets {
    /** Buckets of an account ("Amazon S3 endpoints and quotas"). */
    static final int MAX_BUCKETS = 10_000;

    private static final String FIRST_REGION = "us-east-1";

    private final Store store;
    private final Access access;
    private final Bodies bodies;

    Buckets(Store store, Access access, Bodies bodies) {
        this.store = store;
        this.access = access;
        this.bodies = bodies;
    }

    CreateBucketResponse create(CreateBucketRequest request, Call call) {
        String name = request.bucket();
        BucketName.check(name);
        if (request.acl() != null && !request.aclAsString().equals("private")) {
            throw S3Errors.of("InvalidBucketAclWithObjectOwnership", 400,
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        }
        if (request.objectOwnership() != null && !request.objectOwnershipAsString().equals("BucketOwnerEnforced")) {
            throw S3Errors.notSupported("The object ownership " + request.objectOwnershipAsString());
        }
        CreateBucketConfiguration configuration = request.createBucketConfiguration();
        checkLocation(configuration, call.region());
        var bucket = new BucketDocument(name, call.account(), call.region(), call.time(), Optional.empty(),
                configuration == null ? Map.of() : ObjectTags.ofBucket(configuration.tags()));
        store.write(t -> {
            Optional<BucketDocument> present = t.get(KIND, EVERYWHERE, name);
            present.ifPresent(p -> refuse(p, call));
            if (t.count(KIND, EVERYWHERE, "owner", call.account()) >= MAX_BUCKETS) {
                throw S3Errors.of("TooManyBuckets", 400, "You have attempted to create more buckets than allowed");
            }
            if (present.isEmpty()) {
                t.put(KIND, EVERYWHERE, name, bucket);
            }
            return name;
        });
        return CreateBucketResponse.builder().location("/" + name).bucketArn(Access.arn(name)).build();
    }

    /** Whoever makes its own bucket anew in the first region is told that all is well, as it always was there. */
    private static void refuse(BucketDocument present, Call call) {
        if (!present.owner().equals(call.account())) {
            throw S3Errors.of("BucketAlreadyExists", 409, "The requested bucket name is not available. The bucket namespace"
                    + " is shared by"
                    + " all users of the system. Please select a different name and try again.", "BucketName", present.name());
        }
        if (!call.region().equals(FIRST_REGION) || !present.region().equals(FIRST_REGION)) {
            throw S3Errors.of("BucketAlreadyOwnedByYou", 409,
                    "Your previous request to create the named bucket succeeded and you already own it.", "BucketName",
                            present.name());
        }
    }

    private static void checkLocation(@Nullable CreateBucketConfiguration configuration, String region) {
        if (configuration != null && (configuration.location() != null || configuration.bucket() != null)) {
            throw S3Errors.notSupported("A directory bucket");
        }
        String asked = configuration == null ? null : configuration.locationConstraintAsString();
        if (asked == null || asked.isEmpty()) {
            if (!region.equals(FIRST_REGION)) {
                throw S3Errors.of("IllegalLocationConstraintException", 400, "The unspecified location constraint is"
                        + " incompatible for"
                        + " the region specific endpoint this request was sent to.");
            }
        } else if (asked.equals(FIRST_REGION)) {
            throw S3Errors.of("InvalidLocationConstraint", 400, "The specified location-constraint is not valid",
                    "LocationConstraint", asked);
        } else if (!asked.equals(region) && !(asked.equals("EU") && region.equals("eu-west-1"))) {
            throw S3Errors.of("IllegalLocationConstraintException", 400, "The " + asked
                    + " location constraint is incompatible for the"
                    + " region specific endpoint this request was sent to.");
        }
    }

    /** Uploads that are not completed do not keep a bucket; they go with it. */
    DeleteBucketResponse delete(DeleteBucketRequest request, Call call) {
        String name = request.bucket();
        List<Segment> parts = store.write(t -> {
            access.bucket(t, name, request.expectedBucketOwner());
            if (!isEmpty(t, name)) {
                throw S3Errors.of("BucketNotEmpty", 409, "The bucket you tried to delete is not empty", "BucketName", name);
            }
            var left = new ArrayList<Segment>();
            for (UploadDocument upload : UploadDocument.of(t, name)) {
                left.addAll(Uploads.forget(t, upload));
            }
            t.delete(KIND, EVERYWHERE, name);
            return left;
        });
        bodies.delete(parts);
        return DeleteBucketResponse.builder().build();
    }

    private static boolean isEmpty(View view, String bucket) {
        List<StoredObject> first = view.page(StoredObject.KIND, EVERYWHERE, StoredObject.id(bucket, ""), 1);
        return first.isEmpty() || !first.getFirst().bucket().equals(bucket);
    }

    HeadBucketResponse head(HeadBucketRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        return HeadBucketResponse.builder()
                .bucketRegion(bucket.region())
                .bucketArn(Access.arn(bucket.name()))
                .accessPointAlias(false)
                .build();
    }

    GetBucketLocationResponse location(GetBucketLocationRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        return GetBucketLocationResponse.builder()
                .locationConstraint(bucket.region().equals(FIRST_REGION) ? null : bucket.region())
                .build();
    }

    ListBucketsResponse list(ListBucketsRequest request, Call call) {
        int max = request.maxBuckets() == null ? MAX_BUCKETS : request.maxBuckets();
        if (max < 1 || max > MAX_BUCKETS) {
            throw S3Errors.invalidArgument("Argument max-buckets must be an integer between 1 and " + MAX_BUCKETS, "max-buckets",
                    Integer.toString(max));
        }
        String prefix = request.prefix() == null ? "" : request.prefix();
        List<BucketDocument> own = store.view().find(KIND, EVERYWHERE, "owner", call.account()).stream()
                .filter(b -> b.name().startsWith(prefix))
                .filter(b -> request.bucketRegion() == null || b.region().equals(request.bucketRegion()))
                .toList();
        Page<BucketDocument> page = Page.of(own, BucketDocument::name, request.continuationToken(), max,
                Tokens.ofAccount(call, () -> S3Errors.badContinuation(request.continuationToken())));
        return ListBucketsResponse.builder()
                .buckets(page.items().stream().map(Buckets::describe).toList())
                .owner(owner(call.account()))
                .prefix(request.prefix())
                .continuationToken(page.nextToken().orElse(null))
                .build();
    }

    private static Bucket describe(BucketDocument bucket) {
        return Bucket.builder()
                .name(bucket.name())
                .creationDate(bucket.created())
                .bucketRegion(bucket.region())
                .bucketArn(Access.arn(bucket.name()))
                .build();
    }

    /** AWS's canonical user id, 64 hexadecimal digits that stand for an account. */
    static Owner owner(String account) {
        return Owner.builder().id(account.repeat(6).substring(0, 64)).build();
    }
}
