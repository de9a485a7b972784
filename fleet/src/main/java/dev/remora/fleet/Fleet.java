package dev.remora.fleet;

import dev.remora.ec2.Networks;
import dev.remora.linux.Netns;
import dev.remora.net.Ipv4;
import dev.remora.fleet.Member.Status;
import dev.remora.store.Folders;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of all documents of a kind, kept equal to the documents.
 *
 * <p>{@link #attend} is level-triggered: it reads the document and goes on from its status, whatever happened before. So a
 * start of ours after any end, a crash in the middle of anything included, is nothing but attending to every document once. A
 * document has one lock, under which all that is done to its server happens in order; different servers do not wait for each
 * other.
 *
 * <p>What a status promises: a server that was never available has nothing in it, so {@code CREATING} begins again from an
 * empty folder; {@code DELETING} removes the document last, when the process, the name, the interface and the folder are gone.
 *
 * @param <D> the documents
 */
public final class Fleet<D extends Record & Member<D>> implements Attendant, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    private final Kind<D> kind;
    private final Surroundings around;
    private final Store store;
    private final Networks networks;
    private final Blueprint<D> blueprint;
    private final Path folders;
    private final Map<Key, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<Key, Server> servers = new ConcurrentHashMap<>();
    private final ExecutorService work = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("servers-", 0).factory());
    private volatile boolean closing;

    /** @param resourceId sets a document apart from an earlier one of the same id */
    private record Key(Scope scope, String id, String resourceId) {}

    /** @param folder of the data folder, for this fleet alone */
    public Fleet(Kind<D> kind, Surroundings around, Blueprint<D> blueprint, String folder) {
        this.kind = kind;
        this.around = around;
        this.store = around.store();
        this.networks = around.networks();
        this.blueprint = blueprint;
        this.folders = around.data().resolve(folder);
    }

    /** Attends to all documents, and clears away what no document knows. To be called once, after a start. */
    public void recover() {
        nothingAnswersYet();
        Set<String> folderNames = new HashSet<>();
        for (Scope scope : store.view().scopes(kind)) {
            Set<String> interfaces = new HashSet<>();
            for (D document : store.view().all(kind, scope)) {
                folderNames.add(document.folder());
                interfaces.add(document.place().interfaceId());
                attend(scope, document.id());
            }
            for (Networks.Interface found : networks.interfaces(scope, "interface")) {
                if (blueprint.owns(found) && !interfaces.contains(found.id())) {
                    networks.delete(scope, found.id());
                }
            }
        }
        removeOrphans(folderNames);
    }

    /**
     * The servers of the last start ended with it, whatever they were when it ended: who is told "available" must find a
     * server.
     */
    private void nothingAnswersYet() {
        store.write(tx -> {
            for (Scope scope : tx.scopes(kind)) {
                tx.all(kind, scope).stream()
                        .filter(d -> d.status() == Status.AVAILABLE)
                        .forEach(d -> tx.put(kind, scope, d.id(), d.with(Status.STARTING)));
            }
            return true;
        });
    }

    private void removeOrphans(Set<String> known) {
        if (!Files.isDirectory(folders)) {
            return;
        }
        try (var found = Files.list(folders)) {
            for (Path folder : found.toList()) {
                if (!known.contains(folder.getFileName().toString())) {
                    Folders.remove(folder);
                }
            }
        } catch (IOException failure) {
            LOG.warn("folders of servers that are gone could not be removed", failure);
        }
    }

    @Override
    public void attend(Scope scope, String id) {
        store.view().get(kind, scope, id).ifPresent(d -> attend(new Key(scope, id, d.resourceId()), work));
    }

    private void attend(Key key, Executor when) {
        if (closing) {
            return;
        }
        when.execute(() -> {
            var lock = locks.computeIfAbsent(key, k -> new ReentrantLock());
            lock.lock();
            try {
                newest(key).filter(d -> !closing).ifPresent(d -> attendTo(key, d));
            } finally {
                lock.unlock();
            }
        });
    }

    private Optional<D> newest(Key key) {
        return store.view().get(kind, key.scope(), key.id()).filter(d -> d.resourceId()
                .equals(key.resourceId()));
    }

    private void attendTo(Key key, D document) {
        try {
            reach(key, document);
        } catch (IOException | RuntimeException failure) {
            if (closing) {
                return;
            }
            LOG.error(
                    "{} {} is {} and cannot go on",
                    blueprint.noun(),
                    key.id(),
                    document.status(),
                    failure);
            if (document.status() == Status.CREATING) {
                update(key, d -> d.with(Status.FAILED));
            } else {
                attend(key, CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, work));
            }
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        }
    }

    private void reach(Key key, D document) throws IOException, InterruptedException {
        switch (document.status()) {
            case CREATING -> {
                D placed = place(key, document);
                run(key, placed, true);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case AVAILABLE -> run(key, document, false);
            case STARTING -> {
                run(key, document, false);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case REBOOTING, MODIFYING -> {
                end(key);
                run(key, document, false);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case STOPPING -> {
                end(key);
                update(key, d -> d.with(Status.STOPPED));
            }
            case STOPPED -> name(document);
            case DELETING -> remove(key, document);
            case FAILED -> {}
        }
    }

    /** Gives the server its interface, if a server that ended in between has not. */
    private D place(Key key, D document) {
        if (!document.place().interfaceId().isEmpty()) {
            return document;
        }
        var place = blueprint.place(key.scope(), document);
        update(key, d -> d.with(place));
        return document.with(place);
    }

    private void run(Key key, D document, boolean empty) throws IOException, InterruptedException {
        if (servers.containsKey(key)) {
            return;
        }
        var place = document.place();
        if (!networks.awaitInForce(key.scope(), place.interfaceId(), IN_FORCE_MAX)) {
            throw new IOException("the interface " + place.interfaceId() + " is not in force");
        }
        name(document);
        var folder = folders.resolve(document.folder());
        var server = blueprint.server(key.scope(), document, namespace(key.scope(), document), folder);
        servers.put(key, server);
        try {
            if (empty) {
                server.create();
            } else {
                server.start();
            }
        } catch (IOException | InterruptedException | RuntimeException failure) {
            end(key);
            throw failure;
        }
    }

    private void name(D document) {
        var address = Ipv4.parse(document.place().address());
        names(document).forEach(name -> around.names().put(name, address));
    }

    private List<String> names(D document) {
        return Stream.concat(Stream.of(document.place().endpoint()), document.aliases().stream())
                .toList();
    }

    /** The namespace that a document's server lives in. */
    public Netns namespace(Scope scope, D document) {
        return around.fabric().workload(
                networks.router(scope, document.place().vpcId()),
                document.place().interfaceId());
    }

    private void end(Key key) {
        Server server = servers.remove(key);
        if (server != null) {
            server.close();
        }
    }

    private void remove(Key key, D document) throws IOException {
        end(key);
        names(document).forEach(around.names()::remove);
        if (!document.place().interfaceId().isEmpty()) {
            networks.delete(key.scope(), document.place().interfaceId());
        }
        Folders.remove(folders.resolve(document.folder()));
        store.write(tx -> {
            tx.delete(kind, key.scope(), key.id());
            return true;
        });
        locks.remove(key);
    }

    /** Changes the newest document, if it is still there; a deletion that was asked for meanwhile stays asked for. */
    private void update(Key key, UnaryOperator<D> change) {
        boolean deleting = store.write(tx -> {
            var now = tx.get(kind, key.scope(), key.id())
                    .filter(d -> d.resourceId().equals(key.resourceId()));
            now.ifPresent(d -> {
                D next = change.apply(d);
                tx.put(
                        kind,
                        key.scope(),
                        key.id(),
                        d.status() == Status.DELETING ? next.with(Status.DELETING) : next);
            });
            return now.map(d -> d.status() == Status.DELETING).orElse(false);
        });
        if (deleting) {
            attend(key, work);
        }
    }

    /** The document's server, if it was started. */
    public Optional<Server> running(Scope scope, D document) {
        return Optional.ofNullable(servers.get(new Key(scope, document.id(), document.resourceId())));
    }

    /** Stops all servers, each so that its next start needs no recovery. The documents stay as they are. */
    @Override
    public void close() {
        closing = true;
        work.shutdown();
        try (var stopping = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("stopping-", 0).factory())) {
            servers.values().forEach(server -> stopping.execute(server::close));
        }
        try {
            if (!work.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                work.shutdownNow();
            }
        } catch (InterruptedException toldSo) {
            work.shutdownNow();
            Thread.currentThread().interrupt();
        }
        servers.values().forEach(Server::close);
    }
}
