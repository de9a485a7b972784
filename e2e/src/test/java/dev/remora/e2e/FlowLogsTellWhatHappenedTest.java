package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Flow logs tell what happened")
class FlowLogsTellWhatHappenedTest {
    private static final String TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";
    private static final String MAY_WRITE = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream",\
            "logs:PutLogEvents","logs:DescribeLogGroups","logs:DescribeLogStreams"],"Resource":"*"}]}""";
    private static final String KNOCK = """
            import socket
            def handler(event, context):
                s = socket.socket()
                s.settimeout(event['seconds'])
                try:
                    s.connect((event['host'], event['port']))
                    return 'connected'
                except OSError as e:
                    return type(e).__name__
                finally:
                    s.close()
            """;

    private final List<String> lines = new ArrayList<>();

    @Test
    @DisplayName("what the groups let through is ACCEPT on both interfaces, what they refuse REJECT on the receiver's")
    void acceptAndReject(Account account) {
        var network = Network.create(account);
        String host = network.database("shop");
        var functions = Functions.of(account);
        String role = functions.role("reader", Functions.VPC_ACCESS);
        account.aws("iam", "create-role", "--role-name", "flows", "--assume-role-policy-document", TRUST);
        account.aws(
                "iam", "put-role-policy", "--role-name", "flows", "--policy-name", "write", "--policy-document", MAY_WRITE);
        JsonNode made = account.aws(
                "ec2", "create-flow-logs", "--resource-type", "VPC", "--resource-ids", network.vpc(), "--traffic-type", "ALL",
                "--log-group-name", "flows", "--deliver-logs-permission-arn",
                "arn:aws:iam::" + account.id() + ":role/flows", "--max-aggregation-interval", "60");
        assertThat(made.get("FlowLogIds")).hasSize(1);

        account.aws("s3api", "create-bucket", "--bucket", "flows-" + account.id());
        account.aws(
                "ec2", "create-flow-logs", "--resource-type", "Subnet", "--resource-ids", network.subnetA(), network.subnetB(),
                "--traffic-type", "REJECT", "--log-destination-type", "s3", "--log-destination",
                "arn:aws:s3:::flows-" + account.id());

        functions.python("knock", role, KNOCK, f -> f.vpcConfig(Functions.in(network)));
        assertThat(knock(functions, host, 5432, 20)).contains("connected");
        assertThat(knock(functions, host, 22, 1)).contains("imeout");

        String database = idOf(account, "Name=description,Values=RDSNetworkInterface");
        // Each interface has a stream of its own: what one saw may be there before what the other saw.
        Eventually.holds("the records are there", () -> {
            List<String> seen = read(account);
            return Stream.of(" 5432 6 ", " 22 6 ").allMatch(port -> Stream.of(true, false).allMatch(receiver ->
                    seen.stream().anyMatch(line -> line.contains(port) && line.contains(database) == receiver)));
        });
        assertThat(lines.stream().filter(line -> line.contains(" 5432 6 "))).allMatch(line -> line.endsWith("ACCEPT OK"));
        assertThat(lines.stream().filter(line -> line.contains(" 22 6 ") && line.contains(database)))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("REJECT OK"));
        assertThat(lines.stream().filter(line -> line.contains(" 22 6 ") && !line.contains(database)))
                .isNotEmpty()
                .allMatch(line -> line.endsWith("ACCEPT OK"));

        Eventually.holds("an object of the refused is in the bucket", () -> objects(account).size() > 0);
        String key = objects(account).get(0).get("Key").asString();
        assertThat(key).startsWith("AWSLogs/" + account.id() + "/vpcflowlogs/us-east-1/").endsWith(".log.gz");

        JsonNode shown = account.aws("ec2", "describe-flow-logs", "--filter", "Name=log-destination-type,Values=cloud-watch-logs")
                .get("FlowLogs")
                .get(0);
        assertThat(shown.get("DeliverLogsStatus").asString()).isEqualTo("SUCCESS");
        account.aws("ec2", "delete-flow-logs", "--flow-log-ids", shown.get("FlowLogId").asString());
        assertThat(account.aws("ec2", "describe-flow-logs").get("FlowLogs")).hasSize(2);
    }

    private static JsonNode objects(Account account) {
        JsonNode listed = account.aws("s3api", "list-objects-v2", "--bucket", "flows-" + account.id());
        return listed.path("Contents");
    }

    private static String knock(Functions functions, String host, int port, int seconds) {
        return functions.invoke("knock", "{\"host\":\"%s\",\"port\":%d,\"seconds\":%d}".formatted(host, port, seconds)).payload();
    }

    private static String idOf(Account account, String filter) {
        return account.aws("ec2", "describe-network-interfaces", "--filters", filter)
                .get("NetworkInterfaces")
                .get(0)
                .get("NetworkInterfaceId")
                .asString();
    }

    private List<String> read(Account account) {
        lines.clear();
        if (account.awsCommand("logs", "describe-log-streams", "--log-group-name", "flows").exit() == 0) {
            account.aws("logs", "filter-log-events", "--log-group-name", "flows")
                    .get("events")
                    .forEach(event -> lines.add(event.get("message").asString()));
        }
        return lines;
    }
}
