package dev.remora.rds;

import dev.remora.fleet.Engines;
import dev.remora.fleet.Keeper;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Program;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One MariaDB server.
 *
 * <p>The folder of the host has {@code data}, which the process owns and sees as {@code /data/db}. Clients come by TCP on the
 * interface's address and must show a password. We come by the Unix socket in {@code /data/db}: nobody else can reach that
 * file, so {@value #OWNER}, whose name holds for it alone, needs no password.
 */
final class MariaDbServer implements DatabaseServer {
    /** The user that owns everything, as on AWS. */
    static final String OWNER = "rdsadmin";

    private static final String FIRST_OWNER = "root";
    private static final int TERMINATE = 15;
    /** What a server uses besides InnoDB's buffers: code, connections, the data dictionary. */
    private static final int BESIDES_MIB = 384;

    private static final int BUFFERS_MIN_MIB = 32;
    private static final int BUFFERS_MAX_MIB = 512;

    private final Spec spec;
    private final Confinement confinement;
    private final Engines.Installed mariadb;
    private final List<String> firstStatements;
    private final Keeper keeper;

    /** @param firstStatements what a new server is told */
    MariaDbServer(Spec spec, Confinement confinement, Engines.Installed mariadb, List<String> firstStatements) {
        this.spec = spec;
        this.confinement = confinement;
        this.mariadb = mariadb;
        this.firstStatements = List.copyOf(firstStatements);
        this.keeper = new Keeper("database " + spec.name(), confinement, TERMINATE);
    }

    @Override
    public void create() throws IOException, InterruptedException {
        Folders.remove(spec.folder());
        Files.createDirectories(spec.folder().resolve("data"));
        keeper.once(program(List.of(
                "/bin/sh",
                inside("bin/mariadb-install-db"),
                "--no-defaults",
                "--basedir=" + inside(""),
                "--datadir=/data/db/data",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-use-native-aio=0")));
        start(FIRST_OWNER);
        try (var session = session(FIRST_OWNER)) {
            for (String statement : whatOwns()) {
                session.execute(statement);
            }
        }
        execute(firstStatements);
    }

    /** Leaves of the users that a new server has one, for the Unix socket alone. */
    private static List<String> whatOwns() {
        return List.of(
                "DELETE FROM mysql.global_priv WHERE User IN ('" + FIRST_OWNER + "', '') AND Host <> 'localhost'",
                "FLUSH PRIVILEGES",
                "RENAME USER '" + FIRST_OWNER + "'@'localhost' TO '" + OWNER + "'@'localhost'");
    }

    @Override
    public void start() throws IOException, InterruptedException {
        start(OWNER);
    }

    private void start(String owner) throws IOException, InterruptedException {
        keeper.start(() -> program(command()), () -> session(owner).close());
    }

    private List<String> command() {
        int buffersMiB = Math.clamp(spec.memoryMiB() - BESIDES_MIB, BUFFERS_MIN_MIB, BUFFERS_MAX_MIB);
        return new ArrayList<>(List.of(
                mariadb.program(),
                "--no-defaults",
                "--basedir=" + inside(""),
                "--plugin-dir=" + inside("lib/mysql/plugin"),
                "--datadir=/data/db/data",
                "--socket=/data/db/mysql.sock",
                "--pid-file=/data/db/mysqld.pid",
                "--bind-address=" + spec.address(),
                "--port=" + spec.port(),
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_general_ci",
                "--innodb-buffer-pool-size=" + buffersMiB + "M",
                "--innodb-use-native-aio=0",
                "--max-connections=100",
                "--performance-schema=OFF",
                "--skip-log-bin"));
    }

    private Program program(List<String> command) {
        return new Program(
                spec.name(),
                command,
                mariadb.environment(),
                mariadb.folders(),
                Map.of(spec.folder().resolve("data"), Path.of("/data/db")),
                spec.network(),
                spec.memoryMiB(),
                keeper::line);
    }

    private String inside(String path) {
        return mariadb.inside().resolve("usr").resolve(path).toString();
    }

    @Override
    public void execute(List<String> statements) throws IOException {
        try (var session = session(OWNER)) {
            for (String statement : statements) {
                session.execute(statement);
            }
        }
    }

    private MysqlSession session(String user) throws IOException {
        return new MysqlSession(spec.folder().resolve("data/mysql.sock"), user);
    }

    @Override
    public void close() {
        keeper.close();
    }
}
