package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("e2e")
@DisplayName("kill -9 at any moment, start again")
class ServerIsKilledTest {
    private static final String PID =
            "import os\ndef handler(e, c): return [os.getpid(), open('/proc/self/cmdline').read()[:40]]";

    @Test
    @DisplayName("the same resources, functions that can be invoked, a database with its rows, no process of the dead"
            + " server left")
    void everythingIsThere(@TempDir Path data) throws Exception {
        String vpc;
        List<Long> orphans;
        String id;
        try (var server = Server.start("--data", data.toString())) {
            var account = Account.fresh(server);
            id = account.id();
            var network = Network.create(account);
            vpc = network.vpc();
            String host = network.database("shop");
            var functions = Functions.of(account);
            String role = functions.role("r", Functions.VPC_ACCESS);
            functions.create(
                    "orders",
                    "nodejs20.x",
                    "index.handler",
                    role,
                    Zips.of(
                            Map.of("index.js", FunctionReachesPrivateDatabaseTest.HANDLER),
                            Map.of("node_modules", PostgresClient.modules())),
                    f -> f.vpcConfig(Functions.in(network))
                            .environment(e -> e.variables(Map.of("HOST", host))));
            assertThat(functions.invoke("orders", "{\"id\":7,\"name\":\"Ada\"}").payload())
                    .contains("Ada");
            functions.python("warm", role, PID, f -> f);
            functions.invoke("warm", "{}");
            orphans = descendants(server.pid());
            assertThat(orphans).isNotEmpty();
            server.kill();
        }
        Eventually.holds("every process of the killed server is gone", () -> orphans.stream()
                .noneMatch(ServerIsKilledTest::alive));

        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            var sdk = Sdk.of(account);
            assertThat(sdk.ec2().describeVpcs(r -> r.vpcIds(vpc)).vpcs()).hasSize(1);
            sdk.rds().waiter().waitUntilDBInstanceAvailable(r -> r.dbInstanceIdentifier("shop"));
            assertThat(Functions.of(account).invoke("orders", "{}").payload()).contains("Ada");
            assertThat(Functions.of(account).invoke("warm", "{}").error()).isEmpty();
            assertThat(server.stop()).isZero();
        }
    }

    @Test
    @DisplayName("a second server on the same data folder is refused and the first goes on")
    void heldByAnother(@TempDir Path data) {
        try (var server = Server.start("--data", data.toString())) {
            var second = Command.run(Map.of(),
                    List.of(
                            Project.REMORA.toString(),
                            "start",
                            "--port",
                            "0",
                            "--internet=closed",
                            "--data",
                            data.toString()));
            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.all()).contains("in use").contains(data.toString());
            assertThat(Account.fresh(server).aws("sts", "get-caller-identity").has("Account"))
                    .isTrue();
        }
    }

    private static List<Long> descendants(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(ProcessHandle::pid)
                .toList();
    }

    private static boolean alive(long pid) {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return status.noneMatch(line -> line.startsWith("State:") && line.contains("Z"));
        } catch (IOException | UncheckedIOException gone) {
            return false;
        }
    }
}
