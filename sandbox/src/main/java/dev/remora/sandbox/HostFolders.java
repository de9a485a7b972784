package dev.remora.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What the server lays out on disk for sandboxes: the launcher, an {@code /etc} of their own that names nobody and nothing of
 * the host, and {@code /var/runtime}.
 */
final class HostFolders {
    /** Inside: the host's certificate authorities and the installation's. */
    static final String CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

    static final String TRUST_STORE = "/etc/ssl/certs/java-trust-store.p12";
    private static final String OWN_CA = "/etc/ssl/certs/remora-ca.pem";

    /** Of the host's /etc, what programs need to run and tells nothing: copied, so that a later change does not reach inside. */
    private static final List<String> COPIED = List.of(
            "ld.so.cache", "ld.so.conf", "services", "protocols", "mime.types", "ssl/openssl.cnf", "ssl/certs/java/cacerts");

    private static final List<String> RUNTIME_FILES = List.of(
            "bootstrap.py",
            "bootstrap.js",
            "lib/aws-lambda-java-runtime-interface-client.jar",
            "lib/aws-lambda-java-core.jar",
            "lib/aws-lambda-java-serialization.jar",
            "lib/utils-lite.jar");

    private static final int OWN_ID = 993;

    /** The launcher of a killed server gives its programs twenty seconds to be gone. */
    private static final Duration LAST_MAX = Duration.ofSeconds(30);

    private static final Duration LAST_LOOK = Duration.ofMillis(5);

    private final SandboxConfig config;

    HostFolders(SandboxConfig config) {
        this.config = config;
    }

    Path launcher() {
        return config.folder().resolve("launcher");
    }

    Path etc() {
        return config.folder().resolve("etc");
    }

    Path socket() {
        return config.folder().resolve("socket");
    }

    Path lock() {
        return config.folder().resolve("lock");
    }

    /**
     * Makes everything anew, once all is gone that a server before this one started: if that was killed, its programs end a
     * moment later, and until then write the very files that ours are to write.
     *
     * @throws IllegalStateException if that takes too long
     */
    void lay() throws IOException {
        Files.createDirectories(config.folder());
        awaitLast();
        remove();
        Files.createDirectories(config.folder());
        Files.setPosixFilePermissions(config.folder(), PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(config.folder().resolve("root"));
        copyResource("launcher", launcher());
        // In a folder of root's; what remora exec runs of it inside a machine is another user for the host.
        Files.setPosixFilePermissions(launcher(), PosixFilePermissions.fromString("rwxr-xr-x"));
        layEtc(etc());
        Path runtime = config.folder().resolve("runtime");
        Files.createDirectories(runtime.resolve("lib"));
        Files.createDirectory(runtime.resolve("node_modules"));
        for (String file : RUNTIME_FILES) {
            copyResource("runtime/" + file, runtime.resolve(file));
        }
    }

    private void awaitLast() throws IOException {
        try (var held = FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long end = System.nanoTime() + LAST_MAX.toNanos(); held.tryLock() == null; ) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("the programs of the server before this one still run after "
                            + LAST_MAX.toSeconds() + " s");
                }
                LockSupport.parkNanos(LAST_LOOK.toNanos());
            }
        }
    }

    private void layEtc(Path etc) throws IOException {
        Files.createDirectories(etc.resolve("ssl/certs"));
        write(etc, "passwd", "root:x:0:0:root:/:/usr/sbin/nologin\nsbx_user1051:x:" + OWN_ID + ":" + OWN_ID + "::/tmp:/bin/sh\n"
                + "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n");
        write(etc, "group", "root:x:0:\nsbx_user1051:x:" + OWN_ID + ":\nnogroup:x:65534:\n");
        write(etc, "hosts", "127.0.0.1 localhost sandbox\n");
        write(etc, "hostname", "sandbox\n");
        write(etc, "resolv.conf", "nameserver 169.254.169.253\n");
        write(etc, "nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n");
        for (String name : COPIED) {
            Path from = Path.of("/etc", name);
            if (Files.isRegularFile(from)) {
                Files.createDirectories(etc.resolve(name).getParent());
                Files.copy(from, etc.resolve(name));
            }
        }
        layTrust(etc);
        for (Path shown : shown()) {
            Files.createDirectories(etc.resolve(Path.of("/etc").relativize(shown)));
        }
    }

    private void layTrust(Path etc) throws IOException {
        Path host = Path.of("/etc/ssl/certs/ca-certificates.crt");
        String bundle = Files.isReadable(host) ? Files.readString(host) : "";
        if (config.certificateAuthority().isPresent()) {
            String own = Files.readString(config.certificateAuthority().get());
            bundle += bundle.isEmpty() || bundle.endsWith("\n") ? own : "\n" + own;
            write(etc, Path.of("/etc").relativize(Path.of(OWN_CA)).toString(), own);
        }
        write(etc, "ssl/certs/ca-certificates.crt", bundle);
        if (config.javaTrustStore().isPresent()) {
            Files.copy(config.javaTrustStore().get(), etc.resolve(Path.of("/etc").relativize(Path.of(TRUST_STORE))));
        }
    }

    private static void write(Path folder, String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
    }

    /** Folders of the host's /etc that are shown as they are: links to programs, and the settings of Debian's Java. */
    private static List<Path> shown() throws IOException {
        try (DirectoryStream<Path> etc = Files.newDirectoryStream(Path.of("/etc"), "{alternatives,java-*}")) {
            return Stream.iterate(etc.iterator(), Iterator::hasNext, i -> i)
                    .map(Iterator::next)
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    /** The binds of the root file system. */
    Words binds(Words words) throws IOException {
        words.bind("ro", config.folder().resolve("etc"), "/etc");
        for (Path shown : shown()) {
            words.bind("ro", shown, shown.toString());
        }
        words.bind("ro", config.folder().resolve("runtime"), "/var/runtime");
        if (config.nodeModules().isPresent()) {
            words.bind("ro", config.nodeModules().get(), "/var/runtime/node_modules");
        }
        Path java = config.javaHome().toRealPath();
        if (!java.startsWith("/usr")) {
            words.bind("ro", java, java.toString());
        }
        return words;
    }

    private static void copyResource(String name, Path to) throws IOException {
        try (InputStream in = HostFolders.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build has no " + name);
            }
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    void remove() {
        if (!Files.exists(config.folder())) {
            return;
        }
        try (Stream<Path> files = Files.walk(config.folder())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }
}
