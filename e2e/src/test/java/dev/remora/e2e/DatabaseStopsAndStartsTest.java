package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("e2e")
@DisplayName("A database keeps its rows whatever happens to its server")
class DatabaseStopsAndStartsTest {
    private static final int MYSQL_PORT = 3306;

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "mariadb"})
    @DisplayName("over stop and start, reboot, another class, kill -9 of Remora, and a stop that lasts over a restart")
    void keepsItsRows(String engine, @TempDir Path data) {
        boolean postgres = engine.equals("postgres");
        String id;
        String other;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            var network = Network.create(account);
            if (!postgres) {
                network.allow(MYSQL_PORT);
            }
            other = network.sdk()
                    .ec2()
                    .createSecurityGroup(r -> r.vpcId(network.vpc()).groupName("none").description("lets nobody in"))
                    .groupId();
            String host = network.database("shop", engine);
            var functions = Functions.of(account);
            reader(functions, network, host, postgres);
            assertThat(functions.invoke("orders", "{\"id\":7,\"name\":\"Ada\"}").payload()).contains("Ada");

            account.aws("rds", "stop-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "stopped");
            assertThat(functions.invoke("orders", "{\"brief\":true}").payload()).contains("failed");
            assertThat(account.awsFails("rds", "reboot-db-instance", "--db-instance-identifier", "shop"))
                    .contains("InvalidDBInstanceState");
            account.aws("rds", "start-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "available");
            assertThat(functions.invoke("orders", "{}").payload()).contains("Ada");

            account.aws("rds", "reboot-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "available");
            assertThat(account.aws(
                                    "rds", "modify-db-instance", "--db-instance-identifier", "shop", "--db-instance-class",
                                    "db.t3.small", "--apply-immediately")
                            .get("DBInstance")
                            .get("DBInstanceStatus")
                            .asString())
                    .isEqualTo("modifying");
            reaches(account, "available");
            assertThat(functions.invoke("orders", "{}").payload()).contains("Ada");

            regroup(account, other);
            assertThat(functions.invoke("orders", "{\"brief\":true}").payload()).contains("failed");
            regroup(account, network.db());
            assertThat(functions.invoke("orders", "{\"id\":8,\"name\":\"Grace\"}").payload()).contains("Grace");
            server.kill();
        }
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            reaches(account, "available");
            assertThat(Functions.of(account).invoke("orders", "{}").payload()).contains("Ada", "Grace");
            account.aws("rds", "stop-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "stopped");
        }
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            assertThat(status(account)).isEqualTo("stopped");
            account.aws("rds", "start-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "available");
            assertThat(Functions.of(account).invoke("orders", "{}").payload()).contains("Ada", "Grace");
        }
    }

    private static void reader(Functions functions, Network network, String host, boolean postgres) {
        if (!postgres) {
            FunctionReachesMysqlTest.create(functions, network, host);
            return;
        }
        var code = Zips.of(
                Map.of("index.js", FunctionReachesPrivateDatabaseTest.HANDLER),
                Map.of("node_modules", PostgresClient.modules()));
        String role = functions.role("reader", Functions.VPC_ACCESS);
        functions.create("orders", "nodejs20.x", "index.handler", role, code, f -> f.vpcConfig(Functions.in(network))
                .environment(e -> e.variables(Map.of("HOST", host))));
    }

    private static void regroup(Account account, String group) {
        account.aws("rds", "modify-db-instance", "--db-instance-identifier", "shop", "--vpc-security-group-ids", group);
    }

    private static void reaches(Account account, String status) {
        Eventually.holds("the database is " + status, () -> status(account).equals(status));
    }

    private static String status(Account account) {
        return Sdk.of(account).rds().describeDBInstances(r -> r.dbInstanceIdentifier("shop")).dbInstances().getFirst()
                .dbInstanceStatus();
    }

    @Test
    @DisplayName("an instance that is stopped cannot be modified, and one that runs cannot be started")
    void states() {
        try (var server = Server.start("--ephemeral")) {
            var account = Account.fresh(server);
            var network = Network.create(account);
            network.database("shop");
            assertThat(account.awsFails("rds", "start-db-instance", "--db-instance-identifier", "shop"))
                    .contains("InvalidDBInstanceState");
            account.aws("rds", "stop-db-instance", "--db-instance-identifier", "shop");
            reaches(account, "stopped");
            assertThat(account.awsFails(
                            "rds", "modify-db-instance", "--db-instance-identifier", "shop", "--master-user-password",
                            "battery-staple"))
                    .contains("InvalidDBInstanceState");
        }
    }
}
