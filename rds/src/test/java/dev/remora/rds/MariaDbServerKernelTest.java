package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Server;
import dev.remora.linux.Netns;
import dev.remora.sandbox.Launcher;
import dev.remora.sandbox.SandboxConfig;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real MariaDB, confined, in a namespace with nothing but a loopback; asked by Debian's {@code mariadb} client. */
@Tag("kernel")
class MariaDbServerKernelTest {
    private static final String PASSWORD = "correct-horse";
    private static final Duration RESTART_MAX = Duration.ofMinutes(2);
    private static final Path UNPACKED = Path.of(System.getProperty("remora.home"), "engines");
    private static Path folder;
    private static Launcher launcher;
    private static Netns network;
    private static Server.Spec spec;
    private static Engines.Installed mariadb;

    @BeforeAll
    static void make() throws Exception {
        folder = Files.createTempDirectory("remora-rds-");
        launcher = Launcher.open(SandboxConfig.in(folder.resolve("sandboxes")));
        network = Netns.create();
        mariadb = new Engines(UNPACKED)
                .find(Engine.MARIADB)
                .orElseThrow(() -> new AssertionError("no MariaDB in " + UNPACKED + ": ./remora unpacks it while building"));
        spec = new Server.Spec("shop", folder.resolve("db"), network, "127.0.0.1", 3306, 512);
        try (var server = server()) {
            server.create();
        }
    }

    @AfterAll
    static void remove() throws IOException {
        network.close();
        launcher.close();
        Folders.remove(folder);
    }

    private static MariaDbServer server() {
        try (var rds = new RdsFixture().group("private", "subnet-a", "subnet-b")) {
            rds.create(r -> r.engine("mysql").masterUserPassword(PASSWORD));
            var first = FirstStatements.of(rds.instances.require(RdsFixture.SCOPE, "orders"));
            return new MariaDbServer(spec, launcher, mariadb, first);
        }
    }

    private static MariaDbServer started() throws Exception {
        var server = server();
        server.start();
        return server;
    }

    @Test
    void servesItsMasterUserByPassword() throws Exception {
        try (var server = started()) {
            assertThat(ask("app", PASSWORD, "SELECT CONCAT(DATABASE(), ' ', CURRENT_USER())")).isEqualTo("shop app@%");
            assertThat(ask("app", PASSWORD, "SELECT VERSION()")).startsWith(mariadb.version() + "-MariaDB");
            assertThat(ask("app", PASSWORD, "SELECT @@character_set_server")).isEqualTo("utf8mb4");
            assertThat(ask("app", "wrong-horse", "SELECT 1")).contains("Access denied for user 'app'");
        }
    }

    @Test
    void letsNobodyInAsItsOwner() throws Exception {
        try (var server = started()) {
            assertThat(ask("rdsadmin", "", "SELECT 1")).contains("Access denied");
            assertThat(ask("root", "", "SELECT 1")).contains("Access denied");
            assertThat(ask("nobody", "", "SELECT 1")).contains("Access denied");
            assertThat(ask("app", PASSWORD, "SELECT 1 INTO OUTFILE '/tmp/x'")).contains("Access denied");
            assertThat(ask("app", PASSWORD, "SHUTDOWN")).contains("Access denied");
        }
    }

    @Test
    void takesAnotherPassword() throws Exception {
        try (var server = started()) {
            server.execute(password("battery-staple"));
            assertThat(ask("app", "battery-staple", "SELECT 1")).isEqualTo("1");
            server.execute(password(PASSWORD));
            assertThat(ask("app", PASSWORD, "SELECT 1")).isEqualTo("1");
        }
    }

    private static List<String> password(String password) {
        try (var rds = new RdsFixture().group("private", "subnet-a", "subnet-b")) {
            rds.create(r -> r.engine("mysql"));
            var database = rds.instances.require(RdsFixture.SCOPE, "orders");
            return FirstStatements.password(database, Verifier.of(DbEngine.MYSQL, password, new byte[0]));
        }
    }

    @Test
    void keepsItsDataAndComesBackWhenItEnds() throws Exception {
        try (var server = started()) {
            ask("app", PASSWORD, "CREATE TABLE kept AS SELECT 42 AS answer");
            server.execute(List.of("SHUTDOWN"));
            eventually("SELECT answer FROM kept", "42");
        }
        try (var again = started()) {
            assertThat(ask("app", PASSWORD, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    private static void eventually(String query, String answer) throws Exception {
        long until = System.nanoTime() + RESTART_MAX.toNanos();
        String said = ask("app", PASSWORD, query);
        while (!said.equals(answer) && System.nanoTime() < until) {
            said = ask("app", PASSWORD, query);
        }
        assertThat(said).isEqualTo(answer);
    }

    /** One statement by TCP, as a client in the namespace; what the client prints. */
    private static String ask(String user, String password, String query) throws Exception {
        var command = new ProcessBuilder(
                        mariadb.root().resolve("usr/bin/mariadb").toString(),
                        "--no-defaults",
                        "--protocol=tcp",
                        "--host=127.0.0.1",
                        "--user=" + user,
                        "--password=" + password,
                        "--skip-column-names",
                        "--batch",
                        "--execute=" + query,
                        "shop")
                .redirectErrorStream(true);
        command.environment()
                .put("LD_LIBRARY_PATH", mariadb.root().resolve("usr/lib/x86_64-linux-gnu").toString());
        return network.call(() -> {
            Process client = command.start();
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            client.waitFor();
            return said.strip();
        });
    }
}
