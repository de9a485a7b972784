package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionVersion;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;

class FunctionsTest {
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    @Test
    void createAnswersAsAwsDoes() {
        CreateFunctionResponse made = lab.run(function("f").build());

        assertThat(made.functionArn()).isEqualTo(arn("f"));
        assertThat(made.stateAsString()).isEqualTo("Pending");
        assertThat(made.stateReason()).isEqualTo("The function is being created.");
        assertThat(made.stateReasonCodeAsString()).isEqualTo("Creating");
        assertThat(made.lastUpdateStatus()).isNull();
        assertThat(made.vpcConfig()).isNull();
        assertThat(made.environment()).isNull();
        assertThat(made.description()).isEmpty();
        assertThat(made.timeout()).isEqualTo(3);
        assertThat(made.memorySize()).isEqualTo(128);
        assertThat(made.ephemeralStorage().size()).isEqualTo(512);
        assertThat(made.version()).isEqualTo("$LATEST");
        assertThat(made.packageTypeAsString()).isEqualTo("Zip");
        assertThat(made.architecturesAsStrings()).containsExactly("x86_64");
        assertThat(made.lastModified()).isEqualTo("2026-01-02T03:04:05.678+0000");
        assertThat(made.tracingConfig().modeAsString()).isEqualTo("PassThrough");
        assertThat(made.snapStart().applyOnAsString()).isEqualTo("None");
        assertThat(made.snapStart().optimizationStatusAsString()).isEqualTo("Off");
        assertThat(made.loggingConfig().logFormatAsString()).isEqualTo("Text");
        assertThat(made.loggingConfig().logGroup()).isEqualTo("/aws/lambda/f");
        assertThat(made.runtimeVersionConfig().runtimeVersionArn()).matches("arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}");
        assertThat(made.codeSha256()).hasSize(44);
        assertThat(made.hasLayers()).isFalse();
        assertThat(made.hasFileSystemConfigs()).isFalse();
    }

    @Test
    void itBecomesActiveUnderANewRevision() {
        CreateFunctionResponse made = lab.run(function("f").build());
        var active = lab.settle("f");

        assertThat(active.stateAsString()).isEqualTo("Active");
        assertThat(active.stateReason()).isNull();
        assertThat(active.stateReasonCode()).isNull();
        assertThat(active.lastUpdateStatusAsString()).isEqualTo("Successful");
        assertThat(active.revisionId()).isNotEqualTo(made.revisionId());
        assertThat(active.codeSha256()).isEqualTo(made.codeSha256());
    }

    @Test
    void everythingThatIsGivenComesBack() {
        lab.run(function("f")
                .description("what it does")
                .timeout(900)
                .memorySize(10_240)
                .environment(e -> e.variables(Map.of("A", "1")))
                .tags(Map.of("team", "blue"))
                .ephemeralStorage(e -> e.size(1024))
                .kmsKeyArn("arn:aws:kms:eu-west-1:111122223333:key/k")
                .tracingConfig(t -> t.mode("Active"))
                .loggingConfig(l -> l.logGroup("/my/group"))
                .build());
        GetFunctionResponse got = lab.run(GetFunctionRequest.builder().functionName("f").build());
        FunctionConfiguration shown = got.configuration();

        assertThat(shown.description()).isEqualTo("what it does");
        assertThat(shown.timeout()).isEqualTo(900);
        assertThat(shown.memorySize()).isEqualTo(10_240);
        assertThat(shown.environment().variables()).containsExactly(Map.entry("A", "1"));
        assertThat(shown.ephemeralStorage().size()).isEqualTo(1024);
        assertThat(shown.kmsKeyArn()).isEqualTo("arn:aws:kms:eu-west-1:111122223333:key/k");
        assertThat(shown.tracingConfig().modeAsString()).isEqualTo("Active");
        assertThat(shown.loggingConfig().logGroup()).isEqualTo("/my/group");
        assertThat(got.tags()).containsExactly(Map.entry("team", "blue"));
        assertThat(got.code().repositoryType()).isEqualTo("S3");
        assertThat(got.concurrency()).isNull();
    }

    @Test
    void aNameIsTakenOnce() {
        lab.run(function("f").build());

        AwsError error = lab.refusal(function("f").build());
        assertThat(error.status()).isEqualTo(409);
        assertThat(error.toString()).isEqualTo("ResourceConflictException: Function already exist: f");
    }

    @Test
    void publishMakesVersionOneUnderTheUnqualifiedArn() {
        CreateFunctionResponse made = lab.run(function("f").publish(true).build());

        assertThat(made.version()).isEqualTo("1");
        assertThat(made.functionArn()).isEqualTo(arn("f"));
        GetFunctionResponse one = lab.run(GetFunctionRequest.builder().functionName("f").qualifier("1").build());
        assertThat(one.configuration().functionArn()).isEqualTo(arn("f") + ":1");
        GetFunctionResponse latest = lab.run(GetFunctionRequest.builder().functionName("f:$LATEST").build());
        assertThat(latest.configuration().functionArn()).isEqualTo(arn("f") + ":$LATEST");
    }

    @Test
    void unknownFunctionsAndVersions() {
        AwsError error = lab.refusal(GetFunctionRequest.builder().functionName("nope").build());
        assertThat(error.status()).isEqualTo(404);
        assertThat(error.toString()).isEqualTo("ResourceNotFoundException: Function not found: " + arn("nope"));

        lab.run(function("f").build());
        assertThat(lab.refusal(GetFunctionRequest.builder().functionName("f").qualifier("3").build()).text())
                .isEqualTo("Function not found: " + arn("f") + ":3");
        assertThat(lab.refusal(DeleteFunctionRequest.builder().functionName("nope").build()).text())
                .isEqualTo("Function not found: " + arn("nope"));
    }

    @Test
    void listsHaveNoStateAndPages() {
        for (int i = 0; i < 55; i++) {
            lab.run(function("f%02d".formatted(i)).build());
        }
        ListFunctionsResponse first = lab.run(ListFunctionsRequest.builder().maxItems(10_000).build());
        assertThat(first.functions()).hasSize(50);
        assertThat(first.functions().getFirst().stateAsString()).isNull();
        assertThat(first.functions().getFirst().stateReason()).isNull();
        assertThat(first.functions().getFirst().lastUpdateStatus()).isNull();
        assertThat(first.functions().getFirst().functionArn()).isEqualTo(arn("f00"));

        ListFunctionsResponse rest = lab.run(ListFunctionsRequest.builder().marker(first.nextMarker()).build());
        assertThat(rest.functions()).hasSize(5);
        assertThat(rest.nextMarker()).isNull();

        var names = new ArrayList<String>();
        String marker = null;
        do {
            ListFunctionsResponse page = lab.run(ListFunctionsRequest.builder().maxItems(7).marker(marker).build());
            page.functions().forEach(f -> names.add(f.functionName()));
            marker = page.nextMarker();
        } while (marker != null);
        assertThat(names).hasSize(55).isSorted().doesNotHaveDuplicates();

        assertThat(lab.refusal(ListFunctionsRequest.builder().marker("%").build()).code())
                .isEqualTo("InvalidParameterValueException");
        assertThat(lab.refusal(ListFunctionsRequest.builder().maxItems(0).build()).code()).isEqualTo("ValidationException");
    }

    @Test
    void listsOfAllVersionsAreQualified() {
        lab.run(function("f").publish(true).build());

        ListFunctionsResponse all = lab.run(ListFunctionsRequest.builder().functionVersion(FunctionVersion.ALL).build());
        assertThat(all.functions())
                .extracting(FunctionConfiguration::functionArn)
                .containsExactly(arn("f") + ":$LATEST", arn("f") + ":1");
    }

    @Test
    void deleteTakesTheFunctionItsCodeAndItsEnvironmentsAway() {
        lab.active(function("f").build());
        String sha256 = lab.store.view().get(VersionDocument.KIND, LambdaLab.SCOPE, "f:$LATEST").orElseThrow()
                .settings().code().sha256();
        assertThat(lab.blobs.path(sha256)).isPresent();

        lab.run(DeleteFunctionRequest.builder().functionName("f").build());

        assertThat(lab.refusal(GetFunctionRequest.builder().functionName("f").build()).status()).isEqualTo(404);
        lab.await(() -> lab.blobs.path(sha256).isEmpty());
    }

    @Test
    void codeIsSharedByContentAndStaysWhileOneUsesIt() {
        lab.active(function("f").build());
        lab.active(function("g").build());
        String sha256 = lab.store.view().get(VersionDocument.KIND, LambdaLab.SCOPE, "f:$LATEST").orElseThrow()
                .settings().code().sha256();

        lab.run(DeleteFunctionRequest.builder().functionName("f").build());
        lab.run(function("h").build());
        lab.settle("h");
        assertThat(lab.blobs.path(sha256)).isPresent();
    }

    @Test
    void oneVersionCanBeDeletedButNotLatest() {
        lab.run(function("f").publish(true).build());
        lab.settle("f");

        assertThat(lab.refusal(DeleteFunctionRequest.builder().functionName("f").qualifier("$LATEST").build()).text())
                .isEqualTo("$LATEST version cannot be deleted without deleting the function.");
        lab.run(DeleteFunctionRequest.builder().functionName("f").qualifier("1").build());
        lab.run(DeleteFunctionRequest.builder().functionName("f").qualifier("1").build());
        assertThat(lab.refusal(GetFunctionRequest.builder().functionName("f:1").build()).status()).isEqualTo(404);
        assertThat(lab.configuration("f").stateAsString()).isEqualTo("Active");
    }

    @Test
    void refusalsLeaveNothingBehind() {
        var refused = List.of(
                function("f").runtime((String) null).build(),
                function("f").handler(null).build(),
                function("f").runtime("python9.9").build(),
                function("f").packageType("Image").build(),
                function("f").memorySize(127).build(),
                function("f").timeout(901).build(),
                function("f").code(c -> c.s3Bucket("b").s3Key("k")).build(),
                function("f").code(c -> c.imageUri("i")).build(),
                function("f").code(c -> c.zipFile(SdkBytes.fromUtf8String("no zip"))).build(),
                function("f").code(c -> {}).build(),
                function("f").role("arn:aws:iam::111122223333:role/none").build(),
                function("f").architecturesWithStrings("arm64").build(),
                function("f").tags(Map.of("aws:x", "1")).build());
        for (CreateFunctionRequest each : refused) {
            assertThat(lab.refusal(each).status()).as(each.toString()).isEqualTo(400);
        }
        ListFunctionsResponse all = lab.run(ListFunctionsRequest.builder().build());
        assertThat(all.functions()).isEmpty();
        assertThat(folders()).isEmpty();
    }

    private List<Path> folders() {
        try (var blobs = Files.list(lab.folder.path().resolve("blobs"));
                var unpacked = Files.list(lab.folder.path().resolveSibling("code"))) {
            return Stream.concat(blobs, unpacked).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aZipOfMoreThan50MegabytesIs413() {
        var zip = SdkBytes.fromByteArrayUnsafe(new byte[CodeArchive.ZIPPED_MAX + 1]);
        AwsError error = lab.refusal(function("f").code(c -> c.zipFile(zip)).build());

        assertThat(error.status()).isEqualTo(413);
        assertThat(error.toString())
                .isEqualTo("RequestEntityTooLargeException: Zipped size must be smaller than 52428800 bytes");
    }

    @Test
    void rolesMustBeAssumable() {
        assertThat(lab.refusal(function("f").role("arn:aws:iam::111122223333:role/none").build()).toString())
                .isEqualTo("InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.");
        assertThat(lab.refusal(function("f").role("arn:aws:iam::999999999999:role/x").build()).toString())
                .isEqualTo("AccessDeniedException: Cross-account pass role is not allowed.");
    }

    @Test
    void accountSettingsCountWhatIsUsed() {
        lab.run(function("f").publish(true).build());
        GetAccountSettingsResponse settings = lab.run(GetAccountSettingsRequest.builder().build());

        assertThat(settings.accountLimit().codeSizeUnzipped()).isEqualTo(262_144_000L);
        assertThat(settings.accountLimit().codeSizeZipped()).isEqualTo(52_428_800L);
        assertThat(settings.accountLimit().totalCodeSize()).isEqualTo(80_530_636_800L);
        assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
        assertThat(settings.accountLimit().unreservedConcurrentExecutions()).isEqualTo(1000);
        assertThat(settings.accountUsage().functionCount()).isEqualTo(1);
        assertThat(settings.accountUsage().totalCodeSize()).isPositive();
    }
}
