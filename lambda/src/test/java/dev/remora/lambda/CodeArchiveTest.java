package dev.remora.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeArchiveTest {
    private static final String MALFORMED = "InvalidParameterValueException: Could not unzip uploaded file. Please check your"
            + " file, then"
            + " try to upload again.";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

    private CodeArchiveTest add(String name, int mode, String content) throws IOException {
        var entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        zip.putArchiveEntry(entry);
        zip.write(content.getBytes(StandardCharsets.UTF_8));
        zip.closeArchiveEntry();
        return this;
    }

    private void unpack() throws IOException {
        zip.close();
        CodeArchive.unpack(bytes.toByteArray(), folder);
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file)));
    }

    private String refusal() {
        return LambdaLab.refusal(this::unpack).toString();
    }

    @Test
    void filesFoldersAndInnerLinks() throws IOException {
        add("index.py", 0100600, "code").add("lib/a/b.txt", 0100644, "deep").add("bootstrap", 0100755, "#!").add("bin/", 040755,
                "");
        add("bin/link", 0120777, "../lib/a/b.txt");
        unpack();

        assertThat(folder.resolve("index.py")).hasContent("code");
        assertThat(folder.resolve("bin/link")).isSymbolicLink().hasContent("deep");
        assertThat(permissions("index.py")).isEqualTo("rw-r--r--");
        assertThat(permissions("bootstrap")).isEqualTo("rwxr-xr-x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/etc/evil", "a\\..\\..\\evil", ".."})
    void namesThatLeaveTheFolder(String name) throws IOException {
        add(name, 0100644, "evil");

        assertThat(refusal()).isEqualTo(MALFORMED);
        assertThat(folder.resolveSibling("evil")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../outside", "sub/../../outside", ""})
    void linksThatLeadOutside(String target) throws IOException {
        add("link", 0120777, target);

        assertThat(refusal()).isEqualTo(MALFORMED);
        assertThat(Files.exists(folder.resolve("link"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void nothingIsWrittenThroughALink() throws IOException {
        add("link", 0120777, "target").add("link/file", 0100644, "through");

        assertThat(refusal()).isEqualTo(MALFORMED);
        assertThat(folder.resolve("target")).doesNotExist();
    }

    @Test
    void aFileCannotBeAFolderToo() throws IOException {
        add("a", 0100644, "file").add("a/b", 0100644, "below");

        assertThat(refusal()).isEqualTo(MALFORMED);
    }

    @Test
    void whatIsNoZip() throws IOException {
        for (byte[] each : new byte[][] {{}, {1, 2, 3}, "PK\u0003\u0004 and no more".getBytes(StandardCharsets.ISO_8859_1)}) {
            assertThat(LambdaLab.refusal(() -> CodeArchive.unpack(each, folder)).toString()).isEqualTo(MALFORMED);
        }
    }

    @Test
    void damagedContent() throws IOException {
        add("index.py", 0100644, "some code that is long enough to be squeezed, squeezed, squeezed, squeezed");
        zip.close();
        byte[] damaged = bytes.toByteArray();
        damaged[45] ^= 0x55;

        assertThat(LambdaLab.refusal(() -> CodeArchive.unpack(damaged, folder)).toString()).isEqualTo(MALFORMED);
    }

    @Test
    void anEmptyZip() throws IOException {
        assertThat(refusal()).isEqualTo("InvalidParameterValueException: Uploaded file must be a non-empty zip");
    }

    @Test
    void aBombStopsAtTheLimit() throws IOException {
        zip.setLevel(Deflater.BEST_SPEED);
        byte[] zeros = new byte[1 << 20];
        for (int file = 0; file < 2; file++) {
            zip.putArchiveEntry(new ZipArchiveEntry("zeros" + file));
            for (int i = 0; i < 130; i++) {
                zip.write(zeros);
            }
            zip.closeArchiveEntry();
        }

        assertThat(refusal()).isEqualTo("InvalidParameterValueException: Unzipped size must be smaller than 262144000 bytes");
    }
}
