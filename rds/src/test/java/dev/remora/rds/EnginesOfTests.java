package dev.remora.rds;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.store.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A MariaDB and a PgBouncer that say their versions and can nothing else, for tests that start no server. */
final class EnginesOfTests {
    static final String VERSION = "10.11.19";
    private static final Engines ENGINES = laid();

    static Engines engines() {
        return ENGINES;
    }

    private static Engines laid() {
        try {
            Path folder = Files.createTempDirectory("remora-engines-");
            removeAtTheEnd(folder);
            say(
                    folder.resolve(Engine.MARIADB.debianPackage() + "/usr/sbin/mariadbd"),
                    "mariadbd  Ver " + VERSION + "-MariaDB-0+deb12u1 for debian-linux-gnu");
            say(folder.resolve(Engine.PGBOUNCER.debianPackage() + "/usr/sbin/pgbouncer"), "PgBouncer 1.18.0");
            return new Engines(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Programs may be asked for their version until the end, so that the folder goes with the process. */
    private static void removeAtTheEnd(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                Folders.remove(folder);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }));
    }

    private static void say(Path program, String version) throws IOException {
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\necho '" + version + "'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private EnginesOfTests() {}
}
