package dev.remora.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/** Roles and functions of an account, as most tests need them. */
public record Functions(Sdk sdk) {
    /** What an invocation may take where a test is not about that; not more than the visibility timeout of a plain queue. */
    private static final int TIMEOUT_SECONDS = 30;

    /** An event for a function that tries {@code seconds} long: what works may take its time on a busy machine. */
    public static final String PATIENTLY = "{\"seconds\":20}";

    /** The same for what cannot work, and is found so however short the try. */
    public static final String BRIEFLY = "{\"seconds\":1}";

    public static final String TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";
    public static final String VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";

    public static Functions of(Account account) {
        return new Functions(Sdk.of(account));
    }

    public LambdaClient lambda() {
        return sdk.lambda();
    }

    /** The ARN of a role that Lambda may assume, with the given managed policies. */
    public String role(String name, String... policies) {
        var iam = sdk.iam();
        String arn = iam.createRole(r -> r.roleName(name).assumeRolePolicyDocument(TRUST)).role().arn();
        for (String policy : policies) {
            iam.attachRolePolicy(r -> r.roleName(name).policyArn(policy));
        }
        return arn;
    }

    /** Creates a function with one Python file and waits until it is active. */
    public void python(String name, String role, String source, UnaryOperator<CreateFunctionRequest.Builder> more) {
        create(name, "python3.12", "index.handler", role, Zips.of(Map.of("index.py", source)), more);
    }

    public void node(String name, String role, String source, UnaryOperator<CreateFunctionRequest.Builder> more) {
        create(name, "nodejs20.x", "index.handler", role, Zips.of(Map.of("index.js", source)), more);
    }

    public void create(
            String name,
            String runtime,
            String handler,
            String role,
            Path zip,
            UnaryOperator<CreateFunctionRequest.Builder> more) {
        var request = CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(runtime)
                .handler(handler)
                .role(role)
                .timeout(TIMEOUT_SECONDS)
                .code(c -> c.zipFile(SdkBytes.fromByteArray(read(zip))));
        lambda().createFunction(more.apply(request).build());
        lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    public static VpcConfig in(Network network) {
        return VpcConfig.builder().subnetIds(network.subnets()).securityGroupIds(network.app()).build();
    }

    public static VpcConfig in(List<String> subnets, String... groups) {
        return VpcConfig.builder().subnetIds(subnets).securityGroupIds(groups).build();
    }

    public Answer invoke(String name, String event) {
        InvokeResponse r = lambda().invoke(i ->
                i.functionName(name).payload(SdkBytes.fromUtf8String(event)).logType(LogType.TAIL));
        String log = r.logResult() == null ? "" : new String(Base64.getDecoder().decode(r.logResult()));
        String error = r.functionError() == null ? "" : r.functionError();
        return new Answer(r.payload().asUtf8String(), error, log, r.executedVersion());
    }

    /** @param error the header X-Amz-Function-Error, or empty */
    public record Answer(String payload, String error, String log, String version) {}

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
