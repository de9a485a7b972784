package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.zip;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Principal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionResponse;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.Layer;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsResponse;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersResponse;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

class LayersTest {
    private static final String ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:";

    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private PublishLayerVersionResponse published(String name, String content) {
        return lab.run(PublishLayerVersionRequest.builder()
                .layerName(name)
                .description("libraries")
                .compatibleRuntimesWithStrings("python3.12")
                .content(c -> c.zipFile(zip("python/library.py", content)))
                .build());
    }

    private <O extends AwsResponse> O ask(Class<O> answer, AwsRequest request) {
        return answer.cast(lab.run(request));
    }

    private CreateFunctionRequest with(String name, String... layers) {
        return function(name).layers(layers).build();
    }

    private static DeleteLayerVersionRequest deletion(String name, long version) {
        return DeleteLayerVersionRequest.builder().layerName(name).versionNumber(version).build();
    }

    private static GetLayerVersionRequest get(String name, long version) {
        return GetLayerVersionRequest.builder().layerName(name).versionNumber(version).build();
    }

    @Test
    void versionsAreNumberedListedAndFoundByNameAndArn() {
        PublishLayerVersionResponse one = published("a", "one");
        assertThat(one.layerVersionArn()).isEqualTo(ARN + "a:1");
        assertThat(one.layerArn()).isEqualTo(ARN + "a");
        assertThat(one.content().codeSize()).isPositive();
        published("a", "two");
        published("b", "three");
        assertThat(ask(GetLayerVersionResponse.class, get("a", 2)).description()).isEqualTo("libraries");
        assertThat(ask(GetLayerVersionResponse.class, get(ARN + "a", 1)).content().codeSha256())
                .isEqualTo(one.content().codeSha256());
        var byArn = GetLayerVersionByArnRequest.builder().arn(ARN + "a:1").build();
        assertThat(ask(GetLayerVersionByArnResponse.class, byArn).version()).isEqualTo(1);

        var layers = ask(ListLayersResponse.class, ListLayersRequest.builder().build()).layers();
        assertThat(layers).extracting(LayersListItem::layerName).containsExactly("a", "b");
        assertThat(layers.getFirst().latestMatchingVersion().version()).isEqualTo(2);
        assertThat(ask(ListLayersResponse.class, ListLayersRequest.builder().compatibleRuntime("nodejs20.x").build()).layers())
                .isEmpty();
        var versions = ListLayerVersionsRequest.builder().layerName("a");
        assertThat(ask(ListLayerVersionsResponse.class, versions.build()).layerVersions())
                .extracting(LayerVersionsListItem::version)
                .containsExactly(2L, 1L);
        ListLayerVersionsResponse first = lab.run(versions.maxItems(1).build());
        ListLayerVersionsResponse second = lab.run(versions.marker(first.nextMarker()).build());
        assertThat(second.layerVersions().getFirst().version()).isEqualTo(1);

        lab.run(deletion("a", 2));
        lab.run(deletion("a", 2));
        assertThat(lab.refusal(get("a", 2)).toString())
                .isEqualTo("ResourceNotFoundException: The resource you requested does not exist.");
        assertThat(published("a", "four").version()).as("a number is never used again").isEqualTo(3);
    }

    @Test
    void functionsHaveThemInTheirOrderAlsoWhenTheyAreDeleted() throws Exception {
        published("a", "one");
        published("b", "two");
        lab.active(with("f", ARN + "b:1", ARN + "a:1"));
        assertThat(lab.configuration("f").layers()).extracting(Layer::arn).containsExactly(ARN + "b:1", ARN + "a:1");
        lab.run(deletion("a", 1));
        lab.run(InvokeRequest.builder().functionName("f").build());
        List<Path> laid = lab.sandboxes.started.getFirst().spec().layers();
        assertThat(laid).hasSize(2);
        assertThat(Files.readString(laid.getFirst().resolve("python/library.py"))).isEqualTo("two");
        assertThat(Files.readString(laid.getLast().resolve("python/library.py"))).isEqualTo("one");

        lab.run(UpdateFunctionConfigurationRequest.builder().functionName("f").description("kept").build());
        assertThat(lab.settle("f").layers()).hasSize(2);
        lab.run(UpdateFunctionConfigurationRequest.builder().functionName("f").layers(List.of()).build());
        assertThat(lab.settle("f").hasLayers()).isFalse();
        lab.await(() -> !Files.exists(laid.getLast()));
        assertThat(laid.getFirst()).as("its layer is there").exists();
        lab.run(DeleteFunctionRequest.builder().functionName("f").build());
    }

    @Test
    void whatLambdaRefusesOfAFunctionsLayers() {
        published("a", "one");
        published("a", "two");
        assertThat(lab.refusal(with("f", ARN + "a:1", ARN + "a:2")).toString())
                .isEqualTo("InvalidParameterValueException: Two different versions of the same layer are not allowed to be"
                        + " referenced in the same function. " + ARN + "a:1 and " + ARN + "a:2 are versions of the same layer.");
        assertThat(lab.refusal(with("f", ARN + "a:7")).toString())
                .isEqualTo("InvalidParameterValueException: Layer version " + ARN + "a:7 does not exist.");
        assertThat(lab.refusal(with("f", ARN + "a")).toString()).startsWith("InvalidParameterValueException: ");
        assertThat(lab.refusal(with("f", "arn:aws:lambda:us-east-1:111122223333:layer:a:1")).toString())
                .isEqualTo("InvalidParameterValueException: Layers are not in the same region as the function. Layers are"
                        + " expected to be in region eu-west-1.");
        assertThat(lab.refusal(with("f", ARN + "1:1", ARN + "2:1", ARN + "3:1", ARN + "4:1", ARN + "5:1", ARN + "6:1"))
                        .toString())
                .isEqualTo("InvalidParameterValueException: You cannot reference more than 5 layers.");
        assertThat(lab.refusal(PublishLayerVersionRequest.builder()
                        .layerName("a")
                        .content(c -> c.zipFile(SdkBytes.fromUtf8String("no zip")))
                        .build())
                        .toString())
                .startsWith("InvalidParameterValueException: Could not unzip uploaded file.");
    }

    @Test
    void permissionsAreAPolicyOfTheVersion() {
        published("a", "one");
        var add = AddLayerVersionPermissionRequest.builder()
                .layerName("a").versionNumber(1L).statementId("s").action("lambda:GetLayerVersion").principal("222222222222");
        var policy = GetLayerVersionPolicyRequest.builder().layerName("a").versionNumber(1L).build();
        assertThat(lab.refusal(policy).code()).isEqualTo("ResourceNotFoundException");
        String revision = ask(AddLayerVersionPermissionResponse.class, add.build()).revisionId();
        assertThat(ask(GetLayerVersionPolicyResponse.class, policy).policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[{\"Sid\":\"s\","
                + "\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::222222222222:root\"},"
                + "\"Action\":\"lambda:GetLayerVersion\",\"Resource\":\"" + ARN + "a:1\"}]}");
        assertThat(lab.refusal(add.build()).code()).isEqualTo("ResourceConflictException");
        assertThat(lab.refusal(add.statementId("t").revisionId("other").build()).code()).isEqualTo("PreconditionFailedException");
        var remove = RemoveLayerVersionPermissionRequest.builder().layerName("a").versionNumber(1L).statementId("s");
        lab.run(remove.revisionId(revision).build());
        assertThat(lab.refusal(policy).code()).isEqualTo("ResourceNotFoundException");
        assertThat(lab.service.policies().find(
                        new Principal.Root("222222222222"), "lambda:GetLayerVersion", ARN + "a:1"))
                .hasValueSatisfying(found -> assertThat(found.owner()).isEqualTo("111122223333"));
    }
}
