package dev.remora.rds;

import dev.remora.linux.Netns;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Confined;
import dev.remora.sandbox.Confinement.Program;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One database's server process: made, started, kept up, stopped.
 *
 * <p>Invariant: at most one process works on the folder. It dies with ours, and a new one is started only after the last one's
 * exit was seen, so a lock file that is found at a start is a dead process's and is removed (PostgreSQL would look whether its
 * number is alive, but numbers mean nothing across process namespaces).
 *
 * <p>The folder of the host has {@code data}, which the process owns and sees as {@code /data/db}, and {@code conf}, which it may
 * read. Clients come by TCP on the interface's address and must show a password. We come by the Unix socket in {@code /data/db}:
 * nobody else can reach that file, so {@value #OWNER}, the role that owns everything, needs no password there and is refused by
 * TCP.
 */
final class PostgresServer implements AutoCloseable {
    /** The role that initdb makes, as on AWS. */
    static final String OWNER = "rdsadmin";

    private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);
    private static final Duration INITIALISE_MAX = Duration.ofMinutes(2);
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 20;
    private static final long RESTART_FIRST_MILLIS = 200;
    private static final long RESTART_MAX_MILLIS = 30_000;
    private static final int LINES_KEPT = 30;
    private static final int FAST_SHUTDOWN = 2;
    private static final String ACCESS =
            """
            local all rdsadmin trust
            local all all reject
            host all rdsadmin all reject
            host all all all scram-sha-256
            """;

    private final Spec spec;
    private final Confinement confinement;
    private final Path binaries;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final CountDownLatch toldToStop = new CountDownLatch(1);
    private @Nullable Confined process;
    private @Nullable Thread keeper;

    /**
     * @param name in logs
     * @param folder the host's folder of this database
     * @param network the interface's namespace
     * @param address the interface's address
     */
    record Spec(String name, Path folder, Netns network, String address, int port, int memoryMiB) {}

    PostgresServer(Spec spec, Confinement confinement, Path binaries) {
        this.spec = spec;
        this.confinement = confinement;
        this.binaries = binaries;
    }

    /** Makes an empty database cluster, in place of whatever the folder holds. */
    void initialise() throws IOException, InterruptedException {
        Folders.remove(spec.folder());
        Files.createDirectories(spec.folder().resolve("data"));
        Files.createDirectories(spec.folder().resolve("conf"));
        Files.writeString(spec.folder().resolve("conf/pg_hba.conf"), ACCESS);
        var initdb = List.of(
                "/opt/postgres/bin/initdb",
                "--pgdata=/data/db/pgdata",
                "--username=" + OWNER,
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        try (Confined run = began(confined(initdb))) {
            int status = run.exit().get(INITIALISE_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (status != 0) {
                throw new IOException("initdb ended with status " + status + ": " + said());
            }
        } catch (ExecutionException | TimeoutException failure) {
            throw new IOException("initdb did not end: " + said(), failure);
        }
    }

    /** Starts the server, waits until it answers, and from then on starts it again whenever it ends. */
    void start() throws IOException, InterruptedException {
        launch();
        awaitReady();
        var thread = new Thread(this::keepUp, "database " + spec.name());
        thread.setDaemon(true);
        keeper = thread;
        thread.start();
    }

    /** Runs statements as the owner of everything in a database. */
    void execute(String database, List<String> statements) throws IOException {
        try (var session = session(database)) {
            for (String statement : statements) {
                session.execute(statement);
            }
        }
    }

    private PostgresSession session(String database) throws IOException {
        return new PostgresSession(spec.folder().resolve("data/.s.PGSQL." + spec.port()), OWNER, database);
    }

    private void launch() throws IOException {
        Files.deleteIfExists(spec.folder().resolve("data/pgdata/postmaster.pid"));
        began(confined(List.of(
                "/opt/postgres/bin/postgres",
                "-D",
                "/data/db/pgdata",
                "--listen_addresses=" + spec.address(),
                "--port=" + spec.port(),
                "--unix_socket_directories=/data/db",
                "--hba_file=/srv/conf/pg_hba.conf",
                "--password_encryption=scram-sha-256",
                "--shared_buffers=32MB",
                "--max_connections=100",
                "--dynamic_shared_memory_type=mmap",
                "--logging_collector=off",
                "--log_destination=stderr",
                "--cluster_name=" + spec.name())));
    }

    /** Remembers what runs, so that {@link #close} can end it; ends it at once if that was asked for meanwhile. */
    private synchronized Confined began(Confined run) {
        process = run;
        if (toldToStop.getCount() == 0) {
            run.close();
        }
        return run;
    }

    private Confined confined(List<String> command) {
        return confinement.run(new Program(
                spec.name(),
                command,
                Map.of("LC_ALL", "C", "TZ", "UTC", "PATH", "/opt/postgres/bin:/usr/bin:/bin"),
                Map.of(binaries, Path.of("/opt/postgres"), spec.folder().resolve("conf"), Path.of("/srv/conf")),
                Map.of(spec.folder().resolve("data"), Path.of("/data/db")),
                spec.network(),
                spec.memoryMiB(),
                this::line));
    }

    private void awaitReady() throws IOException, InterruptedException {
        long until = System.nanoTime() + READY_MAX.toNanos();
        while (true) {
            try (var session = session("postgres")) {
                session.execute("SELECT 1");
                return;
            } catch (IOException notYet) {
                Confined running = running();
                if (running == null || running.exit().isDone() || System.nanoTime() > until) {
                    throw new IOException("the database server " + spec.name() + " does not answer: " + said(), notYet);
                }
                if (toldToStop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new IOException("the database server " + spec.name() + " was stopped while it started");
                }
            }
        }
    }

    private synchronized @Nullable Confined running() {
        return process;
    }

    /** The keeper's thread: sees the process's end and starts the next one, later each time that it ends soon. */
    private void keepUp() {
        long wait = RESTART_FIRST_MILLIS;
        try {
            while (true) {
                Confined running = running();
                if (running == null) {
                    return;
                }
                long began = System.nanoTime();
                int status = running.exit().get();
                if (toldToStop.getCount() == 0) {
                    return;
                }
                LOG.warn("database {} ended with status {}; starting it again: {}", spec.name(), status, said());
                if (Duration.ofNanos(System.nanoTime() - began).toMillis() > RESTART_MAX_MILLIS) {
                    wait = RESTART_FIRST_MILLIS;
                }
                running.close();
                if (toldToStop.await(wait, TimeUnit.MILLISECONDS)) {
                    return;
                }
                wait = Math.min(2 * wait, RESTART_MAX_MILLIS);
                launch();
            }
        } catch (IOException | ExecutionException | RuntimeException failure) {
            LOG.error("database {} cannot be kept up", spec.name(), failure);
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        }
    }

    private void line(String line) {
        LOG.debug("{}: {}", spec.name(), line);
        synchronized (lastLines) {
            lastLines.addLast(line);
            if (lastLines.size() > LINES_KEPT) {
                lastLines.removeFirst();
            }
        }
    }

    private String said() {
        synchronized (lastLines) {
            return String.join(" | ", lastLines);
        }
    }

    /** Ends the server so that its next start needs no recovery; kills it if it takes too long. */
    @Override
    public void close() {
        toldToStop.countDown();
        Confined running = running();
        if (running == null) {
            return;
        }
        try {
            if (!running.exit().isDone()) {
                running.signal(FAST_SHUTDOWN);
                running.exit().get(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
            }
            Thread thread = keeper;
            if (thread != null) {
                thread.join(STOP_MAX);
            }
        } catch (TimeoutException | ExecutionException slow) {
            LOG.warn("database {} did not end in time and is killed: {}", spec.name(), said());
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        } finally {
            // The keeper may have started another one meanwhile.
            Confined last = running();
            if (last != null) {
                last.close();
            }
        }
    }
}
