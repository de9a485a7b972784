package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A function in a private subnet works with a MySQL database")
class FunctionReachesMysqlTest {
    static final String HANDLER =
            """
        const mysql = require('mysql2/promise');
        exports.handler = async (event) => {
          let connection;
          try {
            connection = await mysql.createConnection({ host: process.env.HOST, user: 'remora', database: 'shop',
                password: event.password || 'correct-horse', connectTimeout: event.brief ? 1500 : 20000 });
            await connection.query('create table if not exists customers (id int primary key, name varchar(60))');
            if (event.id) await connection.execute('insert into customers values (?, ?)', [event.id, event.name]);
            const [rows] = await connection.query('select id, name, version() as version from customers order by id');
            return rows;
          } catch (e) {
            return { failed: String(e.message) };
          } finally {
            if (connection) connection.destroy();
          }
        };
        """;

    static void create(Functions functions, Network network, String host) {
        functions.create(
                "orders",
                "nodejs20.x",
                "index.handler",
                functions.role("reader", Functions.VPC_ACCESS),
                Zips.of(Map.of("index.js", HANDLER), Map.of("node_modules", Clients.drivers())),
                f -> f.vpcConfig(Functions.in(network)).environment(e -> e.variables(Map.of("HOST", host))));
    }

    @Test
    @DisplayName("as AWS's tutorial has it: create by the CLI, insert and read by name, another password, revoke, delete")
    void journey(Account account) {
        var network = Network.create(account);
        network.allow(3306);
        account.aws(
                "rds", "create-db-subnet-group", "--db-subnet-group-name", "private", "--db-subnet-group-description", "p",
                "--subnet-ids", network.subnetA(), network.subnetB());
        var created = account.aws(
                        "rds", "create-db-instance", "--db-instance-identifier", "shop", "--engine", "mysql",
                        "--db-instance-class", "db.t3.micro", "--allocated-storage", "20", "--master-username", "remora",
                        "--master-user-password", "correct-horse", "--db-name", "shop", "--db-subnet-group-name", "private",
                        "--vpc-security-group-ids", network.db())
                .get("DBInstance");
        assertThat(created.get("DBInstanceStatus").asString()).isEqualTo("creating");
        assertThat(created.get("EngineVersion").asString()).endsWith("-MariaDB");
        account.awsCommand("rds", "wait", "db-instance-available", "--db-instance-identifier", "shop").mustSucceed();
        var endpoint = account.aws("rds", "describe-db-instances", "--db-instance-identifier", "shop")
                .get("DBInstances")
                .get(0)
                .get("Endpoint");
        assertThat(endpoint.get("Port").asInt()).isEqualTo(3306);
        var functions = Functions.of(account);
        create(functions, network, endpoint.get("Address").asString());

        assertThat(functions.invoke("orders", "{\"id\":1021,\"name\":\"Martha Rivera\"}").payload())
                .contains("\"id\":1021", "Martha Rivera", "MariaDB");

        account.aws(
                "rds", "modify-db-instance", "--db-instance-identifier", "shop", "--master-user-password", "battery-staple",
                "--apply-immediately");
        assertThat(functions.invoke("orders", "{}").payload()).contains("Access denied for user 'remora'");
        assertThat(functions.invoke("orders", "{\"password\":\"battery-staple\"}").payload()).contains("Martha Rivera");

        network.revoke(3306);
        assertThat(functions.invoke("orders", "{\"brief\":true}").payload()).contains("ETIMEDOUT");

        account.aws("rds", "delete-db-instance", "--db-instance-identifier", "shop", "--skip-final-snapshot");
        account.awsCommand("rds", "wait", "db-instance-deleted", "--db-instance-identifier", "shop").mustSucceed();
        assertThat(account.awsFails("rds", "describe-db-instances", "--db-instance-identifier", "shop"))
                .contains("DBInstanceNotFound");
    }

    @Test
    @DisplayName("the versions are what is there, and others are refused")
    void versions(Account account) {
        var versions = account.aws("rds", "describe-db-engine-versions", "--engine", "mysql")
                .get("DBEngineVersions");
        assertThat(versions).hasSize(1);
        assertThat(versions.get(0).get("DBEngineVersionDescription").asString()).contains("in place of MySQL");
        assertThat(account.awsFails(
                        "rds", "create-db-instance", "--db-instance-identifier", "old", "--engine", "mysql",
                        "--engine-version", "8.0.39", "--db-instance-class", "db.t3.micro", "--allocated-storage", "20",
                        "--master-username", "remora", "--master-user-password", "correct-horse"))
                .contains("InvalidParameterCombination")
                .contains("Cannot find version 8.0.39 for mysql");
    }
}
