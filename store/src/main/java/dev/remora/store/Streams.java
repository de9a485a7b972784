package dev.remora.store;

import dev.remora.store.StreamName.Family;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Rows that are appended in large numbers, read by time, and go again: log events, queued invocations. They live in
 * {@code streams.db}, not among the documents, and not in memory.
 *
 * <p>A row has a time, which its owner gives and may change (an event's time, the time at which an item is due), and a sequence
 * number, which is given once, grows, and never comes back. Rows of a stream or of a family are read in the order of time and
 * then of sequence; a {@link Position} is a place in that order.
 *
 * <p>One thread writes. It gathers what is queued into one SQLite transaction. Rows of {@link #append} may wait for others for
 * {@link StreamWriter#LINGER_MILLIS}; whatever somebody waits for is committed at once, together with all that was queued
 * before it. The write-ahead log is synced only for {@link #appendDurably}; other commits survive the end of this process, not
 * a loss of power. What waits in memory is bounded by {@link #MAX_PENDING_BYTES}; beyond it, appending waits for the disk.
 *
 * <p>If a commit fails, the rows of {@code append} in it are lost (the log says how many), and everybody who waited for it is
 * told.
 *
 * <p>Dropping a stream takes its name away, at once and durably enough that it never comes back; its rows go afterwards, piece by
 * piece, when nothing else is to be done. Reads and other threads' writes never wait for a large deletion.
 */
public final class Streams implements AutoCloseable {
    /** The bytes of rows that may wait for the disk. */
    public static final int MAX_PENDING_BYTES = 32 << 20;

    /** What is appended. */
    public record Entry(StreamName stream, Instant time, byte[] data) {}

    /**
     * What is read.
     *
     * @param written when it was appended
     */
    public record Row(long sequence, StreamName stream, Instant time, Instant written, byte[] data) {
        public Position position() {
            return new Position(time, sequence);
        }
    }

    /** A place in the order of rows: just after (forwards) or just before (backwards) the row of that time and sequence. */
    public record Position(Instant time, long sequence) implements Comparable<Position> {
        public static final Position START = new Position(Instant.ofEpochMilli(Long.MIN_VALUE), 0);
        public static final Position END = new Position(Instant.ofEpochMilli(Long.MAX_VALUE), Long.MAX_VALUE);

        @Override
        public int compareTo(Position other) {
            int byTime = time.compareTo(other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    public enum Direction {
        FORWARDS,
        BACKWARDS
    }

    /**
     * Which rows are read.
     *
     * @param streams names of streams of the family, or empty for all of them
     * @param from the first time
     * @param until the time after the last
     */
    public record Selection(Family family, Optional<Set<String>> streams, Instant from, Instant until) {
        public static Selection of(StreamName stream, Instant from, Instant until) {
            return new Selection(stream.family(), Optional.of(Set.of(stream.name())), from, until);
        }

        public static Selection of(Family family, Instant from, Instant until) {
            return new Selection(family, Optional.empty(), from, until);
        }
    }

    /** What a stream holds; {@code first} and {@code last} are the times of its earliest and latest row. */
    public record Summary(long rows, long bytes, Optional<Instant> first, Optional<Instant> last, Optional<Instant> lastWritten) {
        public static final Summary EMPTY = new Summary(0, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** How much a whole family holds. */
    public record Size(long streams, long rows, long bytes) {}

    private final StreamWriter writer;
    private final StreamReader reader;

    private Streams(StreamWriter writer, StreamReader reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /** Opens {@code streams.db} in the folder. */
    public static Streams open(DataFolder folder, InstantSource clock) {
        var path = folder.path().resolve("streams.db");
        return new Streams(new StreamWriter(path, clock), new StreamReader(path));
    }

    /** Queues rows and returns; waits only while more than {@link #MAX_PENDING_BYTES} are queued. */
    public void append(List<Entry> entries) {
        writer.append(entries, true);
    }

    /** Appends rows, all or none, and returns their sequence numbers once they are durable. */
    public List<Long> appendDurably(List<Entry> entries) {
        return writer.await(writer.append(entries, false));
    }

    /** Waits until all that was appended before can be read. */
    public void flush() {
        if (!writer.idle()) {
            writer.now(f -> true);
        }
    }

    /**
     * At most {@code limit} rows, and no more once they hold {@code maxBytes}, beginning at {@code position}. Only what is
     * committed is seen; {@link #flush} first where that matters.
     */
    public List<Row> read(Selection selection, Position position, Direction direction, int limit, long maxBytes) {
        return reader.rows(selection, position, direction, limit, maxBytes);
    }

    public Summary summary(StreamName stream) {
        return reader.summaries(stream.family(), Optional.of(stream.name())).getOrDefault(stream.name(), Summary.EMPTY);
    }

    /** What each stream of the family holds, by name; a stream to which nothing was ever appended is absent. */
    public Map<String, Summary> summaries(Family family) {
        return reader.summaries(family, Optional.empty());
    }

    public Size size(Family family) {
        return reader.size(family);
    }

    /** The time of the family's earliest row: for a queue, when the next item is due. */
    public Optional<Instant> earliest(Family family) {
        return reader.earliest(family);
    }

    /**
     * Takes rows of a queue that are due: those whose time has come by {@code now}, in order, whose time becomes {@code
     * hiddenUntil}. Who takes one must {@link #delete} or {@link #reschedule} it before that time, or it is due again, as it is
     * after a crash.
     */
    public List<Row> take(Family family, Instant now, Instant hiddenUntil, int limit) {
        return writer.now(f -> f.take(family, now.toEpochMilli(), hiddenUntil.toEpochMilli(), limit));
    }

    /**
     * Decides over rows of a family that are due by {@code until}, in order and at most {@code limit} of them, in one
     * transaction. Returns how many there were.
     *
     * @param fates called by the writer's thread while all writing waits: it must be quick, must not call the streams, and must
     *     not throw
     */
    public int decide(Family family, Instant until, int limit, Function<Row, Fate> fates) {
        return writer.now(f -> f.decide(f.due(family, until.toEpochMilli(), limit), fates));
    }

    /** Decides over the rows of a family that have these sequence numbers; those that are gone are passed over. */
    public int decide(Family family, Collection<Long> sequences, Function<Row, Fate> fates) {
        return writer.now(f -> f.decide(f.rows(family, sequences), fates));
    }

    /** What {@link #transact} may do. */
    public interface Rows {
        /** Rows of a stream that are due by {@code until}, in order. */
        List<Row> due(StreamName stream, Instant until, int limit);

        /** Whether a row of a stream has a time after {@code until}. */
        boolean later(StreamName stream, Instant until);

        void settle(Row row, Fate fate);
    }

    /**
     * Runs the work as one transaction.
     *
     * @param work called by the writer's thread while all writing waits: it must be quick, must not call the streams, and must
     *     not throw
     */
    public <R> R transact(Function<Rows, R> work) {
        return writer.now(f -> work.apply(f.asRows()));
    }

    /** Names of a family's streams that have rows due by {@code until}, those with the earliest row first. */
    public List<String> due(Family family, Instant until, int limit) {
        return reader.due(family, until, limit);
    }

    /** How many rows of a family's streams whose names begin so have a time after {@code after}. */
    public long count(Family family, String prefix, Instant after) {
        return reader.count(family, prefix, after);
    }

    /** The earliest time after {@code after} that a row of the family has. */
    public Optional<Instant> next(Family family, Instant after) {
        return reader.next(family, after);
    }

    /** Forgets the names of streams that hold nothing. */
    public void dropEmpty(Family family) {
        writer.now(f -> f.dropEmpty(family));
    }

    /** Gives a row another time and other data; false if it is gone. Survives the end of this process. */
    public boolean reschedule(long sequence, Instant time, byte[] data) {
        return writer.now(f -> f.reschedule(sequence, time.toEpochMilli(), data));
    }

    /** Deletes rows; those that are gone are ignored. Survives the end of this process. */
    public void delete(Collection<Long> sequences) {
        writer.now(f -> f.delete(sequences));
    }

    /** Deletes all rows of a stream. */
    public void drop(StreamName stream) {
        writer.now(f -> f.drop(stream));
    }

    /** Deletes all rows of all streams of a family. */
    public void drop(Family family) {
        writer.now(f -> f.drop(family));
    }

    /** Deletes the rows of a family whose time is before {@code time}, and returns how many they were. */
    public long sweep(Family family, Instant time) {
        long swept = 0;
        int more;
        do {
            more = writer.now(f -> f.sweep(family, time.toEpochMilli(), StreamWriter.BATCH_ROWS));
            swept += more;
        } while (more == StreamWriter.BATCH_ROWS);
        return swept;
    }

    /** Commits what is queued and closes the file. */
    @Override
    public void close() {
        writer.close();
        reader.close();
    }
}
