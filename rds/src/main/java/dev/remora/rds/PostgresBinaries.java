package dev.remora.rds;

import dev.remora.store.Folders;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL itself: an archive among our jars, unpacked at its first use. */
final class PostgresBinaries {
    /** The one version that we have; the build pins the archive to it. */
    static final String VERSION = "18.6";

    static final String MAJOR = "18";
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private final Path folder;

    /** @param parent where the unpacked archive is kept, one folder for each version */
    PostgresBinaries(Path parent) {
        this.folder = parent.resolve("postgres-" + VERSION);
    }

    /** The folder with {@code bin}, {@code lib} and {@code share}. */
    synchronized Path unpacked() {
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Path halfDone = folder.resolveSibling(folder.getFileName() + ".new");
        try (InputStream packed = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
            if (packed == null) {
                throw new IllegalStateException("the archive " + ARCHIVE + " is not on the class path");
            }
            if (Files.exists(halfDone)) {
                Folders.remove(halfDone);
            }
            Files.createDirectories(halfDone);
            unpack(packed, halfDone);
            Files.move(halfDone, folder, StandardCopyOption.ATOMIC_MOVE);
            return folder;
        } catch (IOException failure) {
            throw new UncheckedIOException("PostgreSQL could not be unpacked to " + folder, failure);
        }
    }

    private static void unpack(InputStream packed, Path to) throws IOException {
        var archive = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)));
        for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
            Path path = to.resolve(entry.getName()).normalize();
            if (!path.startsWith(to)) {
                throw new IOException("the archive leads outside: " + entry.getName());
            }
            if (entry.isDirectory()) {
                Files.createDirectories(path);
            } else if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            } else if (wanted(entry.getName())) {
                Files.createDirectories(path.getParent());
                Files.copy(archive, path);
                boolean executable = (entry.getMode() & 0100) != 0;
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    /** Static libraries and headers are for building, not for running. */
    private static boolean wanted(String name) {
        return !name.endsWith(".a") && !name.endsWith(".h");
    }
}
