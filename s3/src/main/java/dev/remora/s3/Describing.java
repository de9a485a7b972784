package dev.remora.s3;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * What GetObject and HeadObject say of an object: the headers that it was stored with, and what a request sets in their place.
 */
final class Describing {
    private static final String RESPONSE = "response-";
    private static final Set<String> OVERRIDES = Set.of("response-cache-control", "response-content-disposition",
            "response-content-encoding", "response-content-language", "response-content-type", "response-expires");

    private Describing() {}

    static GetObjectResponse get(StoredObject object, GetObjectRequest request, Optional<Range> range) {
        GetObjectResponse.Builder builder = GetObjectResponse.builder();
        headers(object, request, builder);
        long size = object.bytes().size();
        builder.acceptRanges("bytes")
                .lastModified(object.modified())
                .eTag(object.quotedEtag())
                .metadata(object.attributes().metadata())
                .contentLength(range.map(Range::length).orElse(size))
                .contentRange(range.map(r -> r.contentRange(size)).orElse(null))
                .storageClass(storageClass(object))
                .tagCount(object.attributes().tags().isEmpty() ? null : object.attributes().tags().size())
                .partsCount(parts(object, request.partNumber()));
        if (request.checksumMode() == ChecksumMode.ENABLED && range.isEmpty()) {
            builder.checksumType(object.bytes().checksum().type());
            Sums.set(object.bytes().checksum(), builder);
        }
        return builder.build();
    }

    static HeadObjectResponse head(StoredObject object, HeadObjectRequest request, Optional<Range> range) {
        HeadObjectResponse.Builder builder = HeadObjectResponse.builder();
        headers(object, request, builder);
        long size = object.bytes().size();
        builder.acceptRanges("bytes")
                .lastModified(object.modified())
                .eTag(object.quotedEtag())
                .metadata(object.attributes().metadata())
                .contentLength(range.map(Range::length).orElse(size))
                .contentRange(range.map(r -> r.contentRange(size)).orElse(null))
                .storageClass(storageClass(object))
                .tagCount(object.attributes().tags().isEmpty() ? null : object.attributes().tags().size())
                .partsCount(parts(object, request.partNumber()));
        if (request.checksumMode() == ChecksumMode.ENABLED && range.isEmpty()) {
            builder.checksumType(object.bytes().checksum().type());
            Sums.set(object.bytes().checksum(), builder);
        }
        return builder.build();
    }

    /** The standard class is not named ("GetObject": x-amz-storage-class). */
    private static @Nullable String storageClass(StoredObject object) {
        String storageClass = object.attributes().storageClass();
        return storageClass.equals("STANDARD") ? null : storageClass;
    }

    private static @Nullable Integer parts(StoredObject object, @Nullable Integer asked) {
        return asked == null || object.bytes().parts() == 0 ? null : object.bytes().parts();
    }

    private static void headers(StoredObject object, SdkPojo request, Object builder) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(object.attributes().headers());
        for (SdkField<?> field : request.sdkFields()) {
            if (OVERRIDES.contains(field.locationName()) && field.getValueOrDefault(request) instanceof Object value) {
                headers.put(field.locationName().substring(RESPONSE.length()),
                        value instanceof Instant time ? Said.date(time) : value.toString());
            }
        }
        for (SdkField<?> field : ((SdkPojo) builder).sdkFields()) {
            String value = headers.get(field.locationName());
            if (field.location() == MarshallLocation.HEADER && value != null) {
                if (field.marshallingType() == MarshallingType.INSTANT) {
                    field.set(builder, Said.instant(value));
                } else if (field.marshallingType() == MarshallingType.STRING) {
                    field.set(builder, value);
                }
            }
        }
    }
}
