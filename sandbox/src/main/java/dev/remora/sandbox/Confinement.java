package dev.remora.sandbox;

import dev.remora.linux.Netns;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Runs a program that is not a function (a database server, say) confined: its own namespaces, an unprivileged user, limits. */
public interface Confinement {
    Confined run(Program program);

    /**
     * Runs a machine: a first program that is root among users of its own, with folders of its own that it may write.
     *
     * @throws IllegalStateException with what went wrong
     */
    Confined run(Machine machine);

    /**
     * Inside, the host's {@code /usr} is there to read; each writable folder lies where it is said to, over what would be there.
     *
     * @param name in logs and errors, and as the host name
     * @param users the host's first user id of the machine's {@link #MACHINE_USERS}; the same at every start of it
     * @param command the first program; the machine ends with it
     * @param writable folders of the host by their inner paths: {@code /etc}, {@code /var}, {@code /root} and the like
     * @param network the namespace that it lives in
     * @param memoryMiB limit
     * @param cpuThousandths of one CPU: its share where CPUs are short, and its limit if that is more than one CPU
     * @param output each line that it prints
     */
    record Machine(
            String name,
            int users,
            List<String> command,
            Map<String, String> environment,
            Map<Path, Path> writable,
            Netns network,
            int memoryMiB,
            int cpuThousandths,
            Consumer<String> output) {}

    /** How many user ids a machine has. */
    int MACHINE_USERS = 1 << 16;

    /**
     * Inner paths lie below {@code /opt}, {@code /data}, {@code /srv}, {@code /mnt}, {@code /run} or {@code /var/lib}. Besides, a
     * program sees the host's {@code /usr}, an empty {@code /tmp} and {@code /dev/shm}, and an {@code /etc} that is not the
     * host's.
     *
     * @param name in logs and errors
     * @param command the program and its arguments, paths as seen inside
     * @param readOnly folders of the host that it sees at the given inner path
     * @param writable folders of the host that it may write, at the given inner path; made its user's own
     * @param network the namespace that it lives in
     * @param memoryMiB limit, 0 for none
     * @param output each line that it prints
     */
    record Program(
            String name,
            List<String> command,
            Map<String, String> environment,
            Map<Path, Path> readOnly,
            Map<Path, Path> writable,
            Netns network,
            int memoryMiB,
            Consumer<String> output) {}

    /** A running program. It dies with this process, however this process ends. */
    interface Confined extends AutoCloseable {
        /** Exit status, or 128 plus the signal. */
        CompletableFuture<Integer> exit();

        /** The host's number of the process that is number 1 inside. */
        long init();

        /** Sends a signal to the program's first process, e.g. 15. */
        void signal(int signal);

        /** Kills it and everything that it started. */
        @Override
        void close();
    }
}
