package dev.remora.iam;

import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StoreException;
import dev.remora.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When access keys and roles were last used.
 *
 * <p>Every request is a use, and no request may wait for a disk: the truth is in memory, and what is stored follows it at most
 * once in a while for each key. What is lost in a crash is the newest of those whiles; AWS's own figures are hours late.
 */
final class LastUse {
    /** How long a use may be in memory only. */
    private static final Duration UNSAVED = Duration.ofMinutes(15);

    private static final Logger LOG = LoggerFactory.getLogger(LastUse.class);

    /**
     * @param id of an access key or of a role
     * @param service as its ARNs and signatures name it, e.g. {@code ec2}
     */
    record Use(String account, String id, String service, String region, Instant time) {
        /** Found by id. */
        static final Kind<Use> KIND = Kind.of("iam.last-use", Use.class);
    }

    private record Entry(Use use, Instant saved) {}

    private final Store store;
    private final Executor saver;
    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();

    /** @param saver runs the writes */
    LastUse(Store store, Executor saver) {
        this.store = store;
        this.saver = saver;
    }

    void used(String account, String id, String service, String region, Instant now) {
        Entry before = entries.get(id);
        Instant saved = before == null ? Instant.MIN : before.saved();
        boolean due = saved.isBefore(now.minus(UNSAVED));
        var use = new Use(account, id, service, region, now);
        entries.put(id, new Entry(use, due ? now : saved));
        if (due) {
            saver.execute(() -> save(use));
        }
    }

    private void save(Use use) {
        try {
            store.write(tx -> {
                // What was forgotten meanwhile does not come back.
                if (entries.containsKey(use.id())) {
                    tx.put(Use.KIND, Scope.global(use.account()), use.id(), use);
                }
                return use;
            });
        } catch (StoreException e) {
            LOG.warn("the last use of {} was not kept", use.id(), e);
        }
    }

    Optional<Use> of(String account, String id) {
        Entry entry = entries.get(id);
        Optional<Use> use = entry == null
                ? store.view().get(Use.KIND, Scope.global(account), id)
                : Optional.of(entry.use());
        return use.map(u -> new Use(u.account(), u.id(), u.service(), u.region(), u.time().truncatedTo(ChronoUnit.SECONDS)));
    }

    /** Forgets a key or role that is being deleted. */
    void forget(Transaction tx, String account, String id) {
        entries.remove(id);
        tx.delete(Use.KIND, Scope.global(account), id);
    }
}
