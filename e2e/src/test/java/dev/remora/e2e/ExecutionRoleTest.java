package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Required IAM permissions of the execution role")
class ExecutionRoleTest {
    private static final String HELLO = "def handler(event, context): return 'hello'";

    @ParameterizedTest
    @ValueSource(strings = {"CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"})
    @DisplayName("Lambda needs permissions to create and manage the network interfaces")
    void missingAction(String action, Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("lacking", Functions.VPC_ACCESS);
        network.sdk().iam().putRolePolicy(r -> r.roleName("lacking")
                .policyName("deny")
                .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"ec2:"
                        + action + "\",\"Resource\":\"*\"}]}"));
        assertThatThrownBy(() -> functions.python("f", role, HELLO, f -> f.vpcConfig(Functions.in(network))))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(
                        "The provided execution role does not have permissions to call " + action + " on EC2");
        assertThat(functions.lambda().listFunctions().functions())
                .as("nothing half-made")
                .isEmpty();
        assertThat(network.sdk().ec2().describeNetworkInterfaces().networkInterfaces())
                .isEmpty();
    }

    @Test
    @DisplayName("A role that Lambda cannot assume is refused")
    void trust(Account account) {
        var functions = Functions.of(account);
        functions.sdk().iam().createRole(r -> r.roleName("ec2-only")
                .assumeRolePolicyDocument(Functions.TRUST.replace("lambda.amazonaws.com", "ec2.amazonaws.com")));
        assertThatThrownBy(
                        () -> functions.python("f", "arn:aws:iam::" + account.id() + ":role/ec2-only", HELLO, f -> f))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining("The role defined for the function cannot be assumed by Lambda.");
    }

    @Test
    @DisplayName(
            "You can still invoke your function after the permissions are removed, and the interface stays behind when"
                    + " it is deleted")
    void removedLater(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("stripped", Functions.VPC_ACCESS);
        functions.python("f", role, HELLO, f -> f.vpcConfig(Functions.in(network)));
        network.sdk().iam().detachRolePolicy(r -> r.roleName("stripped").policyArn(Functions.VPC_ACCESS));
        assertThat(functions.invoke("f", "{}").payload()).isEqualTo("\"hello\"");

        functions.lambda().deleteFunction(r -> r.functionName("f"));
        assertThat(network.sdk().ec2().describeNetworkInterfaces().networkInterfaces())
                .hasSize(2);
        assertThat(account.awsFails("ec2", "delete-subnet", "--subnet-id", network.subnetA()))
                .contains("DependencyViolation");
        leftBehind(account, network);
        account.aws("ec2", "delete-subnet", "--subnet-id", network.subnetA());
    }

    /** Deletes what was left behind by hand, as AWS says one has to. */
    private static void leftBehind(Account account, Network network) {
        var ec2 = network.sdk().ec2();
        Eventually.holds("both interfaces are left", () -> ec2.describeNetworkInterfaces().networkInterfaces().stream()
                .filter(left -> left.statusAsString().equals("available")).count() == 2);
        ec2.describeNetworkInterfaces().networkInterfaces().forEach(left ->
                account.aws("ec2", "delete-network-interface", "--network-interface-id", left.networkInterfaceId()));
        assertThat(network.sdk().ec2().describeNetworkInterfaces().networkInterfaces()).isEmpty();
    }

    @Test
    @DisplayName("The interface stays behind, too, when the role was deleted before the function")
    void deletedTooEarly(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("gone", Functions.VPC_ACCESS);
        functions.python("f", role, HELLO, f -> f.vpcConfig(Functions.in(network)));
        network.sdk().iam().detachRolePolicy(r -> r.roleName("gone").policyArn(Functions.VPC_ACCESS));
        network.sdk().iam().deleteRole(r -> r.roleName("gone"));
        functions.lambda().deleteFunction(r -> r.functionName("f"));
        leftBehind(account, network);
    }

    @Test
    @DisplayName("Permissions granted to the role are implicitly granted to the function's code")
    void grantedToTheCode(Account account) {
        var functions = Functions.of(account);
        String role = functions.role("reader");
        functions.sdk().iam().putRolePolicy(r -> r.roleName("reader")
                .policyName("vpcs")
                .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                        + "\"Action\":\"ec2:DescribeVpcs\",\"Resource\":\"*\"}]}"));
        functions.python(
                "f",
                role,
                """
            import boto3, botocore
            def attempt(call):
                try: call(); return 'allowed'
                except botocore.exceptions.ClientError as e: return e.response['Error']['Code']
            def handler(event, context):
                ec2 = boto3.client('ec2')
                return {'vpcs': attempt(ec2.describe_vpcs), 'subnets': attempt(ec2.describe_subnets)}
            """,
                f -> f.timeout(30).memorySize(512));
        assertThat(functions.invoke("f", "{}").payload())
                .contains("\"vpcs\": \"allowed\"", "\"subnets\": \"UnauthorizedOperation\"");
    }

    @Test
    @DisplayName(
            "A deny policy on lambda:SourceFunctionArn lets Lambda attach the function and stops the function's code")
    void denySourceFunctionArn(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("guarded", Functions.VPC_ACCESS);
        network.sdk().iam().putRolePolicy(r -> r.roleName("guarded")
                .policyName("deny")
                .policyDocument(
                        """
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["ec2:CreateNetworkInterface",
             "ec2:DeleteNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DetachNetworkInterface",
             "ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"],"Resource":["*"],"Condition":{"ArnEquals":
             {"lambda:SourceFunctionArn":["arn:aws:lambda:us-east-1:%s:function:my_function"]}}}]}
            """
                                .formatted(account.id())));
        String code =
                """
            import boto3, botocore
            def handler(event, context):
                try: boto3.client('ec2').describe_network_interfaces(); return 'allowed'
                except botocore.exceptions.ClientError as e:
                    return e.response['Error']['Code'] + ' ' + e.response['Error']['Message']
            """;
        functions.python("my_function", role, code, f -> f.vpcConfig(Functions.in(network)));
        functions.lambda().updateFunctionConfiguration(r -> r.functionName("my_function")
                .vpcConfig(v -> v.subnetIds().securityGroupIds())
                .timeout(30)
                .memorySize(512));
        functions.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("my_function"));
        assertThat(functions.invoke("my_function", "{}").payload()).contains("UnauthorizedOperation", "explicit deny");

        functions.python("other", role, code, f -> f.timeout(30)
                .memorySize(512)
                .environment(e -> e.variables(Map.of("OTHER", "b"))));
        assertThat(functions.invoke("other", "{}").payload()).isEqualTo("\"allowed\"");
    }
}
