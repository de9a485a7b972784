package dev.remora.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Large contents (function code, layers), each a file in {@code blobs} named by the SHA-256 of what it holds.
 *
 * <p>A blob is written beside its place, synced, renamed, and the folder synced: a file that has its name is whole, also after
 * a loss of power. So the order is always blob first, then the document that names it, and the other way round when it is
 * deleted.
 *
 * <p>What was put and is put again, the same code for another function, is already there and waits for no disk. That a name is
 * in the folder is not enough: who put it first may not have synced the folder yet. So names are noted once they are durable.
 */
public final class Blobs {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path folder;

    /** Names that a loss of power cannot take away. */
    private final Set<String> durable = ConcurrentHashMap.newKeySet();

    private Blobs(Path folder) {
        this.folder = folder;
    }

    /** Opens the folder and clears away what an interrupted write left. */
    public static Blobs open(DataFolder data) {
        Path folder = data.path().resolve("blobs");
        try {
            Files.createDirectories(folder);
            try (var files = Files.newDirectoryStream(folder, "*.part")) {
                for (Path leftOver : files) {
                    Files.delete(leftOver);
                }
            }
            return new Blobs(folder);
        } catch (IOException e) {
            throw new StoreException(folder + " cannot be used: " + e, e);
        }
    }

    /** Stores the bytes durably and returns their SHA-256, 64 lower-case hexadecimal digits. */
    public String put(byte[] content) {
        String sha256 = HexFormat.of().formatHex(sha256().digest(content));
        return durable.contains(sha256) && has(sha256, content.length) ? sha256 : put(new ByteArrayInputStream(content));
    }

    private boolean has(String sha256, long length) {
        return size(sha256).filter(there -> there == length).isPresent();
    }

    /** Stores what the stream gives, to its end, and returns its SHA-256. The caller closes the stream. */
    public String put(InputStream content) {
        try {
            Path part = Files.createTempFile(folder, "", ".part",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                String sha256 = write(content, part);
                Path place = folder.resolve(sha256);
                if (!Files.exists(place)) {
                    Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
                }
                DataFolder.sync(folder);
                durable.add(sha256);
                return sha256;
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new StoreException("a blob cannot be written to " + folder + ": " + e, e);
        }
    }

    private static String write(InputStream content, Path file) throws IOException {
        MessageDigest digest = sha256();
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                digest.update(buffer, 0, n);
                for (var bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The blob's file, for reading only; empty if there is no such blob. */
    public Optional<Path> path(String sha256) {
        Path place = place(sha256);
        return Files.isRegularFile(place) ? Optional.of(place) : Optional.empty();
    }

    /** The blob's length in bytes; empty if there is no such blob. */
    public Optional<Long> size(String sha256) {
        try {
            Optional<Path> file = path(sha256);
            return file.isPresent() ? Optional.of(Files.size(file.get())) : Optional.empty();
        } catch (IOException e) {
            throw new StoreException("the blob " + sha256 + " cannot be read: " + e, e);
        }
    }

    /** Whether the blob is there and holds what its name says. Reads it all. */
    public boolean verify(String sha256) {
        Path place = place(sha256);
        if (!Files.isRegularFile(place)) {
            return false;
        }
        MessageDigest digest = sha256();
        try (var content = Files.newInputStream(place)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new StoreException("the blob " + sha256 + " cannot be read: " + e, e);
        }
        return HexFormat.of().formatHex(digest.digest()).equals(sha256);
    }

    /** Deletes the blob; deleting what is not there does nothing. */
    public void delete(String sha256) {
        try {
            durable.remove(sha256);
            Files.deleteIfExists(place(sha256));
        } catch (IOException e) {
            throw new StoreException("the blob " + sha256 + " cannot be deleted: " + e, e);
        }
    }

    private Path place(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("not a SHA-256 in hexadecimal digits: " + sha256);
        }
        return folder.resolve(sha256);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
