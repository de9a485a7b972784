package dev.remora.lambda;

import static dev.remora.lambda.LabNetworks.GROUP_1;
import static dev.remora.lambda.LabNetworks.GROUP_2;
import static dev.remora.lambda.LabNetworks.GROUP_DEDICATED;
import static dev.remora.lambda.LabNetworks.GROUP_OTHER_VPC;
import static dev.remora.lambda.LabNetworks.SUBNET_A;
import static dev.remora.lambda.LabNetworks.SUBNET_B;
import static dev.remora.lambda.LabNetworks.SUBNET_DEDICATED;
import static dev.remora.lambda.LabNetworks.SUBNET_DUAL;
import static dev.remora.lambda.LabNetworks.SUBNET_OTHER_VPC;
import static dev.remora.lambda.LambdaLab.function;
import static dev.remora.lambda.LambdaLab.statement;
import static dev.remora.lambda.LambdaLab.vpc;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

class VpcConfigsTest {
    private LambdaLab lab;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private String refusal(List<String> subnets, List<String> groups) {
        return lab.refusal(function("f").vpcConfig(vpc(subnets, groups)).build()).toString();
    }

    @Test
    void theVpcIsDerivedFromTheSubnets() {
        CreateFunctionResponse made =
                lab.run(function("f").vpcConfig(vpc(List.of(SUBNET_A, SUBNET_B), List.of(GROUP_1))).build());

        assertThat(made.vpcConfig().vpcId()).isEqualTo(LabNetworks.VPC);
        assertThat(made.vpcConfig().subnetIds()).containsExactly(SUBNET_A, SUBNET_B);
        assertThat(made.vpcConfig().securityGroupIds()).containsExactly(GROUP_1);
        assertThat(made.vpcConfig().ipv6AllowedForDualStack()).isFalse();
    }

    @Test
    void unknownSubnetsAndGroups() {
        assertThat(refusal(List.of("subnet-12345678"), List.of(GROUP_1)))
                .isEqualTo("InvalidParameterValueException: Error occurred while DescribeSubnets. EC2 Error Code:"
                        + " InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID 'subnet-12345678' does not exist");
        assertThat(refusal(List.of(SUBNET_A), List.of("sg-12345678")))
                .isEqualTo("InvalidParameterValueException: Error occurred while DescribeSecurityGroups. EC2 Error Code:"
                        + " InvalidGroup.NotFound. EC2 Error Message: The security group 'sg-12345678' does not exist");
    }

    @Test
    void oneListWithoutTheOther() {
        String expected = "InvalidParameterValueException: SubnetIds and SecurityIds must coexist or be both empty list.";

        assertThat(refusal(List.of(SUBNET_A), List.of())).isEqualTo(expected);
        assertThat(refusal(List.of(), List.of(GROUP_1))).isEqualTo(expected);
    }

    @Test
    void tooManySubnetsAndGroups() {
        List<String> subnets = IntStream.range(0, 17).mapToObj(i -> "subnet-" + i).toList();
        assertThat(refusal(subnets, List.of(GROUP_1)))
                .startsWith("ValidationException: 1 validation error detected: Value '[subnet-0, subnet-1, ")
                .endsWith("at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must have length less than or equal"
                + " to 16");
        List<String> groups = IntStream.range(0, 6).mapToObj(i -> "sg-" + i).toList();
        assertThat(refusal(List.of(SUBNET_A), groups))
                .endsWith("at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must have length less than or"
                + " equal to"
                        + " 5");
    }

    @Test
    void mixedVpcs() {
        assertThat(refusal(List.of(SUBNET_A, SUBNET_OTHER_VPC), List.of(GROUP_1)))
                .isEqualTo("InvalidParameterValueException: Subnets are required to be in the same VPC.");
        assertThat(refusal(List.of(SUBNET_A), List.of(GROUP_1, GROUP_OTHER_VPC)))
                .isEqualTo("InvalidParameterValueException: Security Groups are required to be in the same VPC.");
        assertThat(refusal(List.of(SUBNET_A), List.of(GROUP_OTHER_VPC))).startsWith("InvalidParameterValueException: ");
    }

    @Test
    void dedicatedTenancyCannotBeAttached() {
        assertThat(refusal(List.of(SUBNET_DEDICATED), List.of(GROUP_DEDICATED)))
                .startsWith("InvalidParameterValueException: ")
                .contains("dedicated instance tenancy");
    }

    @Test
    void ipv6OnlySubnetsAreRefused() {
        for (boolean allowed : new boolean[] {false, true}) {
            VpcConfig only = VpcConfig.builder()
                    .subnetIds(LabNetworks.SUBNET_IPV6_ONLY)
                    .securityGroupIds(GROUP_1)
                    .ipv6AllowedForDualStack(allowed)
                    .build();
            assertThat(lab.refusal(function("f").vpcConfig(only).build()).text()).contains("IPv6-only");
        }
    }

    @Test
    void ipv6NeedsDualStackInEverySubnet() {
        VpcConfig mixed = VpcConfig.builder()
                .subnetIds(SUBNET_DUAL, SUBNET_A)
                .securityGroupIds(GROUP_1)
                .ipv6AllowedForDualStack(true)
                .build();
        assertThat(lab.refusal(function("f").vpcConfig(mixed).build()).text()).contains(SUBNET_A).contains("IPv6");

        VpcConfig dual = mixed.toBuilder().subnetIds(SUBNET_DUAL).build();
        CreateFunctionResponse made = lab.run(function("f").vpcConfig(dual).build());
        assertThat(made.vpcConfig().ipv6AllowedForDualStack()).isTrue();
    }

    @Test
    void theRoleNeedsEachOfThreeRights() {
        for (String missing : List.of("CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface")) {
            lab.policy("lambda-role", statement("{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}",
                    "{\"Effect\":\"Deny\",\"Action\":\"ec2:" + missing + "\",\"Resource\":\"*\"}"));
            assertThat(refusal(List.of(SUBNET_A), List.of(GROUP_1)))
                    .isEqualTo("InvalidParameterValueException: The provided execution role does not have permissions to call "
                    + missing
                            + " on EC2");
        }
        assertThat(lab.networks.created).isEmpty();
    }

    @Test
    void theCheckOfTheRoleHasNoContextOfARealCall() {
        CreateFunctionRequest request = function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build();
        String all = "arn:aws:ec2:eu-west-1:111122223333:*/*";
        String rest = "{\"Effect\":\"Allow\",\"Action\":\"ec2:DescribeNetworkInterfaces\",\"Resource\":\"*\"},";

        lab.policy("lambda-role", statement(rest + "{\"Effect\":\"Allow\",\"Action\":[\"ec2:CreateNetworkInterface\","
                + "\"ec2:DeleteNetworkInterface\"],\"Resource\":\"arn:aws:ec2:eu-west-1:111122223333:network-interface/*\"}"));
        assertThat(lab.refusal(request).text()).endsWith("call CreateNetworkInterface on EC2");

        lab.policy("lambda-role", statement(rest
                + "{\"Effect\":\"Allow\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":\"*\","
                + "\"Condition\":{\"StringEquals\":{\"ec2:Subnet\":\"x\"}}},"
                + "{\"Effect\":\"Allow\",\"Action\":\"ec2:DeleteNetworkInterface\",\"Resource\":\"" + all + "\"}"));
        assertThat(lab.refusal(request).text()).endsWith("call CreateNetworkInterface on EC2");

        lab.policy("lambda-role", statement(rest
                + "{\"Effect\":\"Allow\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":["
                + "\"arn:aws:ec2:eu-west-1:111122223333:subnet/*\",\"arn:aws:ec2:eu-west-1:111122223333:security-group/" + GROUP_1
                + "\",\"arn:aws:ec2:*:*:network-interface/*\"]},"
                + "{\"Effect\":\"Allow\",\"Action\":\"ec2:DeleteNetworkInterface\",\"Resource\":\"" + all + "\"}"));
        lab.run(request);
    }

    @Test
    void theCallerMustBeAllowedToLook() {
        Map<String, String> sentences = Map.of(
                "DescribeSecurityGroups", GROUP_1, "DescribeSubnets", SUBNET_A, "DescribeVpcs", LabNetworks.VPC);
        sentences.forEach((action, id) -> {
            Call call = lab.callOf(statement("{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}",
                    "{\"Effect\":\"Deny\",\"Action\":\"ec2:" + action + "\",\"Resource\":\"*\"}"));
            AwsError error = lab.refusal(function("f").vpcConfig(vpc(List.of(SUBNET_A), List.of(GROUP_1))).build(), call);

            assertThat(error.status()).isEqualTo(403);
            assertThat(error.toString())
                    .isEqualTo("AccessDeniedException: Your access has been denied by EC2, please make sure your request"
                    + " credentials have"
                            + " permission to " + action + " for " + id + ". EC2 Error Code: UnauthorizedOperation. EC2 Error"
                            + " Message:"
                            + " You are not authorized to perform this operation.");
        });
    }

    @Test
    void conditionKeysComeFromTheRequestOrElseFromTheFunction() {
        var create = function("f").vpcConfig(vpc(List.of(SUBNET_A, SUBNET_B), List.of(GROUP_2))).build();
        Map<String, List<String>> attached = Map.of(
                "lambda:VpcIds", List.of(LabNetworks.VPC),
                "lambda:SubnetIds", List.of(SUBNET_A, SUBNET_B),
                "lambda:SecurityGroupIds", List.of(GROUP_2));
        assertThat(keys(create)).isEqualTo(attached);
        assertThat(keys(function("g").build())).isEmpty();
        assertThat(keys(function("g").vpcConfig(vpc(List.of("subnet-unknown"), List.of(GROUP_1))).build()))
                .containsOnlyKeys("lambda:SubnetIds", "lambda:SecurityGroupIds");

        lab.run(create);
        var update = UpdateFunctionConfigurationRequest.builder().functionName("f");
        assertThat(keys(update.description("new").build())).isEqualTo(attached);
        assertThat(keys(update.vpcConfig(vpc(List.of(), List.of())).build())).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private Map<String, List<String>> keys(AwsRequest request) {
        String name = request.getClass().getSimpleName().replaceAll("Request$", "");
        var operation = (Operation<AwsRequest, ?>)
                lab.service.operations().byName(name);
        return Objects.requireNonNull(operation).context(request).apply(lab.call());
    }
}
