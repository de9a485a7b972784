package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.zip;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionRequest;
import software.amazon.awssdk.services.lambda.model.ListVersionsByFunctionResponse;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/** Updates of configuration and code, published versions, tags. */
class FunctionUpdatesTest {
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        lab.active(function("f").build());
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private static UpdateFunctionConfigurationRequest.Builder update() {
        return UpdateFunctionConfigurationRequest.builder().functionName("f");
    }

    private static UpdateFunctionCodeRequest.Builder code(SdkBytes zip) {
        return UpdateFunctionCodeRequest.builder().functionName("f").zipFile(zip);
    }

    private static PublishVersionRequest.Builder publish() {
        return PublishVersionRequest.builder().functionName("f");
    }

    private String sha256() {
        return lab.store.view().get(VersionDocument.KIND, LambdaLab.SCOPE, "f:$LATEST").orElseThrow().settings().code().sha256();
    }

    @Test
    void aChangeOfConfigurationReplacesTheEnvironments() {
        lab.run(InvokeRequest.builder().functionName("f").build());
        UpdateFunctionConfigurationResponse updating =
                lab.run(update().environment(e -> e.variables(Map.of("A", "1"))).memorySize(256).build());
        assertThat(updating.memorySize()).isEqualTo(256);
        assertThat(updating.lastUpdateStatusAsString()).isEqualTo("InProgress");
        assertThat(updating.vpcConfig()).isNull();

        lab.settle("f");
        lab.run(InvokeRequest.builder().functionName("f").build());
        assertThat(lab.sandboxes.started).hasSize(2);
        assertThat(lab.sandboxes.started.getLast().spec().memoryMiB()).isEqualTo(256);
        assertThat(lab.environmentOf(1)).containsEntry("A", "1");
        lab.await(() -> lab.sandboxes.started.getFirst().closed());
    }

    @Test
    void unattachingWhatNeverWasAttachedChangesNothing() {
        lab.run(update().vpcConfig(LambdaLab.vpc(List.of(), List.of())).build());

        assertThat(lab.settle("f").vpcConfig()).isNull();
    }

    @Test
    void aChangeOfCodeReplacesAndRemovesTheOld() {
        String old = sha256();
        lab.run(InvokeRequest.builder().functionName("f").build());
        UpdateFunctionCodeResponse updating = lab.run(code(zip("index.py", "new")).build());
        assertThat(updating.lastUpdateStatusAsString()).isEqualTo("InProgress");
        assertThat(updating.functionArn()).isEqualTo(arn("f"));

        GetFunctionConfigurationResponse done = lab.settle("f");
        assertThat(done.codeSha256()).isEqualTo(updating.codeSha256());
        assertThat(sha256()).isNotEqualTo(old);
        lab.run(InvokeRequest.builder().functionName("f").build());
        assertThat(lab.sandboxes.started.getLast().spec().code().resolve("index.py")).hasContent("new");
        lab.await(() -> lab.blobs.path(old).isEmpty());
    }

    @Test
    void dryRunOfCodeChangesNothing() {
        String before = lab.configuration("f").codeSha256();
        SdkBytes zip = zip("index.py", "new");
        UpdateFunctionCodeResponse dry = lab.run(code(zip).dryRun(true).build());

        assertThat(dry.codeSha256()).isNotEqualTo(before);
        assertThat(lab.configuration("f").codeSha256()).isEqualTo(before);
        assertThat(lab.blobs.path(Runtimes.sha256Hex(zip.asByteArray()))).isEmpty();
    }

    @Test
    void codeThatCannotBeHad() {
        assertThat(lab.refusal(code(SdkBytes.fromUtf8String("x")).build()).text()).startsWith("Could not unzip uploaded file.");
        assertThat(lab.refusal(UpdateFunctionCodeRequest.builder().functionName("f").imageUri("i").build()).text())
                .contains("ImageUri");
        assertThat(lab.refusal(UpdateFunctionCodeRequest.builder().functionName("f").build()).code())
                .isEqualTo("InvalidParameterValueException");
        assertThat(lab.refusal(code(zip("a", "b")).architecturesWithStrings("arm64").build()).text()).contains("arm64");
    }

    @Test
    void revisionsMustMatch() {
        String revision = lab.configuration("f").revisionId();
        assertThat(lab.refusal(update().revisionId("other").description("x").build()).toString())
                .isEqualTo("PreconditionFailedException: The Revision Id provided does not match the latest Revision Id. Call the"
                        + " GetFunction/GetAlias API to retrieve the latest Revision Id");
        assertThat(lab.refusal(code(zip("a", "b")).revisionId("other").build()).status()).isEqualTo(412);
        assertThat(lab.refusal(publish().revisionId("other").build()).status()).isEqualTo(412);
        lab.run(update().revisionId(revision).description("x").build());
    }

    @Test
    void theRoleOfAnUpdateIsChecked() {
        assertThat(lab.refusal(update().role("arn:aws:iam::111122223333:role/none").build()).text())
                .isEqualTo("The role defined for the function cannot be assumed by Lambda.");
        lab.policy("lambda-role", LambdaLab.statement("{\"Effect\":\"Allow\",\"Action\":\"logs:*\",\"Resource\":\"*\"}"));
        assertThat(lab.refusal(update().vpcConfig(LambdaLab.vpc(List.of(LabNetworks.SUBNET_A),
                List.of(LabNetworks.GROUP_1))).build())
                        .text())
                .isEqualTo("The provided execution role does not have permissions to call CreateNetworkInterface on EC2");
    }

    @Test
    void onlyLatestCanBeChanged() {
        lab.run(publish().build());

        assertThat(lab.refusal(update().functionName("f:1").description("x").build()).code())
                .isEqualTo("InvalidParameterValueException");
        assertThat(lab.refusal(update().functionName("nope").build()).status()).isEqualTo(404);
        lab.run(update().functionName("f:$LATEST").description("x").build());
    }

    @Test
    void versionsAreNumberedAndFrozen() {
        PublishVersionResponse one = lab.run(publish().description("first").build());
        assertThat(one.version()).isEqualTo("1");
        assertThat(one.functionArn()).isEqualTo(arn("f") + ":1");
        assertThat(one.description()).isEqualTo("first");
        PublishVersionResponse same = lab.run(publish().build());
        assertThat(same.version()).isEqualTo("1");

        lab.run(update().timeout(77).build());
        lab.settle("f");
        PublishVersionResponse two = lab.run(publish().codeSha256(lab.configuration("f").codeSha256()).build());
        assertThat(two.version()).isEqualTo("2");
        assertThat(two.timeout()).isEqualTo(77);
        assertThat(lab.configuration("f:1").timeout()).isEqualTo(3);

        ListVersionsByFunctionResponse all = lab.run(ListVersionsByFunctionRequest.builder().functionName("f").build());
        assertThat(all.versions()).extracting(FunctionConfiguration::version).containsExactly("$LATEST", "1", "2");
        assertThat(all.versions()).extracting(FunctionConfiguration::functionArn).first().isEqualTo(arn("f") + ":$LATEST");
        assertThat(all.versions()).extracting(FunctionConfiguration::stateAsString).containsOnlyNulls();
        ListVersionsByFunctionResponse page =
                lab.run(ListVersionsByFunctionRequest.builder().functionName("f").maxItems(2).build());
        ListVersionsByFunctionResponse next = lab.run(
                ListVersionsByFunctionRequest.builder().functionName("f").marker(page.nextMarker()).build());
        assertThat(next.versions()).extracting(FunctionConfiguration::version).containsExactly("2");
    }

    @Test
    void publishingOtherCodeThanExpectedIsRefused() {
        assertThat(lab.refusal(publish().codeSha256("x").build()).text())
                .isEqualTo("CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ("
                + lab.configuration("f").codeSha256()
                        + "). Please try again with the CodeSHA256 in $LATEST.");
        assertThat(lab.refusal(publish().functionName("nope").build()).status()).isEqualTo(404);
        assertThat(lab.refusal(ListVersionsByFunctionRequest.builder().functionName("nope").build()).status()).isEqualTo(404);
    }

    @Test
    void anUpdateOfCodeCanPublish() {
        UpdateFunctionCodeResponse published = lab.run(code(zip("index.py", "two")).publish(true).build());

        assertThat(published.version()).isEqualTo("1");
        assertThat(published.functionArn()).isEqualTo(arn("f") + ":1");
        lab.settle("f");
        assertThat(lab.configuration("f:1").codeSha256()).isEqualTo(lab.configuration("f").codeSha256());
    }

    @Test
    void tags() {
        lab.run(TagResourceRequest.builder().resource(arn("f")).tags(Map.of("a", "1", "b", "2")).build());
        lab.run(TagResourceRequest.builder().resource(arn("f")).tags(Map.of("b", "3")).build());
        lab.run(UntagResourceRequest.builder().resource(arn("f")).tagKeys("a", "none").build());
        ListTagsResponse tags = lab.run(ListTagsRequest.builder().resource(arn("f")).build());
        assertThat(tags.tags()).isEqualTo(Map.of("b", "3"));

        assertThat(lab.refusal(TagResourceRequest.builder().resource(arn("f") + ":1").tags(Map.of("a", "1")).build()).text())
                .isEqualTo("Tags on function aliases and versions are not supported. Please specify a function ARN.");
        assertThat(lab.refusal(ListTagsRequest.builder().resource(arn("nope")).build()).status()).isEqualTo(404);
        assertThat(lab.refusal(ListTagsRequest.builder().resource("f").build()).code()).isEqualTo("ValidationException");
        var many = new TreeMap<String, String>();
        for (int i = 0; i < 50; i++) {
            many.put("k" + i, "");
        }
        assertThat(lab.refusal(TagResourceRequest.builder().resource(arn("f")).tags(many).build()).toString())
                .isEqualTo("InvalidParameterValueException: Number of tags exceeds resource tag limit.");
    }
}
