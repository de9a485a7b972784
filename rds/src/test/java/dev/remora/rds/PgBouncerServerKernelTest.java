package dev.remora.rds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Server;
import dev.remora.linux.Netns;
import dev.remora.rds.PgBouncerServer.Plan;
import dev.remora.rds.PgBouncerServer.Target;
import dev.remora.rds.ProxyCredentials.Login;
import dev.remora.sandbox.Launcher;
import dev.remora.sandbox.SandboxConfig;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real PgBouncer before a real PostgreSQL, both confined, in a namespace with nothing but a loopback. */
@Tag("kernel")
class PgBouncerServerKernelTest {
    private static final String PASSWORD = "correct-horse";
    private static final int PORT = 6432;
    private static final Duration RELOAD_MAX = Duration.ofMinutes(2);
    private static final Path UNPACKED = Path.of(System.getProperty("remora.home"), "engines");
    private static Path folder;
    private static Launcher launcher;
    private static Netns network;
    private static PostgresServer database;
    private static Engines.Installed pgbouncer;

    @BeforeAll
    static void make() throws Exception {
        folder = Files.createTempDirectory("remora-proxy-");
        launcher = Launcher.open(SandboxConfig.in(folder.resolve("sandboxes")));
        network = Netns.create();
        pgbouncer = new Engines(UNPACKED)
                .find(Engine.PGBOUNCER)
                .orElseThrow(() -> new AssertionError("no PgBouncer in " + UNPACKED + ": ./remora unpacks it while building"));
        var spec = new Server.Spec("shop", folder.resolve("db"), network, "127.0.0.1", 5432, 512);
        database = new PostgresServer(spec, launcher, new PostgresBinaries(folder).unpacked(), first());
        database.create();
    }

    private static List<String> first() {
        try (var rds = new RdsFixture().group("private", "subnet-a", "subnet-b")) {
            rds.create(r -> r.masterUserPassword(PASSWORD));
            return FirstStatements.of(rds.instances.require(RdsFixture.SCOPE, "orders"));
        }
    }

    @AfterAll
    static void remove() throws IOException {
        database.close();
        network.close();
        launcher.close();
        Folders.remove(folder);
    }

    private static Plan plan(List<Login> logins, String initQuery, boolean requireTls) {
        var pool = new Proxy.Pool(20, 10, 5, initQuery);
        return new Plan(Optional.of(new Target("127.0.0.1", 5432)), logins, pool, requireTls, 1800, false);
    }

    private static PgBouncerServer started(Plan plan) throws Exception {
        var spec = new Server.Spec("pool", folder.resolve("pool"), network, "127.0.0.1", PORT, 128);
        var server = new PgBouncerServer(spec, launcher, pgbouncer, TestCertificates.issuer(), "pool.test", plan);
        server.create();
        return server;
    }

    @Test
    void takesTheNamesOfItsSecretsAndNoOthers() throws Exception {
        var login = new Login("app", PASSWORD);
        try (var server = started(plan(List.of(login), "set statement_timeout to '4321'", false))) {
            assertThat(ask(PASSWORD, "disable", "SELECT current_user || ' ' || current_setting('statement_timeout')"))
                    .isEqualTo("app 4321ms");
            assertThat(ask(PASSWORD, "require", "SELECT 1")).isEqualTo("1");
            assertThatThrownBy(() -> ask("wrong-horse", "disable", "SELECT 1"))
                    .hasMessageContaining("SASL authentication failed");
        }
    }

    @Test
    void takesOtherPasswordsWhileItRuns() throws Exception {
        try (var server = started(plan(List.of(), "", false))) {
            assertThatThrownBy(() -> ask(PASSWORD, "disable", "SELECT 1")).isInstanceOf(SQLException.class);
            server.change(plan(List.of(new Login("app", PASSWORD)), "", false));
            assertThat(eventually()).isEqualTo("1");
        }
    }

    @Test
    void leadsNowhereWhenItsTargetIsTaken() throws Exception {
        var login = List.of(new Login("app", PASSWORD));
        var leading = plan(login, "", false);
        try (var server = started(leading)) {
            assertThat(ask(PASSWORD, "disable", "SELECT 1")).isEqualTo("1");
            server.change(new Plan(Optional.empty(), login, leading.pool(), false, 1800, false));
            failsSoon();
            server.change(leading);
            assertThat(eventually()).isEqualTo("1");
        }
    }

    private static void failsSoon() throws Exception {
        long until = System.nanoTime() + RELOAD_MAX.toNanos();
        while (System.nanoTime() < until) {
            try {
                ask(PASSWORD, "disable", "SELECT 1");
            } catch (SQLException failure) {
                if (String.valueOf(failure.getMessage()).contains("no such database")) {
                    return;
                }
            }
        }
        throw new AssertionError("it still leads to the database");
    }

    @Test
    void insistsOnTlsWhenItIsToldTo() throws Exception {
        try (var server = started(plan(List.of(new Login("app", PASSWORD)), "", true))) {
            assertThat(ask(PASSWORD, "require", "SELECT 1")).isEqualTo("1");
            assertThatThrownBy(() -> ask(PASSWORD, "disable", "SELECT 1")).hasMessageContaining("SSL required");
        }
    }

    private static String eventually() throws Exception {
        long until = System.nanoTime() + RELOAD_MAX.toNanos();
        while (true) {
            try {
                return ask(PASSWORD, "disable", "SELECT 1");
            } catch (SQLException notYet) {
                if (System.nanoTime() > until) {
                    throw notYet;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static String ask(String password, String tls, String query) throws Exception {
        return network.call(() -> {
            var properties = new Properties();
            properties.putAll(Map.of("user", "app", "password", password, "sslmode", tls));
            try (Connection connection =
                            DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + PORT + "/shop", properties);
                    var result = connection.createStatement().executeQuery(query)) {
                result.next();
                return result.getString(1);
            }
        });
    }
}
