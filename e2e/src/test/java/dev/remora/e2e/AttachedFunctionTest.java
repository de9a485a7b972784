package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;

/** Sentences of "Giving Lambda functions access to resources in an Amazon VPC", each a test under its own words. */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Giving Lambda functions access to resources in an Amazon VPC")
class AttachedFunctionTest {
    /** Remora's own API, which has a public address of the internet. */
    private static final String REACHES_INTERNET =
            """
        import socket
        def handler(event, context):
            try:
                with socket.create_connection(('sts.us-east-1.amazonaws.com', 443), timeout=event['seconds']): return 'reached'
            except OSError: return 'not reached'
        """;

    @Test
    @DisplayName("By default, Lambda functions have access to the public internet; attached to a VPC, only to resources"
            + " within that VPC")
    void internet(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", Functions.VPC_ACCESS), REACHES_INTERNET, f -> f);
        assertThat(functions.invoke("f", Functions.PATIENTLY).payload()).isEqualTo("\"reached\"");
        functions.lambda().updateFunctionConfiguration(r -> r.functionName("f").vpcConfig(Functions.in(network)));
        functions.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName("f"));
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).isEqualTo("\"not reached\"");
    }

    @Test
    @DisplayName("Connecting a function to a public subnet doesn't give it internet access or a public IP address")
    void publicSubnet(Account account) {
        var ec2 = Sdk.of(account).ec2();
        String subnet = ec2.describeSubnets(
                        r -> r.filters(f -> f.name("default-for-az").values("true")))
                .subnets()
                .getFirst()
                .subnetId();
        String vpc = ec2.describeSubnets(r -> r.subnetIds(subnet))
                .subnets()
                .getFirst()
                .vpcId();
        String group = ec2.describeSecurityGroups(
                        r -> r.filters(f -> f.name("vpc-id").values(vpc)))
                .securityGroups()
                .getFirst()
                .groupId();
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", Functions.VPC_ACCESS), REACHES_INTERNET, f -> f
                .vpcConfig(Functions.in(List.of(subnet), group)));
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).isEqualTo("\"not reached\"");
        assertThat(ec2.describeNetworkInterfaces().networkInterfaces())
                .singleElement()
                .satisfies(i -> assertThat(i.association()).isNull());
    }

    @Test
    @DisplayName("Lambda functions can't connect directly to a VPC with dedicated instance tenancy")
    void dedicated(Account account) {
        var ec2 = Sdk.of(account).ec2();
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.0.0.0/16").instanceTenancy("dedicated"))
                .vpc()
                .vpcId();
        String subnet = ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.0.0.0/24"))
                .subnet()
                .subnetId();
        String group = ec2.createSecurityGroup(r -> r.vpcId(vpc).groupName("g").description("g"))
                .groupId();
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        assertThatThrownBy(() -> functions.python(
                        "f", role, REACHES_INTERNET, f -> f.vpcConfig(Functions.in(List.of(subnet), group))))
                .isInstanceOf(InvalidParameterValueException.class);
        assertThat(ec2.describeNetworkInterfaces().networkInterfaces()).isEmpty();
    }

    @Test
    @DisplayName("Other functions that use the same subnet and security group combination can also use this ENI")
    void shared(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String role = functions.role("r", Functions.VPC_ACCESS);
        String other = functions.role("other", Functions.VPC_ACCESS);
        var one = List.of(network.subnetA());
        functions.python(
                "first", role, REACHES_INTERNET, f -> f.vpcConfig(Functions.in(one, network.app(), network.db())));
        functions.python(
                "second", other, REACHES_INTERNET, f -> f.vpcConfig(Functions.in(one, network.db(), network.app())));
        functions.python("third", role, REACHES_INTERNET, f -> f.vpcConfig(Functions.in(one, network.app())));
        var ec2 = network.sdk().ec2();
        assertThat(ec2.describeNetworkInterfaces().networkInterfaces())
                .hasSize(2)
                .extracting(NetworkInterface::description)
                .satisfiesExactlyInAnyOrder(
                        d -> assertThat(d).startsWith("AWS Lambda VPC ENI-first-"),
                        d -> assertThat(d).startsWith("AWS Lambda VPC ENI-third-"));
        functions.lambda().deleteFunction(r -> r.functionName("first"));
        assertThat(functions.invoke("second", Functions.BRIEFLY).payload()).isEqualTo("\"not reached\"");
        assertThat(ec2.describeNetworkInterfaces().networkInterfaces())
                .as("the second still uses it")
                .hasSize(2);
        functions.lambda().deleteFunction(r -> r.functionName("second"));
        functions.lambda().deleteFunction(r -> r.functionName("third"));
        Eventually.holds(
                "the interfaces are gone",
                () -> ec2.describeNetworkInterfaces().networkInterfaces().isEmpty());
    }

    @Test
    @DisplayName("You can continue to invoke previous versions of the function while it is updated")
    void previousVersions(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", Functions.VPC_ACCESS), REACHES_INTERNET, f -> f);
        String version =
                functions.lambda().publishVersion(r -> r.functionName("f")).version();
        functions.lambda().updateFunctionConfiguration(r -> r.functionName("f").vpcConfig(Functions.in(network)));
        var old = functions.lambda().invoke(r -> r.functionName("f").qualifier(version)
                .payload(SdkBytes.fromUtf8String(Functions.PATIENTLY)));
        assertThat(old.payload().asUtf8String()).isEqualTo("\"reached\"");
        assertThat(old.executedVersion()).isEqualTo(version);
    }

    @Test
    @DisplayName(
            "You can require that all functions are connected to a VPC, and specify the subnets and groups that may be"
                    + " used")
    void conditionKeys(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        String execution = functions.role("execution", Functions.VPC_ACCESS);
        String answer = account.boto3(
                """
            subnet, other, group, execution = %s
            iam, sts = client('iam'), client('sts')
            root = sts.get_caller_identity()['Arn']
            iam.create_role(RoleName='deployer', AssumeRolePolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': [
                {'Effect': 'Allow', 'Principal': {'AWS': root}, 'Action': 'sts:AssumeRole'}]}))
            deploy = ['lambda:CreateFunction', 'lambda:UpdateFunctionConfiguration']
            iam.put_role_policy(RoleName='deployer', PolicyName='p', PolicyDocument=json.dumps({
             'Version': '2012-10-17', 'Statement': [
                {'Effect': 'Allow', 'Action': ['lambda:*', 'iam:PassRole', 'ec2:Describe*'], 'Resource': '*'},
                {'Sid': 'EnforceVPCFunction', 'Effect': 'Deny', 'Action': deploy,
                 'Resource': '*', 'Condition': {'Null': {'lambda:VpcIds': 'true'}}},
                {'Sid': 'EnforceOutOfSubnet', 'Effect': 'Deny', 'Action': deploy,
                 'Resource': '*', 'Condition': {'ForAnyValue:StringEquals': {'lambda:SubnetIds': [other]}}}]}))
            keys = sts.assume_role(RoleArn=root.replace('root', 'role/deployer'), RoleSessionName='me')['Credentials']
            lam = client('lambda', aws_access_key_id=keys['AccessKeyId'],
                         aws_secret_access_key=keys['SecretAccessKey'], aws_session_token=keys['SessionToken'])
            def create(name, **more):
                return refused(lam.create_function, FunctionName=name, Runtime='python3.12', Handler='index.handler',
                               Role=execution,
                               Code={'ZipFile': code(index__py='def handler(e, c): return 1')}, **more)
            print(create('without'))
            print(create('forbidden', VpcConfig={'SubnetIds': [subnet, other], 'SecurityGroupIds': [group]}))
            print(create('allowed', VpcConfig={'SubnetIds': [subnet], 'SecurityGroupIds': [group]}))
            """
                        .formatted("('"
                                + String.join("', '", network.subnetA(), network.subnetB(), network.app(), execution)
                                + "')"));
        assertThat(answer.lines())
                .satisfiesExactly(
                        l -> assertThat(l)
                                .startsWith("403 AccessDeniedException: ")
                                .contains("lambda:CreateFunction")
                                .contains("with an explicit deny"),
                        l -> assertThat(l)
                                .startsWith("403 AccessDeniedException: ")
                                .contains("with an explicit deny"),
                        l -> assertThat(l).isEqualTo("was not refused"));
    }
}
