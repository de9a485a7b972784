package dev.remora.lambda;

import static dev.remora.lambda.LabNetworks.GROUP_1;
import static dev.remora.lambda.LabNetworks.SUBNET_A;
import static dev.remora.lambda.LabNetworks.SUBNET_B;
import static dev.remora.lambda.LabSandboxes.answered;
import static dev.remora.lambda.LabSandboxes.errored;
import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.vpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.sandbox.Invocation;
import dev.remora.sandbox.Language;
import dev.remora.sandbox.Outcome;
import dev.remora.sandbox.SandboxSpec;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;

class InvocationsTest {
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private static InvokeRequest.Builder invoke(String name) {
        return InvokeRequest.builder().functionName(name);
    }

    private InvokeResponse run(String name) {
        return lab.run(invoke(name).build());
    }

    private static String tail(InvokeResponse answer) {
        return new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);
    }

    @Test
    void theAnswerOfTheFunctionIsTheAnswer() {
        var events = new ArrayList<Invocation>();
        lab.sandboxes.work = (sandbox, event) -> {
            events.add(event);
            return answered("{\"a\":1}");
        };
        lab.active(function("f").build());
        Call call = lab.call();
        InvokeResponse answer = lab.run(invoke("f").payload(SdkBytes.fromUtf8String("{\"x\": [1]}")).build(), call);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.payload().asUtf8String()).isEqualTo("{\"a\":1}");
        assertThat(answer.executedVersion()).isEqualTo("$LATEST");
        assertThat(answer.functionError()).isNull();
        assertThat(answer.logResult()).isNull();
        Invocation event = events.getFirst();
        assertThat(new String(event.event(), StandardCharsets.UTF_8)).isEqualTo("{\"x\": [1]}");
        assertThat(event.requestId()).isEqualTo(call.requestId());
        assertThat(event.invokedFunctionArn()).isEqualTo(arn("f"));
        assertThat(event.deadline()).isEqualTo(lab.now.plusSeconds(3));
        assertThat(event.traceId()).matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
        assertThat(event.clientContext()).isEmpty();
    }

    @Test
    void noPayloadIsAnEmptyObjectAndTheQualifierIsInTheArn() {
        var events = new ArrayList<Invocation>();
        lab.sandboxes.work = (sandbox, event) -> {
            events.add(event);
            return answered("null");
        };
        lab.active(function("f").publish(true).build());
        lab.await(() -> !lab.store.view().get(VersionDocument.KIND, LambdaLab.SCOPE, "f:1").orElseThrow().unsettled());
        lab.run(invoke("f").qualifier("$LATEST")
                .clientContext(Base64.getEncoder().encodeToString("{\"client\":{}}".getBytes(StandardCharsets.UTF_8)))
                .build());
        InvokeResponse one = lab.run(invoke("f").qualifier("1").build());

        assertThat(new String(events.getFirst().event(), StandardCharsets.UTF_8)).isEqualTo("{}");
        assertThat(events.getFirst().invokedFunctionArn()).isEqualTo(arn("f") + ":$LATEST");
        assertThat(events.getFirst().clientContext()).isEqualTo("{\"client\":{}}");
        assertThat(events.get(1).invokedFunctionArn()).isEqualTo(arn("f") + ":1");
        assertThat(one.executedVersion()).isEqualTo("1");
        assertThat(lab.environmentOf(1)).containsEntry("AWS_LAMBDA_FUNCTION_VERSION", "1");
        assertThat(lab.environmentOf(1).get("AWS_LAMBDA_LOG_STREAM_NAME")).matches("2026/01/02/\\[1\\][0-9a-f]{32}");
    }

    @Test
    void aFunctionWithAVpcFindsAwsByItsNames() throws Exception {
        lab.restart(LambdaOptions.DEFAULTS.withSandboxEnvironment(Map.of("AWS_ENDPOINT_URL", "http://api")));
        lab.active(function("without").build());
        lab.active(function("with")
                .vpcConfig(v -> v.subnetIds(LabNetworks.SUBNET_A).securityGroupIds(LabNetworks.GROUP_1))
                .build());
        run("without");
        run("with");
        assertThat(lab.environmentOf(0)).containsEntry("AWS_ENDPOINT_URL", "http://api");
        assertThat(lab.environmentOf(1)).doesNotContainKey("AWS_ENDPOINT_URL");
    }

    @Test
    void whatTheSandboxIsGiven() throws Exception {
        lab.restart(LambdaOptions.DEFAULTS.withSandboxEnvironment(Map.of("AWS_ENDPOINT_URL", "http://api", "X", "platform")));
        lab.active(function("f")
                .memorySize(1769)
                .ephemeralStorage(e -> e.size(600))
                .environment(e -> e.variables(Map.of("X", "mine")))
                .build());
        run("f");
        SandboxSpec spec = lab.sandboxes.started.getFirst().spec();

        assertThat(spec.id()).matches("[0-9a-f]{32}");
        assertThat(spec.owner()).isEqualTo(arn("f") + ":$LATEST");
        assertThat(spec.language()).isEqualTo(Language.PYTHON);
        assertThat(spec.handler()).isEqualTo("index.handler");
        assertThat(spec.memoryMiB()).isEqualTo(1769);
        assertThat(spec.cpuShare()).isEqualTo(1000);
        assertThat(spec.tmpMiB()).isEqualTo(600);
        assertThat(spec.initTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(spec.network().name()).isEqualTo("internet");
        assertThat(Files.readString(spec.code().resolve("index.py"))).startsWith("def handler");
        assertThat(spec.environment())
                .containsEntry("X", "mine")
                .containsEntry("AWS_ENDPOINT_URL", "http://api")
                .containsEntry("AWS_REGION", "eu-west-1")
                .containsEntry("AWS_DEFAULT_REGION", "eu-west-1")
                .containsEntry("AWS_EXECUTION_ENV", "AWS_Lambda_python3.12")
                .containsEntry("AWS_LAMBDA_FUNCTION_NAME", "f")
                .containsEntry("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
                .containsEntry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")
                .containsEntry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
                .containsEntry("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f")
                .containsEntry("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/02/[$LATEST]" + spec.id());
        assertThat(spec.environment().get("AWS_ACCESS_KEY_ID")).startsWith("ASIA");
        var holder = lab.iam.accessKeys().find(
                spec.environment().getOrDefault("AWS_ACCESS_KEY_ID", ""),
                spec.environment().getOrDefault("AWS_SESSION_TOKEN", ""),
                lab.now);
        assertThat(holder.toString()).contains("lambda-role").contains(arn("f"));
    }

    @Test
    void anEnvironmentStaysWarmAndTheLastUsedIsTakenFirst() throws Exception {
        lab.active(function("f").build());
        var used = new ArrayList<String>();
        var both = new CountDownLatch(2);
        lab.sandboxes.work = (sandbox, event) -> {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return answered("1");
        };
        Thread first = Thread.startVirtualThread(() -> run("f"));
        Thread second = Thread.startVirtualThread(() -> run("f"));
        first.join();
        second.join();
        lab.sandboxes.work = (sandbox, event) -> {
            used.add(sandbox.id());
            return answered("1");
        };
        run("f");
        run("f");

        assertThat(lab.sandboxes.started).hasSize(2);
        assertThat(used.getFirst()).isEqualTo(used.get(1));
    }

    @Test
    void environmentsSpreadOverTheSubnets() throws Exception {
        lab.active(function("f").vpcConfig(vpc(List.of(SUBNET_A, SUBNET_B), List.of(GROUP_1))).build());
        var all = new CountDownLatch(4);
        lab.sandboxes.work = (sandbox, event) -> {
            all.countDown();
            try {
                all.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return answered("1");
        };
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.startVirtualThread(() -> run("f")));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(lab.sandboxes.started.stream().filter(s -> s.spec().network().name().contains(SUBNET_A)).count()).isEqualTo(2);
        assertThat(lab.sandboxes.started.stream().filter(s -> s.spec().network().name().contains(SUBNET_B)).count()).isEqualTo(2);
    }

    @Test
    void theLogOfAColdAndOfAWarmInvocation() {
        lab.sandboxes.work = (sandbox, event) -> {
            sandbox.print("hello");
            return answered("1");
        };
        lab.active(function("f").build());
        Call call = lab.call();
        InvokeResponse cold = lab.run(invoke("f").logType("Tail").build(), call);
        InvokeResponse warm = lab.run(invoke("f").logType("Tail").build());

        assertThat(tail(cold))
                .isEqualTo("START RequestId: " + call.requestId() + " Version: $LATEST\nhello\nEND RequestId: " + call.requestId()
                        + "\nREPORT RequestId: " + call.requestId() + "\tDuration: 3.00 ms\tBilled Duration: 15 ms\tMemory"
                        + " Size: 128 MB"
                        + "\tMax Memory Used: 31 MB\tInit Duration: 12.00 ms\t\n");
        assertThat(tail(warm)).endsWith("\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 31"
                + " MB\t\n");
        assertThat(lab.logLines.getFirst())
                .matches("INIT_START Runtime Version: python:3\\.12 \\(host interpreter 3\\.11\\.2\\)\tRuntime Version ARN:"
                        + " arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}\n");
        assertThat(lab.logLines).hasSize(9);
        assertThat(lab.logStreams).allMatch(s -> s.matches("/aws/lambda/f 2026/01/02/\\[\\$LATEST\\][0-9a-f]{32}"));
    }

    @Test
    void theTailIsTheLastFourKilobytes() {
        lab.sandboxes.work = (sandbox, event) -> {
            for (int i = 0; i < 3000; i++) {
                sandbox.print("line " + i);
            }
            return answered("1");
        };
        lab.active(function("f").build());
        InvokeResponse answer = lab.run(invoke("f").logType("Tail").build());

        assertThat(tail(answer)).hasSize(4096).contains("line 2999\nEND RequestId: ").doesNotContain("START");
    }

    @Test
    void nothingIsLoggedWithoutTheRoleAllowingIt() {
        lab.withoutPolicy("lambda-role");
        lab.sandboxes.work = (sandbox, event) -> {
            sandbox.print("hello");
            return answered("1");
        };
        lab.active(function("f").build());
        InvokeResponse answer = lab.run(invoke("f").logType("Tail").build());

        assertThat(tail(answer)).contains("hello");
        assertThat(lab.logLines).isEmpty();

        lab.policy("lambda-role", LambdaLab.VPC_ACCESS);
        lab.now = lab.now.plusSeconds(6);
        run("f");
        assertThat(lab.logLines).isNotEmpty();
    }

    @Test
    void aGroupIsMadeOnlyIfTheRoleAllowsThat() {
        String arn = "arn:aws:logs:eu-west-1:" + LambdaLab.ACCOUNT + ":log-group:/aws/lambda/f:*";
        lab.policy("lambda-role", LambdaLab.statement("{\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogStream\","
                + "\"logs:PutLogEvents\"],\"Resource\":\"" + arn + "\"}"));
        lab.active(function("f").build());
        run("f");
        assertThat(lab.logLines).isEmpty();
        lab.logGroups.add("/aws/lambda/f");
        lab.now = lab.now.plusSeconds(6);
        run("f");
        assertThat(lab.logLines).isNotEmpty();
    }

    @Test
    void lambdasOwnCallsForLogsNameTheFunction() {
        String deny = "{\"Effect\":\"Allow\",\"Action\":\"logs:*\",\"Resource\":\"*\"},"
                + "{\"Effect\":\"Deny\",\"Action\":\"logs:*\",\"Resource\":\"*\","
                + "\"Condition\":{\"ArnEquals\":{\"lambda:SourceFunctionArn\":\"" + arn("%s") + "\"}}}";
        lab.policy("lambda-role", LambdaLab.statement(deny.formatted("f")));
        lab.active(function("f").build());
        run("f");
        assertThat(lab.logLines).isEmpty();
        lab.active(function("g").build());
        run("g");
        assertThat(lab.logStreams).isNotEmpty().allMatch(stream -> stream.startsWith("/aws/lambda/g "));
    }

    @Test
    void anErrorOfTheFunctionIsAnUnhandledOneAndTheEnvironmentLives() {
        lab.sandboxes.work = (sandbox, event) -> errored("ValueError", "{\"errorMessage\":\"no\",\"errorType\":\"ValueError\"}");
        lab.active(function("f").build());
        InvokeResponse answer = run("f");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String()).isEqualTo("{\"errorMessage\":\"no\",\"errorType\":\"ValueError\"}");
        run("f");
        assertThat(lab.sandboxes.started).hasSize(1);
    }

    @Test
    void aTimeoutEndsTheEnvironment() {
        lab.sandboxes.work = (sandbox, event) -> new Outcome.TimedOut(1_000_000);
        lab.active(function("f").timeout(1).build());
        Call call = lab.call();
        InvokeResponse answer = lab.run(invoke("f").logType("Tail").build(), call);

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String())
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " + call.requestId()
                        + " Error: Task timed out after 1.00 seconds\"}");
        assertThat(tail(answer))
                .contains("\n2026-01-02T03:04:05.678Z " + call.requestId() + " Task timed out after 1.00 seconds\n")
                .contains(" MB\tInit Duration: 12.00 ms\tStatus: timeout\n");
        assertThat(lab.sandboxes.alive()).isZero();
        lab.sandboxes.work = (sandbox, event) -> answered("1");
        assertThat(run("f").functionError()).isNull();
        assertThat(lab.sandboxes.started).hasSize(2);
    }

    @Test
    void anExitIsNamedByItsReason() {
        lab.active(function("f").build());
        Map<Outcome, String> texts = Map.of(
                new Outcome.Exited("", false, 1), "Runtime exited without providing a reason",
                new Outcome.Exited("exit status 127", false, 1), "Runtime exited with error: exit status 127",
                new Outcome.Exited("signal: killed", true, 1), "Runtime exited with error: signal: killed");
        texts.forEach((outcome, text) -> {
            lab.sandboxes.work = (sandbox, event) -> outcome;
            Call call = lab.call();
            InvokeResponse answer = lab.run(invoke("f").build(), call);
            assertThat(answer.functionError()).isEqualTo("Unhandled");
            assertThat(answer.payload().asUtf8String())
                    .isEqualTo("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " + call.requestId()
                    + " Error: "
                            + text + "\"}");
        });
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void anAnswerThatIsTooLarge() {
        lab.sandboxes.work = (sandbox, event) -> new Outcome.TooLarge(7_000_000, 1);
        lab.active(function("f").build());

        assertThat(run("f").payload().asUtf8String())
                .contains("\"Function.ResponseSizeTooLarge\"")
                .contains("Response payload size exceeded maximum allowed payload size (6291556 bytes).");
        assertThat(lab.sandboxes.alive()).isOne();
    }

    @Test
    void aFailedInitIsRunOnceMoreWithTheFunctionsTimeout() {
        var inits = new AtomicInteger();
        lab.sandboxes.init = spec -> inits.incrementAndGet() == 1
                ? new Outcome.TimedOut(10_000_000)
                : new Outcome.Answered(new byte[0], 2_000_000);
        var deadlines = new ArrayList<Duration>();
        lab.sandboxes.work = (sandbox, event) -> {
            deadlines.add(Duration.between(lab.now, event.deadline()));
            return answered("1");
        };
        lab.active(function("f").timeout(30).build());
        InvokeResponse answer = lab.run(invoke("f").logType("Tail").build());

        assertThat(answer.functionError()).isNull();
        assertThat(lab.sandboxes.started).extracting(s -> s.spec().initTimeout())
                .containsExactly(Duration.ofSeconds(10), Duration.ofSeconds(30));
        assertThat(deadlines).containsExactly(Duration.ofSeconds(28));
        assertThat(tail(answer)).contains("\tDuration: 2003.00 ms\tBilled Duration: 2003 ms\t").doesNotContain("Init Duration");
        assertThat(lab.sandboxes.alive()).isOne();
    }

    @Test
    void anInitThatFailsTwiceIsTheInvocationsError() {
        String error = "{\"errorMessage\":\"Unable to import module 'index': No module named 'x'\","
                + "\"errorType\":\"Runtime.ImportModuleError\",\"requestId\":\"\",\"stackTrace\":[]}";
        lab.sandboxes.init = spec -> errored("Runtime.ImportModuleError", error);
        lab.active(function("f").build());
        InvokeResponse answer = lab.run(invoke("f").logType("Tail").build());

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String()).isEqualTo(error);
        assertThat(tail(answer)).contains(" MB\tStatus: error\tError Type: Runtime.ImportModuleError\n");
        assertThat(lab.sandboxes.started).hasSize(2);
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void payloadsMustBeJsonAndOfSize() {
        lab.active(function("f").build());
        for (String bad : List.of("{", "abc", "1 2", "{\"a\":}", "\u00a7")) {
            AwsError error = lab.refusal(invoke("f").payload(SdkBytes.fromUtf8String(bad)).build());
            assertThat(error.code()).isEqualTo("InvalidRequestContentException");
            assertThat(error.text())
                    .startsWith("Could not parse request body into json: Could not parse payload into json: ")
                    .contains("\n at [Source: (byte[])\"" + bad + "\"; line: 1, column: ");
        }
        for (String good : List.of("1", "\"x\"", "null", "[]", " {} ")) {
            lab.run(invoke("f").payload(SdkBytes.fromUtf8String(good)).build());
        }
        AwsError large = lab.refusal(invoke("f").payload(SdkBytes.fromUtf8String("\"" + "x".repeat(6_291_456) + "\"")).build());
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.text()).isEqualTo("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
        assertThat(lab.refusal(invoke("f").clientContext("%").build()).text())
                .isEqualTo("Client context must be a valid Base64-encoded JSON object.");
    }

    @Test
    void unknownFunctionsAreNamedWithLatest() {
        AwsError error = lab.refusal(invoke("nope").build());

        assertThat(error.status()).isEqualTo(404);
        assertThat(error.text()).isEqualTo("Function not found: " + arn("nope") + ":$LATEST");
    }

    @Test
    void dryRunRunsNothing() {
        lab.active(function("f").build());
        InvokeResponse answer = lab.run(invoke("f").invocationType("DryRun").build());

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(lab.sandboxes.started).isEmpty();
        assertThat(lab.refusal(invoke("f").invocationType("Other").build()).code()).isEqualTo("ValidationException");
    }

    @Test
    void reservedConcurrencyIsALimitAndAShareOfTheAccount() throws Exception {
        lab.active(function("f").build());
        lab.active(function("g").build());
        var put = PutFunctionConcurrencyRequest.builder().functionName("f");
        assertThat(lab.refusal(put.reservedConcurrentExecutions(901).build()).text())
                .isEqualTo("Specified ReservedConcurrentExecutions for function decreases account's"
                + " UnreservedConcurrentExecution below"
                        + " its minimum value of [100].");
        lab.run(put.reservedConcurrentExecutions(1).build());
        GetFunctionConcurrencyResponse got = lab.run(GetFunctionConcurrencyRequest.builder().functionName("f").build());
        assertThat(got.reservedConcurrentExecutions()).isEqualTo(1);

        var entered = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        lab.sandboxes.work = (sandbox, event) -> {
            entered.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return answered("1");
        };
        Thread busy = Thread.startVirtualThread(() -> run("f"));
        entered.await();
        AwsError throttled = lab.refusal(invoke("f").build());
        assertThat(throttled.status()).isEqualTo(429);
        assertThat(throttled.toString()).isEqualTo("TooManyRequestsException: Rate Exceeded.");
        assertThat(throttled.members()).containsEntry("Reason", "ReservedFunctionConcurrentInvocationLimitExceeded");
        finish.countDown();
        busy.join();
        run("f");

        lab.run(put.reservedConcurrentExecutions(0).build());
        assertThat(lab.refusal(invoke("f").build()).status()).isEqualTo(429);
        run("g");
        lab.run(DeleteFunctionConcurrencyRequest.builder().functionName("f").build());
        run("f");
        GetFunctionConcurrencyResponse none = lab.run(GetFunctionConcurrencyRequest.builder().functionName("f").build());
        assertThat(none.reservedConcurrentExecutions()).isNull();
        assertThat(lab.refusal(put.functionName("f:1").reservedConcurrentExecutions(1).build()).text())
                .startsWith("This operation is permitted on Lambda functions only.");
    }

    @Test
    void anEnvironmentIsReplacedBeforeItsCredentialsCouldEndDuringAnEvent() throws Exception {
        lab.restart(LambdaOptions.DEFAULTS.withCredentialsLife(Duration.ofSeconds(60)));
        lab.active(function("f").timeout(20).build());
        lab.sandboxes.work = (sandbox, event) -> answered("\"" + sandbox.id() + "\"");
        String first = run("f").payload().asUtf8String();
        Instant end = credentialsEnd(0);
        assertThat(end).isBetween(lab.now.plusSeconds(59), lab.now.plusSeconds(60));
        lab.now = end.minusSeconds(20);
        assertThat(run("f").payload().asUtf8String()).isEqualTo(first);

        lab.now = end.minusSeconds(20).plusMillis(1);
        assertThat(run("f").payload().asUtf8String()).isNotEqualTo(first);
        assertThat(lab.sandboxes.started).hasSize(2);
        assertThat(lab.sandboxes.alive()).isOne();
        assertThat(credentialsEnd(1)).isAfter(lab.now.plusSeconds(59));
    }

    @Test
    void credentialsThatAreShorterThanTheTimeoutServeOneEvent() throws Exception {
        lab.restart(LambdaOptions.DEFAULTS.withCredentialsLife(Duration.ofSeconds(10)));
        lab.active(function("f").timeout(20).build());
        run("f");
        run("f");
        assertThat(lab.sandboxes.started).hasSize(2);
        assertThat(lab.sandboxes.alive()).isZero();
    }

    /** When the credentials of a sandbox stop being good. */
    private Instant credentialsEnd(int sandbox) {
        Map<String, String> environment = lab.environmentOf(sandbox);
        return Stream.iterate(lab.now.truncatedTo(ChronoUnit.SECONDS), second -> second.plusSeconds(1))
                .filter(second -> lab.iam.accessKeys().find(environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                        environment.getOrDefault("AWS_SESSION_TOKEN", ""), second) == AccessKeys.Absent.EXPIRED)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void credentialsInAnEnvironmentLastTwelveHours() {
        assertThat(LambdaOptions.DEFAULTS.credentialsLife()).isEqualTo(Duration.ofHours(12));
    }

    @Test
    void aRoleThatIsGoneIsRefusedAtAColdStartOnly() {
        lab.active(function("f").build());
        run("f");
        lab.withoutRole("lambda-role");
        run("f");
        lab.restart();

        AwsError error = lab.refusal(invoke("f").build());
        assertThat(error.toString()).isEqualTo("AccessDeniedException: The role defined for the function cannot be assumed by"
                + " Lambda.");
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void anEventIsAcceptedAndRunLater() {
        var events = new CopyOnWriteArrayList<Invocation>();
        lab.sandboxes.work = (sandbox, event) -> {
            events.add(event);
            return answered("1");
        };
        lab.active(function("f").build());
        Call call = lab.call();
        InvokeResponse answer =
                lab.run(invoke("f").invocationType("Event").payload(SdkBytes.fromUtf8String("{\"n\":1}")).build(), call);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.payload()).isNull();
        assertThat(answer.executedVersion()).isNull();

        lab.await(() -> !events.isEmpty());
        assertThat(events.getFirst().requestId()).isEqualTo(call.requestId());
        assertThat(new String(events.getFirst().event(), StandardCharsets.UTF_8)).isEqualTo("{\"n\":1}");
        var large = SdkBytes.fromUtf8String("\"" + "x".repeat(Payloads.ASYNCHRONOUS_MAX) + "\"");
        assertThat(lab.refusal(invoke("f").invocationType("Event").payload(large).build()).status()).isEqualTo(413);
    }

    @Test
    void idleEnvironmentsAreBoundedInNumberAndTime() {
        lab.restart(LambdaOptions.DEFAULTS.withIdleMax(2));
        for (String name : List.of("f", "g", "h")) {
            lab.active(function(name).build());
            run(name);
            lab.now = lab.now.plusSeconds(1);
        }
        assertThat(lab.sandboxes.started.getFirst().closed()).isTrue();
        assertThat(lab.sandboxes.alive()).isEqualTo(2);

        lab.now = lab.now.plus(LambdaOptions.DEFAULTS.idle()).minusSeconds(1);
        lab.service.sweep();
        assertThat(lab.sandboxes.alive()).isOne();
        lab.now = lab.now.plusSeconds(2);
        lab.service.sweep();
        assertThat(lab.sandboxes.alive()).isZero();
    }

    @Test
    void noEnvironmentStartsForAVersionThatHasChanged() {
        lab.active(function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build());
        VersionDocument old = lab.store.view().get(VersionDocument.KIND, LambdaLab.SCOPE, "f:$LATEST").orElseThrow();
        lab.run(UpdateFunctionConfigurationRequest.builder().functionName("f").timeout(9).build());
        lab.settle("f");

        assertThatThrownBy(() -> lab.service.environments.start(LambdaLab.SCOPE, old, Duration.ofSeconds(1)))
                .isInstanceOf(Environments.Outdated.class);
        assertThat(lab.sandboxes.started).isEmpty();
        lab.service.environments.awaitUnused(old.settings().keys().getFirst().nat(LambdaLab.SCOPE));
    }

    @Test
    void aSandboxThatFailsInANewWayIsClosed() {
        lab.active(function("f").build());
        lab.sandboxes.work = (sandbox, event) -> {
            throw new IllegalStateException("a bug");
        };
        assertThatThrownBy(() -> run("f")).hasMessage("a bug");

        assertThat(lab.sandboxes.alive()).isZero();
    }
}
