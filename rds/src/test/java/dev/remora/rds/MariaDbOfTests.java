package dev.remora.rds;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A MariaDB that says its version and can nothing else, for tests that start no server. */
final class MariaDbOfTests {
    static final String VERSION = "10.11.19";
    private static final Engines ENGINES = laid();

    static Engines engines() {
        return ENGINES;
    }

    private static Engines laid() {
        try {
            Path folder = Files.createTempDirectory("remora-engines-");
            Path program = folder.resolve(Engine.MARIADB.debianPackage()).resolve("usr/sbin/mariadbd");
            Files.createDirectories(program.getParent());
            Files.writeString(program, "#!/bin/sh\necho \"$0  Ver " + VERSION + "-MariaDB-0+deb12u1 for debian-linux-gnu\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            return new Engines(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private MariaDbOfTests() {}
}
