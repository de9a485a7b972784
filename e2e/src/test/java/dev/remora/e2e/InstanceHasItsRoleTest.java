package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("An instance has its role")
class InstanceHasItsRoleTest {
    private static final String TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";
    private static final String ONE_LIST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:DescribeVpcs","Resource":"*"}]}""";

    @Test
    @DisplayName("the AWS CLI inside, without keys, acts as the role of the instance profile, by the metadata service")
    void role(Account account) {
        profile(account);
        String subnet = account.aws("ec2", "describe-subnets").get("Subnets").get(0).get("SubnetId").asString();
        String image = account.aws("ec2", "describe-images").get("Images").get(0).get("ImageId").asString();
        String id = account.aws(
                        "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", subnet,
                        "--associate-public-ip-address", "--iam-instance-profile", "Name=web", "--metadata-options",
                        "HttpTokens=required")
                .get("Instances")
                .get(0)
                .get("InstanceId")
                .asString();
        account.awsCommand("ec2", "wait", "instance-running", "--instance-ids", id).mustSucceed();

        assertThat(exec(account, id, "curl", "-s", "http://169.254.169.254/latest/meta-data/").all()).contains("401");
        assertThat(exec(account, id, "/usr/bin/aws", "sts", "get-caller-identity", "--region", "us-east-1").mustSucceed().out())
                .contains("arn:aws:sts::" + account.id() + ":assumed-role/web/" + id);
        exec(account, id, "/usr/bin/aws", "ec2", "describe-vpcs", "--region", "us-east-1").mustSucceed();
        assertThat(exec(account, id, "/usr/bin/aws", "ec2", "describe-subnets", "--region", "us-east-1").all())
                .contains("UnauthorizedOperation", "assumed-role/web/" + id);

        account.aws("ec2", "modify-instance-metadata-options", "--instance-id", id, "--http-endpoint", "disabled");
        assertThat(exec(account, id, "curl", "-s", "http://169.254.169.254/latest/meta-data/").all()).contains("403");
        account.aws("ec2", "terminate-instances", "--instance-ids", id);
    }

    @Test
    @DisplayName("who gives an instance a profile must be allowed to pass its role to EC2")
    void passing(Account account) {
        profile(account);
        String image = account.aws("ec2", "describe-images").get("Images").get(0).get("ImageId").asString();
        String[] run = {
            "ec2", "run-instances", "--dry-run", "--image-id", image, "--instance-type", "t3.micro", "--iam-instance-profile",
            "Name=web"
        };
        String role = "arn:aws:iam::" + account.id() + ":role/web";
        Account without = account.inRole("without", allowed("\"ec2:*\"", "*", ""));
        assertThat(without.awsFails(run)).contains("UnauthorizedOperation", "iam:PassRole on resource: " + role);
        String statement = allowed("[\"ec2:*\",\"iam:PassRole\"]", "*", "\"Condition\":{\"StringEqualsIfExists\":"
                + "{\"iam:PassedToService\":\"ec2.amazonaws.com\"}},");
        assertThat(account.inRole("with", statement).awsFails(run)).contains("DryRunOperation");
        assertThat(account.inRole("lambda-only", statement.replace("ec2.amazonaws.com", "lambda.amazonaws.com")).awsFails(run))
                .contains("iam:PassRole on resource: " + role);
    }

    private static String allowed(String actions, String resource, String condition) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\"," + condition + "\"Action\":" + actions
                + ",\"Resource\":\"" + resource + "\"}]}";
    }

    private static void profile(Account account) {
        account.aws("iam", "create-role", "--role-name", "web", "--assume-role-policy-document", TRUST);
        account.aws("iam", "put-role-policy", "--role-name", "web", "--policy-name", "list", "--policy-document", ONE_LIST);
        account.aws("iam", "create-instance-profile", "--instance-profile-name", "web");
        account.aws("iam", "add-role-to-instance-profile", "--instance-profile-name", "web", "--role-name", "web");
    }

    private static Command exec(Account account, String id, String... command) {
        // The AWS CLI gives the metadata service a second, once.
        var line = new ArrayList<>(List.of(Project.REMORA.toString(), "exec", id, "--"));
        line.addAll(List.of("env", "AWS_METADATA_SERVICE_TIMEOUT=20"));
        line.addAll(List.of(command));
        return Command.run(Map.copyOf(account.environment()), line);
    }
}
