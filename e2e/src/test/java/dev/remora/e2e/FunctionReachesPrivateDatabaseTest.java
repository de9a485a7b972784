package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A function in a private subnet reads a real database")
class FunctionReachesPrivateDatabaseTest {
    static final String HANDLER =
            """
        const { Client } = require('pg');
        exports.handler = async (event) => {
          const client = new Client({ host: process.env.HOST, user: 'remora', password: 'correct-horse', database: 'shop',
                                      connectionTimeoutMillis: event.brief ? 1500 : 20000, ssl: false });
          try {
            await client.connect();
            await client.query('create table if not exists customers (id int primary key, name text)');
            if (event.id) await client.query('insert into customers values ($1, $2)', [event.id, event.name]);
            const rows = await client.query('select id, name, inet_client_addr()::text as seen from customers order by id');
            return rows.rows;
          } catch (e) {
            return { failed: String(e.message) };
          } finally {
            await client.end().catch(() => {});
          }
        };
        """;

    @Test
    @DisplayName("the whole journey: insert and read, share the interface, revoke, list the drop, authorize, delete"
            + " everything")
    void journey(Account account) {
        var network = Network.create(account);
        String host = network.database("shop");
        var functions = Functions.of(account);
        String role = functions.role("reader", Functions.VPC_ACCESS);
        var code = Zips.of(
                Map.of("index.js", HANDLER), Map.of("node_modules", PostgresClient.modules()));

        functions.create("orders", "nodejs20.x", "index.handler", role, code, f -> f.vpcConfig(Functions.in(network))
                .environment(e -> e.variables(Map.of("HOST", host))));
        var interfaces = account.aws(
                        "ec2", "describe-network-interfaces", "--filters", "Name=interface-type,Values=lambda")
                .get("NetworkInterfaces");
        assertThat(interfaces).hasSize(2);
        assertThat(interfaces.get(0).get("Description").asString()).startsWith("AWS Lambda VPC ENI-orders-");
        assertThat(functions
                        .invoke("orders", "{\"id\":1021,\"name\":\"Martha Rivera\"}")
                        .payload())
                .contains("\"id\":1021", "Martha Rivera", "\"seen\":\"10.0.");

        functions.create("reports", "nodejs20.x", "index.handler", role, code, f -> f.vpcConfig(Functions.in(network))
                .environment(e -> e.variables(Map.of("HOST", host))));
        assertThat(network.sdk()
                        .ec2()
                        .describeNetworkInterfaces(
                                r -> r.filters(x -> x.name("interface-type").values("lambda")))
                        .networkInterfaces())
                .as("a second function on the same subnets and groups shares the interfaces")
                .hasSize(2);
        assertThat(functions.invoke("reports", "{}").payload()).contains("Martha Rivera");

        network.revoke(5432);
        assertThat(functions.invoke("orders", "{\"brief\":true}").payload())
                .contains("failed")
                .contains("timeout");
        Eventually.holds("the drop is told", () -> drops(account).contains(":5432"));
        assertThat(drops(account)).contains(network.db()).doesNotContain("reports");

        network.allow(5432);
        assertThat(functions.invoke("orders", "{}").payload()).contains("Martha Rivera");

        var ec2 = network.sdk().ec2();
        assertThat(account.awsFails("ec2", "delete-subnet", "--subnet-id", network.subnetA()))
                .contains("DependencyViolation");
        assertThat(account.awsFails("ec2", "delete-security-group", "--group-id", network.app()))
                .contains("DependencyViolation");
        functions.lambda().deleteFunction(r -> r.functionName("orders"));
        functions.lambda().deleteFunction(r -> r.functionName("reports"));
        Eventually.holds("the Lambda interfaces are gone", () -> ec2.describeNetworkInterfaces(
                        r -> r.filters(x -> x.name("interface-type").values("lambda")))
                .networkInterfaces()
                .isEmpty());
        var rds = network.sdk().rds();
        rds.deleteDBInstance(r -> r.dbInstanceIdentifier("shop").skipFinalSnapshot(true));
        rds.waiter().waitUntilDBInstanceDeleted(r -> r.dbInstanceIdentifier("shop"));
        rds.deleteDBSubnetGroup(r -> r.dbSubnetGroupName("shop"));
        network.revoke(5432);
        account.aws("ec2", "delete-subnet", "--subnet-id", network.subnetA());
        account.aws("ec2", "delete-subnet", "--subnet-id", network.subnetB());
        account.aws("ec2", "delete-security-group", "--group-id", network.app());
        account.aws("ec2", "delete-security-group", "--group-id", network.db());
        account.aws("ec2", "delete-vpc", "--vpc-id", network.vpc());
    }

    private static String drops(Account account) {
        return Command.run(account.environment(), List.of(Project.REMORA.toString(), "drops", "orders")).mustSucceed().out();
    }
}
