package dev.remora.fleet;

import dev.remora.store.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** Programs that say their versions and can nothing else, for tests that start no server. */
public final class TestEngines {
    private TestEngines() {}

    /** @param says what each program prints when it is asked for its version */
    public static Engines saying(Map<Engine, String> says) {
        try {
            Path folder = Files.createTempDirectory("remora-engines-");
            removeAtTheEnd(folder);
            for (var program : says.entrySet()) {
                lay(folder, program.getKey(), "echo '" + program.getValue() + "'");
            }
            return new Engines(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Programs may be asked until the end, so that the folder goes with the process. */
    private static void removeAtTheEnd(Path folder) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                Folders.remove(folder);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }));
    }

    static void lay(Path folder, Engine engine, String script) throws IOException {
        Path program = folder.resolve(engine.debianPackage()).resolve(engine.program());
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
