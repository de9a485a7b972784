package dev.remora.lambda;

import dev.remora.lambda.MappingDocument.State;
import dev.remora.lambda.QueuePoller.Tools;
import dev.remora.store.Scope;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pollers of all mappings: one for each that is enabled, made anew when its mapping changes. An answer leaves with a state of
 * transition; the mapping comes to rest afterwards, also if the server ends in between.
 */
final class QueuePollers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueuePollers.class);

    private final Tools tools;
    private final Map<String, QueuePoller> pollers = new HashMap<>();
    private boolean closed;

    QueuePollers(Tools tools) {
        this.tools = tools;
    }

    /** Goes on with all mappings of the last run. */
    void start() {
        var view = tools.store().view();
        for (Scope scope : view.scopes(MappingDocument.KIND)) {
            for (MappingDocument mapping : view.all(MappingDocument.KIND, scope)) {
                if (mapping.rests()) {
                    run(scope, mapping);
                } else {
                    settle(scope, mapping.uuid());
                }
            }
        }
    }

    /** Brings a mapping to rest, soon. */
    void settleSoon(Scope scope, String uuid) {
        try {
            tools.workers().execute(() -> settleGuarded(scope, uuid));
        } catch (RejectedExecutionException closing) {
            LOG.debug("closing: the mapping {} comes to rest at the next start", uuid);
        }
    }

    private void settleGuarded(Scope scope, String uuid) {
        try {
            settle(scope, uuid);
        } catch (RuntimeException e) {
            LOG.error("the mapping {} cannot come to rest now; it does at the next start", uuid, e);
        }
    }

    private synchronized void settle(Scope scope, String uuid) {
        stop(uuid);
        tools.store()
                .write(tx -> {
                    var now = tx.get(MappingDocument.KIND, scope, uuid).filter(mapping -> !mapping.rests());
                    if (now.isEmpty()) {
                        return tx.get(MappingDocument.KIND, scope, uuid);
                    }
                    if (now.get().state() == State.DELETING) {
                        tx.delete(MappingDocument.KIND, scope, uuid);
                        return now.filter(mapping -> false);
                    }
                    MappingDocument rested = now.get().in(now.get().enabled() ? State.ENABLED : State.DISABLED).with("");
                    tx.put(MappingDocument.KIND, scope, uuid, rested);
                    return Optional.of(rested);
                })
                .ifPresent(mapping -> run(scope, mapping));
    }

    private synchronized void run(Scope scope, MappingDocument mapping) {
        if (mapping.state() == State.ENABLED && !closed) {
            var poller = new QueuePoller(tools, scope, mapping);
            pollers.put(mapping.uuid(), poller);
            poller.start();
        }
    }

    private void stop(String uuid) {
        QueuePoller poller = pollers.remove(uuid);
        if (poller != null) {
            poller.stop();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        pollers.values().forEach(QueuePoller::stop);
        pollers.clear();
    }
}
