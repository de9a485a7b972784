package dev.remora.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite's native library. Its driver unpacks it at each start, by default into the system's temporary folder, where a server
 * that is killed leaves it. Here it is unpacked into the data folder and removed as soon as it is loaded: the mapping keeps the
 * file.
 */
final class SqliteLibrary {
    private static boolean loaded;

    private SqliteLibrary() {}

    /** Loads the library by way of a folder in {@code folder}, unless this process has loaded it. */
    static synchronized void load(Path folder) throws IOException {
        if (loaded) {
            return;
        }
        Path unpacked = Files.createDirectories(folder.resolve("native"));
        System.setProperty("org.sqlite.tmpdir", unpacked.toString());
        try {
            SQLiteJDBCLoader.initialize();
            loaded = true;
        } catch (Exception e) {
            throw new StoreException("SQLite's native library cannot be loaded: " + e.getMessage(), e);
        } finally {
            System.clearProperty("org.sqlite.tmpdir");
        }
        try (var files = Files.list(unpacked)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(unpacked);
    }
}
