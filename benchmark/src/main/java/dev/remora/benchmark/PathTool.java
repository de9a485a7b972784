package dev.remora.benchmark;

import dev.remora.e2e.Project;
import dev.remora.linux.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The C program of {@code src/main/c/path.c}, compiled on first use, run inside namespaces and pinned to one CPU. */
final class PathTool implements AutoCloseable {
    private static final int PORT = 7000;
    private static final String CPU = OneCpu.NUMBER;

    private final Path program = Files.createTempFile("remora-bench-", ".path");
    private final List<Process> servers = new ArrayList<>();

    PathTool() throws IOException, InterruptedException {
        Process cc = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-o",
                        program.toString(),
                        Project.ROOT.resolve("benchmark/src/main/c/path.c").toString())
                .inheritIO()
                .start();
        if (cc.waitFor() != 0) {
            throw new IOException("cc failed");
        }
    }

    /** Listens inside the namespace until this is closed. */
    void serve(Netns namespace) throws Exception {
        Process server = namespace.call(() ->
                new ProcessBuilder("taskset", "-c", CPU, program.toString(), "serve", String.valueOf(PORT)).start());
        servers.add(server);
        server.inputReader().readLine();
    }

    /** One run of a mode from inside a namespace: the number that it prints. */
    double run(Netns namespace, String mode, String host, int n) throws Exception {
        Process client = namespace.call(() -> new ProcessBuilder(
                        "taskset", "-c", CPU, program.toString(), mode, host, String.valueOf(PORT), String.valueOf(n))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        try (var out = client.inputReader()) {
            String line = out.readLine();
            if (!client.waitFor(60, TimeUnit.SECONDS) || line == null) {
                client.destroyForcibly();
                throw new IOException(mode + " to " + host + " gave no number");
            }
            return Double.parseDouble(line);
        }
    }

    @Override
    public void close() throws IOException {
        servers.forEach(Process::destroyForcibly);
        Files.delete(program);
    }
}
