package dev.remora.app;

import dev.remora.app.Settings.Internet;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code remora start}: serves in the foreground until it is told to stop. */
@Command(name = "start", description = "Starts the server in the foreground.")
final class Start implements Callable<Integer> {
    @Option(names = "--port", description = "Port on the host's loopback; 0 takes a free one.")
    private int port = Settings.PORT;

    @Option(names = "--data", description = "Where everything is kept.")
    private @Nullable Path data;

    @Option(names = "--ephemeral", description = "Keeps nothing.")
    private boolean ephemeral;

    @Option(names = "--internet", description = "What is behind a VPC's way out: ${COMPLETION-CANDIDATES}.")
    private Internet internet = Settings.INTERNET;

    @Option(names = "--strict-runtimes", description = "Refuses a runtime whose exact version is not here.")
    private boolean strictRuntimes;

    @Option(names = "--listen", description = "A further address to serve on, without the well-known keys.")
    private @Nullable String listen;

    @Option(names = "--rehearse", hidden = true, description = "Starts, serves a few calls of its own, and ends.")
    private boolean rehearse;

    @Override
    public Integer call() throws Exception {
        var folder = DataFolders.choose(Optional.ofNullable(data), ephemeral || rehearse, System.getenv());
        var settings = new Settings(
                rehearse ? 0 : port,
                folder,
                ephemeral || rehearse,
                rehearse ? Internet.CLOSED : internet,
                strictRuntimes,
                Optional.ofNullable(listen));
        try (var server = Server.start(settings)) {
            if (rehearse) {
                Rehearsal.of(server);
                return 0;
            }
            serve(server);
        }
        return 0;
    }

    /** Returns when the process is told to end; the signal's own thread then waits until the server is closed. */
    private static void serve(Server server) throws InterruptedException {
        var told = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            told.countDown();
            server.close();
            // Being told to stop is a good end, not 128 plus the signal.
            Runtime.getRuntime().halt(0);
        }));
        System.out.println(server.modeLine());
        System.out.println("Ready.");
        told.await();
        server.close();
    }
}
