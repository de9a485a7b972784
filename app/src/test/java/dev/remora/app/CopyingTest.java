package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyingTest {
    @TempDir
    Path folder;

    private Path from;
    private Path to;

    @BeforeEach
    void lay() throws IOException {
        from = Files.createDirectories(folder.resolve("from/inner")).getParent();
        to = folder.resolve("to");
        Files.writeString(from.resolve("inner/file"), "text");
        Files.createSymbolicLink(from.resolve("link"), Path.of("/usr/bin/nothing-of-that-name"));
    }

    @Test
    void copiesFoldersAndKeepsLinks() throws IOException {
        Copying.copy(from, to);
        assertThat(to.resolve("inner/file")).hasContent("text");
        assertThat(Files.readSymbolicLink(to.resolve("link"))).isEqualTo(Path.of("/usr/bin/nothing-of-that-name"));
    }

    @Test
    void copiesOneFileToAnother() throws IOException {
        Copying.copy(from.resolve("inner/file"), to);
        assertThat(to).hasContent("text");
    }

    @Test
    void leavesOutWhatIsGoneWhenItsTurnComes() throws IOException {
        var copying = new Copying(from, to);
        Path file = from.resolve("inner/file");
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        copying.preVisitDirectory(from.resolve("inner"), attributes);
        Files.delete(file);
        assertThat(copying.visitFile(file, attributes)).isEqualTo(FileVisitResult.CONTINUE);
        assertThat(copying.visitFileFailed(file, new NoSuchFileException("it"))).isEqualTo(FileVisitResult.CONTINUE);
        assertThatThrownBy(() -> copying.visitFileFailed(file, new IOException("a bad disk"))).hasMessage("a bad disk");
        assertThat(to.resolve("inner")).isEmptyDirectory();
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThatThrownBy(() -> Copying.copy(folder.resolve("none"), to)).isInstanceOf(NoSuchFileException.class);
    }
}
