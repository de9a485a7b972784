package dev.remora.lambda;

import dev.remora.s3.ObjectStore;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentInput;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;

/**
 * Where a function's code comes from: the request itself, or an object that its caller may read, in a bucket of the same
 * region.
 */
final class CodeOrigin {
    private static final String NONE = "Please provide a source for function code.";

    private final ObjectStore objects;

    CodeOrigin(ObjectStore objects) {
        this.objects = objects;
    }

    byte[] zip(@Nullable FunctionCode code, Call call) {
        if (code == null) {
            throw Refusal.invalid(NONE);
        }
        refuse(code.imageUri(), code.sourceKMSKeyArn(), code.s3ObjectVersion());
        return zip(code.zipFile(), code.s3Bucket(), code.s3Key(), call);
    }

    byte[] zip(@Nullable LayerVersionContentInput content, Call call) {
        if (content == null) {
            throw Refusal.invalid(NONE);
        }
        refuse(null, null, content.s3ObjectVersion());
        return zip(content.zipFile(), content.s3Bucket(), content.s3Key(), call);
    }

    byte[] zip(UpdateFunctionCodeRequest request, Call call) {
        refuse(request.imageUri(), request.sourceKMSKeyArn(), request.s3ObjectVersion());
        return zip(request.zipFile(), request.s3Bucket(), request.s3Key(), call);
    }

    private static void refuse(@Nullable String image, @Nullable String kmsKey, @Nullable String version) {
        if (image != null) {
            throw Refusal.invalid("ImageUri is not supported here; give the code as ZipFile, or as S3Bucket and S3Key.");
        }
        if (kmsKey != null) {
            throw Refusal.invalid("SourceKMSKeyArn is not supported here.");
        }
        if (version != null) {
            throw Refusal.invalid("S3ObjectVersion is not supported here.");
        }
    }

    private byte[] zip(@Nullable SdkBytes zip, @Nullable String bucket, @Nullable String key, Call call) {
        if (zip != null) {
            if (bucket != null || key != null) {
                throw Refusal.invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
            }
            return zip.asByteArrayUnsafe();
        }
        if (bucket == null || key == null) {
            throw Refusal.invalid(NONE);
        }
        objects.place(bucket).filter(place -> !place.region().equals(call.region())).ifPresent(place -> {
            throw failed("PermanentRedirect", "The bucket is in this region: " + place.region()
                    + ". Please use this region to retry the request");
        });
        Content content;
        try {
            content = objects.open(bucket, key, call.principal(), call.through(ExecutionRoles.SERVICE));
        } catch (AwsError error) {
            throw error.code().equals("AccessDenied")
                    ? Refusal.denied("Your access has been denied by S3, please make sure your request credentials have"
                    + " permission to"
                            + " GetObject for " + bucket + "/" + key + ". S3 Error Code: AccessDenied. S3 Error Message: "
                            + error.text())
                    : failed(error.code(), error.text());
        }
        return read(content);
    }

    private static AwsError failed(String code, String message) {
        return Refusal.invalid("Error occurred while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + message);
    }

    /** No more than one byte beyond what code may have, which is then refused as too large. */
    private static byte[] read(Content content) {
        try (InputStream in = content.bytes()) {
            return in.readNBytes(CodeArchive.ZIPPED_MAX + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
