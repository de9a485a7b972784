package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The policy of the seed that organizations write as a service control policy, where it holds for everybody in an account. */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A service control policy that wants every function in a VPC")
class EveryFunctionMustBeInAVpcTest {
    private static final String IN_A_VPC = """
            {"Version":"2012-10-17","Statement":[{"Sid":"EnforceVPCFunction","Effect":"Deny",\
            "Action":["lambda:CreateFunction","lambda:UpdateFunctionConfiguration"],"Resource":"*",\
            "Condition":{"Null":{"lambda:VpcIds":"true"}}}]}""";

    private static final String QUEUES_ONLY = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}""";

    private static List<String> create(String name, String role, String zip) {
        return List.of("lambda", "create-function", "--function-name", name, "--runtime", "python3.12", "--handler",
                "index.handler", "--zip-file", zip, "--role", role);
    }

    @Test
    @DisplayName("holds for an account's root, lets attached functions be, and does not hold for the managing account")
    void limitsTheMember(Account master, Server server) {
        var member = Account.fresh(server);
        String root = enable(master);
        String handshake = master.aws("organizations", "invite-account-to-organization", "--target",
                        "Id=" + member.id() + ",Type=ACCOUNT")
                .at("/Handshake/Id").asString();
        member.aws("organizations", "accept-handshake", "--handshake-id", handshake);
        String unit = master.aws("organizations", "create-organizational-unit", "--parent-id", root, "--name", "teams")
                .at("/OrganizationalUnit/Id").asString();
        master.aws("organizations", "move-account", "--account-id", member.id(), "--source-parent-id", root,
                "--destination-parent-id", unit);
        String policy = master.aws("organizations", "create-policy", "--name", "in-a-vpc", "--description", "",
                        "--type", "SERVICE_CONTROL_POLICY", "--content", IN_A_VPC)
                .at("/Policy/PolicySummary/Id").asString();
        String role = Functions.of(member).role("r", Functions.VPC_ACCESS);
        String zip = "fileb://" + Zips.of(Map.of("index.py", "def handler(event, context): return 'hello'"));
        var alone = create("alone", role, zip).toArray(String[]::new);
        member.aws(alone);
        member.aws("lambda", "delete-function", "--function-name", "alone");
        master.aws("organizations", "attach-policy", "--policy-id", policy, "--target-id", unit);

        assertThat(member.awsFails(alone)).contains("AccessDeniedException", "User: arn:aws:iam::" + member.id() + ":root is not"
                + " authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:us-east-1:" + member.id()
                + ":function:alone with an explicit deny in a service control policy");

        var network = Network.create(member);
        var attached = new ArrayList<>(create("attached", role, zip));
        attached.addAll(List.of("--vpc-config",
                "SubnetIds=" + network.subnetA() + ",SecurityGroupIds=" + network.app()));
        member.aws(attached.toArray(String[]::new));
        member.aws("lambda", "wait", "function-active-v2", "--function-name", "attached");
        assertThat(member.awsFails("lambda", "update-function-configuration", "--function-name", "attached", "--vpc-config",
                "SubnetIds=[],SecurityGroupIds=[]")).contains("with an explicit deny in a service control policy");
        member.aws("lambda", "update-function-configuration", "--function-name", "attached", "--timeout", "5");

        master.aws(create("alone", Functions.of(master).role("r"), zip).toArray(String[]::new));
        master.aws("organizations", "detach-policy", "--policy-id", policy, "--target-id", unit);
        member.aws(alone);
    }

    private static String enable(Account master) {
        master.aws("organizations", "create-organization");
        String root = master.aws("organizations", "list-roots").at("/Roots/0/Id").asString();
        master.aws("organizations", "enable-policy-type", "--root-id", root, "--policy-type", "SERVICE_CONTROL_POLICY");
        return root;
    }

    @Test
    @DisplayName("A policy that allows a few services leaves the account nothing else")
    void allowList(Account master, Server server) {
        String root = enable(master);
        String member = master.aws("organizations", "create-account", "--email", "dev@example.com", "--account-name",
                        "dev")
                .at("/CreateAccountStatus/AccountId").asString();
        String policy = master.aws("organizations", "create-policy", "--name", "queues", "--description", "only queues",
                        "--type", "SERVICE_CONTROL_POLICY", "--content",
                        QUEUES_ONLY)
                .at("/Policy/PolicySummary/Id").asString();
        var inside = new Account(server, member);
        master.aws("organizations", "attach-policy", "--policy-id", policy, "--target-id", member);
        inside.aws("logs", "describe-log-groups");
        master.aws("organizations", "detach-policy", "--policy-id", "p-FullAWSAccess", "--target-id", member);

        inside.aws("sqs", "list-queues");
        assertThat(inside.awsFails("logs", "describe-log-groups"))
                .contains("because no service control policy allows the logs:DescribeLogGroups action");
        assertThat(inside.awsFails("organizations", "list-accounts")).contains("AccessDenied");
        assertThat(master.awsFails("organizations", "detach-policy", "--policy-id", policy, "--target-id", member))
                .contains("You cannot remove the last policy attached");
        assertThat(root).startsWith("r-");
    }
}
