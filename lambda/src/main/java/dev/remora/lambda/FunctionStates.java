package dev.remora.lambda;

import dev.remora.lambda.VersionDocument.Reason;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings versions to rest: {@code Pending} to {@code Active} or {@code Failed}, an update from {@code InProgress} to
 * {@code Successful} or {@code Failed}; and takes away what a change left unused.
 *
 * <p>Each step reads what the documents say, does what is missing, and commits only if the document is still the one that it
 * worked for. Doing a step twice is harmless, so a start after a crash is simply: settle all that is unsettled, carry out all
 * notes.
 */
final class FunctionStates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionStates.class);

    private final Store store;
    private final HyperplaneEnis enis;
    private final Environments environments;
    private final Codes codes;
    private final ExecutionRoles rights;
    private final Ids ids;
    private final ExecutorService work =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("lambda-states-", 0).factory());

    FunctionStates(Store store, HyperplaneEnis enis, Environments environments, Codes codes, ExecutionRoles rights, Ids ids) {
        this.store = store;
        this.enis = enis;
        this.environments = environments;
        this.codes = codes;
        this.rights = rights;
        this.ids = ids;
    }

    /** Goes on with all that the last run of the server left undone. */
    void start() {
        View view = store.view();
        for (Scope scope : view.scopes(VersionDocument.KIND)) {
            view.find(VersionDocument.KIND, scope, "unsettled", "yes").forEach(v -> settle(scope, v.id()));
        }
        for (Scope scope : view.scopes(Reclaim.KIND)) {
            view.all(Reclaim.KIND, scope).forEach(r -> background("reclaim", () -> reclaim(scope, r.key())));
        }
    }

    /** Settles a version in the background. */
    void settle(Scope scope, String id) {
        background("settle " + id, () -> settleNow(scope, id));
    }

    private void settleNow(Scope scope, String id) {
        Optional<VersionDocument> found = store.view().get(VersionDocument.KIND, scope, id);
        if (found.isEmpty() || !found.get().unsettled()) {
            return;
        }
        VersionDocument document = found.get();
        Optional<Reason> failure = prepare(scope, document);
        Optional<VersionDocument> replaced = commit(scope, document, failure);
        replaced.ifPresent(old -> after(scope, old));
    }

    private Optional<Reason> prepare(Scope scope, VersionDocument document) {
        try (Codes.Hold hold = codes.hold(document.shown())) {
            document.shown().codes().forEach(codes::folder);
            enis.prepare(scope, document.function(), document.shown());
            return Optional.empty();
        } catch (HyperplaneEnis.Unavailable e) {
            return Optional.of(e.reason());
        } catch (RuntimeException e) {
            if (work.isShutdown()) {
                throw e;
            }
            LOG.error("{} of {} cannot be prepared", document.id(), scope, e);
            return Optional.of(new Reason("InternalError", "An internal error happened while the function was prepared."));
        }
    }

    /**
     * Commits the end of the step; returns the document that it replaced, or nothing if another one has taken its place
     * meanwhile.
     */
    private Optional<VersionDocument> commit(Scope scope, VersionDocument worked, Optional<Reason> failure) {
        // Only an update may leave a key unused.
        boolean mayDelete = worked.change().isPresent() && rights.mayDeleteInterfaces(scope, worked.shown().role());
        return store.write(tx -> {
            Optional<VersionDocument> now = tx.get(VersionDocument.KIND, scope, worked.id());
            if (now.isEmpty()
                    || !now.get().unsettled()
                    || !now.get().generation().equals(worked.generation())
                    || !now.get().change().equals(worked.change())) {
                return Optional.empty();
            }
            VersionDocument old = now.get();
            VersionDocument next = failure.isPresent() ? old.failed(failure.get(), ids.uuid()) : old.settled(ids.uuid());
            tx.put(VersionDocument.KIND, scope, old.id(), next);
            HyperplaneEnis.note(tx, scope, old.keys(), mayDelete);
            return Optional.of(old);
        });
    }

    private void after(Scope scope, VersionDocument old) {
        old.change().ifPresent(change -> environments.retire(old.generation()));
        reclaimAll(scope, List.copyOf(old.keys()));
        if (old.change().isPresent()) {
            old.codes().forEach(code -> codes.sweep(code.sha256()));
        }
    }

    /** In the background: takes away what the versions, which are deleted, leave unused. */
    void cleanUp(Scope scope, List<VersionDocument> deleted) {
        deleted.forEach(v -> environments.retire(v.generation()));
        background(
                "sweep code",
                () -> deleted.stream().flatMap(VersionDocument::codes).forEach(code -> codes.sweep(code.sha256())));
        background(
                "reclaim", () -> reclaimAll(scope, deleted.stream().flatMap(v -> v.keys().stream()).distinct().toList()));
    }

    private void reclaimAll(Scope scope, List<HyperplaneKey> keys) {
        for (HyperplaneKey key : keys) {
            if (store.view().get(Reclaim.KIND, scope, key.text()).isPresent()) {
                reclaim(scope, key);
            }
        }
    }

    private void reclaim(Scope scope, HyperplaneKey key) {
        environments.awaitUnused(key.nat(scope));
        enis.reclaim(scope, key);
    }

    /** What cannot be begun any more, or ends early, because the server stops, is what the next start goes on with. */
    private void background(String what, Runnable step) {
        try {
            work.execute(() -> guarded(what, step));
        } catch (RejectedExecutionException closing) {
            LOG.debug("closing: {} waits for the next start", what);
        }
    }

    private void guarded(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            if (!work.isShutdown()) {
                LOG.error("Lambda: {} failed; it is tried again at the next start", what, e);
            }
        }
    }

    /** Stops; what is under way is left as it is, and goes on at the next start. Nothing touches files or kernel after that. */
    @Override
    public void close() {
        work.shutdownNow();
        try {
            if (!work.awaitTermination(LambdaService.CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "changes of functions did not stop within {}; they are made again at the next start",
                        LambdaService.CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
