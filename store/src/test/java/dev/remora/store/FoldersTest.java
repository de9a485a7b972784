package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    Path temp;

    @Test
    void removesAllThatIsInItAndNothingThatItPointsTo() throws IOException {
        Path kept = Files.writeString(temp.resolve("kept"), "x");
        Path folder = Files.createDirectories(temp.resolve("a/b")).getParent();
        Files.createSymbolicLink(folder.resolve("b/link"), temp);
        Files.writeString(folder.resolve("b/file"), "y");
        Folders.remove(folder);
        assertThat(folder).doesNotExist();
        assertThat(kept).exists();
        Folders.remove(folder);
    }
}
