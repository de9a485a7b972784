package dev.remora.s3;

import dev.remora.wire.AwsError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The errors of S3, in its words ("Error responses" in the S3 API reference). */
final class S3Errors {
    private S3Errors() {}

    static AwsError of(String code, int status, String message, String... members) {
        return switch (members.length) {
            case 0 -> new AwsError(code, status, message);
            case 2 -> new AwsError(code, status, message, Map.of(members[0], members[1]));
            default -> new AwsError(code, status, message, Map.of(members[0], members[1], members[2], members[3]));
        };
    }

    static AwsError noBucket(String bucket) {
        return of("NoSuchBucket", 404, "The specified bucket does not exist", "BucketName", bucket);
    }

    static AwsError noKey(String key) {
        return of("NoSuchKey", 404, "The specified key does not exist.", "Key", key);
    }

    static AwsError noUpload(String uploadId) {
        return of("NoSuchUpload", 404, "The specified upload does not exist. The upload ID may be invalid, or the upload may"
                + " have been"
                + " aborted or completed.", "UploadId", uploadId);
    }

    static AwsError denied() {
        return of("AccessDenied", 403, "Access Denied");
    }

    static AwsError invalidArgument(String message, String name, String value) {
        return of("InvalidArgument", 400, message, "ArgumentName", name, "ArgumentValue", value);
    }

    static AwsError badContinuation(@Nullable String token) {
        return invalidArgument("The continuation token provided is incorrect", "continuation-token", String.valueOf(token));
    }

    static AwsError invalidRequest(String message) {
        return of("InvalidRequest", 400, message);
    }

    static AwsError malformedXml() {
        return of("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    static AwsError preconditionFailed(String condition) {
        return of("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold", "Condition",
                condition);
    }

    static AwsError notModified() {
        return of("NotModified", 304, "Not Modified");
    }

    static AwsError invalidPart(int number) {
        return of("InvalidPart", 400, "One or more of the specified parts could not be found.  The part may not have been"
                + " uploaded, or"
                + " the specified entity tag may not match the part's entity tag.", "PartNumber", Integer.toString(number));
    }

    static AwsError tooLarge(long size, long allowed) {
        return of("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size",
                "ProposedSize", Long.toString(size), "MaxSizeAllowed", Long.toString(allowed));
    }

    static AwsError notSupported(String what) {
        return of("NotImplemented", 501, what + " is not supported by Remora: see docs/coverage.md");
    }
}
