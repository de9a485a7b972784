package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.linux.Netns;
import dev.remora.net.Fabric;
import dev.remora.net.Ipv4;
import dev.remora.net.Names;
import dev.remora.net.Topology;
import dev.remora.rds.Database.Status;
import dev.remora.sandbox.Confinement;
import dev.remora.store.Folders;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database servers of all instances, kept equal to the documents.
 *
 * <p>{@link #attend} is level-triggered: it reads the document and goes on from its status, whatever happened before. So a
 * start of the server after any end, a crash in the middle of anything included, is nothing but attending to every instance
 * once. An instance has one lock, under which all that is done to it happens in order; different instances do not wait for each
 * other.
 *
 * <p>What a status promises: an instance that was never available has nothing in it, so {@code creating} begins again from an
 * empty folder; {@code deleting} removes the document last, when the process, the name, the interface and the folder are gone.
 */
final class Fleet implements Provisioner, AutoCloseable {
    static final String INTERFACE_DESCRIPTION = "RDSNetworkInterface";
    static final String REQUESTER = "amazon-rds";

    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
    private static final Duration IN_FORCE_MAX = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

    private final Store store;
    private final Networks networks;
    private final Fabric fabric;
    private final Names names;
    private final Confinement confinement;
    private final PostgresBinaries binaries;
    private final Path folders;
    private final Map<Key, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<Key, PostgresServer> servers = new ConcurrentHashMap<>();
    private final ExecutorService work = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("databases-", 0).factory());
    private volatile boolean closing;

    /** @param resourceId sets an instance apart from an earlier one of the same name */
    private record Key(Scope scope, String id, String resourceId) {}

    /** @param data the data folder; databases and PostgreSQL itself have folders in it */
    Fleet(Store store, Networks networks, Fabric fabric, Names names, Confinement confinement, Path data) {
        this.store = store;
        this.networks = networks;
        this.fabric = fabric;
        this.names = names;
        this.confinement = confinement;
        this.binaries = new PostgresBinaries(data.resolve("engines"));
        this.folders = data.resolve("databases");
    }

    /** Attends to all instances, and clears away what no document knows. To be called once, after a start. */
    void recover() {
        nothingAnswersYet();
        Set<String> folderNames = new HashSet<>();
        for (Scope scope : store.view().scopes(Database.KIND)) {
            Set<String> interfaces = new HashSet<>();
            for (Database database : store.view().all(Database.KIND, scope)) {
                folderNames.add(database.folder());
                interfaces.add(database.place().interfaceId());
                attend(scope, database.id());
            }
            for (Networks.Interface found : networks.interfaces(scope, "interface")) {
                if (found.description().equals(INTERFACE_DESCRIPTION) && !interfaces.contains(found.id())) {
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
            for (Scope scope : tx.scopes(Database.KIND)) {
                tx.all(Database.KIND, scope).stream()
                        .filter(d -> d.status() == Status.AVAILABLE)
                        .forEach(d -> tx.put(Database.KIND, scope, d.id(), d.with(Status.STARTING)));
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
            LOG.warn("folders of databases that are gone could not be removed", failure);
        }
    }

    @Override
    public void attend(Scope scope, String id) {
        store.view().get(Database.KIND, scope, id).ifPresent(d -> attend(new Key(scope, id, d.resourceId()), work));
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

    private Optional<Database> newest(Key key) {
        return store.view().get(Database.KIND, key.scope(), key.id()).filter(d -> d.resourceId()
                .equals(key.resourceId()));
    }

    private void attendTo(Key key, Database database) {
        try {
            reach(key, database);
        } catch (IOException | RuntimeException failure) {
            if (closing) {
                return;
            }
            LOG.error(
                    "DB instance {} is {} and cannot go on",
                    key.id(),
                    database.status().text(),
                    failure);
            if (database.status() == Status.CREATING) {
                update(key, d -> d.with(Status.FAILED));
            } else {
                attend(key, CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, work));
            }
        } catch (InterruptedException toldSo) {
            Thread.currentThread().interrupt();
        }
    }

    private void reach(Key key, Database database) throws IOException, InterruptedException {
        switch (database.status()) {
            case CREATING -> {
                Database placed = place(key, database);
                run(key, placed, true);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case AVAILABLE -> run(key, database, false);
            case STARTING -> {
                run(key, database, false);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case REBOOTING -> {
                end(key);
                run(key, database, false);
                update(key, d -> d.with(Status.AVAILABLE));
            }
            case STOPPING -> {
                end(key);
                update(key, d -> d.with(Status.STOPPED));
            }
            case STOPPED ->
                names.put(
                        database.place().endpoint(), Ipv4.parse(database.place().address()));
            case DELETING -> remove(key, database);
            case FAILED -> {}
        }
    }

    /** Gives the instance its interface, if a server that ended in between has not. */
    private Database place(Key key, Database database) {
        if (!database.place().interfaceId().isEmpty()) {
            return database;
        }
        var group = store.view()
                .get(SubnetGroup.KIND, key.scope(), database.place().subnetGroup())
                .orElseThrow(() -> new IllegalStateException("the subnet group of " + key.id() + " is gone"));
        var place = new Placement(networks).take(key.scope(), database.place(), group.subnetIds(), Optional.empty());
        update(key, d -> d.with(place));
        return database.with(place);
    }

    private void run(Key key, Database database, boolean empty) throws IOException, InterruptedException {
        if (servers.containsKey(key)) {
            return;
        }
        var place = database.place();
        if (!networks.awaitInForce(key.scope(), place.interfaceId(), IN_FORCE_MAX)) {
            throw new IOException("the interface " + place.interfaceId() + " is not in force");
        }
        names.put(place.endpoint(), Ipv4.parse(place.address()));
        var server = new PostgresServer(
                new PostgresServer.Spec(
                        key.id(),
                        folders.resolve(database.folder()),
                        namespace(key.scope(), database),
                        place.address(),
                        database.server().port(),
                        InstanceClass.memoryMiB(database.server().instanceClass())),
                confinement,
                binaries.unpacked());
        servers.put(key, server);
        try {
            if (empty) {
                server.initialise();
            }
            server.start();
            if (empty) {
                server.execute("postgres", FirstStatements.of(database));
            }
        } catch (IOException | InterruptedException | RuntimeException failure) {
            end(key);
            throw failure;
        }
    }

    /** The namespace that an instance's server lives in. */
    Netns namespace(Scope scope, Database database) {
        return fabric.workload(
                networks.router(scope, database.place().vpcId()),
                database.place().interfaceId());
    }

    private void end(Key key) {
        PostgresServer server = servers.remove(key);
        if (server != null) {
            server.close();
        }
    }

    private void remove(Key key, Database database) throws IOException {
        end(key);
        names.remove(database.place().endpoint());
        if (!database.place().interfaceId().isEmpty()) {
            networks.delete(key.scope(), database.place().interfaceId());
        }
        Folders.remove(folders.resolve(database.folder()));
        store.write(tx -> {
            tx.delete(Database.KIND, key.scope(), key.id());
            return true;
        });
        locks.remove(key);
    }

    /** Changes the newest document, if it is still there; a deletion that was asked for meanwhile stays asked for. */
    private void update(Key key, UnaryOperator<Database> change) {
        boolean deleting = store.write(tx -> {
            var now = tx.get(Database.KIND, key.scope(), key.id())
                    .filter(d -> d.resourceId().equals(key.resourceId()));
            now.ifPresent(d -> {
                Database next = change.apply(d);
                tx.put(
                        Database.KIND,
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

    @Override
    public void password(Scope scope, Database database, String verifier) throws IOException {
        PostgresServer server = servers.get(new Key(scope, database.id(), database.resourceId()));
        if (server == null) {
            throw new IOException("the server of " + database.id() + " does not run");
        }
        server.execute(
                "postgres", List.of(FirstStatements.password(database.master().username(), verifier)));
    }

    static Networks.Wanted wanted(String subnetId, Set<String> groups) {
        return new Networks.Wanted(
                subnetId,
                groups,
                "interface",
                INTERFACE_DESCRIPTION,
                REQUESTER,
                true,
                new Topology.Attachment.Workload());
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
        servers.values().forEach(PostgresServer::close);
    }
}
