package dev.remora.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/**
 * A zip as a client sent it: hostile until proven otherwise.
 *
 * <p>Unpacking is the check. The sizes in the headers are not believed; what really comes out is counted and bounded. An
 * entry's name must stay inside the folder. Symbolic links are made last, after every file is written, so that no entry is ever
 * written through one, and only if they lead to somewhere inside the folder; a zip cannot hold hard links or devices. Files
 * become readable for everybody (and executable, where the zip says so for its owner), because the user that a function runs as
 * owns none of them.
 */
final class CodeArchive {
    static final int ZIPPED_MAX = 52_428_800;
    static final long UNZIPPED_MAX = 262_144_000;
    static final int ENTRIES_MAX = 200_000;
    private static final int LINK_TARGET_MAX = 4096;

    private record Link(Path at, String target) {}

    private final Path folder;
    private final List<Link> links = new ArrayList<>();
    private long unzipped;
    private int entries;

    private CodeArchive(Path folder) {
        this.folder = folder;
    }

    /** Unpacks into {@code folder}, which must be there and empty. After a refusal it holds a part of the archive. */
    static void unpack(byte[] zip, Path folder) throws IOException {
        var archive = new CodeArchive(folder);
        try (ZipFile file = open(zip)) {
            Enumeration<ZipArchiveEntry> all = file.getEntries();
            while (all.hasMoreElements()) {
                archive.unpack(file, all.nextElement());
            }
        }
        if (archive.entries == 0) {
            throw Refusal.invalid("Uploaded file must be a non-empty zip");
        }
        for (Link link : archive.links) {
            archive.link(link);
        }
    }

    private static ZipFile open(byte[] zip) {
        try {
            return ZipFile.builder().setSeekableByteChannel(new SeekableInMemoryByteChannel(zip)).get();
        } catch (IOException | IllegalArgumentException e) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return Refusal.invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    private void unpack(ZipFile file, ZipArchiveEntry entry) throws IOException {
        if (++entries > ENTRIES_MAX) {
            throw Refusal.invalid("The zip file holds more than " + ENTRIES_MAX + " entries.");
        }
        Path target = inside(entry.getName());
        if (entry.isDirectory()) {
            folder(target);
            return;
        }
        if (target.equals(folder)) {
            throw malformed();
        }
        Path parent = target.getParent();
        if (parent != null) {
            folder(parent);
        }
        try (InputStream in = content(file, entry)) {
            if (entry.isUnixSymlink()) {
                byte[] text = new byte[LINK_TARGET_MAX];
                links.add(new Link(target, new String(text, 0, Math.max(0, read(in, text)), StandardCharsets.UTF_8)));
            } else {
                long crc = write(in, target, (entry.getUnixMode() & 0100) != 0);
                if (crc != entry.getCrc()) {
                    throw malformed();
                }
            }
        }
    }

    private static InputStream content(ZipFile file, ZipArchiveEntry entry) {
        try {
            if (!file.canReadEntryData(entry)) {
                throw malformed();
            }
            return file.getInputStream(entry);
        } catch (IOException e) {
            throw malformed();
        }
    }

    /** What cannot be read is the archive's fault; what cannot be written is not. */
    private static int read(InputStream in, byte[] into) {
        try {
            return in.read(into);
        } catch (IOException | IllegalArgumentException e) {
            throw malformed();
        }
    }

    private Path inside(String name) {
        if (name.isEmpty() || name.startsWith("/") || name.indexOf('\0') >= 0 || name.indexOf('\\') >= 0) {
            throw malformed();
        }
        Path target;
        try {
            target = folder.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw malformed();
        }
        if (!target.startsWith(folder)) {
            throw malformed();
        }
        return target;
    }

    /** Makes a folder and those above it, none of which may be a file. */
    private void folder(Path path) throws IOException {
        if (path.equals(folder) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw malformed();
        }
        Path parent = path.getParent();
        if (parent != null) {
            folder(parent);
        }
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    /** Returns the CRC of what was written. */
    private long write(InputStream in, Path target, boolean executable) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw malformed();
        }
        var crc = new CRC32();
        try (var out = Files.newOutputStream(target)) {
            byte[] buffer = new byte[65_536];
            for (int n = read(in, buffer); n >= 0; n = read(in, buffer)) {
                unzipped += n;
                if (unzipped > UNZIPPED_MAX) {
                    throw Refusal.invalid("Unzipped size must be smaller than " + UNZIPPED_MAX + " bytes");
                }
                crc.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        return crc.getValue();
    }

    private void link(Link link) throws IOException {
        Path parent = link.at().getParent();
        if (parent == null || link.target().isEmpty() || link.target().indexOf('\0') >= 0 || link.target().startsWith("/")
                || !parent.resolve(link.target()).normalize().startsWith(folder)
                || Files.exists(link.at(), LinkOption.NOFOLLOW_LINKS)) {
            throw malformed();
        }
        Files.createSymbolicLink(link.at(), Path.of(link.target()));
    }
}
