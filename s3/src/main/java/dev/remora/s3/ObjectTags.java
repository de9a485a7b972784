package dev.remora.s3;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.PutObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** Tags of objects and of buckets. */
final class ObjectTags {
    private static final int MAX_OF_OBJECT = 10;
    private static final int MAX_OF_BUCKET = 50;
    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 256;

    private final Store store;
    private final Access access;

    ObjectTags(Store store, Access access) {
        this.store = store;
        this.access = access;
    }

    PutObjectTaggingResponse putOfObject(PutObjectTaggingRequest request, Call call) {
        Map<String, String> tags = of(request.tagging(), MAX_OF_OBJECT, "Object tags cannot be greater than 10");
        change(request.bucket(), request.key(), request.expectedBucketOwner(), tags);
        return PutObjectTaggingResponse.builder().build();
    }

    DeleteObjectTaggingResponse deleteOfObject(DeleteObjectTaggingRequest request, Call call) {
        change(request.bucket(), request.key(), request.expectedBucketOwner(), Map.of());
        return DeleteObjectTaggingResponse.builder().build();
    }

    private void change(String bucket, String key, @Nullable String owner, Map<String, String> tags) {
        store.write(t -> {
            access.bucket(t, bucket, owner);
            StoredObject object = StoredObject.find(t, bucket, key).orElseThrow(() -> S3Errors.noKey(key));
            t.put(StoredObject.KIND, BucketDocument.EVERYWHERE, object.id(), object.tagged(tags));
            return key;
        });
    }

    GetObjectTaggingResponse ofObject(GetObjectTaggingRequest request, Call call) {
        access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        StoredObject object = StoredObject.find(store.view(), request.bucket(), request.key())
                .orElseThrow(() -> access.absent(call.principal(), call.keys(), request.bucket(), request.key()));
        return GetObjectTaggingResponse.builder().tagSet(list(object.attributes().tags())).build();
    }

    PutBucketTaggingResponse putOfBucket(PutBucketTaggingRequest request, Call call) {
        Map<String, String> tags = of(request.tagging(), MAX_OF_BUCKET, "Bucket tag count cannot be greater than 50");
        change(request.bucket(), request.expectedBucketOwner(), tags);
        return PutBucketTaggingResponse.builder().build();
    }

    DeleteBucketTaggingResponse deleteOfBucket(DeleteBucketTaggingRequest request, Call call) {
        change(request.bucket(), request.expectedBucketOwner(), Map.of());
        return DeleteBucketTaggingResponse.builder().build();
    }

    private void change(String bucket, @Nullable String owner, Map<String, String> tags) {
        store.write(t -> {
            BucketDocument found = access.bucket(t, bucket, owner);
            t.put(BucketDocument.KIND, BucketDocument.EVERYWHERE, bucket, found.tagged(tags));
            return bucket;
        });
    }

    GetBucketTaggingResponse ofBucket(GetBucketTaggingRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        if (bucket.tags().isEmpty()) {
            throw S3Errors.of("NoSuchTagSet", 404, "The TagSet does not exist", "BucketName", bucket.name());
        }
        return GetBucketTaggingResponse.builder().tagSet(list(bucket.tags())).build();
    }

    private static List<Tag> list(Map<String, String> tags) {
        return new TreeMap<>(tags).entrySet().stream()
                .map(e -> Tag.builder().key(e.getKey()).value(e.getValue()).build())
                .toList();
    }

    private static Map<String, String> of(@Nullable Tagging tagging, int max, String tooMany) {
        if (tagging == null) {
            throw S3Errors.malformedXml();
        }
        return of(tagging.tagSet(), max, tooMany);
    }

    /** Tags of a bucket that is made with them. */
    static Map<String, String> ofBucket(List<Tag> tags) {
        return of(tags, MAX_OF_BUCKET, "Bucket tag count cannot be greater than 50");
    }

    private static Map<String, String> of(List<Tag> given, int max, String tooMany) {
        if (given.size() > max) {
            throw S3Errors.of("BadRequest", 400, tooMany);
        }
        var tags = new HashMap<String, String>();
        for (Tag tag : given) {
            if (tag.key() == null || tag.value() == null) {
                throw S3Errors.malformedXml();
            }
            add(tags, tag.key(), tag.value());
        }
        return tags;
    }

    private static void add(Map<String, String> tags, String key, String value) {
        if (key.isEmpty() || key.length() > MAX_KEY) {
            throw S3Errors.of("InvalidTag", 400, "The TagKey you have provided is invalid", "TagKey", key);
        }
        if (value.length() > MAX_VALUE) {
            throw S3Errors.of("InvalidTag", 400, "The TagValue you have provided is invalid", "TagKey", key);
        }
        if (key.startsWith("aws:")) {
            throw S3Errors.of("InvalidTag", 400, "System tags cannot be added/updated by requester", "TagKey", key);
        }
        if (tags.put(key, value) != null) {
            throw S3Errors.of("InvalidTag", 400, "Cannot provide multiple Tags with the same key", "TagKey", key);
        }
    }

    /** Tags as the header of PutObject has them, encoded as a query. */
    static Map<String, String> ofHeader(@Nullable String header) {
        var tags = new HashMap<String, String>();
        if (header == null || header.isEmpty()) {
            return tags;
        }
        String[] pairs = header.split("&");
        if (pairs.length > MAX_OF_OBJECT) {
            throw S3Errors.of("BadRequest", 400, "Object tags cannot be greater than 10");
        }
        try {
            for (String pair : pairs) {
                int equals = pair.indexOf('=');
                add(tags, URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8),
                        equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        } catch (IllegalArgumentException e) {
            throw S3Errors.invalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query"
                    + " parameters"
                    + " without tag name duplicates.", "x-amz-tagging", header);
        }
        return tags;
    }
}
