package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("e2e")
@DisplayName("A function in a private subnet uses a cache")
class FunctionUsesCacheTest {
    private static final String MEMCACHED =
            """
        const memjs = require('memjs');
        exports.handler = async (event) => {
          const seconds = event.brief ? 1.5 : 10;
          const client = memjs.Client.create(process.env.HOST + ':11211', { timeout: seconds, conntimeout: seconds, retries: 1 });
          try {
            if (event.value) await client.set('key', event.value, { expires: 60 });
            const found = await client.get('key');
            return { value: found.value && found.value.toString() };
          } catch (e) {
            return { failed: String(e.message || e) };
          } finally {
            client.close();
          }
        };
        """;

    private static final String CLUSTER =
            """
        const { Cluster } = require('ioredis');
        exports.handler = async (event) => {
          const client = new Cluster([{ host: process.env.HOST, port: 6379 }], {
            dnsLookup: (address, callback) => callback(null, address), slotsRefreshTimeout: event.brief ? 3000 : 20000,
            clusterRetryStrategy: () => null, redisOptions: { tls: {}, connectTimeout: event.brief ? 1500 : 20000 } });
          client.on('error', () => {});
          try {
            if (event.value) await client.set('key', event.value);
            return { value: await client.get('key'), nodes: client.nodes('master').map(n => n.options.host) };
          } catch (e) {
            return { failed: String(e.message) };
          } finally {
            client.disconnect();
          }
        };
        """;

    private static final String PRIMARY =
            """
        const Redis = require('ioredis');
        exports.handler = async (event) => {
          const client = new Redis({ host: process.env.HOST, port: 6379, tls: {}, password: event.password,
                                     connectTimeout: 20000, retryStrategy: () => null });
          client.on('error', () => {});
          try {
            return { value: await client.incr('visits') };
          } catch (e) {
            return { failed: String(e.message) };
          } finally {
            client.disconnect();
          }
        };
        """;

    private static void function(Functions functions, Network network, String name, String code, String host) {
        functions.create(
                name,
                "nodejs20.x",
                "index.handler",
                functions.role("role-of-" + name, Functions.VPC_ACCESS),
                Zips.of(Map.of("index.js", code), Map.of("node_modules", Clients.drivers())),
                f -> f.vpcConfig(Functions.in(network)).environment(e -> e.variables(Map.of("HOST", host))));
    }

    @Test
    @DisplayName("memcached by the configuration endpoint: create by the CLI, set and get, revoke, reboot, delete")
    void memcached() {
        try (var server = Server.start("--ephemeral")) {
            var account = Account.fresh(server);
            var network = Network.create(account);
            network.allow(11211);
            account.aws(
                    "elasticache", "create-cache-subnet-group", "--cache-subnet-group-name", "private",
                    "--cache-subnet-group-description", "p", "--subnet-ids", network.subnetA(), network.subnetB());
            var created = account.aws(
                            "elasticache", "create-cache-cluster", "--cache-cluster-id", "ClusterForLambdaTest",
                            "--cache-node-type", "cache.t3.small", "--engine", "memcached", "--num-cache-nodes", "1",
                            "--cache-subnet-group-name", "private", "--security-group-ids", network.db())
                    .get("CacheCluster");
            assertThat(created.get("CacheClusterStatus").asString()).isEqualTo("creating");
            account.awsCommand("elasticache", "wait", "cache-cluster-available", "--cache-cluster-id", "clusterforlambdatest")
                    .mustSucceed();
            var endpoint = account.aws("elasticache", "describe-cache-clusters", "--cache-cluster-id", "clusterforlambdatest")
                    .get("CacheClusters")
                    .get(0)
                    .get("ConfigurationEndpoint");
            assertThat(endpoint.get("Address").asString()).contains(".cfg.use1.cache.amazonaws.com");
            var functions = Functions.of(account);
            function(functions, network, "sessions", MEMCACHED, endpoint.get("Address").asString());

            assertThat(functions.invoke("sessions", "{\"value\":\"Martha\"}").payload()).isEqualTo("{\"value\":\"Martha\"}");
            assertThat(functions.invoke("sessions", "{}").payload()).isEqualTo("{\"value\":\"Martha\"}");
            network.revoke(11211);
            assertThat(functions.invoke("sessions", "{\"brief\":true}").payload()).doesNotContain("Martha");
            network.allow(11211);

            account.aws(
                    "elasticache", "reboot-cache-cluster", "--cache-cluster-id", "clusterforlambdatest",
                    "--cache-node-ids-to-reboot", "0001");
            account.awsCommand("elasticache", "wait", "cache-cluster-available", "--cache-cluster-id", "clusterforlambdatest")
                    .mustSucceed();
            assertThat(functions.invoke("sessions", "{}").payload()).isEqualTo("{\"value\":null}");

            account.aws("elasticache", "delete-cache-cluster", "--cache-cluster-id", "clusterforlambdatest");
            account.awsCommand("elasticache", "wait", "cache-cluster-deleted", "--cache-cluster-id", "clusterforlambdatest")
                    .mustSucceed();
            assertThat(account.awsFails(
                            "elasticache", "describe-cache-clusters", "--cache-cluster-id", "clusterforlambdatest"))
                    .contains("CacheClusterNotFound")
                    .contains("CacheCluster not found: clusterforlambdatest");
            account.aws("elasticache", "delete-cache-subnet-group", "--cache-subnet-group-name", "private");
        }
    }

    @Test
    @DisplayName("serverless with TLS: the function trusts its certificate, and kill -9 of Remora loses nothing")
    void serverless(@TempDir Path data) {
        String id;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            var network = Network.create(account);
            network.allow(6379);
            account.aws(
                    "elasticache", "create-serverless-cache", "--serverless-cache-name", "carts", "--engine", "valkey",
                    "--security-group-ids", network.db(), "--subnet-ids", network.subnetA(), network.subnetB());
            var functions = Functions.of(account);
            function(functions, network, "carts", CLUSTER, available(account));

            assertThat(functions.invoke("carts", "{\"value\":\"Martha\"}").payload())
                    .contains("\"value\":\"Martha\"", ".serverless.use1.cache.amazonaws.com");
            network.revoke(6379);
            assertThat(functions.invoke("carts", "{\"brief\":true}").payload()).contains("failed");
            network.allow(6379);
            // What is not a second old may be lost, as the engine says.
            Eventually.holds("the log of changes is on the disk", () -> logged(data).contains("Martha"));
            server.kill();
        }
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            available(account);
            assertThat(Functions.of(account).invoke("carts", "{}").payload()).contains("\"value\":\"Martha\"");
            account.aws("elasticache", "delete-serverless-cache", "--serverless-cache-name", "carts");
            Eventually.holds("the cache is gone", () -> account.awsCommand(
                                    "elasticache", "describe-serverless-caches", "--serverless-cache-name", "carts")
                            .exit()
                    != 0);
        }
    }

    private static String logged(Path data) {
        var found = new StringBuilder();
        try (var files = Files.walk(data.resolve("caches"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".aof")).toList()) {
                found.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return found.toString();
        } catch (IOException | UncheckedIOException rewritten) {
            return "";
        }
    }

    /** Waits for the cache and returns its endpoint's name. */
    private static String available(Account account) {
        var address = new String[1];
        Eventually.holds("the cache is available", () -> {
            var cache = account.aws("elasticache", "describe-serverless-caches", "--serverless-cache-name", "carts")
                    .get("ServerlessCaches")
                    .get(0);
            boolean available = cache.get("Status").asString().equals("available");
            address[0] = available ? cache.get("Endpoint").get("Address").asString() : "";
            return available;
        });
        return address[0];
    }

    @Test
    @DisplayName("a replication group with TLS and a token, by its primary endpoint; more than one node is refused")
    void replicationGroup() {
        try (var server = Server.start("--ephemeral")) {
            var account = Account.fresh(server);
            var network = Network.create(account);
            network.allow(6379);
            account.aws(
                    "elasticache", "create-cache-subnet-group", "--cache-subnet-group-name", "private",
                    "--cache-subnet-group-description", "p", "--subnet-ids", network.subnetA(), network.subnetB());
            account.aws(
                    "elasticache", "create-replication-group", "--replication-group-id", "visits",
                    "--replication-group-description", "visits", "--engine", "redis", "--cache-node-type", "cache.t3.micro",
                    "--num-cache-clusters", "1", "--cache-subnet-group-name", "private", "--security-group-ids", network.db(),
                    "--transit-encryption-enabled", "--auth-token", "correct-horse-battery");
            account.awsCommand("elasticache", "wait", "replication-group-available", "--replication-group-id", "visits")
                    .mustSucceed();
            String primary = account.aws(
                            "elasticache", "describe-replication-groups", "--replication-group-id", "visits", "--query",
                            "ReplicationGroups[0].NodeGroups[0].PrimaryEndpoint.Address")
                    .asString();
            assertThat(primary).startsWith("master.visits.");
            var functions = Functions.of(account);
            function(functions, network, "visits", PRIMARY, primary);

            String event = "{\"password\":\"correct-horse-battery\"}";
            assertThat(functions.invoke("visits", event).payload()).isEqualTo("{\"value\":1}");
            assertThat(functions.invoke("visits", event).payload()).isEqualTo("{\"value\":2}");
            assertThat(functions.invoke("visits", "{}").payload()).contains("NOAUTH");
            assertThat(account.awsFails(
                            "elasticache", "create-replication-group", "--replication-group-id", "two",
                            "--replication-group-description", "two", "--num-cache-clusters", "2", "--cache-node-type",
                            "cache.t3.micro"))
                    .contains("InvalidParameterValue")
                    .contains("one node");
        }
    }
}
