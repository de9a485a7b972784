package dev.remora.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite's native library. Left alone, its driver unpacks it into the system's temporary folder, where a server that is killed
 * leaves it, and compares what it wrote byte by byte, which a start would feel. Here it is unpacked into the data folder and
 * removed as soon as it is loaded: the mapping keeps the file.
 */
final class SqliteLibrary {
    private static final String NAME = "libsqlitejdbc.so";
    private static final String RESOURCE = "/org/sqlite/native/Linux/x86_64/" + NAME;

    private static boolean loaded;

    private SqliteLibrary() {}

    /** Loads the library by way of a folder in {@code folder}, unless this process has loaded it. */
    static synchronized void load(Path folder) throws IOException {
        if (loaded) {
            return;
        }
        Path unpacked = Files.createDirectories(folder.resolve("native"));
        try (InputStream library = SQLiteJDBCLoader.class.getResourceAsStream(RESOURCE)) {
            if (library == null) {
                throw new StoreException("SQLite's driver has no native library " + RESOURCE);
            }
            Files.copy(library, unpacked.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
        }
        System.setProperty("org.sqlite.lib.path", unpacked.toString());
        System.setProperty("org.sqlite.lib.name", NAME);
        try {
            SQLiteJDBCLoader.initialize();
            loaded = true;
        } catch (Exception e) {
            throw new StoreException("SQLite's native library cannot be loaded: " + e.getMessage(), e);
        } finally {
            System.clearProperty("org.sqlite.lib.path");
            System.clearProperty("org.sqlite.lib.name");
        }
        try (var files = Files.list(unpacked)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(unpacked);
    }
}
