package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.fleet.Server;
import dev.remora.linux.Netns;
import dev.remora.sandbox.Launcher;
import dev.remora.sandbox.SandboxConfig;
import dev.remora.store.Folders;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL, confined, in a namespace with nothing but a loopback. */
@Tag("kernel")
class PostgresServerKernelTest {
    private static final String PASSWORD = "correct-horse";
    private static final Duration RESTART_MAX = Duration.ofMinutes(2);
    private static Path folder;
    private static Launcher launcher;
    private static Netns network;
    private static Server.Spec spec;
    private static Path binaries;
    private static final List<String> FIRST = statements();

    @BeforeAll
    static void make() throws Exception {
        folder = Files.createTempDirectory("remora-rds-");
        launcher = Launcher.open(SandboxConfig.in(folder.resolve("sandboxes")));
        network = Netns.create();
        binaries = new PostgresBinaries(folder).unpacked();
        spec = new Server.Spec("shop", folder.resolve("db"), network, "127.0.0.1", 5432, 512);
        try (var server = new PostgresServer(spec, launcher, binaries, FIRST)) {
            server.create();
        }
    }

    @AfterAll
    static void remove() throws IOException {
        network.close();
        launcher.close();
        Folders.remove(folder);
    }

    private static List<String> statements() {
        try (var rds = new RdsFixture().group("private", "subnet-a", "subnet-b")) {
            rds.create(r -> r.masterUserPassword(PASSWORD));
            return FirstStatements.of(rds.instances.require(RdsFixture.SCOPE, "orders"));
        }
    }

    private static PostgresServer started() throws Exception {
        var server = new PostgresServer(spec, launcher, binaries, FIRST);
        server.start();
        return server;
    }

    @Test
    void servesItsMasterUserByPassword() throws Exception {
        try (var server = started()) {
            assertThat(ask("app", PASSWORD, "SELECT current_database() || ' ' || current_user"))
                    .isEqualTo("shop app");
            assertThat(ask("app", PASSWORD, "SHOW fsync")).isEqualTo("on");
            assertThatThrownBy(() -> ask("app", "wrong-horse", "SELECT 1"))
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void letsNobodyInAsItsOwner() throws Exception {
        try (var server = started()) {
            assertThatThrownBy(() -> ask("rdsadmin", PASSWORD, "SELECT 1"))
                    .hasMessageContaining("pg_hba.conf rejects connection");
            assertThatThrownBy(() -> ask("app", PASSWORD, "SELECT pg_read_file('/etc/hostname')"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void takesAnotherPassword() throws Exception {
        try (var server = started()) {
            server.execute(
                    password("battery-staple"));
            assertThat(ask("app", "battery-staple", "SELECT 1")).isEqualTo("1");
            server.execute(password(PASSWORD));
        }
    }

    @Test
    void keepsItsDataAndComesBackWhenItIsKilled() throws Exception {
        try (var server = started()) {
            ask("app", PASSWORD, "CREATE TABLE kept AS SELECT 42 AS answer");
            String born = ask("app", PASSWORD, "SELECT pg_postmaster_start_time()");
            killServer(server);

            assertThat(eventually("SELECT answer FROM kept")).isEqualTo("42");
            assertThat(ask("app", PASSWORD, "SELECT pg_postmaster_start_time()"))
                    .isNotEqualTo(born);
        }
        try (var again = started()) {
            assertThat(ask("app", PASSWORD, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    private static List<String> password(String password) {
        try (var rds = new RdsFixture().group("private", "subnet-a", "subnet-b")) {
            rds.create(r -> r);
            var database = rds.instances.require(RdsFixture.SCOPE, "orders");
            return FirstStatements.password(database, Verifier.of(DbEngine.POSTGRES, password, new byte[16]));
        }
    }

    private static void killServer(PostgresServer server) {
        String kill = "COPY (SELECT 1) TO PROGRAM 'kill -9 $(head -n 1 /data/db/pgdata/postmaster.pid)'";
        try {
            server.execute(List.of(kill));
        } catch (IOException cutOff) {
            assertThat(cutOff).as("the session may end with the server").isNotNull();
        }
    }

    @Test
    void leavesNoProcessInTheNamespace() throws Exception {
        started().close();

        assertThat(network.call(() -> reachable())).isFalse();
    }

    private static boolean reachable() {
        try (var socket = new Socket("127.0.0.1", 5432)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static String eventually(String query) throws Exception {
        long until = System.nanoTime() + RESTART_MAX.toNanos();
        while (true) {
            try {
                return ask("app", PASSWORD, query);
            } catch (SQLException notYet) {
                if (System.nanoTime() > until) {
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }

    /** One statement by TCP, as a client in the namespace; the first column of its first row, or the empty string. */
    private static String ask(String user, String password, String query) throws Exception {
        return network.call(() -> {
            var properties = new Properties();
            properties.putAll(Map.of("user", user, "password", password, "sslmode", "disable"));
            try (Connection connection =
                            DriverManager.getConnection("jdbc:postgresql://127.0.0.1:5432/shop", properties);
                    var statement = connection.createStatement()) {
                boolean rows = statement.execute(query);
                if (!rows) {
                    return "";
                }
                var result = statement.getResultSet();
                result.next();
                return result.getString(1);
            }
        });
    }
}
