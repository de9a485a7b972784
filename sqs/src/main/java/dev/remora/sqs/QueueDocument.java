package dev.remora.sqs;

import dev.remora.store.Kind;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A queue; stored under its name.
 *
 * @param id given once: a queue made again under the same name has another one, and never sees messages of the first
 * @param purged when all its messages were last deleted at once
 */
record QueueDocument(
        String name,
        String id,
        Instant created,
        Instant modified,
        QueueSettings settings,
        Map<String, String> tags,
        Optional<Instant> purged) {
    /** Found under {@code target} by the ARN of the queue that its dead letters go to. */
    static final Kind<QueueDocument> KIND = Kind.of("sqs.queue", QueueDocument.class)
            .index("target", q -> q.settings().redrive().map(r -> List.of(r.targetArn())).orElse(List.of()));

    QueueDocument {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    QueueDocument with(QueueSettings changed, Instant now) {
        return new QueueDocument(name, id, created, now, changed, tags, purged);
    }

    QueueDocument tagged(Map<String, String> changed) {
        return new QueueDocument(name, id, created, modified, settings, changed, purged);
    }

    QueueDocument purged(Instant now) {
        return new QueueDocument(name, id, created, modified, settings, tags, Optional.of(now));
    }
}
