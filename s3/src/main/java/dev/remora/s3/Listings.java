package dev.remora.s3;

import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Tokens;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The keys of a bucket, page by page; those that share a beginning up to a delimiter count as one. */
final class Listings {
    static final int MAX_KEYS = 1000;

    /** Comes after every key that begins with what stands before it. */
    private static final String AFTER_ALL = "\uffff";

    private final Store store;
    private final Access access;

    Listings(Store store, Access access) {
        this.store = store;
        this.access = access;
    }

    /**
     * @param last the last key or common prefix of the page, or empty
     */
    private record Found(List<StoredObject> objects, List<String> prefixes, boolean truncated, String last) {}

    ListObjectsV2Response listV2(ListObjectsV2Request request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        int max = maxKeys(request.maxKeys());
        var tokens = new Tokens(bucket.name(), () -> S3Errors.badContinuation(request.continuationToken()));
        String after = request.continuationToken() != null
                ? tokens.position(request.continuationToken())
                : orEmpty(request.startAfter());
        Found found = find(bucket.name(), orEmpty(request.prefix()), orEmpty(request.delimiter()), after, max);
        UnaryOperator<String> encode = encoding(request.encodingType(), request.encodingTypeAsString());
        boolean owner = Boolean.TRUE.equals(request.fetchOwner());
        return ListObjectsV2Response.builder()
                .name(bucket.name())
                .prefix(encode.apply(orEmpty(request.prefix())))
                .delimiter(request.delimiter() == null ? null : encode.apply(request.delimiter()))
                .startAfter(request.startAfter() == null ? null : encode.apply(request.startAfter()))
                .continuationToken(request.continuationToken())
                .nextContinuationToken(found.truncated() ? tokens.behind(found.last()) : null)
                .keyCount(found.objects().size() + found.prefixes().size())
                .maxKeys(max)
                .isTruncated(found.truncated())
                .encodingType(request.encodingType())
                .contents(found.objects().isEmpty() ? null : found.objects().stream()
                        .map(o -> describe(o, encode, owner ? bucket.owner() : null))
                        .toList())
                .commonPrefixes(found.prefixes().isEmpty() ? null : prefixes(found, encode))
                .build();
    }

    /** The next marker is only said where a delimiter was given: without, it is the last key. */
    ListObjectsResponse listV1(ListObjectsRequest request, Call call) {
        BucketDocument bucket = access.bucket(store.view(), request.bucket(), request.expectedBucketOwner());
        int max = maxKeys(request.maxKeys());
        String delimiter = orEmpty(request.delimiter());
        Found found = find(bucket.name(), orEmpty(request.prefix()), delimiter, orEmpty(request.marker()), max);
        UnaryOperator<String> encode = encoding(request.encodingType(), request.encodingTypeAsString());
        return ListObjectsResponse.builder()
                .name(bucket.name())
                .prefix(encode.apply(orEmpty(request.prefix())))
                .delimiter(request.delimiter() == null ? null : encode.apply(delimiter))
                .marker(encode.apply(orEmpty(request.marker())))
                .nextMarker(found.truncated() && !delimiter.isEmpty() ? encode.apply(found.last()) : null)
                .maxKeys(max)
                .isTruncated(found.truncated())
                .encodingType(request.encodingType())
                .contents(found.objects().isEmpty() ? null : found.objects().stream()
                        .map(o -> describe(o, encode, bucket.owner()))
                        .toList())
                .commonPrefixes(found.prefixes().isEmpty() ? null : prefixes(found, encode))
                .build();
    }

    private Found find(String bucket, String prefix, String delimiter, String after, int max) {
        var objects = new ArrayList<StoredObject>();
        var prefixes = new ArrayList<String>();
        String last = "";
        var keys = new Keys(store.view(), bucket, prefix, after);
        for (StoredObject object = keys.next(); object != null; object = keys.next()) {
            int cut = delimiter.isEmpty() ? -1 : object.key().indexOf(delimiter, prefix.length());
            String common = cut < 0 ? "" : object.key().substring(0, cut + delimiter.length());
            if (cut >= 0 && common.compareTo(after) <= 0) {
                keys.skip(common + AFTER_ALL);
                continue;
            }
            if (objects.size() + prefixes.size() == max) {
                return new Found(objects, prefixes, max > 0, last);
            }
            if (cut < 0) {
                objects.add(object);
                last = object.key();
            } else {
                prefixes.add(common);
                last = common;
                keys.skip(common + AFTER_ALL);
            }
        }
        return new Found(objects, prefixes, false, last);
    }

    /** Walks through the keys of a bucket that begin with a prefix. */
    private static final class Keys {
        private final View view;
        private final String bucket;
        private final String prefix;
        private String position;
        private List<StoredObject> page = List.of();
        private int at;
        private boolean fresh;

        Keys(View view, String bucket, String prefix, String after) {
            this.view = view;
            this.bucket = bucket;
            this.prefix = prefix;
            this.fresh = after.compareTo(prefix) < 0;
            this.position = fresh ? prefix : after;
        }

        @Nullable
        StoredObject next() {
            if (fresh) {
                fresh = false;
                var exact = StoredObject.find(view, bucket, position);
                if (exact.isPresent()) {
                    return exact.get();
                }
            }
            if (at == page.size()) {
                page = view.page(StoredObject.KIND, BucketDocument.EVERYWHERE, StoredObject.id(bucket, position), MAX_KEYS);
                at = 0;
                if (page.isEmpty()) {
                    return null;
                }
            }
            StoredObject object = page.get(at++);
            if (!object.bucket().equals(bucket) || !object.key().startsWith(prefix)) {
                return null;
            }
            position = object.key();
            return object;
        }

        void skip(String to) {
            position = to;
            page = List.of();
            at = 0;
        }
    }

    private static int maxKeys(@Nullable Integer asked) {
        if (asked != null && asked < 0) {
            throw S3Errors.invalidArgument("Argument maxKeys must be an integer between 0 and 2147483647", "maxKeys",
                    asked.toString());
        }
        return asked == null ? MAX_KEYS : Math.min(asked, MAX_KEYS);
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Keys may hold what XML cannot. */
    static UnaryOperator<String> encoding(@Nullable EncodingType type, @Nullable String asked) {
        if (type == null) {
            return UnaryOperator.identity();
        }
        if (type != EncodingType.URL) {
            throw S3Errors.invalidArgument("Invalid Encoding Method specified in Request", "encoding-type",
                    String.valueOf(asked));
        }
        return text -> URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
    }

    private static S3Object describe(StoredObject object, UnaryOperator<String> encode, @Nullable String owner) {
        return S3Object.builder()
                .key(encode.apply(object.key()))
                .lastModified(object.modified())
                .eTag(object.quotedEtag())
                .checksumAlgorithmWithStrings(object.bytes().checksum().algorithm())
                .checksumType(object.bytes().checksum().type())
                .size(object.bytes().size())
                .storageClass(object.attributes().storageClass())
                .owner(owner == null ? null : Buckets.owner(owner))
                .build();
    }

    private static List<CommonPrefix> prefixes(Found found, UnaryOperator<String> encode) {
        return found.prefixes().stream().map(p -> CommonPrefix.builder().prefix(encode.apply(p)).build()).toList();
    }
}
