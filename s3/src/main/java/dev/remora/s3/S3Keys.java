package dev.remora.s3;

import dev.remora.store.Store;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketConfiguration;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;
import software.amazon.awssdk.services.s3.model.TaggingDirective;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/** What calls to S3 need, with the condition keys ("Actions, resources, and condition keys for Amazon S3"). */
final class S3Keys {
    private final Store store;

    S3Keys(Store store) {
        this.store = store;
    }

    List<Permission> bucket(String action, String bucket) {
        return List.of(new Permission(action, Access.arn(bucket), owner(bucket).map()));
    }

    List<Permission> object(String action, String bucket, @Nullable String key) {
        return List.of(new Permission(action, Access.arn(bucket, String.valueOf(key)), owner(bucket).map()));
    }

    /** An action on an object that is asked what tags it has. */
    List<Permission> tagged(String action, String bucket, String key) {
        var keys = owner(bucket).tags("s3:ExistingObjectTag/", tags(bucket, key));
        return List.of(new Permission(action, Access.arn(bucket, key), keys.map()));
    }

    /** The account that owns a bucket, which S3's ARNs do not say. */
    private ConditionKeys owner(String bucket) {
        var keys = new ConditionKeys();
        store.view().get(BucketDocument.KIND, BucketDocument.EVERYWHERE, bucket)
                .ifPresent(b -> keys.with("s3:ResourceAccount", b.owner()));
        return keys;
    }

    private Map<String, String> tags(String bucket, String key) {
        return StoredObject.find(store.view(), bucket, key).map(o -> o.attributes().tags()).orElse(Map.of());
    }

    List<Permission> deleted(DeleteObjectsRequest request) {
        if (request.delete() == null || request.delete().objects().isEmpty()) {
            return object("s3:DeleteObject", request.bucket(), "*");
        }
        var needed = new ArrayList<Permission>();
        request.delete().objects().forEach(o -> needed.addAll(object("s3:DeleteObject", request.bucket(), o.key())));
        return needed;
    }

    /** Tags that come with an object take the permission to tag it ("PutObject", permissions). */
    List<Permission> written(PutObjectRequest request) {
        return written(request.bucket(), request.key(), !ObjectTags.ofHeader(request.tagging()).isEmpty());
    }

    List<Permission> written(CreateMultipartUploadRequest request) {
        return written(request.bucket(), request.key(), !ObjectTags.ofHeader(request.tagging()).isEmpty());
    }

    private List<Permission> written(String bucket, String key, boolean withTags) {
        var needed = new ArrayList<>(object("s3:PutObject", bucket, key));
        if (withTags) {
            needed.addAll(tagged("s3:PutObjectTagging", bucket, key));
        }
        return needed;
    }

    /** A copy reads one object and writes another, its tags as well ("CopyObject", permissions). */
    List<Permission> copied(CopyObjectRequest request) {
        CopySource from = CopySource.of(request.copySource());
        String bucket = request.destinationBucket();
        String key = request.destinationKey();
        boolean anew = request.taggingDirective() == TaggingDirective.REPLACE;
        boolean taken = !anew && !tags(from.bucket(), from.key()).isEmpty();
        var needed = new ArrayList<>(
                written(bucket, key, taken || anew && !ObjectTags.ofHeader(request.tagging()).isEmpty()));
        needed.addAll(tagged("s3:GetObject", from.bucket(), from.key()));
        if (taken) {
            needed.addAll(tagged("s3:GetObjectTagging", from.bucket(), from.key()));
        }
        return needed;
    }

    List<Permission> copied(UploadPartCopyRequest request) {
        CopySource from = CopySource.of(request.copySource());
        var needed = new ArrayList<>(object("s3:PutObject", request.destinationBucket(), request.destinationKey()));
        needed.addAll(tagged("s3:GetObject", from.bucket(), from.key()));
        return needed;
    }

    static Map<String, List<String>> of(CreateBucketRequest request) {
        CreateBucketConfiguration configuration = request.createBucketConfiguration();
        var tags = new LinkedHashMap<String, String>();
        if (configuration != null) {
            configuration.tags().forEach(tag -> put(tags, tag));
        }
        return ConditionKeys.requested(tags)
                .with("s3:locationconstraint", configuration == null ? null : configuration.locationConstraintAsString())
                .with("s3:x-amz-acl", request.aclAsString())
                .with("s3:x-amz-object-ownership", request.objectOwnershipAsString())
                .map();
    }

    static Map<String, List<String>> of(PutObjectRequest request) {
        return writing(request.tagging(), request.aclAsString(), request.storageClassAsString(),
                        request.serverSideEncryptionAsString(), request.websiteRedirectLocation())
                .with("s3:if-match", request.ifMatch())
                .with("s3:if-none-match", request.ifNoneMatch())
                .with("s3:ObjectCreationOperation", true)
                .map();
    }

    static Map<String, List<String>> of(CreateMultipartUploadRequest request) {
        return writing(request.tagging(), request.aclAsString(), request.storageClassAsString(),
                        request.serverSideEncryptionAsString(), request.websiteRedirectLocation())
                .with("s3:ObjectCreationOperation", false)
                .map();
    }

    static Map<String, List<String>> of(CopyObjectRequest request) {
        return writing(request.tagging(), request.aclAsString(), request.storageClassAsString(),
                        request.serverSideEncryptionAsString(), request.websiteRedirectLocation())
                .with("s3:x-amz-copy-source", request.copySource())
                .with("s3:x-amz-metadata-directive", request.metadataDirectiveAsString())
                .with("s3:if-match", request.ifMatch())
                .with("s3:if-none-match", request.ifNoneMatch())
                .with("s3:ObjectCreationOperation", true)
                .map();
    }

    static Map<String, List<String>> of(CompleteMultipartUploadRequest request) {
        return new ConditionKeys()
                .with("s3:if-match", request.ifMatch())
                .with("s3:if-none-match", request.ifNoneMatch())
                .with("s3:ObjectCreationOperation", true)
                .map();
    }

    private static ConditionKeys writing(@Nullable String tagging, @Nullable String acl, @Nullable String storageClass,
            @Nullable String encryption, @Nullable String redirect) {
        return objectTags(ObjectTags.ofHeader(tagging))
                .with("s3:x-amz-acl", acl)
                .with("s3:x-amz-storage-class", storageClass)
                .with("s3:x-amz-server-side-encryption", encryption)
                .with("s3:x-amz-website-redirect-location", redirect);
    }

    private static ConditionKeys objectTags(Map<String, String> tags) {
        return new ConditionKeys().tags("s3:RequestObjectTag/", tags).withAll("s3:RequestObjectTagKeys", tags.keySet());
    }

    /** The tags that PutObjectTagging brings. */
    static Map<String, List<String>> of(@Nullable Tagging tagging) {
        var tags = new LinkedHashMap<String, String>();
        if (tagging != null) {
            tagging.tagSet().forEach(tag -> put(tags, tag));
        }
        return objectTags(tags).map();
    }

    private static void put(Map<String, String> tags, Tag tag) {
        if (tag.key() != null && tag.value() != null) {
            tags.put(tag.key(), tag.value());
        }
    }

    static Map<String, List<String>> listing(
            @Nullable String prefix, @Nullable String delimiter, @Nullable Integer maxKeys) {
        return new ConditionKeys()
                .with("s3:prefix", prefix)
                .with("s3:delimiter", delimiter)
                .with("s3:max-keys", maxKeys)
                .map();
    }
}
