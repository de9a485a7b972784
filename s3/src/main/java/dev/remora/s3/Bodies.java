package dev.remora.s3;

import dev.remora.s3.StoredObject.Segment;
import dev.remora.store.Ids;
import dev.remora.store.StoreException;
import dev.remora.wire.Checksum;
import dev.remora.wire.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold objects' bytes, each under a name that is never used again, in 256 folders.
 *
 * <p>A file is written in {@code incoming}, synced, renamed to its place and its folder synced; then its document may be stored.
 * When the document is gone the file goes, too, but not while somebody reads it: readers hold files, and who gives up the last
 * hold on a file that was to be deleted deletes it. A crash may leave files that no document names; {@link #sweep} removes those
 * that were there before this start.
 */
final class Bodies {
    private static final int BUFFER_BYTES = 128 << 10;
    private static final int NAME_DIGITS = 32;

    private final Path folder;
    private final Ids ids;
    private final Instant opened;
    private final Set<Path> synced = new HashSet<>();
    private final Map<String, Integer> held = new HashMap<>();
    private final Set<String> doomed = new HashSet<>();

    /** What was written. */
    record Written(Optional<Segment> segment, long length, String md5, Checksum.@Nullable Value checksum) {
        List<Segment> segments() {
            return segment.stream().toList();
        }
    }

    Bodies(Path folder, Ids ids, Instant opened) {
        this.folder = folder;
        this.ids = ids;
        this.opened = opened;
    }

    /**
     * Writes a stream to its end, durably.
     *
     * @param algorithm a checksum to compute on the way, or null for none
     * @throws dev.remora.wire.AwsError EntityTooLarge beyond {@code atMost} bytes, and what the stream throws; nothing is then
     * left
     */
    Written write(InputStream in, long atMost, @Nullable Checksum algorithm) {
        String name = ids.hex(NAME_DIGITS);
        try {
            Path incoming = synced(folder.resolve("incoming"));
            Path part = incoming.resolve(name);
            try {
                Written written = write(in, part, name, atMost, algorithm);
                if (written.length() == 0) {
                    return new Written(Optional.empty(), 0, written.md5(), written.checksum());
                }
                Path place = place(name);
                Path shard = synced(parent(place));
                Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
                sync(shard);
                return written;
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new StoreException("an object cannot be written to " + folder + ": " + e, e);
        }
    }

    private static Written write(InputStream in, Path file, String name, long atMost, @Nullable Checksum algorithm)
            throws IOException {
        MessageDigest md5 = md5();
        Checksum.Running running = algorithm == null ? null : algorithm.start();
        long length = 0;
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                length += n;
                if (length > atMost) {
                    throw S3Errors.tooLarge(length, atMost);
                }
                md5.update(buffer, 0, n);
                if (running != null) {
                    running.update(buffer, 0, n);
                }
                for (var bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
            }
            if (length > 0) {
                channel.force(true);
            }
        }
        return new Written(Optional.of(new Segment(name, length)), length, HexFormat.of().formatHex(md5.digest()),
                running == null ? null : running.value());
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is in no folder");
        }
        return parent;
    }

    private Path place(String name) {
        return folder.resolve(name.substring(0, 2)).resolve(name);
    }

    /** A folder that is there, and stays there when the power goes. */
    private synchronized Path synced(Path wanted) throws IOException {
        if (synced.add(wanted)) {
            Files.createDirectories(wanted);
            sync(folder);
            sync(parent(folder));
        }
        return wanted;
    }

    private static void sync(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Keeps files from being deleted until they are let go. */
    synchronized void hold(List<Segment> segments) {
        segments.forEach(s -> held.merge(s.file(), 1, Integer::sum));
    }

    void letGo(List<Segment> segments) {
        var last = new ArrayList<String>();
        synchronized (this) {
            for (Segment segment : segments) {
                if (held.merge(segment.file(), -1, (a, b) -> a + b == 0 ? null : a + b) == null
                        && doomed.remove(segment.file())) {
                    last.add(segment.file());
                }
            }
        }
        last.forEach(this::remove);
    }

    /** Deletes files whose document is gone, once nobody reads them. */
    void delete(Collection<Segment> segments) {
        for (Segment segment : segments) {
            synchronized (this) {
                if (held.containsKey(segment.file())) {
                    doomed.add(segment.file());
                    continue;
                }
            }
            remove(segment.file());
        }
    }

    private void remove(String name) {
        try {
            Files.deleteIfExists(place(name));
        } catch (IOException e) {
            throw new StoreException("the file " + place(name) + " cannot be deleted: " + e, e);
        }
    }

    /** Some bytes of segments that the caller holds; closing the stream lets them go. */
    Content read(List<Segment> segments, long from, long length) {
        return new Content(length, new SegmentStream(segments, from, length, this::place, () -> letGo(segments)));
    }

    /** Removes the files that were here before this start and that nobody names. */
    void sweep(Predicate<String> named) {
        try {
            if (!Files.isDirectory(folder)) {
                return;
            }
            try (var files = Files.walk(folder, 2)) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    String name = String.valueOf(file.getFileName());
                    boolean old = Files.getLastModifiedTime(file).compareTo(FileTime.from(opened)) < 0;
                    if (old && !named.test(name)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new StoreException("the files of " + folder + " cannot be swept: " + e, e);
        }
    }
}
