package dev.remora.store;

import dev.remora.store.StreamName.Family;
import dev.remora.store.Streams.Direction;
import dev.remora.store.Streams.Position;
import dev.remora.store.Streams.Row;
import dev.remora.store.Streams.Selection;
import dev.remora.store.Streams.Size;
import dev.remora.store.Streams.Summary;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.stream.Collectors;
import org.sqlite.SQLiteConfig;

/** The reading side of the streams' SQLite file: a few connections of its own, which never wait for the writer. */
final class StreamReader implements AutoCloseable {
    /** So many reads run at a time; others wait. */
    private static final int CONNECTIONS = 2;

    private interface Query<R> {
        R run(Connection connection) throws SQLException;
    }

    private final Path file;
    private final ArrayBlockingQueue<Optional<Connection>> connections = new ArrayBlockingQueue<>(CONNECTIONS);

    private volatile boolean closed;

    StreamReader(Path file) {
        this.file = file;
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(Optional.empty());
        }
    }

    List<Row> rows(Selection selection, Position position, Direction direction, int limit, long maxBytes) {
        long from = selection.from().toEpochMilli();
        long until = selection.until().toEpochMilli();
        return read(connection -> {
            Optional<Long> family = family(connection, selection.family());
            if (family.isEmpty() || from >= until) {
                return List.of();
            }
            String which = "e.family = ?";
            Object whichValue = family.get();
            if (selection.streams().isPresent()) {
                List<Long> streams = streams(connection, family.get(), selection.streams().get());
                if (streams.isEmpty()) {
                    return List.of();
                }
                if (streams.size() == 1) {
                    which = "e.stream = ?";
                    whichValue = streams.getFirst();
                } else {
                    which = "e.family = ? AND e.stream IN ("
                            + streams.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
                }
            }
            boolean forwards = direction == Direction.FORWARDS;
            // The bounds on time alone let the index begin at the right place; the third condition settles equal times.
            String sql = "SELECT e.sequence, s.name, e.time, e.written, e.data FROM entry e"
                    + " JOIN stream s ON s.id = e.stream WHERE " + which + " AND e.time >= ? AND e.time < ? AND "
                    + (forwards ? "(e.time > ? OR e.sequence > ?)" : "(e.time < ? OR e.sequence < ?)")
                    + (forwards ? " ORDER BY e.time, e.sequence LIMIT ?" : " ORDER BY e.time DESC, e.sequence DESC LIMIT ?");
            long at = position.time().toEpochMilli();
            long first = forwards ? Math.max(from, at) : from;
            long end = forwards || at == Long.MAX_VALUE ? until : Math.min(until, at + 1);
            try (var query = connection.prepareStatement(sql)) {
                bind(query, whichValue, first, end, at, position.sequence(), limit);
                return gather(query, selection.family(), maxBytes);
            }
        });
    }

    private static List<Row> gather(PreparedStatement query, Family family, long maxBytes) throws SQLException {
        var found = new ArrayList<Row>();
        long bytes = 0;
        try (ResultSet rows = query.executeQuery()) {
            while (bytes < maxBytes && rows.next()) {
                Row row = StreamFile.row(rows, family);
                bytes += row.data().length;
                found.add(row);
            }
        }
        return found;
    }

    Map<String, Summary> summaries(Family family, Optional<String> stream) {
        return read(connection -> {
            Optional<Long> number = family(connection, family);
            var summaries = new HashMap<String, Summary>();
            if (number.isEmpty()) {
                return summaries;
            }
            try (var query = connection.prepareStatement("SELECT s.name, s.count, s.bytes, s.written,"
                    + " (SELECT min(time) FROM entry WHERE stream = s.id), (SELECT max(time) FROM entry WHERE stream = s.id)"
                    + " FROM stream s WHERE s.family = ?" + (stream.isPresent() ? " AND s.name = ?" : ""))) {
                query.setLong(1, number.get());
                if (stream.isPresent()) {
                    query.setString(2, stream.get());
                }
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        summaries.put(row.getString(1), new Summary(row.getLong(2), row.getLong(3), time(row, 5), time(row, 6),
                                time(row, 4).filter(t -> t.toEpochMilli() != 0)));
                    }
                }
            }
            return summaries;
        });
    }

    private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    Size size(Family family) {
        return read(connection -> {
            Optional<Long> number = family(connection, family);
            if (number.isEmpty()) {
                return new Size(0, 0, 0);
            }
            try (var query = connection.prepareStatement(
                    "SELECT count(*), coalesce(sum(count), 0), coalesce(sum(bytes), 0) FROM stream WHERE family = ?")) {
                query.setLong(1, number.get());
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    return new Size(row.getLong(1), row.getLong(2), row.getLong(3));
                }
            }
        });
    }

    long count(Family family, String prefix, Instant after) {
        return of(family, 0L, (connection, number) -> {
            try (var query = connection.prepareStatement("SELECT COUNT(*) FROM entry e JOIN stream s ON s.id = e.stream"
                    + " WHERE e.family = ? AND e.time > ? AND substr(s.name, 1, ?) = ?")) {
                bind(query, number, after.toEpochMilli(), prefix.length(), prefix);
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? row.getLong(1) : 0L;
                }
            }
        });
    }

    List<String> due(Family family, Instant until, int limit) {
        return of(family, List.of(), (connection, number) -> {
            try (var query = connection.prepareStatement("SELECT s.name, MIN(e.time) AS first, MIN(e.sequence) FROM entry e"
                    + " JOIN stream s ON s.id = e.stream WHERE e.family = ? AND e.time <= ? GROUP BY e.stream"
                    + " ORDER BY 2, 3 LIMIT ?")) {
                bind(query, number, until.toEpochMilli(), limit);
                var names = new ArrayList<String>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        names.add(rows.getString(1));
                    }
                }
                return names;
            }
        });
    }

    Optional<Instant> next(Family family, Instant after) {
        return of(family, Optional.empty(), (connection, number) -> {
            try (var query = connection.prepareStatement("SELECT e.time FROM entry e JOIN stream s ON s.id = e.stream"
                    + " WHERE e.family = ? AND e.time > ? ORDER BY e.time LIMIT 1")) {
                bind(query, number, after.toEpochMilli());
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? time(row, 1) : Optional.empty();
                }
            }
        });
    }

    private interface FamilyQuery<R> {
        R run(Connection connection, long family) throws SQLException;
    }

    private <R> R of(Family family, R none, FamilyQuery<R> query) {
        return read(connection -> {
            Optional<Long> number = family(connection, family);
            return number.isPresent() ? query.run(connection, number.get()) : none;
        });
    }

    Optional<Instant> earliest(Family family) {
        return read(connection -> {
            Optional<Long> number = family(connection, family);
            if (number.isEmpty()) {
                return Optional.empty();
            }
            try (var query = connection.prepareStatement("SELECT e.time FROM entry e JOIN stream s ON s.id = e.stream"
                    + " WHERE e.family = ? ORDER BY e.time LIMIT 1")) {
                query.setLong(1, number.get());
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? time(row, 1) : Optional.empty();
                }
            }
        });
    }

    private static Optional<Long> family(Connection connection, Family family) throws SQLException {
        try (var query = connection.prepareStatement("SELECT id FROM family WHERE account = ? AND region = ? AND name = ?")) {
            bind(query, family.scope().account(), family.scope().region(), family.name());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
            }
        }
    }

    private static List<Long> streams(Connection connection, long family, Set<String> names) throws SQLException {
        var numbers = new ArrayList<Long>();
        try (var query = connection.prepareStatement("SELECT id FROM stream WHERE family = ? AND name = ?")) {
            for (String name : names) {
                bind(query, family, name);
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        numbers.add(row.getLong(1));
                    }
                }
            }
        }
        return numbers;
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }

    private <R> R read(Query<R> query) {
        Optional<Connection> idle = takeConnection();
        try {
            if (closed) {
                throw new StoreException("the streams are closed");
            }
            Connection connection = idle.isPresent() ? idle.get() : connect();
            idle = Optional.of(connection);
            return query.run(connection);
        } catch (SQLException e) {
            throw new StoreException("the streams cannot be read: " + e.getMessage(), e);
        } finally {
            connections.add(idle);
        }
    }

    private Optional<Connection> takeConnection() {
        try {
            return connections.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting to read the streams", e);
        }
    }

    private Connection connect() throws SQLException {
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setCacheSize(-1024);
        config.setBusyTimeout(10_000);
        return config.createConnection("jdbc:sqlite:" + file);
    }

    /** Waits for the reads that run. */
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < CONNECTIONS; i++) {
            try {
                Optional<Connection> connection = connections.take();
                connections.add(Optional.empty());
                if (connection.isPresent()) {
                    connection.get().close();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (SQLException e) {
                throw new StoreException("the streams cannot be closed: " + e.getMessage(), e);
            }
        }
    }
}
