package dev.remora.s3;

import dev.remora.store.Kind;
import dev.remora.store.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An object: what is said of it, and where its bytes are. */
record StoredObject(String bucket, String key, Attributes attributes, Bytes bytes, Instant modified) {
    static final Kind<StoredObject> KIND = Kind.of("s3.object", StoredObject.class);

    /** Bytes of a key's UTF-8. */
    static final int MAX_KEY_BYTES = 1024;

    /**
     * What is said of an object.
     *
     * @param headers those of HTTP that are given back as they came, by their names
     * @param metadata the user's, by names without {@code x-amz-meta-}
     */
    record Attributes(
            Map<String, String> headers, Map<String, String> metadata, Map<String, String> tags, String storageClass) {
        Attributes {
            headers = Map.copyOf(headers);
            metadata = Map.copyOf(metadata);
            tags = Map.copyOf(tags);
        }

        Attributes tagged(Map<String, String> newTags) {
            return new Attributes(headers, metadata, newTags, storageClass);
        }
    }

    /** A file, and how many bytes of an object it holds. */
    record Segment(String file, long length) {}

    /**
     * A checksum as it was sent or computed.
     *
     * @param algorithm a name of {@link dev.remora.wire.Checksum}
     * @param type FULL_OBJECT, or COMPOSITE for one of the parts' checksums
     */
    record Sum(String algorithm, String value, String type) {}

    /**
     * @param segments one for each part; none for an empty object
     * @param etag without its quotation marks
     * @param parts how many parts it was uploaded in, or 0
     */
    record Bytes(List<Segment> segments, long size, String etag, Sum checksum, int parts) {
        Bytes {
            segments = List.copyOf(segments);
        }
    }

    /** A key's id, which sorts the objects of a bucket side by side. Names of buckets hold no slash. */
    static String id(String bucket, String key) {
        return bucket + "/" + key;
    }

    String id() {
        return id(bucket, key);
    }

    static Optional<StoredObject> find(View view, String bucket, String key) {
        return view.get(KIND, BucketDocument.EVERYWHERE, id(bucket, key));
    }

    String quotedEtag() {
        return "\"" + bytes.etag() + "\"";
    }

    StoredObject tagged(Map<String, String> tags) {
        return new StoredObject(bucket, key, attributes.tagged(tags), bytes, modified);
    }
}
