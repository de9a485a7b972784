package dev.remora.s3;

import dev.remora.s3.StoredObject.Attributes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Reads off requests what is said of an object. */
final class Said {
    private static final Set<String> HEADERS = Set.of("Content-Type", "Cache-Control", "Content-Disposition",
            "Content-Encoding", "Content-Language", "Expires", "x-amz-website-redirect-location");
    private static final int MAX_METADATA_BYTES = 2048;
    private static final Set<String> STORAGE_CLASSES = Set.of("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
            "INTELLIGENT_TIERING", "GLACIER_IR");
    private static final Set<String> OWNERS_ACLS = Set.of("private", "bucket-owner-full-control");
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'",
            Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Map<String, String> headers = new HashMap<>();

    /** The requests that say something of an object have no type in common, but the headers' names. */
    private Said(SdkPojo request) {
        for (SdkField<?> field : request.sdkFields()) {
            if (HEADERS.contains(field.locationName()) && field.getValueOrDefault(request) instanceof Object value) {
                headers.put(field.locationName(), value instanceof Instant time ? date(time) : value.toString());
            }
        }
        headers.computeIfPresent("Content-Encoding", (name, encoding) -> withoutChunks(encoding));
        headers.values().removeIf(String::isEmpty);
    }

    static Attributes of(PutObjectRequest r) {
        return new Said(r).attributes(r.metadata(), r.tagging(), r.storageClassAsString(), r.serverSideEncryptionAsString(),
                r.aclAsString());
    }

    static Attributes of(CreateMultipartUploadRequest r) {
        return new Said(r).attributes(r.metadata(), r.tagging(), r.storageClassAsString(), r.serverSideEncryptionAsString(),
                r.aclAsString());
    }

    /** What a copy says anew; its tags are for the caller to choose. */
    static Attributes of(CopyObjectRequest r) {
        return new Said(r).attributes(r.metadata(), r.tagging(), r.storageClassAsString(), r.serverSideEncryptionAsString(),
                r.aclAsString());
    }

    private Attributes attributes(
            Map<String, String> metadata,
            @Nullable String tagging,
            @Nullable String storageClass,
            @Nullable String encryption,
            @Nullable String acl) {
        int size = metadata.entrySet().stream().mapToInt(e -> utf8(e.getKey()) + utf8(e.getValue())).sum();
        if (size > MAX_METADATA_BYTES) {
            throw S3Errors.of("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size",
                    "Size", Integer.toString(size), "MaxSizeAllowed", Integer.toString(MAX_METADATA_BYTES));
        }
        if (storageClass != null && !STORAGE_CLASSES.contains(storageClass)) {
            throw S3Errors.of("InvalidStorageClass", 400, "The storage class you specified is not valid");
        }
        if (encryption != null && !encryption.equals("AES256")) {
            throw S3Errors.notSupported("The server-side encryption " + encryption);
        }
        if (acl != null && !OWNERS_ACLS.contains(acl)) {
            throw S3Errors.of("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
        }
        headers.putIfAbsent("Content-Type", "binary/octet-stream");
        return new Attributes(headers, metadata, ObjectTags.ofHeader(tagging), storageClass == null ? "STANDARD" : storageClass);
    }

    static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The coding in which a body came is none of the object's. */
    private static String withoutChunks(String encoding) {
        if (!encoding.contains("aws-chunked")) {
            return encoding;
        }
        return String.join(",", List.of(encoding.split(",")).stream()
                .map(String::strip)
                .filter(coding -> !coding.equals("aws-chunked"))
                .toList());
    }

    static String date(Instant time) {
        return HTTP_DATE.format(time);
    }

    /** The time of a header that {@link #date} wrote. */
    static Instant instant(String date) {
        return HTTP_DATE.parse(date, Instant::from);
    }

    static void checkKey(String key) {
        if (utf8(key) > StoredObject.MAX_KEY_BYTES) {
            throw S3Errors.of("KeyTooLongError", 400, "Your key is too long",
                    "Size", Integer.toString(utf8(key)), "MaxSizeAllowed", Integer.toString(StoredObject.MAX_KEY_BYTES));
        }
    }
}
