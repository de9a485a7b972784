package dev.remora.app;

import dev.remora.ec2.Machines;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Confined;
import dev.remora.sandbox.Launcher;
import dev.remora.store.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Instances as machines of the launcher. A machine's disk is a folder: its {@code /etc}, {@code /var}, {@code /root},
 * {@code /home}, {@code /srv}, {@code /opt} and {@code /usr/local}. The rest of {@code /usr} is the host's, to read.
 */
final class HostMachines implements Machines {
    /** User ids of machines begin here, above those of functions. */
    private static final int FIRST_USER = 1 << 29;

    /** How many machines can have users of their own; then the numbers begin again. */
    private static final int RANGES = 40_000;

    private static final int TERMINATE = 15;

    /** How long a machine may take until its first program runs, and how often that is looked at. */
    private static final Duration BEGIN_MAX = Duration.ofSeconds(10);

    private static final Duration BEGIN_LOOK = Duration.ofMillis(5);

    private static final List<String> FOLDERS = List.of("etc", "var", "root", "home", "srv", "opt", "local");
    private static final List<String> HOST_ETC =
            List.of("os-release", "debian_version", "profile", "bash.bashrc", "alternatives");

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME", "/root",
            "LANG", "C.UTF-8");

    private static final String PASSWD = """
            root:x:0:0:root:/root:/bin/bash
            daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
            www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
            admin:x:1000:1000::/home/admin:/bin/bash
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """;
    private static final String GROUP = "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nadmin:x:1000:\nnogroup:x:65534:\n";

    private final Launcher launcher;
    private final Path folder;
    private final Map<String, Console> consoles = new ConcurrentHashMap<>();

    HostMachines(Launcher launcher, Path folder) {
        this.launcher = launcher;
        this.folder = folder;
    }

    @Override
    public Machine start(Spec spec) {
        Path disk = folder.resolve(spec.id());
        try {
            if (!Files.exists(disk.resolve("complete"))) {
                Folders.remove(disk);
                lay(disk, spec);
            }
            Path run = disk.resolve("run");
            Folders.remove(run);
            Files.createDirectories(run);
            name(disk, spec);
        } catch (IOException failure) {
            throw new IllegalStateException("the disk of " + spec.id() + " cannot be made: " + failure.getMessage(), failure);
        }
        Console console = consoles.computeIfAbsent(spec.id(), none -> new Console(disk.resolve("console")));
        Confined confined = launcher.run(new Confinement.Machine(
                spec.hostname(),
                FIRST_USER + spec.number() % RANGES * Confinement.MACHINE_USERS,
                List.of("/usr/local/sbin/instance-init"),
                ENVIRONMENT,
                binds(disk),
                spec.network(),
                spec.memoryMiB(),
                spec.cpuThousandths(),
                console::add));
        return new Running(confined, console);
    }

    private static Map<Path, Path> binds(Path disk) {
        return Map.of(
                disk.resolve("etc"), Path.of("/etc"),
                disk.resolve("var"), Path.of("/var"),
                disk.resolve("root"), Path.of("/root"),
                disk.resolve("home"), Path.of("/home"),
                disk.resolve("srv"), Path.of("/srv"),
                disk.resolve("opt"), Path.of("/opt"),
                disk.resolve("run"), Path.of("/run"),
                disk.resolve("local"), Path.of("/usr/local"));
    }

    /** A fresh disk; whole when its file {@code complete} is there. */
    private void lay(Path disk, Spec spec) throws IOException {
        for (String name : FOLDERS) {
            Files.createDirectories(disk.resolve(name));
        }
        Path etc = disk.resolve("etc");
        Copying.copy(launcher.etc(), etc);
        for (String name : HOST_ETC) {
            Path host = Path.of("/etc", name);
            if (Files.exists(host)) {
                Copying.copy(Files.isDirectory(host) ? host : host.toRealPath(), etc.resolve(name));
            }
        }
        Files.writeString(etc.resolve("passwd"), PASSWD);
        Files.writeString(etc.resolve("group"), GROUP);
        for (String name : List.of("cache", "lib/cloud", "log", "opt", "spool", "www")) {
            Files.createDirectories(disk.resolve("var").resolve(name));
        }
        Files.createDirectories(disk.resolve("home/admin"));
        Path tmp = Files.createDirectories(disk.resolve("var/tmp"));
        Files.setAttribute(tmp, "unix:mode", 01777);
        Files.setPosixFilePermissions(disk.resolve("root"), PosixFilePermissions.fromString("rwx------"));
        for (String name : List.of("bin", "sbin", "lib", "share")) {
            Files.createDirectories(disk.resolve("local").resolve(name));
        }
        program(disk, "instance-init");
        program(disk, "poweroff");
        for (String alias : List.of("shutdown", "halt")) {
            Files.createSymbolicLink(disk.resolve("local/sbin").resolve(alias), Path.of("poweroff"));
        }
        if (spec.userData().length > 0) {
            Path data = disk.resolve("var/lib/cloud/user-data");
            Files.write(data, spec.userData());
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        }
        Files.createFile(disk.resolve("complete"));
    }

    /** Where it is, which may be another place at each start. */
    private static void name(Path disk, Spec spec) throws IOException {
        Path etc = disk.resolve("etc");
        Files.writeString(etc.resolve("hostname"), spec.hostname() + "\n");
        Files.writeString(
                etc.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 " + spec.hostname() + "\n");
        Files.writeString(etc.resolve("resolv.conf"), "nameserver 169.254.169.253\nsearch " + spec.domain() + "\n");
    }

    private static void program(Path disk, String name) throws IOException {
        Path to = disk.resolve("local/sbin").resolve(name);
        try (InputStream in = HostMachines.class.getResourceAsStream("machine/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the build has no " + name);
            }
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Override
    public void remove(String id) {
        consoles.remove(id);
        try {
            Folders.remove(folder.resolve(id));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String console(String id) {
        return consoles.computeIfAbsent(id, none -> new Console(folder.resolve(id).resolve("console"))).text();
    }

    @Override
    public String imageName() {
        try {
            return Files.readAllLines(Path.of("/etc/os-release"), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith("PRETTY_NAME="))
                    .map(line -> line.substring("PRETTY_NAME=".length()).replace("\"", ""))
                    .findFirst()
                    .orElse("Linux");
        } catch (IOException unnamed) {
            return "Linux";
        }
    }

    private record Running(Confined confined, Console console) implements Machine {
        @Override
        public CompletableFuture<Integer> exit() {
            return confined.exit();
        }

        /**
         * Process 1 stays outside the machine's users; its first child is the machine's own from when it runs another program
         * than process 1, which the launcher does last.
         */
        @Override
        public OptionalLong process() {
            String init = "/proc/" + confined.init();
            for (long end = System.nanoTime() + BEGIN_MAX.toNanos(); System.nanoTime() < end && !ended(BEGIN_LOOK); ) {
                try {
                    String children = Files.readString(Path.of(init + "/task/" + confined.init() + "/children"));
                    String first = children.strip().split(" ")[0];
                    if (!first.isEmpty() && !program("/proc/" + first).equals(program(init))) {
                        return OptionalLong.of(Long.parseLong(first));
                    }
                } catch (IOException ending) {
                    return OptionalLong.empty();
                }
            }
            return OptionalLong.empty();
        }

        private static Path program(String process) throws IOException {
            return Files.readSymbolicLink(Path.of(process, "exe"));
        }

        private boolean ended(Duration within) {
            try {
                exit().get(within.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException runs) {
                return false;
            } catch (ExecutionException broken) {
                return true;
            } catch (InterruptedException told) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        @Override
        public void shutDown() {
            confined.signal(TERMINATE);
        }

        @Override
        public void close() {
            confined.close();
            console.keep();
        }
    }
}
