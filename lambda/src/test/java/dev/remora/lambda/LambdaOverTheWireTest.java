package dev.remora.lambda;

import static dev.remora.lambda.LabNetworks.GROUP_1;
import static dev.remora.lambda.LabNetworks.GROUP_2;
import static dev.remora.lambda.LabNetworks.SUBNET_A;
import static dev.remora.lambda.LabNetworks.SUBNET_B;
import static dev.remora.lambda.LambdaLab.arn;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.statement;
import static dev.remora.lambda.LambdaLab.vpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** The service behind the dispatcher, called by AWS's own client: statuses, forms of answers and errors, permissions. */
class LambdaOverTheWireTest {
    private LambdaLab lab;
    private Dispatcher dispatcher;
    private LambdaClient root;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        // The SDK's clients sign with the time of day.
        lab.now = Instant.now();
        dispatcher = new Dispatcher(
                List.of(lab.service.operations()), lab.iam.accessKeys(), lab.iam.authorizer(), () -> lab.now);
        root = client(AwsBasicCredentials.create(LambdaLab.ACCOUNT, "test"));
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private LambdaClient client(AwsCredentials credentials) {
        return LambdaClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://remora.internal"))
                .overrideConfiguration(c -> c.retryStrategy(RetryMode.STANDARD).retryStrategy(s -> s.maxAttempts(1)))
                .httpClient(new InProcessClient(dispatcher))
                .build();
    }

    /** A client with a session of a new role that may do what the statements say. */
    private LambdaClient may(String... statements) {
        String name = "may-" + lab.ids.hex(8);
        lab.role(name, LambdaLab.LAMBDA_TRUST);
        lab.policy(name, statement(statements));
        var keys = lab.iam.roles()
                .issue("arn:aws:iam::" + LambdaLab.ACCOUNT + ":role/" + name, "me", "", Duration.ofHours(1));
        return client(AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
    }

    private static String fault(ThrowingCallable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call);
        return error.statusCode() + " " + error.awsErrorDetails().errorCode() + ": " + error.awsErrorDetails().errorMessage();
    }

    private static String body(ThrowingCallable call) {
        return catchThrowableOfType(AwsServiceException.class, call).awsErrorDetails().rawResponse().asUtf8String();
    }

    @Test
    void aFunctionsLife() {
        CreateFunctionResponse made = root.createFunction(
                function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build());
        assertThat(made.sdkHttpResponse().statusCode()).isEqualTo(201);
        assertThat(made.stateAsString()).isEqualTo("Pending");
        assertThat(made.lastUpdateStatus()).isNull();
        assertThat(root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f")).matched().response()).isPresent();

        InvokeResponse answer =
                root.invoke(r -> r.functionName("f").logType(LogType.TAIL).payload(SdkBytes.fromUtf8String("{}")));
        assertThat(answer.payload().asUtf8String()).isEqualTo("\"ok\"");
        assertThat(answer.sdkHttpResponse().firstMatchingHeader("X-Amz-Executed-Version")).contains("$LATEST");
        assertThat(answer.sdkHttpResponse().firstMatchingHeader("X-Amz-Function-Error")).isEmpty();
        assertThat(answer.logResult()).isNotEmpty();
        assertThat(root.invoke(r -> r.functionName("f").invocationType(InvocationType.EVENT)).statusCode()).isEqualTo(202);
        assertThat(root.invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN)).statusCode()).isEqualTo(204);

        root.updateFunctionConfiguration(r -> r.functionName("f").vpcConfig(vpc(List.of(), List.of())));
        var done = root.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f")).matched().response().orElseThrow();
        FunctionConfiguration shown = done.configuration();
        assertThat(shown.vpcConfig().hasSubnetIds()).isTrue();
        assertThat(shown.vpcConfig().vpcId()).isEmpty();
        assertThat(done.code().location()).startsWith("http://127.0.0.1:4566/_remora/code/");
        assertThat(root.listFunctionsPaginator().functions())
                .extracting(FunctionConfiguration::functionName)
                .containsExactly("f");
        assertThat(root.deleteFunction(r -> r.functionName("f")).sdkHttpResponse().statusCode()).isEqualTo(204);
    }

    @Test
    void bodiesOfErrors() {
        assertThat(body(() -> root.getFunction(r -> r.functionName("nope"))))
                .contains("\"Type\":\"User\"")
                .contains("\"Message\":\"Function not found: " + arn("nope") + "\"");
        root.createFunction(function("f").build());
        assertThat(body(() -> root.createFunction(function("f").build())))
                .contains("\"Type\":\"User\"")
                .contains("\"message\":\"Function already exist: f\"");
    }

    @Test
    void theFrontDoorRefusesWhatIsOutOfShape() {
        assertThat(fault(() -> root.createFunction(function("f").role("no arn").build())))
                .startsWith("400 ValidationException: 1 validation error detected: Value 'no arn' at 'role' failed to satisfy"
                        + " constraint: Member must satisfy regular expression pattern: ");
        assertThat(fault(() -> root.createFunction(
                        function("f").vpcConfig(vpc(List.of("bad"), List.of(GROUP_1))).build())))
                .startsWith("400 ValidationException: 1 validation error detected: Value '[bad]' at 'vpcConfig.subnetIds'"
                + " failed to"
                        + " satisfy constraint: ");
        assertThat(fault(() -> root.createFunction(function("f").timeout(901).build())))
                .isEqualTo("400 ValidationException: 1 validation error detected: Value '901' at 'timeout' failed to satisfy"
                        + " constraint: Member must have value less than or equal to 900");
        List<String> many = IntStream.range(0, 17).mapToObj(i -> "subnet-" + i).toList();
        assertThat(fault(() -> root.createFunction(function("f").vpcConfig(vpc(many, List.of(GROUP_1))).build())))
                .startsWith("400 ValidationException: ")
                .contains("at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must have length less than or equal"
                + " to 16");
    }

    @Test
    void refusedParametersAreNamed() {
        assertThat(fault(() -> root.createFunction(function("f").deadLetterConfig(d -> d.targetArn("arn:aws:sqs:eu-west-1:1:q"))
                        .build())))
                .contains("DeadLetterConfig");
        assertThat(fault(() -> root.createFunction(function("f").codeSigningConfigArn(
                        "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0").build())))
                .contains("CodeSigningConfigArn");
    }

    @Test
    void throttlingCarriesItsReason() {
        root.createFunction(function("f").build());
        root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        root.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(0));

        var error = catchThrowableOfType(TooManyRequestsException.class, () -> root.invoke(r -> r.functionName("f")));
        assertThat(error.statusCode()).isEqualTo(429);
        assertThat(error.reasonAsString()).isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
    }

    private static final String ALL = "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}";
    private static final String DEPLOY =
            "\"Action\":[\"lambda:CreateFunction\",\"lambda:UpdateFunctionConfiguration\"],\"Resource\":\"*\"";

    @Test
    void onlyFunctionsWithAVpcMayBeDeployed() {
        LambdaClient guarded =
                may(ALL, "{\"Effect\":\"Deny\"," + DEPLOY + ",\"Condition\":{\"Null\":{\"lambda:VpcIds\":\"true\"}}}");

        assertThat(fault(() -> guarded.createFunction(function("f").build())))
                .startsWith("403 AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/may-")
                .endsWith("/me is not authorized to perform: lambda:CreateFunction on resource: " + arn("f")
                        + " with an explicit deny in an identity-based policy");
        guarded.createFunction(function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build());
        root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        guarded.updateFunctionConfiguration(r -> r.functionName("f").description("without saying anything of a VPC"));
        root.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
        assertThat(fault(() -> guarded.updateFunctionConfiguration(
                        r -> r.functionName("f").vpcConfig(vpc(List.of(), List.of())))))
                .contains("with an explicit deny");
    }

    @Test
    void subnetsAndGroupsCanBeForbidden() {
        LambdaClient guarded = may(
                ALL,
                "{\"Effect\":\"Deny\"," + DEPLOY + ",\"Condition\":{\"ForAnyValue:StringEquals\":{\"lambda:SubnetIds\":[\""
                + SUBNET_B
                        + "\"]}}}",
                "{\"Effect\":\"Deny\"," + DEPLOY + ",\"Condition\":{\"ForAnyValue:StringEquals\":{\"lambda:SecurityGroupIds\":[\""
                        + GROUP_2 + "\"]}}}");

        assertThat(fault(() -> guarded.createFunction(
                        function("f").vpcConfig(vpc(List.of(SUBNET_A, SUBNET_B), List.of(GROUP_1))).build())))
                .contains("with an explicit deny");
        assertThat(fault(() -> guarded.createFunction(
                        function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1, GROUP_2))).build())))
                .contains("with an explicit deny");
        guarded.createFunction(function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build());
        guarded.createFunction(function("g").build());
    }

    /** A role is passed with keys of its own: those of the function are not there. */
    @Test
    void rolesMustBePassable() {
        String mayDeploy = "{\"Effect\":\"Allow\"," + DEPLOY + "}";
        LambdaClient guarded = may(mayDeploy);
        root.createFunction(function("g").build());
        root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("g"));

        String denied = "is not authorized to perform: iam:PassRole on resource: " + LambdaLab.ROLE
                + " because no identity-based policy allows the iam:PassRole action";
        assertThat(fault(() -> guarded.createFunction(function("f").build())))
                .startsWith("403 AccessDeniedException: User: arn:aws:sts::").endsWith(denied);
        assertThat(fault(() -> guarded.updateFunctionConfiguration(r -> r.functionName("g").role(LambdaLab.ROLE))))
                .endsWith(denied);
        guarded.updateFunctionConfiguration(r -> r.functionName("g").memorySize(256));

        String mayPass = """
                {"Effect":"Allow","Action":"iam:PassRole","Resource":"%s","Condition":{"Null":{"aws:TagKeys":"true"},
                "StringEquals":{"iam:PassedToService":"lambda.amazonaws.com","iam:AssociatedResourceArn":"%s"}}}"""
                .formatted(LambdaLab.ROLE, arn("f"));
        LambdaClient allowed = may(mayDeploy, mayDeploy.replace("CreateFunction", "TagResource"), mayPass);
        allowed.createFunction(function("f").tags(Map.of("team", "red")).build());
        assertThat(fault(() -> allowed.createFunction(function("h").build()))).endsWith(denied);
    }

    @Test
    void aVpcCanBeRequired() {
        LambdaClient guarded = may(
                "{\"Effect\":\"Allow\",\"Action\":[\"iam:PassRole\",\"ec2:Describe*\"],\"Resource\":\"*\"}",
                "{\"Effect\":\"Allow\"," + DEPLOY + ",\"Condition\":{\"StringEquals\":{\"lambda:VpcIds\":[\"" + LabNetworks.VPC
                        + "\"]}}}");

        assertThat(fault(() -> guarded.createFunction(function("f").build())))
                .contains("because no identity-based policy allows the lambda:CreateFunction action");
        guarded.createFunction(function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build());
        assertThat(fault(() -> guarded.invoke(r -> r.functionName("f"))))
                .contains("is not authorized to perform: lambda:InvokeFunction on resource: " + arn("f"));
    }

    @Test
    void anotherAccountMayWhatTheFunctionsPolicySays() {
        root.createFunction(function("f").build());
        root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        LambdaClient other = client(AwsBasicCredentials.create("444455556666", "test"));
        String arn = LambdaLab.arn("f");
        String denied = "403 AccessDeniedException: User: arn:aws:iam::444455556666:root is not authorized to perform:"
                + " lambda:InvokeFunction on resource: " + arn + " because no resource-based policy allows the"
                + " lambda:InvokeFunction action";
        assertThat(fault(() -> other.invoke(r -> r.functionName(arn)))).isEqualTo(denied);
        root.addPermission(r -> r.functionName("f").statementId("other").action("lambda:InvokeFunction")
                .principal("444455556666"));
        assertThat(other.invoke(r -> r.functionName(arn)).payload().asUtf8String()).isEqualTo("\"ok\"");
        assertThat(fault(() -> other.getFunction(r -> r.functionName(arn)))).contains("lambda:GetFunction");
        assertThat(fault(() -> other.invoke(r -> r.functionName(arn).qualifier("$LATEST")))).contains("function:f:$LATEST");
        root.removePermission(r -> r.functionName("f").statementId("other"));
        assertThat(fault(() -> other.invoke(r -> r.functionName(arn)))).isEqualTo(denied);
    }

    @Test
    void aRoleThatThePolicyNamesNeedsNoPolicyOfItsOwn() {
        root.createFunction(function("f").build());
        root.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
        lab.role("bare", LambdaLab.LAMBDA_TRUST);
        String role = "arn:aws:iam::" + LambdaLab.ACCOUNT + ":role/bare";
        var keys = lab.iam.roles().issue(role, "me", "", Duration.ofHours(1));
        LambdaClient bare =
                client(AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()));
        assertThat(fault(() -> bare.invoke(r -> r.functionName("f")))).contains("because no identity-based policy allows");
        root.addPermission(r -> r.functionName("f").statementId("bare").action("lambda:InvokeFunction").principal(role));
        assertThat(bare.invoke(r -> r.functionName("f")).payload().asUtf8String()).isEqualTo("\"ok\"");
    }
}
