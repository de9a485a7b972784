package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Bad input gets a clear answer at the door and leaves nothing half-made")
class BadInputTest {
    @Test
    @DisplayName("of CreateFunction")
    void createFunction(Account account) {
        var one = Network.create(account);
        var two = Network.create(account);
        String role = Functions.of(account).role("r", Functions.VPC_ACCESS);
        String answer = account.boto3(
                """
            a, b, app, other_subnet, other_group, role = %s
            # The client's own checks are off, as they are in other clients: the server must answer.
            lam = boto3.client('lambda', region_name='us-east-1', endpoint_url=os.environ['AWS_ENDPOINT_URL'],
                               config=Config(retries={'max_attempts': 0}, parameter_validation=False))
            ec2 = client('ec2')
            good = code(index__py='def handler(e, c): return 1')
            def create(**more):
                given = dict(FunctionName='f', Runtime='python3.12', Handler='index.handler', Role=role, Code={'ZipFile': good})
                given.update(more)
                return refused(lam.create_function, **{k: v for k, v in given.items() if v is not None})
            def vpc(subnets, groups): return create(VpcConfig={'SubnetIds': subnets, 'SecurityGroupIds': groups})
            print(create(Code={'ZipFile': b'this is not a zip'}))
            print(create(Handler=None))
            print(create(Code={'ZipFile': os.urandom(51 << 20)}))
            print(create(MemorySize=64))
            print(create(Timeout=901))
            print(create(Runtime='cobol85'))
            print(create(FunctionName='f' * 65))
            print(create(Role='arn:aws:iam::000000000000:role/nobody'))
            print(vpc(['subnet-%%017x' %% i for i in range(17)], [app]))
            print(vpc([a], ['sg-%%017x' %% i for i in range(6)]))
            print(vpc(['subnet-00000000000000000'], [app]))
            print(vpc([a], ['sg-00000000000000000']))
            print(vpc(['not a subnet'], [app]))
            print(vpc([a, other_subnet], [app]))
            print(vpc([a], [app, other_group]))
            print(vpc([a], [other_group]))
            print(vpc([a], []))
            print(vpc([], [app]))
            print(create(Environment={'Variables': {'AWS_REGION': 'x'}}))
            print(create(Environment={'Variables': {'BIG': 'x' * 5000}})[:180])
            print(len(lam.list_functions()['Functions']), len(ec2.describe_network_interfaces()['NetworkInterfaces']))
            """
                        .formatted("("
                                + String.join(
                                        ", ",
                                        quoted(one.subnetA(), one.subnetB(), one.app(), two.subnetA(), two.app(), role))
                                + ")"));
        assertThat(answer.lines())
                .satisfiesExactly(
                        l -> assertThat(l)
                                .isEqualTo("400 InvalidParameterValueException: Could not unzip uploaded file. Please"
                                        + " check your file, then try to upload again."),
                        l -> assertThat(l)
                                .startsWith("400 InvalidParameterValueException: ")
                                .containsIgnoringCase("handler"),
                        l -> assertThat(l).startsWith("413 RequestEntityTooLargeException: "),
                        l -> assertThat(l)
                                .startsWith("400 ")
                                .contains("Value '64' at 'memorySize' failed to satisfy constraint: Member must have"
                                        + " value greater than or equal to 128"),
                        l -> assertThat(l)
                                .startsWith("400 ")
                                .contains("'901' at 'timeout' failed to satisfy constraint: Member must have value less"
                                        + " than or equal to 900"),
                        l -> assertThat(l)
                                .startsWith("400 InvalidParameterValueException: Value cobol85 at 'runtime' failed to"
                                        + " satisfy constraint: Member must satisfy enum value set: ["),
                        l -> assertThat(l)
                                .startsWith("400 InvalidParameterValueException: ")
                                .contains("Member must have length less than or equal to 64"),
                        l -> assertThat(l).startsWith("4"),
                        l -> assertThat(l)
                                .startsWith("400 ValidationException: ")
                                .contains("at 'vpcConfig.subnetIds' failed to satisfy constraint: Member must have"
                                        + " length less than or equal to 16"),
                        l -> assertThat(l)
                                .startsWith("400 ValidationException: ")
                                .contains("at 'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must"
                                        + " have length less than or equal to 5"),
                        l -> assertThat(l)
                                .isEqualTo(
                                        "400 InvalidParameterValueException: Error occurred while DescribeSubnets. EC2"
                                            + " Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID"
                                            + " 'subnet-00000000000000000' does not exist"),
                        l -> assertThat(l)
                                .isEqualTo("400 InvalidParameterValueException: Error occurred while"
                                        + " DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2"
                                        + " Error Message: The security group 'sg-00000000000000000' does not"
                                        + " exist"),
                        l -> assertThat(l)
                                .startsWith("400 ValidationException: ")
                                .contains("at 'vpcConfig.subnetIds'")
                                .contains("subnet-[0-9a-z]*"),
                        l -> assertThat(l)
                                .startsWith("400 InvalidParameterValueException: ")
                                .contains("same VPC"),
                        l -> assertThat(l)
                                .isEqualTo(
                                        "400 InvalidParameterValueException: Security Groups are required to be in the"
                                                + " same VPC."),
                        l -> assertThat(l).startsWith("400 InvalidParameterValueException: "),
                        l -> assertThat(l)
                                .isEqualTo(
                                        "400 InvalidParameterValueException: SubnetIds and SecurityIds must coexist or"
                                                + " be both empty list."),
                        l -> assertThat(l)
                                .isEqualTo(
                                        "400 InvalidParameterValueException: SubnetIds and SecurityIds must coexist or"
                                                + " be both empty list."),
                        l -> assertThat(l)
                                .contains("reserved keys that are currently not supported for modification. Reserved"
                                        + " keys used in this request: AWS_REGION"),
                        l -> assertThat(l)
                                .contains("Lambda was unable to configure your environment variables because the"
                                        + " environment variables you have provided exceeded the 4KB"),
                        l -> assertThat(l).isEqualTo("0 0"));
    }

    @Test
    @DisplayName("of EC2")
    void ec2(Account account) {
        var network = Network.create(account);
        String answer = account.boto3(
                """
            vpc, subnet, app, db = %s
            ec2 = client('ec2')
            print(refused(ec2.create_vpc, CidrBlock='10.0.0.0/8'))
            print(refused(ec2.create_vpc, CidrBlock='ten'))
            print(refused(ec2.create_subnet, VpcId=vpc, CidrBlock='10.0.1.128/25'))
            print(refused(ec2.create_subnet, VpcId=vpc, CidrBlock='10.1.0.0/24'))
            print(refused(ec2.create_subnet, VpcId='vpc-00000000000000000', CidrBlock='10.1.0.0/24'))
            print(refused(ec2.describe_vpcs, VpcIds=['vpc-00000000000000000']))
            print(refused(ec2.describe_security_groups, GroupIds=['nonsense']))
            print(refused(ec2.describe_subnets, Filters=[{'Name': 'colour', 'Values': ['red']}]))
            print(refused(ec2.delete_vpc, VpcId=vpc))
            print(refused(ec2.delete_security_group, GroupId=app))
            print(refused(ec2.create_security_group, GroupName='app', Description='again', VpcId=vpc))
            rule = [{'IpProtocol': 'tcp', 'FromPort': 5432, 'ToPort': 5432, 'UserIdGroupPairs': [{'GroupId': app}]}]
            print(refused(ec2.authorize_security_group_ingress, GroupId=db, IpPermissions=rule)[:46])
            print(refused(ec2.create_vpc, CidrBlock='10.0.0.0/16', DryRun=True))
            print(ec2.describe_subnets(SubnetIds=[subnet])['Subnets'][0]['AvailableIpAddressCount'])
            """
                        .formatted("("
                                + String.join(
                                        ", ", quoted(network.vpc(), network.subnetA(), network.app(), network.db()))
                                + ")"));
        assertThat(answer.lines())
                .containsExactly(
                        "400 InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid.",
                        "400 InvalidParameterValue: Value (ten) for parameter cidrBlock is invalid. This is not a"
                                + " valid CIDR block.",
                        "400 InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet",
                        "400 InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid.",
                        "400 InvalidVpcID.NotFound: The vpc ID 'vpc-00000000000000000' does not exist",
                        "400 InvalidVpcID.NotFound: The vpc ID 'vpc-00000000000000000' does not exist",
                        "400 InvalidGroupId.Malformed: Invalid id: \"nonsense\" (expecting \"sg-...\")",
                        "400 InvalidParameterValue: The filter 'colour' is invalid",
                        "400 DependencyViolation: The vpc '" + network.vpc()
                                + "' has dependencies and cannot be deleted.",
                        "400 DependencyViolation: resource " + network.app() + " has a dependent object",
                        "400 InvalidGroup.Duplicate: The security group 'app' already exists for VPC '" + network.vpc()
                                + "'",
                        "400 InvalidPermission.Duplicate: the specified",
                        "412 DryRunOperation: Request would have succeeded, but DryRun flag is set.",
                        "251");
    }

    private static String[] quoted(String... words) {
        return Arrays.stream(words).map(w -> "'" + w + "'").toArray(String[]::new);
    }
}
