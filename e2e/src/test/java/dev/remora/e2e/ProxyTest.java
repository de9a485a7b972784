package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;
import tools.jackson.databind.JsonNode;

@Tag("e2e")
@DisplayName("A function reaches a database through an RDS proxy")
class ProxyTest {
    private static final String TRUST =
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"rds.amazonaws.com"},\
            "Action":"sts:AssumeRole"}]}""";
    private static final String HANDLER =
            """
        const { Client } = require('pg');
        exports.handler = async (event) => {
          const client = new Client({ host: process.env.HOST, user: 'remora', password: event.password, database: 'shop',
                                      connectionTimeoutMillis: 20000, ssl: true });
          try {
            await client.connect();
            const rows = await client.query('select current_user as who, inet_client_addr()::text as seen');
            return rows.rows[0];
          } catch (e) {
            return { failed: String(e.message) };
          } finally {
            await client.end().catch(() => {});
          }
        };
        """;

    @Test
    @DisplayName("by the secret's password, from the proxy's own address, with TLS; another secret's version, groups, kill -9")
    void journey(@TempDir Path data) {
        String id;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            var network = Network.create(account);
            network.database("shop");
            String secret = secret(account);
            String role = role(account, secret);
            String between = network.sdk()
                    .ec2()
                    .createSecurityGroup(r -> r.vpcId(network.vpc()).groupName("proxy").description("proxies"))
                    .groupId();
            allow(network, network.app(), between);
            account.aws(
                    "rds", "create-db-proxy", "--db-proxy-name", "pool", "--engine-family", "POSTGRESQL", "--auth",
                    "AuthScheme=SECRETS,SecretArn=" + secret + ",IAMAuth=DISABLED", "--role-arn", role, "--vpc-subnet-ids",
                    network.subnetA(), network.subnetB(), "--vpc-security-group-ids", between, "--require-tls");
            String endpoint = available(account);
            assertThat(endpoint).startsWith("pool.proxy-").endsWith(".us-east-1.rds.amazonaws.com");
            account.aws(
                    "rds", "register-db-proxy-targets", "--db-proxy-name", "pool", "--db-instance-identifiers", "shop");
            assertThat(health(account).get("Reason").asString()).isEqualTo("UNREACHABLE");
            allow(network, between, network.db());
            healthy(account);

            var functions = Functions.of(account);
            functions.create(
                    "orders",
                    "nodejs20.x",
                    "index.handler",
                    functions.role("reader", Functions.VPC_ACCESS),
                    Zips.of(Map.of("index.js", HANDLER), Map.of("node_modules", PostgresClient.modules())),
                    f -> f.vpcConfig(Functions.in(network)).environment(e -> e.variables(Map.of("HOST", endpoint))));
            String proxyAddress = network.sdk()
                    .ec2()
                    .describeNetworkInterfaces(r -> r.filters(f -> f.name("group-id").values(between)))
                    .networkInterfaces()
                    .getFirst()
                    .privateIpAddress();
            assertThat(invoke(account, "correct-horse")).contains("\"who\":\"remora\"", proxyAddress);
            assertThat(invoke(account, "wrong-horse")).contains("failed");

            account.aws(
                    "rds", "modify-db-instance", "--db-instance-identifier", "shop", "--master-user-password",
                    "battery-staple", "--apply-immediately");
            account.aws(
                    "secretsmanager", "put-secret-value", "--secret-id", "shop", "--secret-string",
                    "{\"username\":\"remora\",\"password\":\"battery-staple\"}");
            Eventually.holds("the proxy takes the new password", () -> invoke(account, "battery-staple").contains("remora"));
            server.kill();
        }
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            available(account);
            Eventually.holds("the database answers again", () -> invoke(account, "battery-staple").contains("remora"));
            assertThat(account.aws(
                                    "secretsmanager", "get-secret-value", "--secret-id", "shop", "--version-stage",
                                    "AWSPREVIOUS")
                            .get("SecretString")
                            .asString())
                    .contains("correct-horse");
            account.aws("rds", "deregister-db-proxy-targets", "--db-proxy-name", "pool", "--db-instance-identifiers", "shop");
            Eventually.holds(
                    "the proxy leads nowhere", () -> invoke(account, "battery-staple").contains("failed"));
            account.aws("rds", "delete-db-proxy", "--db-proxy-name", "pool");
            Eventually.holds("the proxy is gone", () -> account.awsCommand(
                                    "rds", "describe-db-proxies", "--db-proxy-name", "pool")
                            .exit()
                    != 0);
            assertThat(account.awsFails("rds", "describe-db-proxies", "--db-proxy-name", "pool"))
                    .contains("DBProxyNotFoundFault");
        }
    }

    @Test
    @DisplayName("for MySQL is refused in one clear sentence, and so is a role that the proxy may not take")
    void refusals() {
        try (var server = Server.start("--ephemeral")) {
            var account = Account.fresh(server);
            var network = Network.create(account);
            String secret = secret(account);
            String auth = "AuthScheme=SECRETS,SecretArn=" + secret + ",IAMAuth=DISABLED";
            assertThat(account.awsFails(
                            "rds", "create-db-proxy", "--db-proxy-name", "pool", "--engine-family", "MYSQL", "--auth", auth,
                            "--role-arn", "arn:aws:iam::" + account.id() + ":role/none", "--vpc-subnet-ids",
                            network.subnetA(), network.subnetB()))
                    .contains("InvalidParameterCombination")
                    .contains("MYSQL are not supported");
            String lambdas = Functions.of(account).role("other");
            assertThat(account.awsFails(
                            "rds", "create-db-proxy", "--db-proxy-name", "pool", "--engine-family", "POSTGRESQL", "--auth",
                            auth, "--role-arn", lambdas, "--vpc-subnet-ids", network.subnetA(), network.subnetB()))
                    .contains("InvalidParameterValue")
                    .contains("trust policy must allow rds.amazonaws.com");
            assertThat(account.aws("rds", "describe-db-proxies").get("DBProxies")).isEmpty();
        }
    }

    private static String secret(Account account) {
        return account.aws(
                        "secretsmanager", "create-secret", "--name", "shop", "--secret-string",
                        "{\"username\":\"remora\",\"password\":\"correct-horse\"}")
                .get("ARN")
                .asString();
    }

    private static String role(Account account, String secret) {
        String arn = account.aws(
                        "iam", "create-role", "--role-name", "proxy", "--assume-role-policy-document", TRUST)
                .get("Role")
                .get("Arn")
                .asString();
        account.aws(
                "iam", "put-role-policy", "--role-name", "proxy", "--policy-name", "secrets", "--policy-document",
                """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue",\
                "Resource":"%s"}]}"""
                        .formatted(secret));
        return arn;
    }

    private static void allow(Network network, String from, String to) {
        network.sdk().ec2().authorizeSecurityGroupIngress(r -> r.groupId(to).ipPermissions(p -> p.ipProtocol("tcp")
                .fromPort(5432)
                .toPort(5432)
                .userIdGroupPairs(UserIdGroupPair.builder().groupId(from).build())));
    }

    private static String invoke(Account account, String password) {
        return Functions.of(account).invoke("orders", "{\"password\":\"" + password + "\"}").payload();
    }

    private static String available(Account account) {
        var rds = Sdk.of(account).rds();
        Eventually.holds("the proxy is available", () -> rds.describeDBProxies(r -> r.dbProxyName("pool"))
                .dbProxies()
                .getFirst()
                .statusAsString()
                .equals("available"));
        return rds.describeDBProxies(r -> r.dbProxyName("pool")).dbProxies().getFirst().endpoint();
    }

    private static void healthy(Account account) {
        Eventually.holds(
                "the target is available", () -> health(account).get("State").asString().equals("AVAILABLE"));
    }

    private static JsonNode health(Account account) {
        return account.aws("rds", "describe-db-proxy-targets", "--db-proxy-name", "pool")
                .get("Targets")
                .get(0)
                .get("TargetHealth");
    }
}
