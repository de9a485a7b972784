package dev.remora.app;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which folder everything is kept in, and its end if it was made for one server only. */
final class DataFolders {
    /** Sockets of databases lie in it, and the kernel gives a socket's path 107 bytes. */
    static final int PATH_MAX = 63;

    /**
     * @param wanted what the user named
     * @throws StartFailure if it cannot be
     */
    static Path choose(Optional<Path> wanted, boolean ephemeral, Map<String, String> environment) {
        if (ephemeral && wanted.isPresent()) {
            throw new StartFailure("--ephemeral makes a data folder of its own: leave out --data.");
        }
        try {
            Path folder = ephemeral
                    ? Files.createTempDirectory("remora-")
                    : wanted.orElseGet(() -> Settings.data(environment))
                            .toAbsolutePath()
                            .normalize();
            if (folder.toString().length() > PATH_MAX) {
                throw new StartFailure("the data folder's path is too long for the sockets in it (at most " + PATH_MAX
                        + " characters): " + folder);
            }
            return folder;
        } catch (IOException cannot) {
            throw new StartFailure("no data folder can be made: " + cannot.getMessage());
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
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private DataFolders() {}
}
