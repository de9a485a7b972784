package dev.remora.app;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Copies a file, or a folder with all that is in it; links as links. What goes while it is copied is left out: the host's package
 * manager puts files of its own beside those that it replaces, for a moment.
 */
final class Copying extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copying(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new Copying(from, to));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) throws IOException {
        Files.createDirectories(to.resolve(from.relativize(at)));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Path target = from.equals(file) ? to : to.resolve(from.relativize(file));
        try {
            Files.copy(file, target, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException gone) {
            return visitFileFailed(file, gone);
        }
        return FileVisitResult.CONTINUE;
    }

    /** The one that was asked for must be there. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException && !file.equals(from)) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }
}
