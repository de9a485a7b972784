package dev.remora.app;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/** The folder that everything is kept in. Only root may look into it: it holds keys. */
final class DataFolder {
    /**
     * @param wanted what the user named
     * @throws StartFailure if it cannot be made or written
     */
    static Path choose(Optional<Path> wanted, boolean ephemeral, Map<String, String> environment) {
        if (ephemeral && wanted.isPresent()) {
            throw new StartFailure("--ephemeral makes a data folder of its own: leave out --data.");
        }
        var rootOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            if (ephemeral) {
                return Files.createTempDirectory("remora-", rootOnly);
            }
            Path folder = wanted.orElseGet(() -> Settings.data(environment)).toAbsolutePath();
            if (!Files.isDirectory(folder)) {
                Path parent = folder.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(folder, rootOnly);
            }
            if (!Files.isWritable(folder)) {
                throw new StartFailure("the data folder " + folder + " is not writable.");
            }
            return folder;
        } catch (IOException cannot) {
            throw new StartFailure("the data folder cannot be made: " + cannot.getMessage());
        }
    }

    /** Removes a folder and all in it, without following links out of it. */
    static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private DataFolder() {}
}
