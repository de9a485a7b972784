package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path temp;

    @Test
    void isMadeForItsOwnerOnlyAndNamesItsFormat() throws Exception {
        Path path = temp.resolve("a/b");
        try (var folder = DataFolder.open(path)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rwx------");
            assertThat(Files.readString(folder.path().resolve("format"))).isEqualTo("3\n");
        }
        DataFolder.open(path).close();
    }

    @Test
    void refusesAnotherFormatNamingBoth() throws Exception {
        DataFolder.open(temp).close();
        Files.writeString(temp.resolve("format"), "7\n");
        assertThatThrownBy(() -> DataFolder.open(temp)).isInstanceOf(StoreException.class)
                .hasMessageContainingAll("has format 7", "reads format 3");
        Files.writeString(temp.resolve("format"), "3\n");
        DataFolder.open(temp).close();
    }

    @Test
    void refusesAFolderOfSomethingElseAndLeavesItAlone() throws Exception {
        Files.writeString(temp.resolve("thesis.tex"), "precious");
        assertThatThrownBy(() -> DataFolder.open(temp)).isInstanceOf(StoreException.class)
                .hasMessageContainingAll("is not a Remora data folder", "thesis.tex");
        assertThat(temp).isDirectoryContaining("glob:**thesis.tex");
        try (var files = Files.list(temp)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void isHeldOnceWithinAProcess() {
        try (var held = DataFolder.open(temp)) {
            assertThatThrownBy(() -> DataFolder.open(held.path())).isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use by another server (process " + ProcessHandle.current().pid() + ")");
        }
        DataFolder.open(temp).close();
    }

    @Test
    void isHeldByOneProcessUntilThatEnds() throws Exception {
        Process holder = ChildJvm.start(Holder.class, temp.toString());
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("held");
            assertThatThrownBy(() -> DataFolder.open(temp)).isInstanceOf(StoreException.class)
                    .hasMessageContaining("is in use by another server (process " + holder.pid() + ")");
        } finally {
            holder.destroyForcibly();
        }
        assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
        DataFolder.open(temp).close();
    }

    /** Holds a folder until it is killed. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            DataFolder.open(Path.of(arguments[0]));
            System.out.println("held");
            System.out.flush();
            System.in.read();
        }
    }
}
