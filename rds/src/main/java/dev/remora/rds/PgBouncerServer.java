package dev.remora.rds;

import dev.remora.fleet.Certificates;
import dev.remora.fleet.Door;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Keeper;
import dev.remora.fleet.Server;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Program;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One PgBouncer: takes clients with the names and passwords of the proxy's secrets, and gives them a connection to the target as
 * the same user for as long as they stay.
 *
 * <p>Its folder on the host, which only root can enter, has {@code conf}, which it may read: settings, users, a certificate. They
 * are written anew before each start, and when they change while it runs, which it is told by a signal.
 */
final class PgBouncerServer implements Server {
    private static final int RELOAD = 1;
    private static final int TERMINATE = 15;
    private static final int QUIT = 3;
    /** From this minor version of 1 on, TERM waits for clients to go. */
    private static final int WAITS_FROM = 23;
    private static final int CLIENTS_MAX = 400;
    private static final int ANSWER_MILLIS = 2000;

    private final Spec spec;
    private final Engines.Installed pgbouncer;
    private final Certificates certificates;
    private final String endpoint;
    private final Keeper keeper;
    private Plan plan;

    /**
     * What the proxy does.
     *
     * @param target where it leads, if it leads anywhere
     */
    record Plan(
            Optional<Target> target,
            List<ProxyCredentials.Login> logins,
            Proxy.Pool pool,
            boolean requireTls,
            int idleSeconds,
            boolean debugLogging) {
        private Plan with(List<ProxyCredentials.Login> newLogins) {
            return new Plan(target, newLogins, pool, requireTls, idleSeconds, debugLogging);
        }
    }

    record Target(String address, int port) {}

    PgBouncerServer(
            Spec spec,
            Confinement confinement,
            Engines.Installed pgbouncer,
            Certificates certificates,
            String endpoint,
            Plan plan) {
        this.spec = spec;
        this.pgbouncer = pgbouncer;
        this.certificates = certificates;
        this.endpoint = endpoint;
        this.plan = plan;
        this.keeper = new Keeper("proxy " + spec.name(), confinement, stopSignal(pgbouncer));
    }

    private static int stopSignal(Engines.Installed pgbouncer) {
        String[] major = pgbouncer.major().split("\\.");
        boolean waits = Integer.parseInt(major[0]) > 1 || Integer.parseInt(major[1]) >= WAITS_FROM;
        return waits ? QUIT : TERMINATE;
    }

    @Override
    public void create() throws IOException, InterruptedException {
        Folders.remove(spec.folder());
        start();
    }

    @Override
    public void start() throws IOException, InterruptedException {
        Path conf = Files.createDirectories(spec.folder().resolve("conf"));
        Files.setPosixFilePermissions(spec.folder(), PosixFilePermissions.fromString("rwx------"));
        var issued = certificates.issue(List.of(endpoint));
        Files.writeString(conf.resolve("chain.pem"), issued.chain());
        Files.writeString(conf.resolve("key.pem"), issued.key());
        write();
        keeper.start(
                this::program, () -> new Door(spec.network(), spec.address(), spec.port()).open(ANSWER_MILLIS));
    }

    /**
     * Takes another plan. Clients that are there stay if only names and passwords changed; otherwise it starts anew, because it
     * goes on connecting to where its databases were when it first met them.
     */
    synchronized void change(Plan newPlan) throws IOException {
        boolean loginsOnly = newPlan.with(plan.logins()).equals(plan);
        plan = newPlan;
        write();
        if (loginsOnly) {
            keeper.signal(RELOAD);
        } else {
            keeper.restart();
        }
    }

    private synchronized void write() throws IOException {
        var users = new StringBuilder();
        for (var login : plan.logins()) {
            users.append(quoted(login.username())).append(' ').append(quoted(login.password())).append('\n');
        }
        replace("userlist.txt", users.toString());
        replace("pgbouncer.ini", String.join("\n", settings()) + "\n");
    }

    /** In one step, because the program may read at any moment. */
    private void replace(String name, String content) throws IOException {
        Path file = spec.folder().resolve("conf").resolve(name);
        Path half = file.resolveSibling(name + ".new");
        Files.writeString(half, content);
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    private List<String> settings() {
        int connections = Math.max(1, PostgresServer.CONNECTIONS_MAX * plan.pool().maxPercent() / 100);
        var lines = new ArrayList<String>();
        lines.add("[databases]");
        plan.target().ifPresent(target -> lines.add("* = host=" + target.address() + " port=" + target.port()
                + (plan.pool().initQuery().isEmpty() ? "" : " connect_query='" + initQuery() + "'")));
        lines.addAll(List.of(
                "[pgbouncer]",
                "listen_addr = " + spec.address(),
                "listen_port = " + spec.port(),
                "unix_socket_dir =",
                "auth_type = scram-sha-256",
                "auth_file = /srv/conf/userlist.txt",
                "pool_mode = session",
                "max_client_conn = " + CLIENTS_MAX,
                "default_pool_size = " + connections,
                "max_db_connections = " + connections,
                "query_wait_timeout = " + plan.pool().borrowSeconds(),
                "client_idle_timeout = " + plan.idleSeconds(),
                "server_login_retry = 1",
                "server_tls_sslmode = prefer",
                "client_tls_sslmode = " + (plan.requireTls() ? "require" : "allow"),
                "client_tls_cert_file = /srv/conf/chain.pem",
                "client_tls_key_file = /srv/conf/key.pem",
                "ignore_startup_parameters = extra_float_digits,options",
                "log_connections = " + (plan.debugLogging() ? 1 : 0),
                "log_disconnections = " + (plan.debugLogging() ? 1 : 0)));
        return lines;
    }

    private String initQuery() {
        return plan.pool().initQuery().replace("'", "''");
    }

    private Program program() {
        var shown = new HashMap<>(pgbouncer.folders());
        shown.put(spec.folder().resolve("conf"), Path.of("/srv/conf"));
        return new Program(
                spec.name(),
                List.of(pgbouncer.program(), "/srv/conf/pgbouncer.ini"),
                pgbouncer.environment(),
                shown,
                Map.of(),
                spec.network(),
                spec.memoryMiB(),
                keeper::line);
    }

    @Override
    public void close() {
        keeper.close();
    }
}
