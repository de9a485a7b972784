package dev.remora.lambda;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.iam.IamService;
import dev.remora.logs.LogSink;
import dev.remora.s3.S3Service;
import dev.remora.sqs.SqsService;
import dev.remora.store.Blobs;
import dev.remora.store.DataFolder;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import dev.remora.wire.Operations;
import dev.remora.wire.Principal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/**
 * Lambda over a real store, real streams, real blobs and the real evaluator of IAM; networks and sandboxes do what a test says,
 * and the clock stands still until it is moved.
 */
final class LambdaLab implements AutoCloseable {
    static final String ACCOUNT = "111122223333";
    static final String REGION = "eu-west-1";
    static final Scope SCOPE = new Scope(ACCOUNT, REGION);
    static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/lambda-role";
    static final String LAMBDA_TRUST = statement(
            "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}");
    static final String VPC_ACCESS = statement("{\"Effect\":\"Allow\",\"Resource\":\"*\",\"Action\":[\"logs:CreateLogGroup\","
            + "\"logs:CreateLogStream\",\"logs:PutLogEvents\",\"ec2:CreateNetworkInterface\",\"ec2:DescribeNetworkInterfaces\","
            + "\"ec2:DescribeSubnets\",\"ec2:DeleteNetworkInterface\",\"ec2:AssignPrivateIpAddresses\","
            + "\"ec2:UnassignPrivateIpAddresses\"]}");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Instant now = Instant.parse("2026-01-02T03:04:05.678Z");
    final Ids ids = Ids.random();
    final DataFolder folder;
    final Store store;
    final Blobs blobs;
    final Streams streams;
    final IamService iam;
    final SqsService sqs;
    final S3Service s3;
    final LabNetworks networks = new LabNetworks();
    final LabSandboxes sandboxes = new LabSandboxes();
    final List<String> logLines = new CopyOnWriteArrayList<>();
    final List<String> logStreams = new CopyOnWriteArrayList<>();
    final Set<String> logGroups = ConcurrentHashMap.newKeySet();
    private final Path code;
    private final Object settled = new Object();
    private final AutoCloseable feed;
    LambdaService service;

    LambdaLab(Path temporary) {
        folder = DataFolder.open(temporary.resolve("data"));
        var kinds = new ArrayList<Kind<?>>(LambdaService.kinds());
        kinds.addAll(IamService.kinds());
        kinds.addAll(SqsService.kinds());
        kinds.addAll(S3Service.kinds());
        store = SqliteStore.inMemory(kinds);
        blobs = Blobs.open(folder);
        streams = Streams.open(folder, () -> now);
        iam = new IamService(store, ids, () -> now, true);
        sqs = new SqsService(store, streams, () -> now, ids);
        s3 = new S3Service(store, temporary.resolve("objects"), ids, () -> now, iam.authorizer());
        iam.resourcePolicies().register("s3", s3.buckets());
        code = temporary.resolve("code");
        feed = store.follow(change -> changed());
        networks.onChange(this::changed);
        role("lambda-role", LAMBDA_TRUST);
        policy("lambda-role", VPC_ACCESS);
        service = start(LambdaOptions.DEFAULTS);
        iam.resourcePolicies().register("lambda", (caller, action, arn) -> service.policies().find(caller, action, arn));
    }

    private LambdaService start(LambdaOptions options) {
        LogSink sink = new LogSink() {
            @Override
            public void write(Scope scope, String group, String stream, Instant time, String message) {
                logLines.add(message);
                logStreams.add(group + " " + stream);
            }

            @Override
            public boolean exists(Scope scope, String group) {
                return logGroups.contains(group);
            }

            @Override
            public void flush() {}
        };
        var made = new LambdaService(
                new LambdaService.Parts(
                        store, blobs, streams, networks, iam.roles(), iam.authorizer(), sink, sqs.source(), s3, sandboxes,
                        () -> now, ids),
                code,
                () -> "http://127.0.0.1:4566",
                options);
        made.start();
        return made;
    }

    /** What a crash and a new start do, as far as this process can show it: all that was only in memory is gone. */
    void restart() {
        restart(LambdaOptions.DEFAULTS);
    }

    void restart(LambdaOptions options) {
        service.close();
        service = start(options);
    }

    private void changed() {
        synchronized (settled) {
            settled.notifyAll();
        }
    }

    /**
     * Waits until something holds that background work brings about; every commit and every change of the networks looks again.
     */
    void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (settled) {
            while (!condition.getAsBoolean()) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("did not come to hold");
                }
                try {
                    settled.wait(Math.min(millis, 50));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    static String statement(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    Call call() {
        return call(new Principal.Root(ACCOUNT));
    }

    Call call(Principal principal) {
        return new Call(ids.uuid(), REGION, principal, "127.0.0.1", now);
    }

    /** A session of a new role that may do what the policy says. */
    Call callOf(String policy) {
        String name = "caller-" + ids.hex(8);
        String id = role(name, statement("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + ACCOUNT
                + "\"},\"Action\":\"sts:AssumeRole\"}"));
        policy(name, policy);
        return call(new Principal.RoleSession(ACCOUNT, "arn:aws:iam::" + ACCOUNT + ":role/" + name, name, id, "me", ""));
    }

    /** Makes a role and returns its id. */
    String role(String name, String trust) {
        CreateRoleResponse made = run(
                iam.iamOperations(), CreateRoleRequest.builder().roleName(name).assumeRolePolicyDocument(trust).build(), call());
        return made.role().roleId();
    }

    void policy(String role, String document) {
        run(iam.iamOperations(),
                PutRolePolicyRequest.builder().roleName(role).policyName("p").policyDocument(document).build(), call());
    }

    void withoutPolicy(String role) {
        run(iam.iamOperations(), DeleteRolePolicyRequest.builder().roleName(role).policyName("p").build(), call());
    }

    void withoutRole(String role) {
        withoutPolicy(role);
        run(iam.iamOperations(), DeleteRoleRequest.builder().roleName(role).build(), call());
    }

    <O extends AwsResponse> O run(AwsRequest request) {
        return run(request, call());
    }

    <O extends AwsResponse> O run(AwsRequest request, Call call) {
        return run(service.operations(), request, call);
    }

    @SuppressWarnings("unchecked")
    static <I extends AwsRequest, O extends AwsResponse> O run(Operations operations, I request, Call call) {
        String name = request.getClass().getSimpleName().replaceAll("Request$", "");
        var operation = (Operation<I, O>) operations.byName(name);
        if (operation == null) {
            throw new AssertionError(name + " is not supported");
        }
        operation.permissions(request).apply(call);
        operation.context(request).apply(call);
        return operation.handler().handle(request, call);
    }

    AwsError refusal(AwsRequest request) {
        return refusal(() -> run(request));
    }

    AwsError refusal(AwsRequest request, Call call) {
        return refusal(() -> run(request, call));
    }

    static AwsError refusal(ThrowingCallable action) {
        AwsError error = catchThrowableOfType(AwsError.class, action);
        if (error == null) {
            throw new AssertionError("not refused");
        }
        return error;
    }

    static SdkBytes zip(String... namesAndContents) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                var entry = new ZipEntry(namesAndContents[i]);
                entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
                zip.putNextEntry(entry);
                zip.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return SdkBytes.fromByteArray(bytes.toByteArray());
    }

    static CreateFunctionRequest.Builder function(String name) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime("python3.12")
                .handler("index.handler")
                .role(ROLE)
                .code(c -> c.zipFile(zip("index.py", "def handler(event, context):\n    return 1\n")));
    }

    static VpcConfig vpc(List<String> subnets, List<String> groups) {
        return VpcConfig.builder().subnetIds(subnets).securityGroupIds(groups).build();
    }

    /** Creates a function and waits until it is ready. */
    void active(CreateFunctionRequest request) {
        run(request);
        settle(request.functionName());
    }

    /** Waits until a function rests, and returns its configuration. */
    GetFunctionConfigurationResponse settle(String name) {
        await(() -> store.view()
                .get(VersionDocument.KIND, SCOPE, VersionDocument.id(name, "$LATEST"))
                .filter(v -> !v.unsettled())
                .isPresent());
        return configuration(name);
    }

    GetFunctionConfigurationResponse configuration(String name) {
        return run(GetFunctionConfigurationRequest.builder().functionName(name).build());
    }

    static String arn(String name) {
        return "arn:aws:lambda:" + REGION + ":" + ACCOUNT + ":function:" + name;
    }

    Map<String, String> environmentOf(int sandbox) {
        return sandboxes.started.get(sandbox).spec().environment();
    }

    @Override
    public void close() throws Exception {
        service.close();
        sqs.close();
        feed.close();
        streams.close();
        store.close();
        folder.close();
    }
}
