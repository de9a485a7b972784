package dev.remora.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {
    @TempDir
    Path temp;

    private DataFolder folder;

    @BeforeEach
    @Override
    void openIt() {
        folder = DataFolder.open(temp.resolve("data"));
        super.openIt();
    }

    @AfterEach
    void closeFolder() {
        folder.close();
    }

    @Override
    Store open() {
        return SqliteStore.open(folder, KINDS);
    }

    private void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.path().resolve("documents.db"));
                var s = connection.createStatement()) {
            s.execute(statement);
        }
    }

    private void refusedAtOpening(Collection<? extends Kind<?>> kinds, String... words) {
        assertThatThrownBy(() -> SqliteStore.open(folder, kinds)).isInstanceOf(StoreException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    @Test
    void refusesAnUnknownKindAndAnUnknownVersion() throws Exception {
        put(HEN);
        store.close();
        refusedAtOpening(List.of(COUNTERS), "documents.db", "test.animal", "does not know");
        sql("UPDATE document SET version = 2");
        refusedAtOpening(KINDS, "test.animal at version 2", "reads version 1");
    }

    @Test
    void refusesADocumentThatIsNotExactlyItsRecord() throws Exception {
        put(HEN);
        store.close();
        sql("UPDATE document SET json = '{\"name\":\"hen\",\"legs\":2,\"food\":[],\"wings\":2}'");
        refusedAtOpening(KINDS, "test.animal", "hen", "wings");
        sql("UPDATE document SET json = '{\"name\":\"hen\",\"food\":[]}'");
        refusedAtOpening(KINDS, "legs");
        sql("UPDATE document SET json = '{\"name\":null,\"legs\":2,\"food\":[]}'");
        refusedAtOpening(KINDS, "name");
        sql("UPDATE document SET json = '{\"name\":'");
        refusedAtOpening(KINDS, "cannot be read");
        sql("UPDATE document SET json = '{\"name\":\"hen\",\"legs\":2,\"food\":[]}'");
        store = open();
    }

    @Test
    void refusesAFileThatIsNoDatabase() throws Exception {
        store.close();
        Files.writeString(folder.path().resolve("documents.db"), "no database, but long enough to be looked at ".repeat(100));
        refusedAtOpening(KINDS, "documents.db");
    }

    @Test
    void goesOnAfterTheDiskWasFull() throws Exception {
        store.close();
        var file = DocumentFile.open(folder.path().resolve("documents.db"));
        store = SqliteStore.open(file, KINDS);
        put(HEN);
        file.limitPages(20);
        var fat = new Animal("x".repeat(200_000), 4, Set.of());
        var refusals = new ConcurrentLinkedQueue<String>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String id = "fat" + i;
                executor.execute(() -> {
                    try {
                        store.write(t -> {
                            t.put(ANIMALS, HERE, "slim", CAT);
                            t.put(ANIMALS, HERE, id, fat);
                            return null;
                        });
                    } catch (StoreException e) {
                        refusals.add(e.getMessage());
                    }
                });
            }
        }
        assertThat(refusals).hasSize(8).allSatisfy(m -> assertThat(m).contains("the disk is full", "documents.db"));
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(HEN);
        assertThat(store.view().revision()).isEqualTo(1);
        put(CAT);
        assertThat(store.view().revision()).isEqualTo(2);
        reopen();
        assertThat(store.view().all(ANIMALS, HERE)).containsExactly(CAT, HEN);
    }

    @Test
    void refusesADocumentThatIsTooLargeAlone() {
        var fat = new Animal("x".repeat(SqliteStore.MAX_DOCUMENT_CHARS), 4, Set.of());
        assertThatThrownBy(() -> put(HEN, fat)).isInstanceOf(StoreException.class).hasMessageContaining("too large");
        assertThat(store.view().all(ANIMALS, HERE)).isEmpty();
    }

    @Test
    void keepsAStoreInMemoryToo() {
        try (var memory = SqliteStore.inMemory(KINDS)) {
            memory.write(t -> {
                t.put(ANIMALS, HERE, "hen", HEN);
                return null;
            });
            assertThat(memory.view().all(ANIMALS, HERE)).containsExactly(HEN);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the null is the point
    void theStoreInMemoryRefusesWhatCouldNotBeReadAgain() {
        try (var memory = SqliteStore.inMemory(KINDS)) {
            assertThatThrownBy(() -> memory.write(t -> {
                        t.put(ANIMALS, HERE, "hen", new Animal(null, 2, Set.of()));
                        return 0;
                    }))
                    .hasMessageContaining("name");
            assertThat(memory.view().all(ANIMALS, HERE)).isEmpty();
        }
    }
}
