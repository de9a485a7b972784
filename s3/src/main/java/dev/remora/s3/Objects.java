package dev.remora.s3;

import static dev.remora.s3.BucketDocument.EVERYWHERE;
import static dev.remora.s3.StoredObject.KIND;

import dev.remora.s3.Bodies.Written;
import dev.remora.s3.StoredObject.Attributes;
import dev.remora.s3.StoredObject.Bytes;
import dev.remora.s3.StoredObject.Segment;
import dev.remora.s3.StoredObject.Sum;
import dev.remora.store.Store;
import dev.remora.wire.Body;
import dev.remora.wire.Call;
import dev.remora.wire.Checksum;
import dev.remora.wire.Content;
import dev.remora.wire.Principal;
import dev.remora.wire.Sender.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** Objects: written whole, read whole or in part, deleted. */
final class Objects {
    /** What one request may bring ("Amazon S3 multipart upload limits"). */
    static final long MAX_UPLOAD_BYTES = 5L << 30;

    static final int MAX_DELETED = 1000;
    static final String FULL_OBJECT = "FULL_OBJECT";

    private final Store store;
    private final Access access;
    private final Bodies bodies;
    private final Runnable firstWrite;

    /** @param firstWrite told of each write before it; the first one clears away what a crash left */
    Objects(Store store, Access access, Bodies bodies, Runnable firstWrite) {
        this.store = store;
        this.access = access;
        this.bodies = bodies;
        this.firstWrite = firstWrite;
    }

    PutObjectResponse put(PutObjectRequest request, Call call, Body body) {
        String bucket = request.bucket();
        String key = request.key();
        Said.checkKey(key);
        access.bucket(store.view(), bucket, request.expectedBucketOwner());
        Attributes attributes = Said.of(request);
        Preconditions.checkWrite(StoredObject.find(store.view(), bucket, key), key, request.ifMatch(), request.ifNoneMatch());
        Bytes bytes = receive(body);
        StoredObject object = new StoredObject(bucket, key, attributes, bytes, call.time());
        put(object, request.ifMatch(), request.ifNoneMatch());
        return PutObjectResponse.builder()
                .eTag(object.quotedEtag())
                .serverSideEncryption(request.serverSideEncryption())
                .checksumType(bytes.checksum().type())
                .applyMutation(b -> Sums.set(bytes.checksum(), b))
                .build();
    }

    /** Writes a body that must say how long it is. */
    Bytes receive(Body body) {
        if (body.length() < 0) {
            throw S3Errors.of("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
        }
        if (body.length() > MAX_UPLOAD_BYTES) {
            throw S3Errors.tooLarge(body.length(), MAX_UPLOAD_BYTES);
        }
        firstWrite.run();
        Checksum computed = body.announced().isPresent() ? null : Checksum.CRC64NVME;
        Written written = bodies.write(body.bytes(), MAX_UPLOAD_BYTES, computed);
        Checksum.Value sum = body.checksum().or(() -> Optional.ofNullable(written.checksum())).orElseThrow();
        return new Bytes(written.segments(), written.length(), written.md5(),
                new Sum(sum.algorithm().name(), sum.base64(), FULL_OBJECT), 0);
    }

    /** Stores an object whose bytes are written; if that is refused they go again. */
    void put(StoredObject object, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
        List<Segment> replaced;
        try {
            replaced = store.write(t -> {
                BucketDocument.existing(t, object.bucket());
                Optional<StoredObject> present = t.get(KIND, EVERYWHERE, object.id());
                Preconditions.checkWrite(present, object.key(), ifMatch, ifNoneMatch);
                t.put(KIND, EVERYWHERE, object.id(), object);
                return present.map(o -> o.bytes().segments()).orElse(List.of());
            });
        } catch (RuntimeException refused) {
            bodies.delete(object.bytes().segments());
            throw refused;
        }
        bodies.delete(replaced);
    }

    /** An object whose files are held: they stay, whatever happens to it, until they are let go. */
    StoredObject held(String bucket, String key, @Nullable String owner, Principal principal,
            Map<String, List<String>> keys) {
        while (true) {
            access.bucket(store.view(), bucket, owner);
            StoredObject object = StoredObject.find(store.view(), bucket, key)
                    .orElseThrow(() -> access.absent(principal, keys, bucket, key));
            bodies.hold(object.bytes().segments());
            boolean still = StoredObject.find(store.view(), bucket, key)
                    .filter(o -> o.bytes().segments().equals(object.bytes().segments()))
                    .isPresent();
            if (still) {
                return object;
            }
            bodies.letGo(object.bytes().segments());
        }
    }

    Sent<GetObjectResponse> get(GetObjectRequest request, Call call) {
        StoredObject object = held(request.bucket(), request.key(), request.expectedBucketOwner(), call.principal(), call.keys());
        List<Segment> segments = object.bytes().segments();
        boolean sent = false;
        try {
            new Preconditions(request.ifMatch(), request.ifNoneMatch(), request.ifModifiedSince(), request.ifUnmodifiedSince())
                    .checkRead(object);
            long size = object.bytes().size();
            Optional<Range> range = Parts.range(object, request.partNumber(), request.range());
            Range read = range.orElse(new Range(0, size));
            GetObjectResponse response = Describing.get(object, request, range);
            Content content = bodies.read(segments, read.from(), read.length());
            sent = true;
            return new Sent<>(response, content);
        } finally {
            if (!sent) {
                bodies.letGo(segments);
            }
        }
    }

    HeadObjectResponse head(HeadObjectRequest request, Call call) {
        access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        StoredObject object = StoredObject.find(store.view(), request.bucket(), request.key())
                .orElseThrow(() -> access.absent(call.principal(), call.keys(), request.bucket(), request.key()));
        new Preconditions(request.ifMatch(), request.ifNoneMatch(), request.ifModifiedSince(), request.ifUnmodifiedSince())
                .checkRead(object);
        return Describing.head(object, request, Parts.range(object, request.partNumber(), request.range()));
    }

    DeleteObjectResponse delete(DeleteObjectRequest request, Call call) {
        String bucket = request.bucket();
        String key = request.key();
        List<Segment> gone = store.write(t -> {
            access.bucket(t, bucket, request.expectedBucketOwner());
            Optional<StoredObject> present = StoredObject.find(t, bucket, key);
            Preconditions.checkWrite(present, key, request.ifMatch(), null);
            t.delete(KIND, EVERYWHERE, StoredObject.id(bucket, key));
            return present.map(o -> o.bytes().segments()).orElse(List.of());
        });
        bodies.delete(gone);
        return DeleteObjectResponse.builder().build();
    }

    DeleteObjectsResponse deleteMany(DeleteObjectsRequest request, Call call) {
        Delete delete = request.delete();
        if (delete == null || delete.objects().isEmpty() || delete.objects().size() > MAX_DELETED
                || delete.objects().stream().anyMatch(o -> o.key() == null || o.key().isEmpty())) {
            throw S3Errors.malformedXml();
        }
        for (ObjectIdentifier asked : delete.objects()) {
            if (asked.versionId() != null || asked.eTag() != null || asked.size() != null || asked.lastModifiedTime() != null) {
                throw S3Errors.notSupported("Deleting by version or condition");
            }
        }
        List<Segment> gone = store.write(t -> {
            access.bucket(t, request.bucket(), request.expectedBucketOwner());
            var files = new ArrayList<Segment>();
            for (ObjectIdentifier asked : delete.objects()) {
                StoredObject.find(t, request.bucket(), asked.key()).ifPresent(o -> files.addAll(o.bytes().segments()));
                t.delete(KIND, EVERYWHERE, StoredObject.id(request.bucket(), asked.key()));
            }
            return files;
        });
        bodies.delete(gone);
        boolean quiet = Boolean.TRUE.equals(delete.quiet());
        return DeleteObjectsResponse.builder()
                .deleted(quiet ? null : delete.objects().stream()
                        .map(o -> DeletedObject.builder().key(o.key()).build())
                        .toList())
                .build();
    }
}
