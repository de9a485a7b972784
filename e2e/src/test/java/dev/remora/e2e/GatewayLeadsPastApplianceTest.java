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
@DisplayName("An internet gateway leads what comes in past an appliance, if its route table says so")
class GatewayLeadsPastApplianceTest {
    private static final String USER_DATA = """
            #!/bin/sh
            echo served > /srv/index.html
            cd /srv && python3 -m http.server 80 > /var/log/http.log 2>&1 &
            """;

    @Test
    @DisplayName("an instance without source check forwards; while it is stopped nothing passes; without the table"
            + " nothing needs it")
    void past(Account account) throws Exception {
        var network = Network.create(account);
        account.aws(
                "ec2", "authorize-security-group-ingress", "--group-id", network.db(), "--protocol", "tcp", "--port", "80",
                "--cidr", "0.0.0.0/0");
        String gateway = account.aws("ec2", "create-internet-gateway")
                .get("InternetGateway").get("InternetGatewayId").asString();
        account.awsCommand("ec2", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", network.vpc())
                .mustSucceed();
        String main = account.aws("ec2", "describe-route-tables", "--filters", "Name=vpc-id,Values=" + network.vpc())
                .get("RouteTables").get(0).get("RouteTableId").asString();
        account.aws(
                "ec2", "create-route", "--route-table-id", main, "--destination-cidr-block", "0.0.0.0/0", "--gateway-id",
                gateway);
        String app = run(account, network, network.subnetA());
        String wall = run(account, network, network.subnetB());
        String client = run(account, network, network.subnetB());
        account.awsCommand("ec2", "wait", "instance-running", "--instance-ids", app, wall, client).mustSucceed();
        String url = "http://" + address(account, app) + "/";
        address(account, client);
        Eventually.holds("the server is reached", () -> get(account, client, url, 20).equals("served"));

        account.awsCommand("ec2", "modify-instance-attribute", "--instance-id", wall, "--no-source-dest-check").mustSucceed();
        String out = table(account, network, "0.0.0.0/0", wall);
        String edge = table(account, network, "10.0.1.0/24", wall);
        String ofSubnet = associate(account, out, "--subnet-id", network.subnetA());
        String ofGateway = associate(account, edge, "--gateway-id", gateway);
        assertThat(account.aws("ec2", "describe-route-tables", "--filters", "Name=association.gateway-id,Values=" + gateway)
                        .get("RouteTables").get(0).get("Associations").get(0).get("GatewayId").asString())
                .isEqualTo(gateway);
        assertThat(get(account, client, url, 20)).isEqualTo("served");
        account.aws("ec2", "stop-instances", "--instance-ids", wall);
        account.awsCommand("ec2", "wait", "instance-stopped", "--instance-ids", wall).mustSucceed();
        assertThat(get(account, client, url, 3)).isEmpty();

        account.awsCommand("ec2", "disassociate-route-table", "--association-id", ofSubnet).mustSucceed();
        assertThat(get(account, client, url, 3)).isEmpty();
        account.awsCommand("ec2", "disassociate-route-table", "--association-id", ofGateway).mustSucceed();
        assertThat(get(account, client, url, 20)).isEqualTo("served");
    }

    private static String run(Account account, Network network, String subnet) {
        String image = account.aws("ssm", "get-parameter", "--name", "/aws/service/debian/release/12/latest/amd64")
                .get("Parameter").get("Value").asString();
        return account.aws(
                        "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", subnet,
                        "--security-group-ids", network.db(), "--user-data", USER_DATA)
                .get("Instances").get(0).get("InstanceId").asString();
    }

    /** A new public address. */
    private static String address(Account account, String instance) {
        var allocated = account.aws("ec2", "allocate-address");
        account.aws(
                "ec2", "associate-address", "--instance-id", instance, "--allocation-id",
                allocated.get("AllocationId").asString());
        return allocated.get("PublicIp").asString();
    }

    private static String table(Account account, Network network, String block, String instance) {
        String table = account.aws("ec2", "create-route-table", "--vpc-id", network.vpc())
                .get("RouteTable").get("RouteTableId").asString();
        account.aws(
                "ec2", "create-route", "--route-table-id", table, "--destination-cidr-block", block, "--instance-id", instance);
        return table;
    }

    private static String associate(Account account, String table, String kind, String id) {
        return account.aws("ec2", "associate-route-table", "--route-table-id", table, kind, id)
                .get("AssociationId").asString();
    }

    private static String get(Account account, String instance, String url, int seconds) {
        var line = new ArrayList<>(List.of(Project.REMORA.toString(), "exec", instance, "--"));
        line.addAll(List.of("curl", "-s", "-m", Integer.toString(seconds), url));
        return Command.run(Map.copyOf(account.environment()), line).out().strip();
    }
}
