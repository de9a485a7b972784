package dev.remora.s3;

import dev.remora.s3.Bodies.Written;
import dev.remora.s3.StoredObject.Attributes;
import dev.remora.s3.StoredObject.Bytes;
import dev.remora.s3.StoredObject.Sum;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Checksum;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectResult;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.TaggingDirective;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartCopyResponse;

/** Objects, and parts of uploads, whose bytes come from an object that is there. The bytes are copied. */
final class Copies {
    private final Store store;
    private final Access access;
    private final Bodies bodies;
    private final Objects objects;
    private final Uploads uploads;

    Copies(Store store, Access access, Bodies bodies, Objects objects, Uploads uploads) {
        this.store = store;
        this.access = access;
        this.bodies = bodies;
        this.objects = objects;
        this.uploads = uploads;
    }

    CopyObjectResponse copy(CopyObjectRequest request, Call call) {
        CopySource from = CopySource.of(request.copySource());
        String bucket = request.destinationBucket();
        String key = request.destinationKey();
        Said.checkKey(key);
        access.bucket(store.view(), bucket, request.expectedBucketOwner());
        Attributes said = Said.of(request);
        boolean anew = request.metadataDirective() == MetadataDirective.REPLACE;
        boolean itself = from.bucket().equals(bucket) && from.key().equals(key);
        if (itself && !anew && request.storageClass() == null && request.serverSideEncryption() == null
                && request.websiteRedirectLocation() == null) {
            throw S3Errors.invalidRequest("This copy request is illegal because it is trying to copy an object to itself"
                    + " without changing"
                    + " the object's metadata, storage class, website redirect location or encryption attributes.");
        }
        Checksum algorithm = algorithm(request.checksumAlgorithmAsString());
        StoredObject copied = reading(from, request.expectedSourceBucketOwner(), call, source -> {
            new Preconditions(request.copySourceIfMatch(), request.copySourceIfNoneMatch(), request.copySourceIfModifiedSince(),
                    request.copySourceIfUnmodifiedSince()).checkCopy(source);
            if (source.bytes().size() > Objects.MAX_UPLOAD_BYTES) {
                throw S3Errors.invalidRequest("The specified copy source is larger than the maximum allowable size for a copy"
                        + " source: "
                        + Objects.MAX_UPLOAD_BYTES);
            }
            Map<String, String> tags = request.taggingDirective() == TaggingDirective.REPLACE
                    ? said.tags()
                    : source.attributes().tags();
            Attributes kept = source.attributes();
            Attributes attributes = anew
                    ? new Attributes(said.headers(), said.metadata(), tags, said.storageClass())
                    : new Attributes(kept.headers(), kept.metadata(), tags, said.storageClass());
            Written written = write(source, new Range(0, source.bytes().size()), algorithm);
            Checksum.Value sum = java.util.Objects.requireNonNull(written.checksum());
            var bytes = new Bytes(written.segments(), written.length(), written.md5(),
                    new Sum(sum.algorithm().name(), sum.base64(), Objects.FULL_OBJECT), 0);
            var object = new StoredObject(bucket, key, attributes, bytes, call.time());
            objects.put(object, request.ifMatch(), request.ifNoneMatch());
            return object;
        });
        return CopyObjectResponse.builder()
                .copyObjectResult(CopyObjectResult.builder()
                        .eTag(copied.quotedEtag())
                        .lastModified(copied.modified())
                        .checksumType(copied.bytes().checksum().type())
                        .applyMutation(b -> Sums.set(copied.bytes().checksum(), b))
                        .build())
                .serverSideEncryption(request.serverSideEncryption())
                .build();
    }

    private static Checksum algorithm(@Nullable String asked) {
        try {
            return asked == null ? Checksum.CRC64NVME : Checksum.valueOf(asked);
        } catch (IllegalArgumentException e) {
            throw S3Errors.notSupported("The checksum algorithm " + asked);
        }
    }

    UploadPartCopyResponse copyPart(UploadPartCopyRequest request, Call call) {
        CopySource from = CopySource.of(request.copySource());
        access.bucket(store.view(), request.destinationBucket(), request.expectedBucketOwner());
        Uploads.checkNumber(request.partNumber());
        UploadDocument upload = UploadDocument.existing(
                store.view(), request.destinationBucket(), request.destinationKey(), request.uploadId());
        UploadDocument.Part part = reading(from, request.expectedSourceBucketOwner(), call, source -> {
            new Preconditions(request.copySourceIfMatch(), request.copySourceIfNoneMatch(), request.copySourceIfModifiedSince(),
                    request.copySourceIfUnmodifiedSince()).checkCopy(source);
            Written written = write(source, range(request.copySourceRange(), source), Uploads.algorithm(upload));
            Checksum.Value sum = java.util.Objects.requireNonNull(written.checksum());
            return uploads.put(upload, request.partNumber(), written, sum.base64(), call.time());
        });
        return UploadPartCopyResponse.builder()
                .copyPartResult(CopyPartResult.builder()
                        .eTag(part.quotedEtag())
                        .lastModified(part.modified())
                        .applyMutation(b -> upload.algorithm().ifPresent(a -> Sums.set(a, part.checksum(), b)))
                        .build())
                .build();
    }

    /** A range of a copy must be whole and within the source, unlike that of a reading. */
    private static Range range(@Nullable String header, StoredObject source) {
        long size = source.bytes().size();
        if (header == null) {
            return new Range(0, size);
        }
        Range range = header.matches("bytes=\\d{1,18}-\\d{1,18}") ? Range.of(header, size).orElse(null) : null;
        if (range == null || !header.equals("bytes=" + range.from() + "-" + (range.from() + range.length() - 1))) {
            throw S3Errors.invalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where"
                    + " first and last"
                    + " are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header);
        }
        return range;
    }

    private <R> R reading(CopySource from, @Nullable String owner, Call call, Function<StoredObject, R> work) {
        access.bucket(store.view(), from.bucket(), owner);
        StoredObject source = objects.held(from.bucket(), from.key(), owner, call.principal(), call.keys());
        try {
            return work.apply(source);
        } finally {
            bodies.letGo(source.bytes().segments());
        }
    }

    private Written write(StoredObject source, Range range, Checksum algorithm) {
        bodies.hold(source.bytes().segments());
        try (InputStream in = bodies.read(source.bytes().segments(), range.from(), range.length()).bytes()) {
            return bodies.write(in, Objects.MAX_UPLOAD_BYTES, algorithm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
