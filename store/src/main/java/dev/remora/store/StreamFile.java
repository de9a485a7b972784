package dev.remora.store;

import dev.remora.store.StreamName.Family;
import dev.remora.store.Streams.Entry;
import dev.remora.store.Streams.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The writing side of the streams' SQLite file. Used by the writer's thread only.
 *
 * <p>Two indexes carry all reading: by stream and by family, each in the order of time and sequence. The one by family names the
 * stream as well, so that rows of other streams are passed over without being read. A dropped stream or family keeps its number
 * in {@code dropped} until its rows are gone; numbers are never given twice.
 */
final class StreamFile implements AutoCloseable {
    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS family (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
                    + " region TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (account, region, name))",
            "CREATE TABLE IF NOT EXISTS stream (id INTEGER PRIMARY KEY AUTOINCREMENT, family INTEGER NOT NULL,"
                    + " name TEXT NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL, written INTEGER NOT NULL,"
                    + " UNIQUE (family, name))",
            "CREATE TABLE IF NOT EXISTS entry (sequence INTEGER PRIMARY KEY, family INTEGER NOT NULL, stream INTEGER NOT NULL,"
                    + " time INTEGER NOT NULL, written INTEGER NOT NULL, data BLOB NOT NULL)",
            "CREATE INDEX IF NOT EXISTS entry_by_stream ON entry (stream, time, sequence)",
            "CREATE INDEX IF NOT EXISTS entry_by_family ON entry (family, time, sequence, stream)",
            "CREATE TABLE IF NOT EXISTS dropped (stream INTEGER PRIMARY KEY)",
            "CREATE TABLE IF NOT EXISTS progress (sequence INTEGER NOT NULL)",
            "INSERT INTO progress SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM progress)");

    /** The numbers of so many streams are remembered; others are looked up. */
    private static final int REMEMBERED = 10_000;

    private record Numbers(long family, long stream) {}

    private static final class Total {
        int rows;
        long bytes;
    }

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Map<StreamName, Numbers> numbers = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<StreamName, Numbers> eldest) {
            return size() > REMEMBERED;
        }
    };
    private boolean synced = true;

    private StreamFile(Connection connection) throws SQLException {
        this.connection = connection;
        execute("BEGIN IMMEDIATE");
        for (String statement : SCHEMA) {
            execute(statement);
        }
        commit();
    }

    static StreamFile open(Path file) {
        try {
            var config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setCacheSize(-2048);
            config.setBusyTimeout(10_000);
            // Else the driver asks for the number of each inserted row, which we give it ourselves, by a statement of its own.
            config.setGetGeneratedKeys(false);
            Connection connection = config.createConnection("jdbc:sqlite:" + file);
            try {
                return new StreamFile(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreException(file + " cannot be opened: " + e.getMessage(), e);
        }
    }

    long lastSequence() {
        try {
            return number("SELECT sequence FROM progress").orElse(0L);
        } catch (SQLException e) {
            throw new StoreException("the streams cannot be read: " + e.getMessage(), e);
        }
    }

    void begin(boolean sync) throws SQLException {
        if (sync != synced) {
            execute("PRAGMA synchronous = " + (sync ? "FULL" : "NORMAL"));
            synced = sync;
        }
        execute("BEGIN IMMEDIATE");
    }

    void commit() throws SQLException {
        execute("COMMIT");
    }

    List<Long> insert(List<Entry> entries, long first, long written) throws SQLException {
        var sequences = new ArrayList<Long>(entries.size());
        var totals = new HashMap<Long, Total>();
        long sequence = first;
        for (Entry entry : entries) {
            Numbers at = numbers(entry.stream());
            var insert = statement("INSERT INTO entry (sequence, family, stream, time, written, data) VALUES (?, ?, ?, ?, ?, ?)");
            insert.setLong(1, sequence);
            insert.setLong(2, at.family);
            insert.setLong(3, at.stream);
            insert.setLong(4, entry.time().toEpochMilli());
            insert.setLong(5, written);
            insert.setBytes(6, entry.data());
            insert.executeUpdate();
            Total total = totals.computeIfAbsent(at.stream, s -> new Total());
            total.rows++;
            total.bytes += entry.data().length;
            sequences.add(sequence++);
        }
        for (var total : totals.entrySet()) {
            update("UPDATE stream SET count = count + ?, bytes = bytes + ?, written = ? WHERE id = ?",
                    total.getValue().rows, total.getValue().bytes, written, total.getKey());
        }
        update("UPDATE progress SET sequence = ?", sequence - 1);
        return sequences;
    }

    List<Row> take(Family family, long now, long hiddenUntil, int limit) throws SQLException {
        List<Row> taken = due(family, now, limit);
        for (Row row : taken) {
            update("UPDATE entry SET time = ? WHERE sequence = ?", hiddenUntil, row.sequence());
        }
        return taken;
    }

    /** Rows of a family whose time has come, in order. */
    List<Row> due(Family family, long now, int limit) throws SQLException {
        Optional<Long> number = number(family);
        if (number.isEmpty()) {
            return List.of();
        }
        var select = statement("SELECT e.sequence, s.name, e.time, e.written, e.data FROM entry e"
                + " JOIN stream s ON s.id = e.stream WHERE e.family = ? AND e.time <= ? ORDER BY e.time, e.sequence LIMIT ?");
        bind(select, number.get(), now, limit);
        return all(select, family);
    }

    private static List<Row> all(PreparedStatement select, Family family) throws SQLException {
        var found = new ArrayList<Row>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                found.add(row(rows, family));
            }
        }
        return found;
    }

    /** Rows of a family by their sequence numbers. */
    List<Row> rows(Family family, Collection<Long> sequences) throws SQLException {
        Optional<Long> number = number(family);
        var found = new ArrayList<Row>();
        for (long sequence : number.isEmpty() ? List.<Long>of() : sequences) {
            var select = statement("SELECT e.sequence, s.name, e.time, e.written, e.data FROM entry e"
                    + " JOIN stream s ON s.id = e.stream WHERE e.sequence = ? AND e.family = ?");
            bind(select, sequence, number.get());
            found.addAll(all(select, family));
        }
        return found;
    }

    int decide(List<Row> rows, Function<Row, Fate> fates) throws SQLException {
        for (Row row : rows) {
            settle(row, fates.apply(row));
        }
        return rows.size();
    }

    private void settle(Row row, Fate fate) throws SQLException {
        switch (fate) {
            case Fate.Kept kept -> { }
            case Fate.Deleted deleted -> delete(List.of(row.sequence()));
            case Fate.Changed changed -> change(row, changed);
        }
    }

    /** What a caller's transaction sees of this; what SQLite refuses ends the transaction. */
    Streams.Rows asRows() {
        return new Streams.Rows() {
            @Override
            public List<Row> due(StreamName stream, Instant until, int limit) {
                try {
                    return dueOf(stream, until.toEpochMilli(), limit);
                } catch (SQLException e) {
                    throw new StoreException("the streams cannot be read: " + e.getMessage(), e);
                }
            }

            @Override
            public boolean later(StreamName stream, Instant until) {
                try {
                    Optional<Long> id = existing(stream);
                    return id.isPresent()
                            && number("SELECT 1 FROM entry WHERE stream = ? AND time > ? LIMIT 1", id.get(),
                                    until.toEpochMilli()).isPresent();
                } catch (SQLException e) {
                    throw new StoreException("the streams cannot be read: " + e.getMessage(), e);
                }
            }

            @Override
            public void settle(Row row, Fate fate) {
                try {
                    StreamFile.this.settle(row, fate);
                } catch (SQLException e) {
                    throw new StoreException("the streams cannot be written: " + e.getMessage(), e);
                }
            }
        };
    }

    private List<Row> dueOf(StreamName stream, long until, int limit) throws SQLException {
        Optional<Long> id = existing(stream);
        if (id.isEmpty()) {
            return List.of();
        }
        var select = statement("SELECT e.sequence, s.name, e.time, e.written, e.data FROM entry e"
                + " JOIN stream s ON s.id = e.stream WHERE e.stream = ? AND e.time <= ? ORDER BY e.time, e.sequence LIMIT ?");
        bind(select, id.get(), until, limit);
        return all(select, stream.family());
    }

    private Optional<Long> existing(StreamName stream) throws SQLException {
        Optional<Long> family = number(stream.family());
        return family.isEmpty()
                ? family
                : number("SELECT id FROM stream WHERE family = ? AND name = ?", family.get(), stream.name());
    }

    boolean dropEmpty(Family family) throws SQLException {
        Optional<Long> number = number(family);
        if (number.isEmpty()) {
            return false;
        }
        numbers.keySet().removeIf(stream -> stream.family().equals(family));
        return update("DELETE FROM stream WHERE family = ? AND count = 0", number.get()) > 0;
    }

    private void change(Row row, Fate.Changed changed) throws SQLException {
        Numbers from = numbers(row.stream());
        Numbers to = numbers(changed.stream());
        var change = statement("UPDATE entry SET family = ?, stream = ?, time = ?, data = ? WHERE sequence = ?");
        change.setLong(1, to.family);
        change.setLong(2, to.stream);
        change.setLong(3, changed.time().toEpochMilli());
        change.setBytes(4, changed.data());
        change.setLong(5, row.sequence());
        change.executeUpdate();
        String size = "UPDATE stream SET count = count + ?, bytes = bytes + ? WHERE id = ?";
        update(size, -1, -row.data().length, from.stream);
        update(size, 1, changed.data().length, to.stream);
    }

    static Row row(ResultSet rows, Family family) throws SQLException {
        return new Row(rows.getLong(1), new StreamName(family, rows.getString(2)), Instant.ofEpochMilli(rows.getLong(3)),
                Instant.ofEpochMilli(rows.getLong(4)), rows.getBytes(5));
    }

    boolean reschedule(long sequence, long time, byte[] data) throws SQLException {
        var change = statement("UPDATE entry SET time = ?, data = ? WHERE sequence = ?");
        var stream = statement("UPDATE stream SET bytes = bytes + ? - (SELECT length(data) FROM entry WHERE sequence = ?)"
                + " WHERE id = (SELECT stream FROM entry WHERE sequence = ?)");
        bind(stream, data.length, sequence, sequence);
        stream.executeUpdate();
        change.setLong(1, time);
        change.setBytes(2, data);
        change.setLong(3, sequence);
        return change.executeUpdate() == 1;
    }

    int delete(Collection<Long> sequences) throws SQLException {
        var delete = statement("DELETE FROM entry WHERE sequence = ? RETURNING stream, length(data)");
        var totals = new HashMap<Long, Total>();
        for (long sequence : sequences) {
            delete.setLong(1, sequence);
            count(delete, totals);
        }
        return subtract(totals);
    }

    int sweep(Family family, long before, int limit) throws SQLException {
        Optional<Long> number = number(family);
        if (number.isEmpty()) {
            return 0;
        }
        var delete = statement("DELETE FROM entry WHERE sequence IN"
                + " (SELECT sequence FROM entry WHERE family = ? AND time < ? ORDER BY time LIMIT ?)"
                + " RETURNING stream, length(data)");
        bind(delete, number.get(), before, limit);
        var totals = new HashMap<Long, Total>();
        count(delete, totals);
        return subtract(totals);
    }

    private static void count(PreparedStatement delete, Map<Long, Total> totals) throws SQLException {
        try (ResultSet deleted = delete.executeQuery()) {
            while (deleted.next()) {
                Total total = totals.computeIfAbsent(deleted.getLong(1), s -> new Total());
                total.rows++;
                total.bytes += deleted.getLong(2);
            }
        }
    }

    private int subtract(Map<Long, Total> totals) throws SQLException {
        int rows = 0;
        for (var total : totals.entrySet()) {
            update("UPDATE stream SET count = count - ?, bytes = bytes - ? WHERE id = ?", total.getValue().rows,
                    total.getValue().bytes, total.getKey());
            rows += total.getValue().rows;
        }
        return rows;
    }

    boolean drop(StreamName stream) throws SQLException {
        Optional<Long> family = number(stream.family());
        if (family.isEmpty()) {
            return false;
        }
        numbers.remove(stream);
        update("INSERT INTO dropped SELECT id FROM stream WHERE family = ? AND name = ?", family.get(), stream.name());
        return update("DELETE FROM stream WHERE family = ? AND name = ?", family.get(), stream.name()) > 0;
    }

    boolean drop(Family family) throws SQLException {
        Optional<Long> number = number(family);
        if (number.isEmpty()) {
            return false;
        }
        numbers.clear();
        update("INSERT INTO dropped SELECT id FROM stream WHERE family = ?", number.get());
        update("DELETE FROM stream WHERE family = ?", number.get());
        return update("DELETE FROM family WHERE id = ?", number.get()) > 0;
    }

    boolean hasDropped() throws SQLException {
        return number("SELECT stream FROM dropped LIMIT 1").isPresent();
    }

    /** Deletes some rows of dropped streams; false when none is left. */
    boolean purge(int limit) throws SQLException {
        Optional<Long> stream = number("SELECT stream FROM dropped LIMIT 1");
        if (stream.isEmpty()) {
            return false;
        }
        int purged = update("DELETE FROM entry WHERE sequence IN (SELECT sequence FROM entry WHERE stream = ? LIMIT ?)",
                stream.get(), limit);
        if (purged < limit) {
            update("DELETE FROM dropped WHERE stream = ?", stream.get());
        }
        return hasDropped();
    }

    private Numbers numbers(StreamName stream) throws SQLException {
        Numbers known = numbers.get(stream);
        if (known == null) {
            known = find(stream);
            numbers.put(stream, known);
        }
        return known;
    }

    private Numbers find(StreamName stream) throws SQLException {
        Optional<Long> family = number(stream.family());
        if (family.isEmpty()) {
            Scope scope = stream.family().scope();
            update("INSERT INTO family (account, region, name) VALUES (?, ?, ?)", scope.account(), scope.region(),
                    stream.family().name());
            family = number(stream.family());
        }
        long in = family.orElseThrow();
        update("INSERT INTO stream (family, name, count, bytes, written) VALUES (?, ?, 0, 0, 0) ON CONFLICT DO NOTHING", in,
                stream.name());
        return new Numbers(in, number("SELECT id FROM stream WHERE family = ? AND name = ?", in, stream.name()).orElseThrow());
    }

    private Optional<Long> number(Family family) throws SQLException {
        return number("SELECT id FROM family WHERE account = ? AND region = ? AND name = ?", family.scope().account(),
                family.scope().region(), family.name());
    }

    private Optional<Long> number(String sql, Object... values) throws SQLException {
        var query = statement(sql);
        bind(query, values);
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
        }
    }

    private int update(String sql, Object... values) throws SQLException {
        var statement = statement(sql);
        bind(statement, values);
        return statement.executeUpdate();
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    private PreparedStatement statement(String sql) throws SQLException {
        @Nullable PreparedStatement known = statements.get(sql);
        if (known == null) {
            known = connection.prepareStatement(sql);
            statements.put(sql, known);
        }
        return known;
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("the streams cannot be closed: " + e.getMessage(), e);
        }
    }
}
