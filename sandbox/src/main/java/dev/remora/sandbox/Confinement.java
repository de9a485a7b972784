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

    /** A running confined program. It dies with this process, however this process ends. */
    interface Confined extends AutoCloseable {
        /** Exit status, or 128 plus the signal. */
        CompletableFuture<Integer> exit();

        /** Sends a signal to the program's first process, e.g. 15. */
        void signal(int signal);

        /** Kills it and everything that it started. */
        @Override
        void close();
    }
}
