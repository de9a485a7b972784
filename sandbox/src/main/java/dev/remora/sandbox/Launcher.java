package dev.remora.sandbox;

import dev.remora.linux.Sysctls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts confined programs: keeps the launcher's spawner (a small C program, see launcher.h) and hands out user ids.
 *
 * <p>One user id of the host for each cell that lives, from a range of this server's own far above any account's.
 */
public final class Launcher implements Confinement, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);
    private static final long END_SECONDS = 30;
    private static final int FIRST_USER = 1 << 28;
    private static final int USERS = 1 << 12;
    private static final int SERVERS = 1 << 16;
    private static final long MIB = 1 << 20;
    private static final long PROGRAM_TMP_MIB = 512;
    private static final long PROGRAM_SHARED_MIB = 1024;

    private final HostFolders folders;
    private final Process spawner;
    private final Reactor control;
    private final Reactor printing;
    private final BitSet users = new BitSet();
    private final int firstUser;

    private Launcher(HostFolders folders, Process spawner) {
        this.folders = folders;
        this.spawner = spawner;
        firstUser = FIRST_USER + (int) (ProcessHandle.current().pid() % SERVERS) * USERS;
        control = new Reactor("sandbox-control");
        printing = new Reactor("sandbox-output");
    }

    /**
     * Starts the spawner. Needs root.
     *
     * @throws IllegalStateException with what the host lacks
     */
    public static Launcher open(SandboxConfig config) {
        HostFolders folders = new HostFolders(config);
        try {
            folders.lay();
            Words words = new Words()
                    .put("lock", folders.lock().toString())
                    .put("socket", folders.socket().toString())
                    .put("root", config.folder().resolve("root").toString())
                    .put("groups", "remora-" + ProcessHandle.current().pid())
                    .put("spare", config.spare());
            folders.binds(words);
            Process spawner = new ProcessBuilder(folders.launcher().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            spawner.getOutputStream().write(words.frame('T'));
            spawner.getOutputStream().flush();
            BufferedReader answer = new BufferedReader(new InputStreamReader(spawner.getInputStream(), StandardCharsets.UTF_8));
            String line = answer.readLine();
            if (!"ready".equals(line)) {
                spawner.destroyForcibly();
                throw new IllegalStateException("the sandboxes' launcher does not start: " + line);
            }
            return new Launcher(folders, spawner);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** The {@code /etc} that sandboxes see: of no host and no user, with the certificate authorities that they trust. */
    public Path etc() {
        return folders.etc();
    }

    Reactor control() {
        return control;
    }

    /** A user id and the cell that runs as it. */
    record Lease(Cell cell, int user) {}

    Lease start(Words words, Consumer<String> lines) {
        int user = takeUser();
        try {
            Cell cell = new Cell(folders.socket(), words.put("user", Integer.toUnsignedLong(firstUser + user)), lines, control,
                    printing);
            return new Lease(cell, user);
        } catch (RuntimeException refused) {
            release(user);
            throw refused;
        }
    }

    void end(Lease lease) {
        lease.cell().close();
        release(lease.user());
    }

    private synchronized int takeUser() {
        int user = users.nextClearBit(0);
        if (user >= USERS) {
            throw new IllegalStateException("more than " + USERS + " sandboxes");
        }
        users.set(user);
        return user;
    }

    private synchronized void release(int user) {
        users.clear(user);
    }

    @Override
    public Confined run(Program program) {
        Words words = new Words()
                .put("network", program.network().path())
                .put("folder", "/")
                .put("tmp", PROGRAM_TMP_MIB * MIB)
                .put("shared", PROGRAM_SHARED_MIB * MIB)
                .put("memory", program.memoryMiB() * MIB);
        program.readOnly().forEach((host, inner) -> words.bind("ro", host, inner.toString()));
        program.writable().forEach((host, inner) -> words.bind("rw", host, inner.toString()));
        put(words, program.command(), program.environment());
        Lease lease = start(words, program.output());
        try {
            Cell.await(lease.cell().started());
        } catch (RuntimeException failed) {
            end(lease);
            throw new IllegalStateException(program.name() + ": " + failed.getMessage(), failed);
        }
        return new ConfinedProgram(lease.cell(), () -> end(lease));
    }

    @Override
    public Confined run(Machine machine) {
        // Its root has no power over the network namespace, which is not its own, and is to serve on port 80 all the same.
        Sysctls.write(machine.network(), Map.of("ipv4/ip_unprivileged_port_start", "0"));
        Words words = new Words()
                .put("machine", machine.name())
                .put("network", machine.network().path())
                .put("folder", "/")
                .put("tmp", PROGRAM_TMP_MIB * MIB)
                .put("shared", PROGRAM_SHARED_MIB * MIB)
                .put("memory", machine.memoryMiB() * MIB)
                .put("cpu", machine.cpuThousandths())
                .put("user", Integer.toUnsignedLong(machine.users()));
        machine.writable().forEach((host, inner) -> words.bind("rw", host, inner.toString()));
        put(words, machine.command(), machine.environment());
        Cell cell = new Cell(folders.socket(), words, machine.output(), control, printing);
        try {
            Cell.await(cell.started());
        } catch (RuntimeException failed) {
            cell.close();
            throw new IllegalStateException(machine.name() + ": " + failed.getMessage(), failed);
        }
        return new ConfinedProgram(cell, cell::close);
    }

    static void put(Words words, List<String> command, Map<String, String> environment) {
        command.forEach(argument -> words.put("argument", argument));
        environment.forEach((name, value) -> words.put("variable", name + "=" + value));
    }

    /** Ends all cells; returns when no process, mount or control group is left. */
    @Override
    public void close() {
        try {
            spawner.getOutputStream().close();
            if (!spawner.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("the sandboxes' launcher does not end; it is killed");
                spawner.destroyForcibly().waitFor();
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        control.close();
        printing.close();
        folders.remove();
    }

    private static final class ConfinedProgram implements Confined {
        private final Cell cell;
        private final Runnable end;
        private final CompletableFuture<Integer> exit;
        private boolean closed;

        ConfinedProgram(Cell cell, Runnable end) {
            this.cell = cell;
            this.end = end;
            exit = cell.exit().thenApply(e -> e.signalled() ? 128 + e.signal() : e.code());
        }

        @Override
        public CompletableFuture<Integer> exit() {
            return exit;
        }

        @Override
        public long init() {
            return cell.started().join().init();
        }

        @Override
        public void signal(int signal) {
            cell.signal(signal);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                end.run();
            }
        }
    }
}
