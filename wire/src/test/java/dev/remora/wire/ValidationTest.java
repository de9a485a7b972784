package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.lambda.model.CreateAliasRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/** AWS's words for what breaks a constraint. */
class ValidationTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/r";

    private static AwsError refused(ServiceInfo service, AwsRequest input) {
        var table = new Operations(service);
        var operation = new Operation<>(
                service.signingName(), name(input), AwsRequest.class, (Handler<AwsRequest, AwsResponse>) (in, c) -> {
                    throw new AssertionError("nobody calls it");
                });
        return catchThrowableOfType(AwsError.class, () -> new Served(table).check(operation, input, name(input)));
    }

    private static String name(AwsRequest input) {
        return input.getClass().getSimpleName().replace("Request", "");
    }

    private static CreateFunctionRequest.Builder function() {
        return CreateFunctionRequest.builder()
                .functionName("f")
                .role(ROLE)
                .code(FunctionCode.builder().build());
    }

    private static String text(AwsRequest lambdaInput) {
        AwsError e = refused(Infos.LAMBDA, lambdaInput);
        assertThat(e.code()).isEqualTo("ValidationException");
        assertThat(e.status()).isEqualTo(400);
        return e.text();
    }

    @Test
    void aGoodRequestPasses() {
        assertThat(refused(
                        Infos.LAMBDA,
                        function().runtime("python9.99").timeout(900).build()))
                .isNull();
        assertThat(refused(
                        Infos.LAMBDA,
                        InvokeRequest.builder()
                                .functionName("arn:aws:lambda:us-east-1:123456789012:function:f:live")
                                .build()))
                .isNull();
        assertThat(refused(
                        Infos.LAMBDA,
                        function()
                                .vpcConfig(v -> v.subnetIds(List.of()).securityGroupIds(List.of()))
                                .build()))
                .isNull();
    }

    @Test
    void aMissingMemberIsNull() {
        assertThat(text(CreateFunctionRequest.builder()
                        .functionName("f")
                        .role(ROLE)
                        .build()))
                .isEqualTo("1 validation error detected: Value null at 'code' failed to satisfy constraint: Member must"
                        + " not be null");
    }

    @Test
    void severalErrorsAreCountedAndJoined() {
        assertThat(text(function().functionName("not good!").role("nobody").build()))
                .startsWith("2 validation errors detected: Value 'not good!' at 'functionName' failed to satisfy"
                        + " constraint: Member must satisfy regular expression pattern:"
                        + " (arn:(aws[a-zA-Z-]*)?:lambda:)?")
                .endsWith("; Value 'nobody' at 'role' failed to satisfy constraint: Member must satisfy regular"
                        + " expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
    }

    @Test
    void aListOfValuesIsReportedAsAWholeWithAllConstraints() {
        assertThat(text(function()
                        .vpcConfig(VpcConfig.builder()
                                .subnetIds("bad-1", "subnet-1")
                                .build())
                        .build()))
                .isEqualTo("1 validation error detected: Value '[bad-1, subnet-1]' at 'vpcConfig.subnetIds' failed to"
                        + " satisfy constraint: Member must satisfy constraint: [Member must have length less than"
                        + " or equal to 1024, Member must have length greater than or equal to 0, Member must"
                        + " satisfy regular expression pattern: subnet-[0-9a-z]*]");
        assertThat(text(function().architecturesWithStrings("X86_64").build()))
                .isEqualTo("1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy"
                        + " constraint: Member must satisfy constraint: [Member must satisfy enum value set:"
                        + " [x86_64, arm64], Member must not be null]");
    }

    @Test
    void aListMayBeTooLong() {
        assertThat(text(function()
                        .vpcConfig(VpcConfig.builder()
                                .subnetIds(Collections.nCopies(17, "subnet-1"))
                                .build())
                        .build()))
                .endsWith("at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must have length less than or"
                        + " equal to 16");
        assertThat(text(function().architecturesWithStrings("x86_64", "arm64").build()))
                .isEqualTo("1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy"
                        + " constraint: Member must have length less than or equal to 1");
    }

    @Test
    void numbersHaveValues() {
        assertThat(text(function().memorySize(64).build()))
                .isEqualTo("1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint:"
                        + " Member must have value greater than or equal to 128");
        assertThat(text(function().timeout(-1).build()))
                .isEqualTo("1 validation error detected: Value '-1' at 'timeout' failed to satisfy constraint:"
                        + " Member must have value greater than or equal to 1");
    }

    @Test
    void textsOfAnyLengthAreMatched() {
        AwsError e = refused(
                Infos.IAM, ListPoliciesRequest.builder().pathPrefix("/a".repeat(200_000)).build());
        assertThat(e.code()).isEqualTo("ValidationError");
        assertThat(e.text()).isEqualTo("1 validation error detected: Value at 'pathPrefix' failed to satisfy constraint:"
                + " Member must have length less than or equal to 512");
    }

    @Test
    void keysAndValuesOfMapsAreReportedAsAWhole() {
        var alias = CreateAliasRequest.builder().functionName("f").name("a").functionVersion("1");
        assertThat(text(alias.routingConfig(r -> r.additionalVersionWeights(Map.of("x", 2.0)))
                        .build()))
                .startsWith("2 validation errors detected: Value '{x=2.0}' at 'routingConfig.additionalVersionWeights'"
                        + " failed to satisfy constraint: Map keys must satisfy constraint: [Member must have"
                        + " length less than or equal to 1024, Member must have length greater than or equal to 1,"
                        + " Member must satisfy regular expression pattern: [0-9]+]")
                .contains("Map value must satisfy constraint: [");
    }

    @Test
    void aBareNameOverSixtyFourIsAnInvalidParameterValue() {
        AwsError e =
                refused(Infos.LAMBDA, function().functionName("n".repeat(65)).build());
        assertThat(e.code()).isEqualTo("InvalidParameterValueException");
        assertThat(e.text())
                .isEqualTo("1 validation error detected: Value '" + "n".repeat(65)
                        + "' at 'functionName' failed to satisfy constraint: Member must have length less than"
                        + " or equal to 64");
        assertThat(text(function().functionName("n".repeat(141)).build()))
                .endsWith("Member must have length less than or equal to 140");
    }

    @Test
    void theQueryServicesSayValidationError() {
        AwsError e = refused(
                Infos.IAM,
                CreateRoleRequest.builder()
                        .roleName("r")
                        .assumeRolePolicyDocument("{}")
                        .tags(
                                Tag.builder().key("a").value("b").build(),
                                Tag.builder().key("#").value("c").build())
                        .build());
        assertThat(e.code()).isEqualTo("ValidationError");
        assertThat(e.text())
                .startsWith(
                        "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint:");
        assertThat(refused(
                                Infos.STS,
                                AssumeRoleRequest.builder()
                                        .roleArn(ROLE)
                                        .roleSessionName("x")
                                        .build())
                        .text())
                .contains(
                        "'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal"
                                + " to 2");
    }

    @Test
    void iamHasASentenceForNamesAndPaths() {
        var role = CreateRoleRequest.builder().roleName("bad/name").assumeRolePolicyDocument("{}");
        AwsError e = refused(Infos.IAM, role.build());
        assertThat(e.code()).isEqualTo("ValidationError");
        assertThat(e.text()).isEqualTo("The specified value for roleName is invalid. It must contain only alphanumeric"
                + " characters and/or the following: +=,.@_-");
        assertThat(refused(Infos.IAM, role.roleName("r").path("team").build()).text())
                .isEqualTo("The specified value for path is invalid. It must begin and end with / and contain only"
                        + " alphanumeric characters and/or / characters.");
        assertThat(refused(Infos.IAM, role.roleName("/".repeat(65)).build()).text())
                .as("lengths first").isEqualTo("1 validation error detected: Value at 'roleName' failed to satisfy constraint:"
                        + " Member must have length less than or equal to 64");
    }

    @Test
    void logsSaysInvalidParameter() {
        AwsError e = refused(
                Infos.LOGS,
                CreateLogGroupRequest.builder().logGroupName("not good").build());
        assertThat(e.code()).isEqualTo("InvalidParameterException");
        assertThat(e.text())
                .contains("at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression"
                        + " pattern");
    }

    @Test
    void ec2HasWordsOfItsOwn() {
        AwsError missing = refused(
                Infos.EC2, CreateSecurityGroupRequest.builder().description("d").build());
        assertThat(missing.code()).isEqualTo("MissingParameter");
        assertThat(missing.text()).isEqualTo("The request must contain the parameter GroupName");
        AwsError range =
                refused(Infos.EC2, DescribeVpcsRequest.builder().maxResults(2).build());
        assertThat(range.code()).isEqualTo("InvalidParameterValue");
        assertThat(range.text())
                .isEqualTo("Value ( 2 ) for parameter maxResults is invalid. Expecting a value greater than 5.");
        assertThat(refused(
                        Infos.EC2,
                        CreateVpcRequest.builder().instanceTenancy("odd").build()))
                .isNull();
    }
}
