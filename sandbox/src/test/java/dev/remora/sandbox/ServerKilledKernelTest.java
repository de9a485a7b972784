package dev.remora.sandbox;

import static java.lang.Thread.State.TIMED_WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ServerKilledKernelTest {
    /** A server with one sandbox that has many processes, all of them frozen by now. */
    public static final class Server {
        public static void main(String[] arguments) throws Exception {
            Lab lab = new Lab(0);
            Sandbox sandbox = lab.python("""
                    import os, time
                    for n in range(20):
                        if os.fork() == 0:
                            os.setsid()
                            time.sleep(600)
                    def handler(event, context): return 1
                    """).start();
            boolean up = sandbox.init() instanceof Outcome.Answered;
            Thread.sleep(4 * Freezer.IDLE_NANOS / 1_000_000);
            System.out.println(up ? lab.folder : "no sandbox");
            Thread.sleep(600_000);
        }
    }

    @Test
    void nothingOutlivesAServerThatIsKilled() throws Exception {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(), "--enable-native-access=ALL-UNNAMED",
                        "-cp", System.getProperty("java.class.path"), Server.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            nothingOutlives(server);
        } finally {
            server.destroyForcibly();
        }
    }

    private static void nothingOutlives(Process server) throws Exception {
        String folder = new BufferedReader(new InputStreamReader(server.getInputStream())).readLine();
        assertThat(folder).startsWith("/tmp/lab");
        String group = "remora-" + server.pid();
        assertThat(processes(group)).hasSizeGreaterThan(20);
        FutureTask<Launcher> next = new FutureTask<>(() -> Launcher.open(SandboxConfig.in(Path.of(folder, "s"))));
        Thread opening = Thread.ofPlatform().daemon().start(next);
        Lab.eventually("the next launcher of the folder waits", () -> opening.getState() == TIMED_WAITING || next.isDone());
        assertThat(next).as("the first is there").isNotDone();
        server.destroyForcibly().waitFor();
        try (Launcher launcher = next.get()) {
            assertThat(processes(group)).as("when it begins, nothing of the first is left").isEmpty();
            assertThat(Lab.groups(group)).isEmpty();
            assertThat(launcher.etc()).isDirectory();
        }
        try (var files = Files.walk(Path.of(folder))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<Path> processes(String group) {
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes.filter(p -> p.getFileName().toString().matches("[0-9]+")).filter(p -> in(p, group)).toList();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static boolean in(Path process, String group) {
        try {
            return Files.readString(process.resolve("cgroup")).contains(group + "/");
        } catch (IOException gone) {
            return false;
        }
    }
}
