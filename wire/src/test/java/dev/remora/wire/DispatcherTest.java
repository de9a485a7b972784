package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupResponse;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** Through the real SDK clients: what they see of each step of the dispatcher. */
class DispatcherTest {
    private static final AwsCredentials TEST = AwsBasicCredentials.create("test", "test");
    private static final AwsCredentials SESSION =
            AwsSessionCredentials.create("ASIAEXAMPLE", "secret of ASIA", Keys.TOKEN);

    private final AtomicReference<Call> call = new AtomicReference<>();
    private final AtomicReference<Map<String, List<String>>> context = new AtomicReference<>();
    private final AtomicInteger handled = new AtomicInteger();
    private final AuthorizationMessages messages = AuthorizationMessages.ephemeral();
    private Decision decision = Decision.ALLOWED;
    private final Dispatcher dispatcher = dispatcher();
    private SdkHttpClient http = new InProcessClient(dispatcher);

    private Dispatcher dispatcher() {
        var ec2 = new Operations(Infos.EC2);
        ec2.on(CreateVpcRequest.class, (in, c) -> {
                    handled.incrementAndGet();
                    return CreateVpcResponse.builder().build();
                })
                .enforced("CidrBlock", "DryRun")
                .refused("Ipv4IpamPoolId")
                .resources((in, c) -> List.of("arn:aws:ec2:us-east-1:" + c.account() + ":vpc/*"));
        ec2.on(
                DescribeVpcsRequest.class,
                (in, c) -> DescribeVpcsResponse.builder().vpcs(List.of()).build());
        var iam = new Operations(Infos.IAM);
        iam.on(GetRoleRequest.class, (Handler<GetRoleRequest, GetRoleResponse>) (in, c) -> {
            if (in.roleName().equals("bug")) {
                throw new IllegalStateException("secret detail");
            }
            throw new AwsError("NoSuchEntity", 404, "The role with name " + in.roleName() + " cannot be found.");
        });
        var lambda = new Operations(Infos.LAMBDA);
        lambda.on(InvokeRequest.class, this::invoke)
                .action("lambda:InvokeFunction")
                .resources((in, c) ->
                        List.of("arn:aws:lambda:us-east-1:" + c.account() + ":function:" + in.functionName()))
                .context((in, c) -> Map.of("lambda:Extra", List.of("1")));
        lambda.on(CreateFunctionRequest.class, (in, c) -> CreateFunctionResponse.builder().build())
                .enforced("FunctionName", "Role", "Code")
                .permissions((in, c) -> List.of(
                        new Permission("lambda:CreateFunction", "arn:aws:lambda:us-east-1:000000000000:function:f", Map.of()),
                        new Permission("iam:PassRole", in.role(), Map.of("iam:PassedToService", List.of("l")))))
                .context((in, c) -> Map.of("lambda:Extra", List.of("1")));
        lambda.on(GetFunctionRequest.class, (Handler<GetFunctionRequest, GetFunctionResponse>) (in, c) -> {
            throw new AwsError("ResourceNotFoundException", 404, "Function not found: " + in.functionName());
        });
        var logs = new Operations(Infos.LOGS);
        logs.on(
                CreateLogGroupRequest.class,
                (in, c) -> CreateLogGroupResponse.builder().build());
        return new Dispatcher(
                List.of(ec2, iam, lambda, logs),
                Keys.ALL,
                (principal, action, resources, keys) -> {
                    context.set(keys);
                    return decision;
                },
                messages,
                InstantSource.system());
    }

    private InvokeResponse invoke(InvokeRequest in, Call c) {
        call.set(c);
        if (in.payload() == null) {
            return InvokeResponse.builder().statusCode(202).build();
        }
        if (in.payload().asUtf8String().equals("throttle")) {
            throw new AwsError(
                    "TooManyRequestsException",
                    429,
                    "Rate Exceeded.",
                    Map.of("Reason", "ReservedFunctionConcurrentInvocationLimitExceeded", "retryAfterSeconds", 3));
        }
        return InvokeResponse.builder()
                .statusCode(200)
                .functionError("Unhandled")
                .logResult("TA==")
                .payload(in.payload())
                .build();
    }

    private <B extends AwsClientBuilder<B, C>, C> C client(B builder, AwsCredentials credentials) {
        builder.endpointOverride(URI.create("http://remora.internal"))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        credentials == null
                                ? AnonymousCredentialsProvider.create()
                                : StaticCredentialsProvider.create(credentials))
                .overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1)));
        ((AwsSyncClientBuilder<?, ?>) builder).httpClient(http);
        return builder.build();
    }

    private static void fails(Runnable call, int status, String code, String message) {
        AwsServiceException e = catchThrowableOfType(AwsServiceException.class, call::run);
        assertThat(e).isNotNull();
        assertThat(e.statusCode()).isEqualTo(status);
        assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        assertThat(e.awsErrorDetails().errorMessage()).contains(message);
        assertThat(e.requestId()).isNotBlank();
    }

    @Test
    void eachProtocolWordsAnUnknownKeyItsOwnWay() {
        var nobody = AwsBasicCredentials.create("nobody", "x");
        fails(
                () -> client(Ec2Client.builder(), nobody).describeVpcs(),
                401,
                "AuthFailure",
                "AWS was not able to validate");
        fails(
                () -> role(nobody, "r"),
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid");
        fails(
                () -> invoke(nobody),
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid");
        fails(
                () -> group(nobody),
                400,
                "UnrecognizedClientException",
                "The security token included in the request is invalid");
    }

    @Test
    void eachProtocolWordsAWrongSecretItsOwnWay() {
        var wrong = AwsBasicCredentials.create("AKIAEXAMPLE", "x");
        fails(
                () -> client(Ec2Client.builder(), wrong).describeVpcs(),
                401,
                "AuthFailure",
                "AWS was not able to validate");
        fails(
                () -> role(wrong, "r"),
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match");
        fails(
                () -> invoke(wrong),
                403,
                "InvalidSignatureException",
                "The request signature we calculated does not match");
        fails(
                () -> group(wrong),
                400,
                "InvalidSignatureException",
                "The request signature we calculated does not match");
    }

    @Test
    void eachProtocolWordsAMissingSignatureItsOwnWay() {
        fails(
                () -> client(Ec2Client.builder(), null).describeVpcs(),
                403,
                "MissingAuthenticationToken",
                "missing Authentication Token");
        fails(() -> role(null, "r"), 403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        fails(() -> invoke(null), 403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        fails(() -> group(null), 400, "MissingAuthenticationTokenException", "Missing Authentication Token");
    }

    @Test
    void anEndedSessionAndAForeignTokenAreToldApart() {
        fails(() -> role(AwsSessionCredentials.create("ASIAOLD", "x", "t"), "r"), 403, "ExpiredToken", "is expired");
        fails(
                () -> role(AwsSessionCredentials.create("ASIAEXAMPLE", "secret of ASIA", "t"), "r"),
                403,
                "InvalidClientTokenId",
                "is invalid");
    }

    @Test
    void theBootstrapKeyIsUnknownFromASandboxAndFromAForeignPage() {
        http = new InProcessClient(r -> dispatcher.handle(new Request(
                r.method(), r.rawPath(), r.rawQuery(), r.headers(), r.body(), r.peer(), r.secure(), false)));
        fails(() -> role(TEST, "r"), 403, "InvalidClientTokenId", "is invalid");
        fails(
                () -> role(AwsBasicCredentials.create("AKIAEXAMPLE", "secret/of+AKIA"), "r"),
                404,
                "NoSuchEntity",
                "cannot be found");
        http = new InProcessClient(r -> {
            r.headers().add("Origin", "https://evil.example");
            return dispatcher.handle(r);
        });
        fails(() -> role(TEST, "r"), 403, "InvalidClientTokenId", "is invalid");
    }

    private void behindEndpoint(String service, Authorizer policy) {
        var entrance = new Entrance("vpc-1", "vpce-1", service, policy);
        http = new InProcessClient(r -> dispatcher.handle(r.through(entrance)));
    }

    @Test
    void anEndpointsPolicyLimitsWhatIsDoneThroughIt() {
        behindEndpoint("ec2", (principal, action, resources, keys) -> Decision.ALLOWED);
        client(Ec2Client.builder(), TEST).createVpc(r -> r.cidrBlock("10.0.0.0/16"));
        assertThat(context.get())
                .containsEntry("aws:SourceVpc", List.of("vpc-1"))
                .containsEntry("aws:SourceVpce", List.of("vpce-1"))
                .containsEntry("aws:VpcSourceIp", List.of("127.0.0.1"))
                .doesNotContainKey("aws:SourceIp");
        behindEndpoint("ec2", (principal, action, resources, keys) ->
                new Decision(false, "*", Authorizer.Reason.NO_ENDPOINT_POLICY));
        fails(
                () -> client(Ec2Client.builder(), TEST).createVpc(r -> r.cidrBlock("10.0.0.0/16")),
                403,
                "UnauthorizedOperation",
                "because no VPC endpoint policy allows the ec2:CreateVpc action");
        assertThat(handled).hasValue(1);
    }

    /** Its keys are not the operation's, and no matter of the endpoint of another service. */
    @Test
    void aRoleThatIsPassedIsAMatterOfItsOwn() {
        behindEndpoint("lambda", (principal, action, resources, keys) -> {
            assertThat(action).isEqualTo("lambda:CreateFunction");
            assertThat(keys).containsKey("lambda:Extra");
            return Decision.ALLOWED;
        });
        String role = "arn:aws:iam::000000000000:role/r";
        client(LambdaClient.builder(), TEST).createFunction(r -> r.functionName("f").role(role).code(c -> c.s3Key("k")));
        assertThat(context.get()).containsEntry("iam:PassedToService", List.of("l")).doesNotContainKey("lambda:Extra");
    }

    @Test
    void onlyTheEndpointsServiceIsServedThere() {
        behindEndpoint("sqs", (principal, action, resources, keys) -> Decision.ALLOWED);
        assertThatThrownBy(() -> client(Ec2Client.builder(), TEST).createVpc(r -> r.cidrBlock("10.0.0.0/16")))
                .isInstanceOfSatisfying(AwsServiceException.class, e -> assertThat(e.statusCode()).isBetween(400, 404));
        assertThat(handled).hasValue(0);
    }

    @Test
    void anErrorOfAHandlerIsTheClientsTypedException() {
        assertThatThrownBy(() -> role(TEST, "r"))
                .isInstanceOf(NoSuchEntityException.class)
                .hasMessageContaining("The role with name r cannot be found.");
        assertThatThrownBy(() -> client(LambdaClient.builder(), TEST).getFunction(r -> r.functionName("f")))
                .isInstanceOfSatisfying(
                        ResourceNotFoundException.class,
                        e -> assertThat(e.type()).isEqualTo("User"));
        assertThatThrownBy(() -> client(LambdaClient.builder(), TEST)
                        .invoke(r -> r.functionName("f").payload(SdkBytes.fromUtf8String("throttle"))))
                .isInstanceOfSatisfying(TooManyRequestsException.class, e -> {
                    assertThat(e.reasonAsString()).isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
                    assertThat(e.retryAfterSeconds()).isEqualTo("3");
                });
    }

    @Test
    void aBugSaysNothingOfItsCause() {
        fails(() -> role(TEST, "bug"), 500, "InternalFailure", "unknown error");
        assertThatThrownBy(() -> role(TEST, "bug")).hasMessageNotContaining("secret detail");
    }

    @Test
    void anAbsentOperationIsNamed() {
        fails(
                () -> client(Ec2Client.builder(), TEST).deleteVpc(r -> r.vpcId("v")),
                400,
                "InvalidAction",
                "DeleteVpc of ec2");
        fails(() -> client(IamClient.builder(), TEST).listRoles(), 400, "InvalidAction", "docs/coverage.md");
        fails(
                () -> client(LambdaClient.builder(), TEST).listFunctions(),
                404,
                "UnknownOperationException",
                "ListFunctions of lambda");
        fails(
                () -> client(CloudWatchLogsClient.builder(), TEST).describeLogGroups(),
                400,
                "UnknownOperationException",
                "DescribeLogGroups");
    }

    @Test
    void aRefusedParameterIsNamed() {
        fails(
                () -> client(Ec2Client.builder(), TEST).createVpc(r -> r.ipv4IpamPoolId("p")),
                400,
                "InvalidParameterValue",
                "The parameter Ipv4IpamPoolId of CreateVpc is not supported by Remora");
        assertThat(handled).hasValue(0);
    }

    @Test
    void aDenialSaysWhyInTheServicesWords() {
        decision = new Decision(false, "arn:aws:lambda:us-east-1:000000000000:function:f", Reason.NO_IDENTITY_POLICY);
        fails(
                () -> invoke(SESSION),
                403,
                "AccessDeniedException",
                "User: arn:aws:sts::000000000000:assumed-role/worker/s1 is not authorized to perform:"
                    + " lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:f because no"
                    + " identity-based policy allows the lambda:InvokeFunction action");
        decision = new Decision(false, "*", Reason.EXPLICIT_DENY);
        fails(
                () -> role(SESSION, "r"),
                403,
                "AccessDenied",
                "iam:GetRole on resource: * with an explicit deny in an identity-based policy");
        fails(() -> group(SESSION), 400, "AccessDeniedException", "logs:CreateLogGroup");
    }

    @Test
    void ec2EncodesTheDetailsOfADenialButNotForDescribes() {
        decision = new Decision(false, "arn:aws:ec2:us-east-1:000000000000:vpc/*", Reason.NO_IDENTITY_POLICY);
        Ec2Client ec2 = client(Ec2Client.builder(), TEST);
        AwsServiceException e =
                catchThrowableOfType(AwsServiceException.class, () -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16")));
        String message = e.awsErrorDetails().errorMessage();
        assertThat(message)
                .startsWith("You are not authorized to perform this operation. User: arn:aws:iam::000000000000:root is"
                        + " not");
        String encoded = message.substring(message.lastIndexOf(' ') + 1);
        assertThat(messages.decode(Keys.ACCOUNT, encoded).orElseThrow())
                .contains("\"explicitDeny\":false", "\"action\":\"ec2:CreateVpc\"", "aws:RequestedRegion");
        decision = new Decision(false, "*", Reason.NO_IDENTITY_POLICY);
        fails(
                ec2::describeVpcs,
                403,
                "UnauthorizedOperation",
                "ec2:DescribeVpcs because no identity-based policy allows");
    }

    @Test
    void dryRunIsAnsweredAfterThePermissionAndWithoutTheHandler() {
        Ec2Client ec2 = client(Ec2Client.builder(), TEST);
        fails(
                () -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").dryRun(true)),
                412,
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set.");
        decision = new Decision(false, "*", Reason.NO_IDENTITY_POLICY);
        fails(
                () -> ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").dryRun(true)),
                403,
                "UnauthorizedOperation",
                "not authorized");
        assertThat(handled).hasValue(0);
    }

    @Test
    void conditionKeysOfARequestAreThoseThatDoNotFollowFromWhoCallsAndWhen() {
        invoke(SESSION);
        assertThat(context.get())
                .containsEntry("aws:SourceIp", List.of("127.0.0.1"))
                .containsEntry("aws:RequestedRegion", List.of("us-east-1"))
                .containsEntry("aws:SecureTransport", List.of("false"))
                .containsKeys("aws:UserAgent")
                .doesNotContainKeys("aws:CalledVia", "aws:Referer", "aws:PrincipalArn", "aws:userid", "aws:CurrentTime")
                .containsEntry("lambda:Extra", List.of("1"));
    }

    @Test
    void aServiceThatActsForTheCallerSaysSoAndHidesWhereTheCallerIs() {
        invoke(SESSION);
        assertThat(call.get().through("lambda.amazonaws.com"))
                .containsEntry("aws:ViaAWSService", List.of("true"))
                .containsEntry("aws:CalledVia", List.of("lambda.amazonaws.com"))
                .containsEntry("aws:CalledViaFirst", List.of("lambda.amazonaws.com"))
                .containsEntry("aws:CalledViaLast", List.of("lambda.amazonaws.com"))
                .doesNotContainKeys("aws:SourceIp", "aws:UserAgent");
    }

    @Test
    void invokeCarriesHeadersStatusAndTheRawPayload() {
        LambdaClient lambda = client(LambdaClient.builder(), TEST);
        InvokeResponse out = lambda.invoke(r -> r.functionName("f").payload(SdkBytes.fromUtf8String("{\"a\": 1}")));
        assertThat(out.payload().asUtf8String()).isEqualTo("{\"a\": 1}");
        assertThat(out.functionError()).isEqualTo("Unhandled");
        assertThat(out.logResult()).isEqualTo("TA==");
        assertThat(out.responseMetadata().requestId()).isEqualTo(call.get().requestId());
        assertThat(lambda.invoke(r -> r.functionName("f").invocationType("Event"))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void aServiceCallsAnotherWithItsOwnPrincipal() {
        http = new InProcessClient(dispatcher, new Principal.Service(Keys.ACCOUNT, "lambda.amazonaws.com"));
        invoke(AwsBasicCredentials.create("anything", "at all"));
        assertThat(call.get().principal()).isEqualTo(new Principal.Service(Keys.ACCOUNT, "lambda.amazonaws.com"));
    }

    @Test
    void anEmptyListIsThereAndAnUnsetOneIsNot() {
        assertThat(client(Ec2Client.builder(), TEST).describeVpcs().hasVpcs()).isTrue();
        assertThat(client(Ec2Client.builder(), TEST).describeVpcs().nextToken()).isNull();
    }

    private GetRoleResponse role(AwsCredentials credentials, String name) {
        return client(IamClient.builder(), credentials).getRole(r -> r.roleName(name));
    }

    private InvokeResponse invoke(AwsCredentials credentials) {
        return client(LambdaClient.builder(), credentials)
                .invoke(r -> r.functionName("f").payload(SdkBytes.fromUtf8String("{}")));
    }

    private CreateLogGroupResponse group(AwsCredentials credentials) {
        return client(CloudWatchLogsClient.builder(), credentials).createLogGroup(r -> r.logGroupName("g"));
    }
}
