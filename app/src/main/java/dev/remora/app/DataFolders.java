package dev.remora.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which folder everything is kept in. */
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

    private DataFolders() {}
}
