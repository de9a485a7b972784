package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobsTest {
    private static final String HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    @TempDir
    Path temp;

    private DataFolder folder;
    private Blobs blobs;

    @BeforeEach
    void open() {
        folder = DataFolder.open(temp.resolve("data"));
        blobs = Blobs.open(folder);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private long files() throws IOException {
        try (var files = Files.list(folder.path().resolve("blobs"))) {
            return files.count();
        }
    }

    @Test
    void aBlobIsNamedByItsContent() throws Exception {
        assertThat(blobs.put("hello".getBytes())).isEqualTo(HELLO);
        assertThat(blobs.put("hello".getBytes())).isEqualTo(HELLO);
        assertThat(blobs.path(HELLO)).hasValueSatisfying(p -> assertThat(p).hasContent("hello"));
        assertThat(blobs.size(HELLO)).contains(5L);
        assertThat(blobs.verify(HELLO)).isTrue();
        assertThat(files()).isEqualTo(1);
        blobs.delete(HELLO);
        blobs.delete(HELLO);
        assertThat(blobs.path(HELLO)).isEmpty();
        assertThat(blobs.size(HELLO)).isEmpty();
        assertThat(blobs.verify(HELLO)).isFalse();
    }

    @Test
    void aBlobThatWasDeletedIsWrittenAgain() {
        blobs.put("hello".getBytes());
        blobs.delete(HELLO);
        assertThat(blobs.put("hello".getBytes())).isEqualTo(HELLO);
        assertThat(blobs.verify(HELLO)).isTrue();
    }

    @Test
    void verifyingFindsDamage() throws Exception {
        blobs.put("hello".getBytes());
        Files.writeString(blobs.path(HELLO).orElseThrow(), "jello");
        assertThat(blobs.verify(HELLO)).isFalse();
    }

    @Test
    void aStreamThatBreaksLeavesNothing() throws Exception {
        var breaks = new InputStream() {
            private int given;

            @Override
            public int read() throws IOException {
                if (given++ >= 100_000) {
                    throw new IOException("the connection broke");
                }
                return 'x';
            }
        };
        assertThatThrownBy(() -> blobs.put(breaks)).isInstanceOf(StoreException.class).hasMessageContaining("connection broke");
        assertThat(files()).isZero();
    }

    @Test
    void openingClearsAwayInterruptedWrites() throws Exception {
        blobs.put("hello".getBytes());
        Files.writeString(folder.path().resolve("blobs/123.part"), "hel");
        Blobs.open(folder);
        assertThat(files()).isEqualTo(1);
    }

    @Test
    void aNameIsADigestAndNothingElse() {
        assertThatThrownBy(() -> blobs.path("../documents.db")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blobs.delete(HELLO.toUpperCase())).isInstanceOf(IllegalArgumentException.class);
    }
}
