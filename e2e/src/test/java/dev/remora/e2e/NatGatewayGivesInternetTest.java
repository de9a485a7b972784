package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The internet of a closed installation is Remora's own API, at a public address. */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A NAT gateway gives a function in a private subnet internet")
class NatGatewayGivesInternetTest {
    /** Says whether a TCP connection to the API's public address comes about. */
    static final String DIAL =
            """
        import socket
        def handler(event, context):
            try:
                with socket.create_connection(('198.18.0.1', 443), timeout=event['seconds']): return 'reached'
            except OSError: return 'not reached'
        """;

    /** A member of what the AWS CLI answers. */
    private static String id(Account account, String member, String field, String... words) {
        return account.aws(words).get(member).get(field).asString();
    }

    @Test
    @DisplayName("with a route to an available gateway; a deleted gateway's route is a black hole that remora drops names")
    void internet(Account account) {
        var network = Network.create(account);
        var functions = Functions.of(account);
        functions.python("f", functions.role("r", Functions.VPC_ACCESS), DIAL, f -> f
                .vpcConfig(Functions.in(network)));
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).as("without any route").isEqualTo("\"not reached\"");

        String gateway = id(account, "InternetGateway", "InternetGatewayId", "ec2", "create-internet-gateway");
        account.awsCommand("ec2", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", network.vpc())
                .mustSucceed();
        String open = id(
                account, "Subnet", "SubnetId", "ec2", "create-subnet", "--vpc-id", network.vpc(), "--cidr-block",
                "10.0.100.0/24");
        String table =
                id(account, "RouteTable", "RouteTableId", "ec2", "create-route-table", "--vpc-id", network.vpc());
        account.aws(
                "ec2", "create-route", "--route-table-id", table, "--destination-cidr-block", "0.0.0.0/0", "--gateway-id",
                gateway);
        account.aws("ec2", "associate-route-table", "--route-table-id", table, "--subnet-id", open);
        String allocation = account.aws("ec2", "allocate-address").get("AllocationId").asString();
        String nat = id(
                account, "NatGateway", "NatGatewayId", "ec2", "create-nat-gateway", "--subnet-id", open, "--allocation-id",
                allocation);
        account.awsCommand("ec2", "wait", "nat-gateway-available", "--nat-gateway-ids", nat).mustSucceed();
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).as("the gateway alone").isEqualTo("\"not reached\"");

        String main = account.aws(
                        "ec2", "describe-route-tables", "--filters", "Name=vpc-id,Values=" + network.vpc(),
                        "Name=association.main,Values=true")
                .get("RouteTables")
                .get(0)
                .get("RouteTableId")
                .asString();
        account.aws(
                "ec2", "create-route", "--route-table-id", main, "--destination-cidr-block", "0.0.0.0/0", "--nat-gateway-id",
                nat);
        assertThat(functions.invoke("f", Functions.PATIENTLY).payload()).as("with the route").isEqualTo("\"reached\"");

        account.aws("ec2", "delete-nat-gateway", "--nat-gateway-id", nat);
        assertThat(functions.invoke("f", Functions.BRIEFLY).payload()).as("after it").isEqualTo("\"not reached\"");
        assertThat(account.aws("ec2", "describe-route-tables", "--route-table-ids", main).toString()).contains("blackhole");
        Eventually.holds("the drop names the gateway that is gone", () -> drops(account).contains(nat));
    }

    static String drops(Account account) {
        return Command.run(account.environment(),
                        List.of(Project.REMORA.toString(), "drops", "f", "--json"))
                .mustSucceed()
                .out();
    }
}
