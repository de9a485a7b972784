package dev.remora.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Function code, zipped as a developer zips it: every file readable and executable. */
public final class Zips {
    private static final int MODE = 0100755;

    public static Path of(Map<String, String> files) {
        return of(files, Map.of());
    }

    /** {@code folders} are copied in whole: the name in the zip -> the folder on this machine. */
    public static Path of(Map<String, String> files, Map<String, Path> folders) {
        try {
            Path zip = Files.createTempFile("remora-e2e-", ".zip");
            zip.toFile().deleteOnExit();
            try (var out = new ZipArchiveOutputStream(zip)) {
                for (var file : files.entrySet()) {
                    add(out, file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
                }
                for (var folder : folders.entrySet()) {
                    copy(out, folder.getKey(), folder.getValue());
                }
            }
            return zip;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(ZipArchiveOutputStream out, String name, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                add(
                        out,
                        Path.of(name)
                                .resolve(folder.relativize(file))
                                .normalize()
                                .toString(),
                        Files.readAllBytes(file));
            }
        }
    }

    private static void add(ZipArchiveOutputStream out, String name, byte[] content) throws IOException {
        var entry = new ZipArchiveEntry(name);
        entry.setUnixMode(MODE);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
    }

    private Zips() {}
}
