package dev.remora.sqs;

import dev.remora.sqs.Mailbox.Delivery;
import dev.remora.sqs.QueueSettings.Redrive;
import dev.remora.store.Fate;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look through the messages of a queue that are due: some are received, some are too old, some go to the dead letters. */
final class Taking {
    private static final Logger LOG = LoggerFactory.getLogger(Taking.class);

    /** So many groups with messages that are due are looked at for one that is free. */
    private static final int GROUPS_MAX = 20_000;

    private final Box box;
    private final Optional<Box> target;
    private final Instant now;
    private final Instant hiddenUntil;
    private final Instant expired;
    private final int max;
    private final List<Delivery> taken = new ArrayList<>();
    private int removed;
    private boolean moved;

    /** @param target the dead-letter queue, if there is one */
    Taking(Box box, Optional<Box> target, Instant now, int visibilitySeconds, int max) {
        this.box = box;
        this.target = target;
        this.now = now;
        this.hiddenUntil = now.plusSeconds(visibilitySeconds);
        this.expired = now.minusSeconds(box.queue().settings().retentionSeconds());
        this.max = max;
    }

    List<Delivery> from(Streams streams) {
        if (box.fifo()) {
            List<String> groups = Box.groups(streams.due(box.family(), now, GROUPS_MAX));
            streams.transact(rows -> inOrder(rows, groups));
            return taken;
        }
        int before;
        do {
            before = removed;
            streams.decide(box.family(), now, max - taken.size(), this::fate);
        } while (removed > before && taken.size() < max);
        return taken;
    }

    /** The dead-letter queue, if anything went there. */
    Optional<Box> movedTo() {
        return target.filter(t -> moved);
    }

    /**
     * Of each group the first messages, unless one of the group is in flight: then nothing of it is received. Messages that were
     * received before come before those that were not.
     */
    private boolean inOrder(Streams.Rows rows, List<String> groups) {
        for (String group : groups) {
            if (taken.size() >= max) {
                return true;
            }
            if (!rows.later(box.received(group), now)) {
                rows.due(box.received(group), now, Integer.MAX_VALUE).stream()
                        .sorted((a, b) -> Long.compare(a.sequence(), b.sequence()))
                        .forEach(row -> settle(rows, row));
                take(rows, box.fresh(group));
            }
        }
        return true;
    }

    private void take(Streams.Rows rows, StreamName stream) {
        List<Row> due;
        do {
            due = taken.size() < max ? rows.due(stream, now, max - taken.size()) : List.of();
            due.forEach(row -> settle(rows, row));
        } while (!due.isEmpty());
    }

    private void settle(Streams.Rows rows, Row row) {
        if (taken.size() < max) {
            rows.settle(row, fate(row));
        }
    }

    /** Throws nothing: whatever fails here would fail everybody's writing. */
    private Fate fate(Row row) {
        try {
            return decide(row);
        } catch (RuntimeException unreadable) {
            LOG.error("the message in row {} of {} cannot be read", row.sequence(), box.at().arn(), unreadable);
            return new Fate.Changed(row.stream(), now.plus(Mailbox.HIDDEN_MAX), row.data());
        }
    }

    private Fate decide(Row row) {
        if (row.written().isBefore(expired)) {
            removed++;
            return Fate.DELETED;
        }
        Message message = Message.of(row.data());
        int receivesMax = box.queue().settings().redrive().map(Redrive::receivesMax).orElse(Integer.MAX_VALUE);
        if (target.isPresent() && message.receives() >= receivesMax) {
            removed++;
            moved = true;
            return new Fate.Changed(target.get().fresh(message.group()), now, message.deadLetter(box.at().arn()).bytes());
        }
        if (taken.stream().anyMatch(t -> t.receipt().sequence() == row.sequence())) {
            return Fate.KEPT;
        }
        Message received = message.received(now.toEpochMilli());
        var receipt = new ReceiptHandle(box.queue().id(), row.sequence(), received.receives());
        taken.add(new Delivery(received, receipt, row.written()));
        return new Fate.Changed(box.received(message.group()), hiddenUntil, received.bytes());
    }
}
