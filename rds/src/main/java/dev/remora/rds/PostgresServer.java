package dev.remora.rds;

import dev.remora.fleet.Keeper;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Program;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One PostgreSQL server.
 *
 * <p>A lock file that is found at a start is a dead process's and is removed (PostgreSQL would look whether its number is alive,
 * but numbers mean nothing across process namespaces).
 *
 * <p>The folder of the host has {@code data}, which the process owns and sees as {@code /data/db}, and {@code conf}, which it may
 * read. Clients come by TCP on the interface's address and must show a password. We come by the Unix socket in {@code /data/db}:
 * nobody else can reach that file, so {@value #OWNER}, the role that owns everything, needs no password there and is refused by
 * TCP.
 */
final class PostgresServer implements DatabaseServer {
    /** The role that initdb makes, as on AWS. */
    static final String OWNER = "rdsadmin";

    static final int CONNECTIONS_MAX = 100;
    private static final int FAST_SHUTDOWN = 2;
    private static final String ACCESS =
            """
            local all rdsadmin trust
            local all all reject
            host all rdsadmin all reject
            host all all all scram-sha-256
            """;

    private final Spec spec;
    private final Path binaries;
    private final List<String> firstStatements;
    private final Keeper keeper;

    /** @param firstStatements what a new server is told */
    PostgresServer(Spec spec, Confinement confinement, Path binaries, List<String> firstStatements) {
        this.spec = spec;
        this.binaries = binaries;
        this.firstStatements = List.copyOf(firstStatements);
        this.keeper = new Keeper("database " + spec.name(), confinement, FAST_SHUTDOWN);
    }

    @Override
    public void create() throws IOException, InterruptedException {
        Folders.remove(spec.folder());
        Files.createDirectories(spec.folder().resolve("data"));
        Files.createDirectories(spec.folder().resolve("conf"));
        Files.writeString(spec.folder().resolve("conf/pg_hba.conf"), ACCESS);
        keeper.once(program(List.of(
                "/opt/postgres/bin/initdb",
                "--pgdata=/data/db/pgdata",
                "--username=" + OWNER,
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8")));
        start();
        execute(firstStatements);
    }

    @Override
    public void start() throws IOException, InterruptedException {
        keeper.start(
                () -> {
                    Files.deleteIfExists(spec.folder().resolve("data/pgdata/postmaster.pid"));
                    return program(command());
                },
                () -> execute(List.of("SELECT 1")));
    }

    @Override
    public void execute(List<String> statements) throws IOException {
        try (var session = new PostgresSession(spec.folder().resolve("data/.s.PGSQL." + spec.port()), OWNER, "postgres")) {
            for (String statement : statements) {
                session.execute(statement);
            }
        }
    }

    private List<String> command() {
        return List.of(
                "/opt/postgres/bin/postgres",
                "-D",
                "/data/db/pgdata",
                "--listen_addresses=" + spec.address(),
                "--port=" + spec.port(),
                "--unix_socket_directories=/data/db",
                "--hba_file=/srv/conf/pg_hba.conf",
                "--password_encryption=scram-sha-256",
                "--shared_buffers=32MB",
                "--max_connections=" + CONNECTIONS_MAX,
                "--dynamic_shared_memory_type=mmap",
                "--logging_collector=off",
                "--log_destination=stderr",
                "--cluster_name=" + spec.name());
    }

    private Program program(List<String> command) {
        return new Program(
                spec.name(),
                command,
                Map.of("LC_ALL", "C", "TZ", "UTC", "PATH", "/opt/postgres/bin:/usr/bin:/bin"),
                Map.of(binaries, Path.of("/opt/postgres"), spec.folder().resolve("conf"), Path.of("/srv/conf")),
                Map.of(spec.folder().resolve("data"), Path.of("/data/db")),
                spec.network(),
                spec.memoryMiB(),
                keeper::line);
    }

    @Override
    public void close() {
        keeper.close();
    }
}
