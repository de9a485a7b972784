package dev.remora.s3;

import dev.remora.s3.StoredObject.Attributes;
import dev.remora.s3.StoredObject.Segment;
import dev.remora.store.Kind;
import dev.remora.store.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An upload in parts that is not completed yet.
 *
 * @param algorithm of the checksums, a name of {@link dev.remora.wire.Checksum}, or empty where none was asked for
 * @param checksumType FULL_OBJECT or COMPOSITE
 */
record UploadDocument(
        String bucket,
        String key,
        String uploadId,
        Attributes attributes,
        Instant initiated,
        Optional<String> algorithm,
        String checksumType) {
    /** Ids sort uploads by bucket and key, as they are listed. */
    static final Kind<UploadDocument> KIND = Kind.of("s3.upload", UploadDocument.class);

    static final Kind<Part> PARTS = Kind.of("s3.part", Part.class);

    /** Bytes of an id's text behind the key. */
    private static final char END_OF_KEY = '\u0000';

    private static final int PAGE = 1000;

    /**
     * One part.
     *
     * @param segment its bytes, or empty for a part of none
     * @param checksum in the upload's algorithm, or CRC64NVME
     */
    record Part(
            String uploadId, int number, Optional<Segment> segment, long length, String etag, String checksum, Instant modified) {
        String id() {
            return id(uploadId, number);
        }

        static String id(String uploadId, int number) {
            return "%s/%05d".formatted(uploadId, number);
        }

        String quotedEtag() {
            return "\"" + etag + "\"";
        }
    }

    static String id(String bucket, String key, String uploadId) {
        return bucket + "/" + key + END_OF_KEY + uploadId;
    }

    String id() {
        return id(bucket, key, uploadId);
    }

    static UploadDocument existing(View view, String bucket, String key, String uploadId) {
        return view.get(KIND, BucketDocument.EVERYWHERE, id(bucket, key, uploadId))
                .orElseThrow(() -> S3Errors.noUpload(uploadId));
    }

    /** The parts that are there, in the order of their numbers. */
    static List<Part> parts(View view, String uploadId) {
        var found = new ArrayList<Part>();
        String after = uploadId + "/";
        while (true) {
            List<Part> page = view.page(PARTS, BucketDocument.EVERYWHERE, after, PAGE);
            for (Part part : page) {
                if (!part.uploadId().equals(uploadId)) {
                    return found;
                }
                found.add(part);
                after = part.id();
            }
            if (page.size() < PAGE) {
                return found;
            }
        }
    }

    /** The uploads of a bucket. */
    static List<UploadDocument> of(View view, String bucket) {
        var found = new ArrayList<UploadDocument>();
        String after = bucket + "/";
        while (true) {
            List<UploadDocument> page = view.page(KIND, BucketDocument.EVERYWHERE, after, PAGE);
            for (UploadDocument upload : page) {
                if (!upload.bucket().equals(bucket)) {
                    return found;
                }
                found.add(upload);
                after = upload.id();
            }
            if (page.size() < PAGE) {
                return found;
            }
        }
    }
}
