package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class ConfinementKernelTest {
    private static Lab lab;
    private static Netns network;

    @BeforeAll
    static void open() throws IOException {
        lab = new Lab(0);
        network = Netns.create();
    }

    @AfterAll
    static void close() throws IOException {
        network.close();
        lab.close();
    }

    private static Confinement.Program program(String script, Map<Path, Path> readOnly, Map<Path, Path> writable,
            Lab.Printed printed) {
        return new Confinement.Program(
                "a test", List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), readOnly, writable, network, 256,
                line -> printed.lines.add(line));
    }

    @Test
    void writesWhereItMayAndNowhereElse() throws Exception {
        Path data = Files.createDirectory(lab.folder.resolve("data"));
        Path tools = Files.createDirectory(lab.folder.resolve("tools"));
        Files.writeString(data.resolve("old"), "of before");
        Files.writeString(tools.resolve("read"), "tool");
        var printed = new Lab.Printed();
        String script = """
                cat /data/db/old /opt/pg/tools/read; echo
                echo new >/data/db/new && stat -c %U /data/db/new /data/db/old
                echo x >/dev/shm/x && echo y >/tmp/y && echo shared
                for f in /opt/pg/tools/z /opt/z /data/z /usr/z /z; do echo z 2>/dev/null >$f || echo no $f; done
                exit 5""";
        try (var confined = lab.launcher.run(program(
                script, Map.of(tools, Path.of("/opt/pg/tools")), Map.of(data, Path.of("/data/db")), printed))) {
            assertThat(confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(5);
        }
        assertThat(printed.lines.stream().filter(l -> !l.contains("cannot create")))
                .containsExactly("of beforetool", "sbx_user1051", "sbx_user1051", "shared", "no /opt/pg/tools/z", "no /opt/z",
                        "no /data/z",
                        "no /usr/z", "no /z");
        assertThat(data.resolve("new")).hasContent("new");
        assertThat((int) Files.getAttribute(data.resolve("new"), "unix:uid")).isGreaterThan(1 << 20);
    }

    @Test
    void takesASignalThatComesBeforeItBegins() throws Exception {
        for (int times = 0; times < 20; times++) {
            try (var confined = lab.launcher.run(program("sleep 600", Map.of(), Map.of(), new Lab.Printed()))) {
                confined.signal(15);
                assertThat(confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(128 + 15);
            }
        }
    }

    @Test
    void whatEndsDoesNotDisturbWhatBegins() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> all = IntStream.range(0, 200).mapToObj(n -> threads.submit(() -> {
                var printed = new Lab.Printed();
                try (var confined = lab.launcher.run(program("echo number " + n + "; exit 7", Map.of(), Map.of(), printed))) {
                    assertThat(confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
                }
                assertThat(printed.lines).containsExactly("number " + n);
                return n;
            })).toList();
            for (Future<Integer> each : all) {
                each.get();
            }
        }
    }

    @Test
    void takesSignalsAndIsKilledAtTheEnd() throws Exception {
        var printed = new Lab.Printed();
        try (var confined = lab.launcher.run(program("trap 'echo asked; exit 3' TERM; echo up; while :; do sleep 0.05; done",
                Map.of(), Map.of(), printed))) {
            await(printed, "up");
            confined.signal(15);
            assertThat(confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
        }
        assertThat(printed.text()).isEqualTo("up\nasked");
        var stubborn = lab.launcher.run(program("trap '' TERM; echo up; while :; do sleep 0.05; done", Map.of(), Map.of(),
                printed));
        stubborn.close();
        assertThat(stubborn.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(128 + 9);
        stubborn.close();
    }

    private static void await(Lab.Printed printed, String line) {
        Lab.eventually(line, () -> printed.lines.contains(line));
    }

    @Test
    void saysWhatIsWrong() {
        var printed = new Lab.Printed();
        assertThatThrownBy(() -> lab.launcher.run(program("", Map.of(Path.of("/none"), Path.of("/opt/x")), Map.of(), printed)))
                .hasMessage("a test: no sandbox: cloning /none: No such file or directory");
        assertThatThrownBy(() -> lab.launcher.run(program("", Map.of(Path.of("/usr"), Path.of("/else/x")), Map.of(), printed)))
                .hasMessageContaining("no place for /else/x");
    }

    private static final int USERS = 1 << 29;

    private static Confinement.Machine machine(String script, Map<Path, Path> writable, Lab.Printed printed) {
        return new Confinement.Machine(
                "ip-10-0-1-4", USERS, List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), writable,
                network, 256, 1000, line -> printed.lines.add(line));
    }

    @Test
    void aMachineIsRootAmongItsOwnUsersAndKeepsItsFiles() throws Exception {
        Path etc = Files.createDirectory(lab.folder.resolve("machine-etc"));
        Path var = Files.createDirectories(lab.folder.resolve("machine-var/lib"));
        Files.writeString(etc.resolve("passwd"), "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/tmp:/bin/sh\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nada:x:1000:\n");
        Map<Path, Path> own = Map.of(etc, Path.of("/etc"), var.getParent(), Path.of("/var"));
        var first = new Lab.Printed();
        String script = """
                id -u; hostname; echo new >/etc/new && touch /var/lib/theirs && chown ada:ada /var/lib/theirs
                stat -c '%U %n' /etc/new /var/lib/theirs
                setpriv --reuid=ada --regid=ada --clear-groups id -u
                python3 -c "import socket; socket.create_server(('127.0.0.1', 80)); print('serves on 80')"
                for f in /usr/z /proc/sys/net/ipv4/ip_forward; do echo 1 2>/dev/null >$f || echo no $f; done
                mount -t tmpfs x /mnt 2>/dev/null || echo no mount
                ls -A /root /home""";
        try (var confined = lab.launcher.run(machine(script, own, first))) {
            confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(first.lines.stream().filter(l -> !l.contains("cannot create"))).containsExactly(
                "0", "ip-10-0-1-4", "root /etc/new", "ada /var/lib/theirs", "1000", "serves on 80", "no /usr/z",
                "no /proc/sys/net/ipv4/ip_forward", "no mount", "/home:", "", "/root:");
        assertThat(Files.getAttribute(etc.resolve("new"), "unix:uid")).isEqualTo(USERS);
        assertThat(Files.getAttribute(var.resolve("theirs"), "unix:uid")).isEqualTo(USERS + 1000);

        var second = new Lab.Printed();
        try (var confined = lab.launcher.run(machine("stat -c '%U %n' /var/lib/theirs; cat /etc/new", own, second))) {
            confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        assertThat(second.lines).containsExactly("ada /var/lib/theirs", "new");
    }

    @Test
    void aMachineCanBeEnteredAndEndsWithItsFirstProgram() throws Exception {
        var printed = new Lab.Printed();
        String waits = "trap 'exit 3' TERM; echo up; while :; do sleep 1000 & wait $!; done";
        try (var confined = lab.launcher.run(machine(waits, Map.of(), printed))) {
            var inside = new ProcessBuilder(
                            "nsenter", "--target", Long.toString(confined.init()), "--mount", "--uts", "--net", "hostname")
                    .start();
            assertThat(new String(inside.getInputStream().readAllBytes()).strip()).isEqualTo("ip-10-0-1-4");
            await(printed, "up");
            confined.signal(15);
            assertThat(confined.exit().get(Lab.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }
}
