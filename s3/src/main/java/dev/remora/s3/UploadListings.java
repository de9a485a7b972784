package dev.remora.s3;

import dev.remora.s3.UploadDocument.Part;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What uploads are under way, and which parts of one are there. */
final class UploadListings {
    private static final int MAX = 1000;

    private final Store store;
    private final Access access;

    UploadListings(Store store, Access access) {
        this.store = store;
        this.access = access;
    }

    ListPartsResponse parts(ListPartsRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        UploadDocument upload = UploadDocument.existing(store.view(), bucket.name(), request.key(), request.uploadId());
        int after = request.partNumberMarker() == null ? 0 : request.partNumberMarker();
        int max = max(request.maxParts(), "max-parts");
        List<Part> rest = UploadDocument.parts(store.view(), upload.uploadId()).stream()
                .filter(p -> p.number() > after)
                .toList();
        List<Part> page = rest.subList(0, Math.min(max, rest.size()));
        return ListPartsResponse.builder()
                .bucket(bucket.name())
                .key(upload.key())
                .uploadId(upload.uploadId())
                .partNumberMarker(after)
                .nextPartNumberMarker(page.isEmpty() ? 0 : page.getLast().number())
                .maxParts(max)
                .isTruncated(page.size() < rest.size())
                .parts(page.isEmpty() ? null : page.stream().map(p -> describe(upload, p)).toList())
                .storageClass(upload.attributes().storageClass())
                .checksumAlgorithm(upload.algorithm().orElse(null))
                .checksumType(upload.algorithm().isPresent() ? upload.checksumType() : null)
                .owner(Buckets.owner(bucket.owner()))
                .build();
    }

    private static software.amazon.awssdk.services.s3.model.Part describe(UploadDocument upload, Part part) {
        return software.amazon.awssdk.services.s3.model.Part.builder()
                .partNumber(part.number())
                .lastModified(part.modified())
                .eTag(part.quotedEtag())
                .size(part.length())
                .applyMutation(b -> upload.algorithm().ifPresent(a -> Sums.set(a, part.checksum(), b)))
                .build();
    }

    ListMultipartUploadsResponse uploads(ListMultipartUploadsRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        int max = max(request.maxUploads(), "max-uploads");
        String prefix = Listings.orEmpty(request.prefix());
        String delimiter = Listings.orEmpty(request.delimiter());
        var found = new ArrayList<UploadDocument>();
        var prefixes = new LinkedHashSet<String>();
        boolean truncated = false;
        for (UploadDocument upload : UploadDocument.of(store.view(), bucket.name())) {
            if (!upload.key().startsWith(prefix) || !isAfter(upload, request)) {
                continue;
            }
            int cut = delimiter.isEmpty() ? -1 : upload.key().indexOf(delimiter, prefix.length());
            String common = cut < 0 ? "" : upload.key().substring(0, cut + delimiter.length());
            if (prefixes.contains(common)) {
                continue;
            }
            if (found.size() + prefixes.size() == max) {
                truncated = true;
                break;
            }
            if (cut < 0) {
                found.add(upload);
            } else {
                prefixes.add(common);
            }
        }
        UnaryOperator<String> encode = Listings.encoding(request.encodingType(), request.encodingTypeAsString());
        return ListMultipartUploadsResponse.builder()
                .bucket(bucket.name())
                .prefix(encode.apply(prefix))
                .delimiter(request.delimiter() == null ? null : encode.apply(delimiter))
                .keyMarker(encode.apply(Listings.orEmpty(request.keyMarker())))
                .uploadIdMarker(Listings.orEmpty(request.uploadIdMarker()))
                .nextKeyMarker(truncated && !found.isEmpty() ? encode.apply(found.getLast().key()) : null)
                .nextUploadIdMarker(truncated && !found.isEmpty() ? found.getLast().uploadId() : null)
                .maxUploads(max)
                .isTruncated(truncated)
                .encodingType(request.encodingType())
                .uploads(found.isEmpty() ? null : found.stream().map(u -> describe(u, bucket, encode)).toList())
                .commonPrefixes(prefixes.isEmpty() ? null : prefixes.stream()
                        .map(p -> CommonPrefix.builder().prefix(encode.apply(p)).build())
                        .toList())
                .build();
    }

    /** A marker of an upload id only counts together with that of its key. */
    private static boolean isAfter(UploadDocument upload, ListMultipartUploadsRequest request) {
        String marker = Listings.orEmpty(request.keyMarker());
        int order = upload.key().compareTo(marker);
        return marker.isEmpty() || order > 0
                || order == 0 && request.uploadIdMarker() != null && upload.uploadId().compareTo(request.uploadIdMarker()) > 0;
    }

    private static MultipartUpload describe(UploadDocument upload, BucketDocument bucket, UnaryOperator<String> encode) {
        return MultipartUpload.builder()
                .key(encode.apply(upload.key()))
                .uploadId(upload.uploadId())
                .initiated(upload.initiated())
                .storageClass(upload.attributes().storageClass())
                .owner(Buckets.owner(bucket.owner()))
                .checksumAlgorithm(upload.algorithm().orElse(null))
                .checksumType(upload.algorithm().isPresent() ? upload.checksumType() : null)
                .build();
    }

    private static int max(@Nullable Integer asked, String name) {
        if (asked != null && asked < 0) {
            throw S3Errors.invalidArgument("Argument " + name + " must be an integer between 0 and 2147483647", name,
                    asked.toString());
        }
        return asked == null ? MAX : Math.min(asked, MAX);
    }
}
