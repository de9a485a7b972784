package dev.remora.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds all that a server must remember, held by one server at a time.
 *
 * <p>Its file {@code format} names the version of everything in it; its file {@code lock} is locked as long as this object is
 * open and holds the number of the process that did it. The kernel frees the lock when the process ends in whatever way, so a
 * lock is never left over. It is a POSIX lock, which a process loses by closing <em>any</em> descriptor of the file: within
 * this process the folders that are open are therefore kept in a set, and the file is not touched a second time.
 */
public final class DataFolder implements AutoCloseable {
    static final int FORMAT = 3;

    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    private static final Set<String> OUR_FIRST_FILES = Set.of("lock", "format.new");

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Opens the folder, making it (for its owner only) where it does not exist.
     *
     * @throws StoreException if another server holds it, if it is of another version, or if it holds files that are not Remora's
     */
    public static DataFolder open(Path folder) {
        Path path = prepare(folder);
        if (!HELD.add(path)) {
            throw new StoreException(path + " is in use by another server (process " + ProcessHandle.current().pid() + ")");
        }
        FileChannel lock = null;
        try {
            lock = lock(path);
            checkFormat(path);
            SqliteLibrary.load(path);
            return new DataFolder(path, lock);
        } catch (IOException e) {
            release(path, lock);
            throw new StoreException("the data folder " + path + " cannot be used: " + e, e);
        } catch (RuntimeException e) {
            release(path, lock);
            throw e;
        }
    }

    private static Path prepare(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Path parent = folder.toAbsolutePath().getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Path path = folder.toRealPath();
            if (!Files.exists(path.resolve("format"))) {
                refuseForeignFiles(path);
            }
            return path;
        } catch (IOException e) {
            throw new StoreException("the data folder " + folder + " cannot be made: " + e, e);
        }
    }

    private static void refuseForeignFiles(Path path) throws IOException {
        try (var files = Files.list(path)) {
            files.filter(f -> !OUR_FIRST_FILES.contains(f.getFileName().toString())).findFirst().ifPresent(foreign -> {
                throw new StoreException(path + " is not a Remora data folder: it has no file 'format' and holds "
                        + foreign.getFileName() + "; name a new or an empty folder");
            });
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve("lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            String holder = Files.readString(file).strip();
            channel.close();
            throw new StoreException(path + " is in use by another server (process " + holder + ")");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes()));
        return channel;
    }

    private static void checkFormat(Path path) throws IOException {
        Path format = path.resolve("format");
        if (Files.exists(format)) {
            String found = Files.readString(format).strip();
            if (!found.equals(Integer.toString(FORMAT))) {
                throw new StoreException("the data folder " + path + " has format " + found
                        + "; this version of Remora reads format " + FORMAT);
            }
            return;
        }
        Path fresh = path.resolve("format.new");
        Files.writeString(fresh, FORMAT + "\n", StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        sync(fresh);
        Files.move(fresh, format, StandardCopyOption.ATOMIC_MOVE);
        sync(path);
    }

    /** Makes a file's content, or a folder's list of names, survive a loss of power. */
    static void sync(Path fileOrFolder) throws IOException {
        try (var channel = FileChannel.open(fileOrFolder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void release(Path path, @Nullable FileChannel lock) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD.remove(path);
        }
    }

    /** The folder's real path. */
    public Path path() {
        return path;
    }

    /** Gives the folder up; what was opened in it must be closed before. */
    @Override
    public void close() {
        release(path, lock);
    }
}
