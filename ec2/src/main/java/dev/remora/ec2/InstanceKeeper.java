package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.ec2.Instance.Reason;
import dev.remora.ec2.Instance.State;
import dev.remora.ec2.Machines.Machine;
import dev.remora.linux.Netns;
import dev.remora.net.Fabric;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes machines follow the documents of instances.
 *
 * <p>{@link #attend} reads an instance's document and does what its state asks for, whatever happened before: pending becomes
 * running, stopping stopped, shutting-down terminated. So a start of the server is nothing but attending to all of them, those
 * that ran as pending ones: their disks are there, their processes ended with the last server. An instance has one lock;
 * different ones do not wait for each other.
 */
final class InstanceKeeper implements AutoCloseable {
    /** How long a machine may take to end after it was asked to. */
    static final Duration SHUT_DOWN = Duration.ofSeconds(10);

    /** How long one that is terminated is shown. */
    static final Duration SHOWN = Duration.ofHours(1);

    private static final Duration IN_FORCE = Duration.ofSeconds(30);
    static final Reason BY_USER = new Reason("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated"
            + " shutdown");
    private static final Reason BY_ITSELF = new Reason(
            "Client.InstanceInitiatedShutdown", "Client.InstanceInitiatedShutdown: Instance initiated shutdown");
    private static final Logger LOG = LoggerFactory.getLogger(InstanceKeeper.class);

    private final Store store;
    private final Fabric fabric;
    private final DataPlane plane;
    private final Machines machines;
    private final InstanceRoles roles;
    private final Ids ids;
    private final InstantSource clock;
    private final Map<String, Machine> running = new ConcurrentHashMap<>();
    private final Map<String, AutoCloseable> metadata = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final ExecutorService work = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("instances-", 0).factory());
    private volatile ServiceDoors doors = ServiceDoors.NONE;
    private volatile boolean closing;

    InstanceKeeper(
            Store store,
            Fabric fabric,
            DataPlane plane,
            Machines machines,
            InstanceRoles roles,
            Ids ids,
            InstantSource clock) {
        this.store = store;
        this.fabric = fabric;
        this.plane = plane;
        this.machines = machines;
        this.roles = roles;
        this.ids = ids;
        this.clock = clock;
    }

    /** Starts again what ran when the last server ended, and goes on with what was on its way. */
    void start(ServiceDoors where) {
        doors = where;
        View view = store.view();
        for (Scope scope : view.scopes(INSTANCE.kind())) {
            store.write(tx -> {
                tx.all(INSTANCE.kind(), scope).forEach(i -> {
                    if (i.state() == State.RUNNING) {
                        put(tx, scope, i.in(State.PENDING, clock.instant(), Optional.empty()));
                    } else if (i.state() == State.TERMINATED && past(i)) {
                        tx.delete(INSTANCE.kind(), scope, i.id());
                    }
                });
                return scope;
            });
            store.view().all(INSTANCE.kind(), scope).forEach(i -> attend(scope, i.id()));
        }
    }

    boolean past(Instance i) {
        return i.state() == State.TERMINATED && !clock.instant().isBefore(i.changed().plus(SHOWN));
    }

    /** Moves the instance on, in the background. */
    void attend(Scope scope, String id) {
        try {
            work.execute(() -> guarded(scope, id));
        } catch (RejectedExecutionException closed) {
            LOG.debug("closing: {} waits for the next start", id);
        }
    }

    private void guarded(Scope scope, String id) {
        ReentrantLock lock = locks.computeIfAbsent(id, none -> new ReentrantLock());
        lock.lock();
        try {
            Optional<Instance> now = store.view().get(INSTANCE.kind(), scope, id);
            if (now.isPresent() && !closing) {
                move(scope, now.get());
            }
        } catch (RuntimeException failure) {
            if (!closing) {
                LOG.error("{} cannot go on", id, failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void move(Scope scope, Instance i) {
        switch (i.state()) {
            case PENDING -> bringUp(scope, i);
            case STOPPING -> {
                end(i);
                leaveNetwork(scope, i);
                becomes(scope, i, State.STOPPED, i.reason());
            }
            case SHUTTING_DOWN -> {
                end(i);
                terminate(scope, i);
            }
            case RUNNING, STOPPED, TERMINATED -> {}
        }
    }

    private void bringUp(Scope scope, Instance i) {
        end(i);
        try {
            enterNetwork(scope, i);
            NetworkInterface primary = NETWORK_INTERFACE.require(store.view(), scope, i.interfaceId());
            if (!plane.holds(scope, primary) && !plane.settle(scope, i.vpcId(), IN_FORCE)) {
                throw new IllegalStateException("its network is not in force after " + IN_FORCE.toSeconds() + " s");
            }
            InstanceType type = InstanceType.named(i.type());
            Netns network = fabric.workload(DataPlane.router(scope, i.vpcId()), primary.id());
            metadata.put(i.id(), doors.metadata(network, new InstanceMetadata(store, scope, i.id(), clock, roles)));
            Machine machine = machines.start(new Machines.Spec(
                    i.id(),
                    i.number(),
                    "ip-" + primary.address().toString().replace('.', '-'),
                    new Region(scope.region()).privateDomain(),
                    Base64.getDecoder().decode(i.userData()),
                    network,
                    type.memoryMiB(),
                    type.cpuThousandths()));
            running.put(i.id(), machine);
            becomes(scope, i, State.RUNNING, Optional.empty());
            machine.exit().thenRun(() -> ended(scope, i.id(), machine));
        } catch (RuntimeException failure) {
            LOG.error("{} does not start", i.id(), failure);
            becomes(
                    scope, i, State.SHUTTING_DOWN,
                    Optional.of(new Reason("Server.InternalError", "Server.InternalError: Internal error on launch")));
            attend(scope, i.id());
        }
    }

    /** It ended by itself: it stops, or is terminated, as it was made to. */
    private void ended(Scope scope, String id, Machine machine) {
        if (closing || !running.remove(id, machine)) {
            return;
        }
        store.write(tx -> {
            Optional<Instance> now = tx.get(INSTANCE.kind(), scope, id).filter(i -> i.state() == State.RUNNING);
            now.ifPresent(i -> put(
                    tx, scope,
                    i.in(
                            i.terminatesOnShutdown() ? State.SHUTTING_DOWN : State.STOPPING, clock.instant(),
                            Optional.of(BY_ITSELF))));
            return id;
        });
        work.execute(machine::close);
        attend(scope, id);
    }

    private void end(Instance i) {
        endMachine(i);
        shut(i.id());
    }

    /** Nobody answers about it any more; a socket would keep its namespace. */
    private void shut(String id) {
        AutoCloseable door = metadata.remove(id);
        try {
            if (door != null) {
                door.close();
            }
        } catch (Exception failure) {
            LOG.warn("the metadata of {} is still there", id, failure);
        }
    }

    private void endMachine(Instance i) {
        Machine machine = running.remove(i.id());
        if (machine == null) {
            return;
        }
        machine.shutDown();
        try {
            machine.exit().get(SHUT_DOWN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            LOG.info("{} does not shut down; it is cut off", i.id());
        } catch (ExecutionException broken) {
            LOG.warn("{} ended badly", i.id(), broken);
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        }
        machine.close();
    }

    /** Its interfaces lead to it from now on, and it has a public address if it is to. */
    private void enterNetwork(Scope scope, Instance i) {
        store.write(tx -> {
            for (NetworkInterface n : interfaces(tx, scope, i.id())) {
                boolean primary = n.id().equals(i.interfaceId());
                int index = n.attachment().map(NetworkInterface.Attachment::deviceIndex).orElse(0);
                NetworkInterface up = n.attached(
                        n.attachment(),
                        primary ? new Topology.Attachment.Workload() : new Topology.Attachment.Further(i.interfaceId(), index));
                if (primary && i.publicAtStart() && n.publicAddress().isEmpty()) {
                    up = up.withPublicAddress(PublicAddresses.take(tx, scope));
                }
                tx.put(NETWORK_INTERFACE.kind(), scope, n.id(), up);
            }
            return i;
        });
    }

    /** Nothing is behind its interfaces any more, and its public address is somebody else's. */
    private void leaveNetwork(Scope scope, Instance i) {
        store.write(tx -> {
            for (NetworkInterface n : interfaces(tx, scope, i.id())) {
                n.publicAddress().ifPresent(address -> PublicAddresses.give(tx, scope, address));
                tx.put(
                        NETWORK_INTERFACE.kind(), scope, n.id(),
                        n.attached(n.attachment(), new Topology.Attachment.None()).withPublicAddress(Optional.empty()));
            }
            return i;
        });
        plane.settle(scope, i.vpcId());
    }

    private void terminate(Scope scope, Instance i) {
        leaveNetwork(scope, i);
        machines.remove(i.id());
        store.write(tx -> {
            for (NetworkInterface n : interfaces(tx, scope, i.id())) {
                if (n.attachment().filter(NetworkInterface.Attachment::deleteOnTermination).isPresent()) {
                    NewInterface.unmake(tx, scope, ids, n);
                } else {
                    tx.put(NETWORK_INTERFACE.kind(), scope, n.id(), n.abandoned());
                }
            }
            tx.get(INSTANCE.kind(), scope, i.id()).ifPresent(now ->
                    put(tx, scope, now.in(State.TERMINATED, clock.instant(), now.reason())));
            return i;
        });
        plane.settle(scope, i.vpcId());
        locks.remove(i.id());
    }

    private void becomes(Scope scope, Instance seen, State state, Optional<Reason> reason) {
        store.write(tx -> {
            tx.get(INSTANCE.kind(), scope, seen.id())
                    .filter(now -> now.state() == seen.state())
                    .ifPresent(now -> put(tx, scope, now.in(state, clock.instant(), reason)));
            return seen;
        });
        // What was asked of it meanwhile is another state, and not done yet.
        store.view().get(INSTANCE.kind(), scope, seen.id())
                .filter(now -> now.state() != state)
                .ifPresent(now -> attend(scope, now.id()));
    }

    static List<NetworkInterface> interfaces(View view, Scope scope, String instanceId) {
        return view.find(NETWORK_INTERFACE.kind(), scope, "instance", instanceId);
    }

    static Optional<Ipv4> publicAddress(View view, Scope scope, NetworkInterface primary) {
        return ElasticIps.at(view, scope, primary.id(), primary.address())
                .map(ip -> ip.address())
                .or(primary::publicAddress);
    }

    /** Where a running instance can be entered. */
    Optional<Machines.Door> door(String id) {
        Machine machine = running.get(id);
        OptionalLong process = machine == null ? OptionalLong.empty() : machine.process();
        return process.isPresent() ? Optional.of(new Machines.Door(id, process.getAsLong())) : Optional.empty();
    }

    String console(String id) {
        return machines.console(id);
    }

    String imageName() {
        return machines.imageName();
    }

    /** Starts a running machine anew, with its network and its disk; it stays running for whoever asks. */
    void reboot(Scope scope, String id) {
        work.execute(() -> {
            ReentrantLock lock = locks.computeIfAbsent(id, none -> new ReentrantLock());
            lock.lock();
            try {
                store.view().get(INSTANCE.kind(), scope, id)
                        .filter(i -> i.state() == State.RUNNING && !closing)
                        .ifPresent(i -> bringUp(scope, i));
            } finally {
                lock.unlock();
            }
        });
    }

    private static void put(Transaction tx, Scope scope, Instance i) {
        tx.put(INSTANCE.kind(), scope, i.id(), i);
    }

    /** Ends all machines; their instances run again at the next start. */
    @Override
    public void close() {
        closing = true;
        work.shutdown();
        running.values().forEach(Machine::shutDown);
        running.values().forEach(Machine::close);
        running.clear();
        metadata.keySet().forEach(this::shut);
    }
}
