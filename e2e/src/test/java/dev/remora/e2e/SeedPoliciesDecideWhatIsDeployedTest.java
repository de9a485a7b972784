package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example policies of the Lambda guide's page on VPCs, as {@code docs/policies} has them, given to users of the AWS CLI. */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Example policies with condition keys for VPC settings")
class SeedPoliciesDecideWhatIsDeployedTest {
    private static final String HELLO = "exports.handler = async () => 'hello'";
    private static final String DEPLOYER = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["lambda:*","iam:PassRole",
             "ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs"]}]}""";
    private static final String WITHOUT_DEPLOYING = DEPLOYER.replace("lambda:*", "lambda:Get*");

    private Account root;
    private Account user;
    private Network network;
    private Network other;
    private Functions functions;
    private String role;
    private String zip;

    @BeforeEach
    void network(Account account) {
        root = account;
        network = Network.create(account);
        other = Network.create(account);
        functions = Functions.of(account);
        role = functions.role("lambda-role", Functions.VPC_ACCESS);
        zip = "fileb://" + Account.zip(Map.of("index.js", HELLO));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The documented policy about the VPC, the subnets and the groups of a network. */
    private String policy(String name, Network about) {
        return read(Project.ROOT.resolve("docs/policies/" + name + ".json"))
                .replace("\"vpc-1\"", "\"" + about.vpc() + "\"")
                .replace("\"subnet-1\"", "\"" + about.subnetA() + "\"")
                .replace("\"subnet-2\"", "\"" + about.subnetB() + "\"")
                .replace("\"sg-1\"", "\"" + about.app() + "\"")
                .replace("\"sg-2\"", "\"" + about.db() + "\"");
    }

    /** A user called {@code deployer} with an access key of its own, who has these policies. */
    private Account user(String... policies) {
        root.aws("iam", "create-user", "--user-name", "deployer");
        for (int i = 0; i < policies.length; i++) {
            root.aws("iam", "put-user-policy", "--user-name", "deployer", "--policy-name", "p" + i, "--policy-document",
                    policies[i]);
        }
        var key = root.aws("iam", "create-access-key", "--user-name", "deployer").get("AccessKey");
        return new Account(root.server(), root.id(), Map.of(
                "AWS_ACCESS_KEY_ID", key.get("AccessKeyId").asString(),
                "AWS_SECRET_ACCESS_KEY", key.get("SecretAccessKey").asString()));
    }

    private String vpcConfig(List<String> subnets, String... groups) {
        return "SubnetIds=[" + String.join(",", subnets) + "],SecurityGroupIds=[" + String.join(",", groups) + "]";
    }

    private String in(Network where) {
        return vpcConfig(where.subnets(), where.app());
    }

    /** @param vpc the value of --vpc-config, or nothing */
    private String[] create(String name, String... vpc) {
        var words = new ArrayList<>(List.of("lambda", "create-function", "--function-name", name, "--runtime", "nodejs20.x",
                "--handler", "index.handler", "--zip-file", zip, "--role", role));
        for (String config : vpc) {
            words.addAll(List.of("--vpc-config", config));
        }
        return words.toArray(String[]::new);
    }

    private void creates(String name, String... vpc) {
        user.aws(create(name, vpc));
        functions.lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    private static String[] update(String name, String... more) {
        var words = new ArrayList<>(List.of("lambda", "update-function-configuration", "--function-name", name));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private void updates(String name, String... more) {
        user.aws(update(name, more));
        functions.lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
    }

    private String denial(String action, String function, String why) {
        return "(AccessDeniedException) when calling the " + action + " operation: User: arn:aws:iam::" + root.id()
                + ":user/deployer is not authorized to perform: lambda:" + action + " on resource: arn:aws:lambda:us-east-1:"
                + root.id() + ":function:" + function + why;
    }

    private void isForbidden(String action, String function, String... words) {
        assertThat(user.awsFails(words))
                .contains(denial(action, function, " with an explicit deny in an identity-based policy"));
    }

    private void isNotAllowed(String action, String function, String... words) {
        assertThat(user.awsFails(words)).contains(denial(
                action, function, " because no identity-based policy allows the lambda:" + action + " action"));
    }

    @Test
    @DisplayName("Users deploy only VPC-connected functions; an update need not repeat the VPC, but may not take it away")
    void enforceVpc() {
        user = user(DEPLOYER, policy("enforce-vpc", network));
        isForbidden("CreateFunction", "f", create("f"));
        creates("f", in(network));
        updates("f", "--description", "still attached");
        isForbidden("UpdateFunctionConfiguration", "f", update("f", "--vpc-config", vpcConfig(List.of())));
        functions.node("plain", role, HELLO, f -> f);
        isForbidden("UpdateFunctionConfiguration", "plain", update("plain", "--description", "without a VPC"));
        updates("plain", "--vpc-config", in(network));
    }

    @Test
    @DisplayName("Deny users access to specific VPCs")
    void outOfVpc() {
        user = user(DEPLOYER, policy("out-of-vpc", network));
        isForbidden("CreateFunction", "f", create("f", in(network)));
        creates("f", in(other));
        isForbidden("UpdateFunctionConfiguration", "f", update("f", "--vpc-config", in(network)));
        updates("f", "--vpc-config", vpcConfig(List.of()));
        creates("plain");
    }

    @Test
    @DisplayName("Deny users access to specific subnets")
    void outOfSubnet() {
        String free = network.sdk().ec2().createSubnet(r -> r.vpcId(network.vpc()).cidrBlock("10.0.3.0/24"))
                .subnet().subnetId();
        user = user(DEPLOYER, policy("out-of-subnet", network));
        isForbidden("CreateFunction", "f", create("f", vpcConfig(List.of(free, network.subnetB()), network.app())));
        creates("f", vpcConfig(List.of(free), network.app()));
        isForbidden("UpdateFunctionConfiguration", "f",
                update("f", "--vpc-config", vpcConfig(List.of(network.subnetA()), network.app())));
        updates("f", "--description", "as it was");
        creates("plain");
    }

    @Test
    @DisplayName("Deny users access to specific security groups")
    void outOfSecurityGroups() {
        String free = network.sdk().ec2().createSecurityGroup(r -> r.vpcId(network.vpc()).groupName("free").description("d"))
                .groupId();
        user = user(DEPLOYER, policy("out-of-security-groups", network));
        isForbidden("CreateFunction", "f", create("f", vpcConfig(network.subnets(), free, network.db())));
        creates("f", vpcConfig(network.subnets(), free));
        isForbidden("UpdateFunctionConfiguration", "f",
                update("f", "--vpc-config", vpcConfig(network.subnets(), network.app())));
        updates("f", "--description", "as it was");
        creates("plain");
    }

    @Test
    @DisplayName("Allow users to access specific VPCs, and nothing without one")
    void stayInVpc() {
        user = user(WITHOUT_DEPLOYING, policy("stay-in-vpc", network));
        creates("f", in(network));
        isNotAllowed("CreateFunction", "g", create("g", in(other)));
        isNotAllowed("CreateFunction", "g", create("g"));
        updates("f", "--description", "still attached");
        isNotAllowed("UpdateFunctionConfiguration", "f", update("f", "--vpc-config", vpcConfig(List.of())));
    }

    @Test
    @DisplayName("Allow users to access specific subnets; ForAllValues lets a function without a VPC pass")
    void stayInSubnets() {
        user = user(WITHOUT_DEPLOYING, policy("stay-in-subnets", network));
        creates("f", in(network));
        isNotAllowed("CreateFunction", "g",
                create("g", vpcConfig(List.of(network.subnetA(), other.subnetA()), network.app())));
        isNotAllowed("UpdateFunctionConfiguration", "f", update("f", "--vpc-config", in(other)));
        updates("f", "--vpc-config", vpcConfig(List.of()));
        creates("plain");
    }

    @Test
    @DisplayName("Allow users to access specific security groups; ForAllValues lets a function without a VPC pass")
    void stayInSecurityGroup() {
        user = user(WITHOUT_DEPLOYING, policy("stay-in-security-group", network));
        creates("f", vpcConfig(network.subnets(), network.app(), network.db()));
        isNotAllowed("CreateFunction", "g", create("g", in(other)));
        isNotAllowed("UpdateFunctionConfiguration", "f", update("f", "--vpc-config", in(other)));
        creates("plain");
    }

    @Test
    @DisplayName("The execution role's deny policy keeps the function's code from calls that Lambda makes to attach it")
    void denyInterfacesToTheCode() {
        root.aws("iam", "put-role-policy", "--role-name", "lambda-role", "--policy-name", "deny", "--policy-document",
                policy("deny-interfaces-to-the-code", network)
                        .replace("us-west-2:123456789012", "us-east-1:" + root.id()));
        user = root;
        zip = "fileb://" + Account.zip(Map.of("index.py", """
                import boto3, botocore
                def handler(event, context):
                    try: boto3.client('ec2').describe_network_interfaces(); return 'allowed'
                    except botocore.exceptions.ClientError as e: return e.response['Error']['Message']
                """));
        String[] words = create("my_function", in(network));
        words[List.of(words).indexOf("nodejs20.x")] = "python3.12";
        root.aws(words);
        functions.lambda().waiter().waitUntilFunctionActiveV2(r -> r.functionName("my_function"));
        assertThat(network.sdk().ec2().describeNetworkInterfaces().networkInterfaces()).isNotEmpty();
        // Unattached it reaches the API; the deny policy is about the function wherever it is.
        updates("my_function", "--vpc-config", vpcConfig(List.of()), "--timeout", "30", "--memory-size", "512");
        assertThat(functions.invoke("my_function", "{}").payload())
                .contains("not authorized to perform: ec2:DescribeNetworkInterfaces with an explicit deny");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"})
    @DisplayName("Who attaches a function must be allowed to describe groups, subnets and VPCs")
    void callerDescribes(String missing) {
        user = user(DEPLOYER.replace("\"ec2:" + missing + "\"", "\"ec2:DescribeRegions\""));
        String what = switch (missing) {
            case "DescribeSecurityGroups" -> network.app();
            case "DescribeSubnets" -> network.subnetA() + ", " + network.subnetB();
            default -> network.vpc();
        };
        assertThat(user.awsFails(create("f", in(network)))).contains("(AccessDeniedException) when calling the CreateFunction"
                + " operation: Your access has been denied by EC2, please make sure your request credentials have permission to "
                + missing + " for " + what + ". EC2 Error Code: UnauthorizedOperation. EC2 Error Message: You are not authorized"
                + " to perform this operation.");
        assertThat(functions.lambda().listFunctions().functions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "deny-interfaces-to-the-code", "out-of-vpc", "out-of-security-groups", "stay-in-vpc", "stay-in-security-group",
        "out-of-subnet", "stay-in-subnets"
    })
    @DisplayName("As the page prints them, five examples are no JSON and two no policies, and IAM says so")
    void asPrinted(String name) {
        String printed = read(Project.ROOT.resolve("iam/src/test/resources/dev/remora/iam/guide/" + name + ".json"));
        assertThat(root.awsFails("iam", "create-policy", "--policy-name", name, "--policy-document", printed))
                .contains("(MalformedPolicyDocument) when calling the CreatePolicy operation: Syntax errors in policy.");
        root.aws("iam", "create-policy", "--policy-name", name, "--policy-document", policy(name, network));
    }
}
