package dev.remora.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Direction;
import dev.remora.store.Streams.Position;
import dev.remora.store.Streams.Row;
import dev.remora.store.Streams.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What was sent to one FIFO queue in the last five minutes: a message with an id that came before is taken and not delivered
 * ("Exactly-once processing in Amazon SQS").
 *
 * <p>Ids are rows beside the messages, written in the same transaction, so that neither is there without the other; a row of an
 * id follows its message's row. They are read once, at the first message after a start.
 */
final class Deduplication {
    static final Duration INTERVAL = Duration.ofMinutes(5);
    private static final int READ = 1000;
    private static final int UUID_LENGTH = 36;
    private static final Instant EVER = Instant.ofEpochMilli(Long.MAX_VALUE);

    /** A message that was sent. */
    record Sent(String messageId, long sequence) {}

    private record Seen(Sent sent, Instant until) {}

    /** A message to send, under the key of its id. */
    record Candidate(String key, String messageId, Streams.Entry entry) {}

    private final Streams streams;
    private final StreamName ids;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable LinkedHashMap<String, Seen> seen;

    Deduplication(Streams streams, StreamName ids) {
        this.streams = streams;
        this.ids = ids;
    }

    /** Appends those that were not sent before, in order; answers for each with the message that it is. */
    List<Sent> append(List<Candidate> candidates, Instant now) {
        lock.lock();
        try {
            Map<String, Seen> known = known(now);
            var entries = new ArrayList<Streams.Entry>();
            var fresh = new LinkedHashMap<String, Candidate>();
            for (Candidate each : candidates) {
                if (!known.containsKey(each.key()) && fresh.putIfAbsent(each.key(), each) == null) {
                    entries.add(each.entry());
                    entries.add(new Streams.Entry(ids, now, (each.messageId() + each.key()).getBytes(UTF_8)));
                }
            }
            List<Long> sequences = streams.appendDurably(entries);
            int at = 0;
            for (Candidate each : fresh.values()) {
                known.put(each.key(), new Seen(new Sent(each.messageId(), sequences.get(at)), now.plus(INTERVAL)));
                at += 2;
            }
            return candidates.stream()
                    .map(c -> Optional.ofNullable(known.get(c.key())).orElseThrow().sent())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Seen> known(Instant now) {
        LinkedHashMap<String, Seen> known = seen;
        if (known == null) {
            known = read(now);
            seen = known;
        }
        var oldest = known.values().iterator();
        while (oldest.hasNext() && !oldest.next().until().isAfter(now)) {
            oldest.remove();
        }
        return known;
    }

    private LinkedHashMap<String, Seen> read(Instant now) {
        var found = new LinkedHashMap<String, Seen>();
        Position position = Position.START;
        List<Row> rows;
        do {
            rows = streams.read(
                    Selection.of(ids, now.minus(INTERVAL), EVER), position, Direction.FORWARDS, READ, Long.MAX_VALUE);
            for (Row row : rows) {
                String text = new String(row.data(), UTF_8);
                var sent = new Sent(text.substring(0, UUID_LENGTH), row.sequence() - 1);
                found.put(text.substring(UUID_LENGTH), new Seen(sent, row.time().plus(INTERVAL)));
                position = row.position();
            }
        } while (rows.size() == READ);
        return found;
    }

    /** The windows of all queues that were sent to since the start. */
    static final class Windows {
        private final Streams streams;
        private final Map<String, Deduplication> windows = new HashMap<>();

        Windows(Streams streams) {
            this.streams = streams;
        }

        synchronized Deduplication of(StreamName ids) {
            return windows.computeIfAbsent(ids.family().name(), family -> new Deduplication(streams, ids));
        }

        synchronized void forget(StreamName ids) {
            windows.remove(ids.family().name());
        }
    }
}
