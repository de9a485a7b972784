package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("An instance serves its subnet")
class InstanceServesItsSubnetTest {
    private static final String USER_DATA = """
            #!/bin/sh
            echo "made by $(id -un) at $(hostname)" > /srv/index.html
            cd /srv && python3 -m http.server 80 > /var/log/http.log 2>&1 &
            """;
    private static final String GET = """
            import urllib.request
            def handler(event, context):
                try:
                    return urllib.request.urlopen(event['url'], timeout=event['seconds']).read().decode()
                except Exception as e:
                    return type(e).__name__ + ' ' + str(e)
            """;

    @Test
    @DisplayName("user data runs once as root; functions reach it as its groups allow; its disk outlives a stop; it is entered"
            + " by exec")
    void life(Account account) throws Exception {
        var network = Network.create(account);
        var functions = Functions.of(account);
        network.allow(80);
        functions.python(
                "get", functions.role("get", Functions.VPC_ACCESS), GET, f -> f.vpcConfig(Functions.in(network)));
        String image = account.aws(
                        "ssm", "get-parameter", "--name", "/aws/service/debian/release/12/latest/amd64")
                .get("Parameter")
                .get("Value")
                .asString();
        var launched = account.aws(
                        "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id",
                        network.subnetB(), "--security-group-ids", network.db(), "--user-data", USER_DATA)
                .get("Instances")
                .get(0);
        String id = launched.get("InstanceId").asString();
        assertThat(launched.get("State").get("Name").asString()).isEqualTo("pending");
        String url = "http://" + launched.get("PrivateIpAddress").asString() + "/";
        account.awsCommand("ec2", "wait", "instance-running", "--instance-ids", id).mustSucceed();
        Eventually.holds(
                "the function reads what user data made", () -> get(functions, url, 20).contains("made by root at ip-10-0-2-"));
        // Its last command goes on in the background, so the page may be there before the script's end is noted.
        Eventually.holds("the console tells its end", () -> console(account, id).contains("user data ended with status 0"));

        network.revoke(80);
        assertThat(get(functions, url, 1)).contains("timed out");
        network.allow(80);

        assertThat(exec(account, id, "id", "-u").mustSucceed().out().strip()).isEqualTo("0");
        assertThat(exec(account, id, "cat", "/etc/shadow").exit()).isNotZero();
        assertThat(exec(account, id, "sh", "-c", "exit 7").exit()).isEqualTo(7);
        assertThat(exec(account, id, "python3", "-c", "bytearray(2 << 30)").exit()).as("it has 1 GiB").isNotZero();
        assertThat(exec(account, id, "unshare", "-Ur", "true").all()).contains("unshare failed: Operation not permitted");
        exec(account, id, "sh", "-c", "echo kept > /root/kept; rm /srv/index.html").mustSucceed();
        account.aws("ec2", "stop-instances", "--instance-ids", id);
        Eventually.holds("it is stopped", () -> state(account, id).equals("stopped"));
        account.aws("ec2", "start-instances", "--instance-ids", id);
        Eventually.holds("it runs again", () -> state(account, id).equals("running"));
        assertThat(exec(account, id, "cat", "/root/kept").mustSucceed().out().strip()).isEqualTo("kept");
        assertThat(exec(account, id, "ls", "/srv").mustSucceed().out()).as("user data runs once").isBlank();

        account.aws("ec2", "terminate-instances", "--instance-ids", id);
        Eventually.holds("it is terminated", () -> state(account, id).equals("terminated"));
        assertThat(exec(account, id, "true").all().strip())
                .isEqualTo("remora: there is no running instance '" + id + "'.");
    }

    private static String get(Functions functions, String url, int seconds) {
        return functions.invoke("get", "{\"url\":\"%s\",\"seconds\":%d}".formatted(url, seconds)).payload();
    }

    private static String console(Account account, String id) {
        String output = account.aws("ec2", "get-console-output", "--instance-id", id).get("Output").asString();
        return output.contains(" ") ? output : new String(Base64.getDecoder().decode(output.strip()));
    }

    private static String state(Account account, String id) {
        return account.aws("ec2", "describe-instances", "--instance-ids", id)
                .get("Reservations").get(0).get("Instances").get(0).get("State").get("Name").asString();
    }

    private static Command exec(Account account, String id, String... command) {
        var line = new ArrayList<>(List.of(Project.REMORA.toString(), "exec", id, "--"));
        line.addAll(List.of(command));
        return Command.run(Map.copyOf(account.environment()), line);
    }
}
