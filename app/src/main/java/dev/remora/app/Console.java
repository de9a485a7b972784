package dev.remora.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a machine printed, its last 64 KiB, as AWS keeps it. Kept in a file from one start of the server to the next. */
final class Console {
    static final int CHARACTERS = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    private final Path file;
    private final StringBuilder text = new StringBuilder();

    Console(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                text.append(Files.readString(file, StandardCharsets.UTF_8));
            }
        } catch (IOException unreadable) {
            LOG.warn("the console of {} begins anew", file, unreadable);
        }
    }

    synchronized void add(String line) {
        text.append(line).append('\n');
        if (text.length() > CHARACTERS) {
            text.delete(0, text.length() - CHARACTERS);
        }
    }

    synchronized String text() {
        return text.toString();
    }

    /** Writes it down. */
    synchronized void keep() {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException unwritten) {
            LOG.warn("the console {} cannot be kept", file, unwritten);
        }
    }
}
