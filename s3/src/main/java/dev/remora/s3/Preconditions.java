package dev.remora.s3;

import dev.remora.wire.AwsError;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Conditions under which an object is read or written ("Conditional requests" in the S3 user guide; RFC 9110, 13.2.2). */
record Preconditions(
        @Nullable String ifMatch,
        @Nullable String ifNoneMatch,
        @Nullable Instant ifModifiedSince,
        @Nullable Instant ifUnmodifiedSince) {

    /** A condition on etags goes before the one on time. */
    void checkRead(StoredObject object) {
        Instant modified = object.modified().truncatedTo(ChronoUnit.SECONDS);
        if (ifMatch != null) {
            if (!names(ifMatch, object)) {
                throw S3Errors.preconditionFailed("If-Match");
            }
        } else if (ifUnmodifiedSince != null && modified.isAfter(ifUnmodifiedSince)) {
            throw S3Errors.preconditionFailed("If-Unmodified-Since");
        }
        if (ifNoneMatch != null) {
            if (names(ifNoneMatch, object)) {
                throw S3Errors.notModified();
            }
        } else if (ifModifiedSince != null && !modified.isAfter(ifModifiedSince)) {
            throw S3Errors.notModified();
        }
    }

    /** For a source of a copy nothing is "not modified": what does not hold fails. */
    void checkCopy(StoredObject object) {
        try {
            checkRead(object);
        } catch (AwsError error) {
            throw S3Errors.preconditionFailed(
                    ifNoneMatch != null && error.status() == 304 ? "x-amz-copy-source-If-None-Match" : "x-amz-copy-source");
        }
    }

    static void checkWrite(Optional<StoredObject> present, String key, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
        if (ifNoneMatch != null && !ifNoneMatch.equals("*")) {
            throw S3Errors.notSupported("A condition If-None-Match with an ETag, which S3 does not know for writes,");
        }
        if (ifNoneMatch != null && present.isPresent()) {
            throw S3Errors.preconditionFailed("If-None-Match");
        }
        if (ifMatch != null) {
            StoredObject object = present.orElseThrow(() -> S3Errors.noKey(key));
            if (!names(ifMatch, object)) {
                throw S3Errors.preconditionFailed("If-Match");
            }
        }
    }

    private static boolean names(String etags, StoredObject object) {
        for (String etag : etags.split(",")) {
            String bare = etag.strip().replace("\"", "");
            if (bare.equals("*") || bare.equals(object.bytes().etag())) {
                return true;
            }
        }
        return false;
    }
}
