package dev.remora.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The documents' SQLite file: one row for each document, and the number of the last transaction.
 *
 * <p>Write-ahead log with {@code synchronous=FULL}: {@code COMMIT} returns after the log has been synced. If a commit fails, it
 * is rolled back and the number is read again: where it is the one that was reached before, the file is as if nothing had been
 * tried and the next commit may come. Where it is not, or where syncing itself failed (the kernel then drops the pages that it
 * could not write, so a later sync would report success for data that is gone), nothing more is written until the server starts
 * again.
 *
 * <p>Used by one thread at a time.
 */
final class DocumentFile implements AutoCloseable {
    private static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS document (
              kind TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL,
              version INTEGER NOT NULL, json TEXT NOT NULL,
              PRIMARY KEY (kind, account, region, id)) WITHOUT ROWID""";

    private static final String PUT = """
            INSERT INTO document (kind, account, region, id, version, json) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET version = excluded.version, json = excluded.json""";
    private static final String DELETE = "DELETE FROM document WHERE kind = ? AND account = ? AND region = ? AND id = ?";
    private static final String REACH = "UPDATE progress SET revision = ?";

    /** A document as it shall be; without {@code json} it is deleted. */
    record Row(Kind<?> kind, Scope scope, String id, @Nullable String json) {}

    private final String name;
    private final Connection connection;
    private PreparedStatement put;
    private PreparedStatement delete;
    private PreparedStatement reach;
    private long revision;
    private boolean broken;

    private DocumentFile(String name, Connection connection) throws SQLException {
        this.name = name;
        this.connection = connection;
        execute("BEGIN IMMEDIATE");
        execute(SCHEMA);
        execute("CREATE TABLE IF NOT EXISTS progress (revision INTEGER NOT NULL)");
        execute("INSERT INTO progress SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM progress)");
        execute("COMMIT");
        revision = readRevision();
        put = connection.prepareStatement(PUT);
        delete = connection.prepareStatement(DELETE);
        reach = connection.prepareStatement(REACH);
    }

    static DocumentFile open(Path file) {
        return open(file.toString());
    }

    /** A file that exists in memory only, for tests of what is built on the store. */
    static DocumentFile inMemory() {
        return open(":memory:");
    }

    private static DocumentFile open(String name) {
        try {
            var config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setCacheSize(-1024);
            config.setGetGeneratedKeys(false);
            Connection connection = config.createConnection("jdbc:sqlite:" + name);
            try {
                return new DocumentFile(name, connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreException(name + " cannot be opened: " + e.getMessage(), e);
        }
    }

    /** Bounds the file, so that a test can fill it. */
    void limitPages(int pages) throws SQLException {
        execute("PRAGMA max_page_count = " + pages);
    }

    /** All documents, as a snapshot at the revision that was reached. */
    Snapshot load(Kinds kinds) {
        var shelves = new Loading(Snapshot.empty(kinds));
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT kind, account, region, version, id, json FROM document"
                        + " ORDER BY kind, account, region")) {
            while (rows.next()) {
                String kindName = rows.getString(1);
                var scope = new Scope(rows.getString(2), rows.getString(3));
                Kind<?> kind = kinds.byName(kindName);
                if (kind == null) {
                    throw new StoreException(name + " holds documents of the kind " + kindName
                            + ", which this version of Remora does not know");
                }
                if (rows.getInt(4) != kind.version()) {
                    throw new StoreException(name + " holds documents of the kind " + kindName + " at version " + rows.getInt(4)
                            + "; this version of Remora reads version " + kind.version());
                }
                shelves.add(kind, scope, rows.getString(5), rows.getBytes(6));
            }
        } catch (SQLException e) {
            throw new StoreException(name + " cannot be read: " + e.getMessage(), e);
        }
        return shelves.finish().at(revision);
    }

    /** Gathers the documents of one shelf after the other; they come in that order. */
    private final class Loading {
        private record Shelved<T extends Record>(Kind<T> kind, Scope scope, TreeMap<String, T> documents) {
            Snapshot into(Snapshot snapshot) {
                return snapshot.withAll(kind, scope, documents);
            }
        }

        private Snapshot snapshot;
        private @Nullable Shelved<?> shelf;

        Loading(Snapshot empty) {
            snapshot = empty;
        }

        void add(Kind<?> kind, Scope scope, String id, byte[] json) {
            Shelved<?> here = shelf;
            if (here == null || here.kind != kind || !here.scope.equals(scope)) {
                finish();
                here = new Shelved<>(kind, scope, new TreeMap<>());
                shelf = here;
            }
            read(here, id, json);
        }

        private <T extends Record> void read(Shelved<T> into, String id, byte[] json) {
            try {
                into.documents.put(id, Json.read(into.kind.type(), json));
            } catch (RuntimeException e) {
                throw new StoreException(name + ": the document " + into.kind + " " + into.scope.account() + " "
                        + into.scope.region() + " " + id + " cannot be read: " + e.getMessage(), e);
            }
        }

        Snapshot finish() {
            if (shelf != null) {
                snapshot = shelf.into(snapshot);
                shelf = null;
            }
            return snapshot;
        }
    }

    /**
     * Makes the rows durable, all or none.
     *
     * @param newRevision the number of the last transaction that they belong to
     */
    void commit(long newRevision, List<Row> rows) {
        if (broken) {
            throw new StoreException(name + " could not be written earlier; changes are refused until the server starts again");
        }
        try {
            execute("BEGIN IMMEDIATE");
            for (Row row : rows) {
                write(row);
            }
            reach.setLong(1, newRevision);
            reach.executeUpdate();
            execute("COMMIT");
            revision = newRevision;
        } catch (SQLException e) {
            rollBack(e);
            throw new StoreException(isFull(e)
                    ? "the disk is full: " + name + " cannot grow, so the change was not made"
                    : name + " cannot be written, so the change was not made: " + e.getMessage(), e);
        }
    }

    private void write(Row row) throws SQLException {
        PreparedStatement statement = row.json == null ? delete : put;
        statement.setString(1, row.kind.name());
        statement.setString(2, row.scope.account());
        statement.setString(3, row.scope.region());
        statement.setString(4, row.id);
        if (row.json != null) {
            statement.setInt(5, row.kind.version());
            statement.setString(6, row.json);
        }
        statement.executeUpdate();
    }

    private void rollBack(SQLException failure) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            failure.addSuppressed(e); // a full disk makes SQLite roll back by itself, and then there is nothing to roll back
        }
        try {
            broken = code(failure) == SQLiteErrorCode.SQLITE_IOERR_FSYNC || readRevision() != revision;
            put = prepareAgain(put, PUT);
            delete = prepareAgain(delete, DELETE);
            reach = prepareAgain(reach, REACH);
        } catch (SQLException e) {
            broken = true;
            failure.addSuppressed(e);
        }
    }

    /** The driver makes a statement that failed unusable. */
    private PreparedStatement prepareAgain(PreparedStatement old, String sql) throws SQLException {
        old.close();
        return connection.prepareStatement(sql);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long readRevision() throws SQLException {
        try (var statement = connection.createStatement(); var row = statement.executeQuery("SELECT revision FROM progress")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static boolean isFull(SQLException e) {
        return code(e) == SQLiteErrorCode.SQLITE_FULL;
    }

    private static SQLiteErrorCode code(SQLException e) {
        return e instanceof SQLiteException s ? s.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException(name + " cannot be closed: " + e.getMessage(), e);
        }
    }
}
