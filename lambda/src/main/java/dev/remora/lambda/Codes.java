package dev.remora.lambda;

import dev.remora.store.Blobs;
import dev.remora.store.Folders;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Functions' and layers' code: the zip as a blob named by its hash, and unpacked once per hash into a folder of the same name.
 *
 * <p>The blob is what must survive; the folders are a cache that is emptied at each start, so that nothing depends on whether
 * an unpacked file reached the disk before a loss of power. A folder appears whole or not at all, by a rename.
 *
 * <p>What no version refers to is removed. To close the gap between storing a blob and committing the document that names it,
 * and to keep the folder of a sandbox that still runs, a hash can be held: {@link #sweep} leaves a held one alone, and whoever
 * lets go sweeps again.
 */
final class Codes {
    private final Store store;
    private final Blobs blobs;
    private final Path unpacked;
    private final Map<String, Integer> holds = new HashMap<>();

    Codes(Store store, Blobs blobs, Path unpacked) {
        this.store = store;
        this.blobs = blobs;
        this.unpacked = unpacked.toAbsolutePath().normalize();
    }

    /** Keeps hashes until it is closed. */
    final class Hold implements AutoCloseable {
        private final List<Settings.Code> codes;
        private boolean closed;

        private Hold(List<Settings.Code> codes) {
            this.codes = codes;
        }

        /** The first. */
        Settings.Code code() {
            return codes.getFirst();
        }

        @Override
        public void close() {
            synchronized (Codes.this) {
                if (!closed) {
                    closed = true;
                    for (Settings.Code code : codes) {
                        holds.computeIfPresent(code.sha256(), (k, n) -> n == 1 ? null : n - 1);
                        sweep(code.sha256());
                    }
                }
            }
        }
    }

    /** Empties the cache. */
    void start() {
        try {
            Folders.remove(unpacked);
            Files.createDirectories(unpacked);
            Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks a zip and stores it; durable when this returns. */
    Hold add(byte[] zip) {
        if (zip.length > CodeArchive.ZIPPED_MAX) {
            throw Refusal.tooLarge(
                    "RequestEntityTooLargeException", "Zipped size must be smaller than " + CodeArchive.ZIPPED_MAX + " bytes");
        }
        var code = new Settings.Code(Runtimes.sha256Hex(zip), zip.length);
        Hold hold = hold(code);
        try {
            unpack(code.sha256(), zip);
            blobs.put(zip);
            return hold;
        } catch (RuntimeException e) {
            hold.close();
            throw e;
        }
    }

    Hold hold(Settings.Code code) {
        return hold(List.of(code));
    }

    /** All that a function runs with. */
    Hold hold(Settings settings) {
        return hold(settings.codes());
    }

    private Hold hold(List<Settings.Code> codes) {
        synchronized (this) {
            codes.forEach(code -> holds.merge(code.sha256(), 1, Integer::sum));
        }
        return new Hold(codes);
    }

    /** The size of all files in it; the caller holds the hash. */
    long unzippedBytes(Settings.Code code) {
        try (Stream<Path> all = Files.walk(folder(code))) {
            return all.mapToLong(Codes::bytes).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytes(Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] zip(Settings.Code code) {
        Path file = file(code.sha256()).orElseThrow(() -> new IllegalStateException("the code " + code.sha256() + " is missing"));
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The zip's file, for reading. */
    Optional<Path> file(String sha256) {
        return blobs.path(sha256);
    }

    /** The folder with the unpacked code; the caller holds the hash. */
    Path folder(Settings.Code code) {
        Path folder = unpacked.resolve(code.sha256());
        if (!Files.isDirectory(folder)) {
            unpack(code.sha256(), zip(code));
        }
        return folder;
    }

    private void unpack(String sha256, byte[] zip) {
        Path folder = unpacked.resolve(sha256);
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            Path partial = Files.createTempDirectory(unpacked, ".partial-");
            try {
                CodeArchive.unpack(zip, partial);
                Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
                publish(partial, folder);
            } finally {
                Folders.remove(partial);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void publish(Path partial, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Removes blob and folder if nobody holds the hash and no version, of a function or a layer, names it. */
    synchronized void sweep(String sha256) {
        if (holds.containsKey(sha256) || named(sha256)) {
            return;
        }
        try {
            Folders.remove(unpacked.resolve(sha256));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        blobs.delete(sha256);
    }

    private boolean named(String sha256) {
        var view = store.view();
        return named(view, VersionDocument.KIND, sha256) || named(view, LayerVersionDocument.KIND, sha256);
    }

    private static boolean named(View view, Kind<?> by, String sha256) {
        return view.scopes(by).stream().anyMatch(scope -> view.any(by, scope, "code", sha256));
    }
}
