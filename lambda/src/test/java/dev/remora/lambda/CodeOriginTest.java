package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.statement;
import static dev.remora.lambda.LambdaLab.zip;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/** Code that lies in a bucket. */
class CodeOriginTest {
    private static final Principal ROOT = new Principal.Root(LambdaLab.ACCOUNT);

    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        bucket("code", lab.call());
        lab.s3.put("code", "f.zip", zip("index.py", "from s3").asByteArray(), "application/zip", ROOT);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private void bucket(String name, Call call) {
        LambdaLab.run(lab.s3.operations(), CreateBucketRequest.builder()
                .bucket(name)
                .createBucketConfiguration(c -> c.locationConstraint(call.region()))
                .build(), call);
    }

    private static CreateFunctionRequest from(String bucket, String key) {
        return function("f").code(c -> c.s3Bucket(bucket).s3Key(key)).build();
    }

    private String refusal(String bucket, String key) {
        AwsError error = lab.refusal(from(bucket, key));
        assertThat(error.status()).isEqualTo(400);
        return error.code() + ": " + error.text();
    }

    @Test
    void aFunctionIsMadeAndChangedFromObjects() {
        lab.run(from("code", "f.zip"));
        String first = lab.settle("f").codeSha256();
        SdkBytes other = zip("index.py", "other");
        lab.s3.put("code", "g.zip", other.asByteArray(), "application/zip", ROOT);
        lab.run(UpdateFunctionCodeRequest.builder().functionName("f").s3Bucket("code").s3Key("g.zip").build());
        assertThat(lab.settle("f").codeSha256()).isNotEqualTo(first);
        assertThat(lab.blobs.path(Runtimes.sha256Hex(other.asByteArray()))).isPresent();
    }

    @Test
    void whatS3RefusesIsToldInItsWords() {
        assertThat(refusal("none", "f.zip"))
                .isEqualTo("InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error"
                        + " Message: The specified bucket does not exist");
        assertThat(refusal("code", "none.zip"))
                .isEqualTo("InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error"
                        + " Message: The specified key does not exist.");
        var elsewhere = new Call("r", "us-west-2", ROOT, "127.0.0.1", lab.now);
        bucket("far", elsewhere);
        assertThat(refusal("far", "f.zip")).contains("PermanentRedirect").contains("The bucket is in this region: us-west-2.");
        lab.s3.put("code", "no.zip", new byte[] {1, 2, 3}, "text/plain", ROOT);
        assertThat(refusal("code", "no.zip")).contains("Could not unzip uploaded file.");
        assertThat(refusal("code", null)).contains("Please provide a source for function code.");
        assertThat(lab.refusal(function("f").code(c -> c.zipFile(zip("a", "b")).s3Bucket("code").s3Key("f.zip")).build()).text())
                .isEqualTo("Please do not provide other FunctionCode parameters when providing a ZipFile.");
        assertThat(lab.refusal(function("f").code(c -> c.s3Bucket("code").s3Key("f.zip").s3ObjectVersion("1")).build()).text())
                .contains("S3ObjectVersion");
    }

    @Test
    void theCallerMustBeAllowedToReadTheObject() {
        String mayAllButRead = "{\"Effect\":\"Allow\",\"Action\":[\"lambda:*\",\"iam:PassRole\"],\"Resource\":\"*\"}";
        Call caller = lab.callOf(statement(mayAllButRead));
        AwsError error = lab.refusal(from("code", "f.zip"), caller);
        assertThat(error.code()).isEqualTo("AccessDeniedException");
        assertThat(error.text()).startsWith("Your access has been denied by S3, please make sure your request credentials have"
                + " permission to GetObject for code/f.zip. S3 Error Code: AccessDenied.");
    }
}
