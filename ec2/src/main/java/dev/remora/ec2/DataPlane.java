package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.net.Fabric;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.store.Change;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.Compiler;
import dev.remora.vpc.EgressOnlyGateway;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcContents;
import dev.remora.vpc.VpcEndpoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel follow the store.
 *
 * <p>Each VPC that was touched has a lane: the revision wanted in force and the revision that is. A lane runs on one worker
 * at a time, and a run always compiles the newest state, so however many changes came meanwhile, one run carries them all. It
 * compiles what differs from what it compiled before, and the fabric changes what differs from what it holds: the store, the
 * compiler and the fabric keep everything in maps that share what did not change, so that no run looks through all of a VPC.
 * The feed of the store sets lanes going; a caller that must not answer before its change is in force sets its lane going
 * itself and waits for the revision that holds its change. What the kernel refuses is said in the log and tried again, later
 * each time.
 *
 * <p>Invariants: the fabric never sees two calls for one router at once; a lane's {@code reached} is a revision whose
 * topology the fabric has accepted in full; a VPC in which nothing sends or receives has no router and, between changes, no
 * lane.
 *
 * <p>Rejected: a thread for each VPC (ten thousand VPCs must cost nothing); applying in the caller's thread (two callers
 * would have to be kept apart all the same, and a refusal of the kernel would be answered to whoever came last).
 */
final class DataPlane implements AutoCloseable {
    /** How long an operation that changes packets' fate waits for the kernel before it answers. */
    static final Duration IN_FORCE_WAIT = Duration.ofSeconds(5);

    static final Duration FIRST_RETRY = Duration.ofMillis(50);
    static final Duration LAST_RETRY = Duration.ofSeconds(10);
    private static final int WORKERS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

    private record Key(Scope scope, String vpcId) {}

    private record Compiled(VpcContents contents, Topology topology) {
        static Compiled of(@Nullable Compiled before, VpcContents contents) {
            return new Compiled(
                    contents,
                    before == null
                            ? Compiler.compile(contents)
                            : Compiler.next(before.contents, before.topology, contents));
        }
    }

    private static final class Lane {
        long wanted;
        long reached;
        boolean running;
        int refusals;
        /** Stands for the next try after a refusal. A newer change does not wait for it: it takes the token and runs at once. */
        @Nullable Object retry;
        /** Whether the fabric may hold a router, in whatever state. */
        boolean routed;
        /**
         * What the fabric holds; absent while it is being changed, if it holds no router, or if it refused a change and may hold
         * part of it. Read also without the monitor.
         */
        volatile @Nullable Topology made;
        /** What was compiled last, whether the fabric accepted it or not; used by the lane's run alone. */
        @Nullable Compiled compiled;
        /** What listens in it; used by the lane's run alone. */
        @Nullable OpenDoors doors;
    }

    private final Store store;
    private final Fabric fabric;
    private final Map<Key, Lane> lanes = new HashMap<>();
    private final ScheduledThreadPoolExecutor workers;
    private @Nullable AutoCloseable feed;
    private volatile ServiceDoors serviceDoors = ServiceDoors.NONE;
    private boolean closed;

    DataPlane(Store store, Fabric fabric) {
        this.store = store;
        this.fabric = fabric;
        this.workers = new ScheduledThreadPoolExecutor(
                WORKERS, Thread.ofPlatform().daemon().name("data-plane-", 0).factory());
        workers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Who listens where endpoints lead. */
    ServiceDoors doors() {
        return serviceDoors;
    }

    /** The name under which the fabric knows a VPC. */
    static String router(Scope scope, String vpcId) {
        return scope.account() + "/" + scope.region() + "/" + vpcId;
    }

    /**
     * Follows the store from now on, and sets going every VPC that the kernel must know.
     *
     * @param doors who listens where endpoints lead
     */
    void start(ServiceDoors doors) {
        serviceDoors = doors;
        feed = store.follow(this::changed);
        View view = store.view();
        for (Scope scope : view.scopes(NETWORK_INTERFACE.kind())) {
            view.index(NETWORK_INTERFACE.kind(), scope, "attached")
                    .keySet()
                    .forEach(vpcId -> set(new Key(scope, vpcId), view.revision()));
        }
    }

    private void changed(Change change) {
        var touched = new HashSet<Key>();
        for (Change.Edit<?> edit : change.edits()) {
            Stream.of(edit.before(), edit.after())
                    .flatMap(Optional::stream)
                    .flatMap(document -> vpcsOf(store.view(), edit.scope(), document))
                    .forEach(id -> touched.add(new Key(edit.scope(), id)));
        }
        touched.addAll(beyond(change));
        touched.forEach(key -> set(key, change.revision()));
    }

    /** The VPCs that know by peering connections what changed: blocks, addresses, members of groups, the connections. */
    private Set<Key> beyond(Change change) {
        var touched = new HashSet<Key>();
        for (Change.Edit<?> edit : change.edits()) {
            Stream.of(edit.before(), edit.after()).flatMap(Optional::stream).forEach(document -> {
                switch (document) {
                    case Vpc vpc -> touched.addAll(beyond(edit.scope(), vpc.id()));
                    case NetworkInterface i -> touched.addAll(beyond(edit.scope(), i.vpcId()));
                    case ElasticIp ip ->
                        vpcsOf(store.view(), edit.scope(), ip).forEach(id -> touched.addAll(beyond(edit.scope(), id)));
                    case PeeringConnection c ->
                        Stream.of(c.requester(), c.accepter())
                                .forEach(side -> touched.add(new Key(Peerings.scope(side), side.vpcId())));
                    case Record other -> {}
                }
            });
        }
        return touched;
    }

    private Set<Key> beyond(Scope scope, String vpcId) {
        return Peerings.of(store.view(), scope, vpcId).stream()
                .map(b -> new Key(b.scope(), b.vpcId()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The VPCs whose topology a document may be part of. */
    private static Stream<String> vpcsOf(View view, Scope scope, Record document) {
        return switch (document) {
            case Vpc vpc -> Stream.of(vpc.id());
            case Subnet subnet -> Stream.of(subnet.vpcId());
            case SecurityGroup group -> Stream.of(group.vpcId());
            case NetworkInterface networkInterface -> Stream.of(networkInterface.vpcId());
            case RouteTable table -> Stream.of(table.vpcId());
            case NetworkAcl acl -> Stream.of(acl.vpcId());
            case InternetGateway gateway -> Stream.of(gateway.vpcId()).filter(id -> !id.isEmpty());
            case EgressOnlyGateway gateway -> Stream.of(gateway.vpcId());
            case NatGateway gateway -> Stream.of(gateway.vpcId());
            case ElasticIp address -> address.association().map(ElasticIp.Association::vpcId).stream();
            case PrefixList list ->
                Stream.concat(
                        view.find(SECURITY_GROUP.kind(), scope, "list", list.id()).stream().map(SecurityGroup::vpcId),
                        view.find(ROUTE_TABLE.kind(), scope, "list", list.id()).stream().map(RouteTable::vpcId));
            case FlowLog log -> Stream.of(log.vpcId());
            case VpcEndpoint endpoint -> Stream.of(endpoint.vpcId());
            case Record other -> Stream.empty();
        };
    }

    /**
     * Waits until the VPC as it is in the store now, or later, is in force.
     *
     * @return false if the time is over first, or the data plane closed
     */
    boolean settle(Scope scope, String vpcId, Duration atMost) {
        long revision = store.view().revision();
        Lane lane = set(new Key(scope, vpcId), revision);
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (this) {
            while (lane.reached < revision && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return lane.reached >= revision;
        }
    }

    /**
     * Before an answer leaves: waits for the VPC and its peers as long as an operation may, and says in the log if that was
     * not enough.
     */
    void settle(Scope scope, String vpcId) {
        if (!settle(scope, vpcId, IN_FORCE_WAIT)) {
            LOG.warn("{} is not in force after {} s", router(scope, vpcId), IN_FORCE_WAIT.toSeconds());
        }
        for (Key key : beyond(scope, vpcId)) {
            if (!settle(key.scope(), key.vpcId(), IN_FORCE_WAIT)) {
                LOG.warn("{} is not in force after {} s", router(key.scope(), key.vpcId()), IN_FORCE_WAIT.toSeconds());
            }
        }
    }

    /** How many connections each address of an interface carries; see {@link Fabric#connections}. */
    Map<Ipv4, Integer> connections(Scope scope, String vpcId, String interfaceId, int atLeast) {
        return fabric.connections(router(scope, vpcId), interfaceId, atLeast);
    }

    /** See {@link dev.remora.net.Slots#spare}. */
    void spare(NatKey key, Set<String> interfaces) {
        fabric.slots().spare(key, interfaces);
    }

    /** Whether the kernel holds the interface as it is, whatever else of its VPC is still to be changed. */
    boolean holds(Scope scope, NetworkInterface i) {
        Lane lane;
        synchronized (this) {
            lane = lanes.get(new Key(scope, i.vpcId()));
        }
        Topology made = lane == null ? null : lane.made;
        Topology.Port port = made == null ? null : made.ports().get(i.id());
        return port != null
                && port.addresses().equals(i.addresses())
                && port.groups().equals(Set.copyOf(i.groups()))
                && port.attachment().equals(i.backing());
    }

    private synchronized Lane set(Key key, long revision) {
        Lane lane = lanes.computeIfAbsent(key, k -> new Lane());
        boolean newer = revision > lane.wanted;
        lane.wanted = Math.max(lane.wanted, revision);
        if (newer && lane.retry != null && !closed) {
            lane.retry = null;
            workers.execute(() -> run(key, lane));
        }
        if (!lane.running && lane.reached < lane.wanted && !closed) {
            lane.running = true;
            workers.execute(() -> run(key, lane));
        }
        return lane;
    }

    private void run(Key key, Lane lane) {
        while (true) {
            View view = store.view();
            try {
                reconcile(key, lane, view);
            } catch (RuntimeException e) {
                refused(key, lane, e);
                return;
            }
            synchronized (this) {
                lane.reached = Math.max(lane.reached, view.revision());
                lane.refusals = 0;
                notifyAll();
                if (lane.reached >= lane.wanted || closed) {
                    lane.running = false;
                    if (!lane.routed) {
                        lanes.remove(key);
                    }
                    return;
                }
            }
        }
    }

    private void reconcile(Key key, Lane lane, View view) {
        boolean inhabited = view.any(NETWORK_INTERFACE.kind(), key.scope(), "attached", key.vpcId());
        Optional<VpcContents> contents =
                inhabited ? Contents.of(view, key.scope(), key.vpcId()) : Optional.empty();
        if (contents.isPresent()) {
            Compiled compiled = Compiled.of(lane.compiled, contents.get());
            lane.compiled = compiled;
            Topology wanted = compiled.topology();
            OpenDoors doors = lane.doors;
            if (doors == null) {
                lane.doors = doors = new OpenDoors(store, fabric, key.scope(), router(key.scope(), key.vpcId()));
            }
            doors.closeBut(contents.get(), wanted);
            if (!wanted.equals(lane.made)) {
                lane.routed = true;
                lane.made = null;
                fabric.apply(wanted);
                lane.made = wanted;
            }
            doors.open(serviceDoors, contents.get(), wanted);
        } else if (lane.routed) {
            if (lane.doors != null) {
                lane.doors.closeAll();
            }
            lane.made = null;
            lane.compiled = null;
            fabric.remove(router(key.scope(), key.vpcId()));
            lane.routed = false;
        }
    }

    private synchronized void refused(Key key, Lane lane, RuntimeException refusal) {
        long delay = Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(lane.refusals, 16));
        lane.refusals++;
        LOG.warn(
                "{} cannot be made as wanted: {}; next try in {} ms",
                router(key.scope(), key.vpcId()), refusal.getMessage(), delay, refusal);
        if (!closed) {
            var token = new Object();
            lane.retry = token;
            workers.schedule(() -> retry(key, lane, token), delay, TimeUnit.MILLISECONDS);
        }
    }

    private void retry(Key key, Lane lane, Object token) {
        synchronized (this) {
            if (lane.retry != token) {
                return;
            }
            lane.retry = null;
        }
        run(key, lane);
    }

    /** Stops following; what the kernel holds stays. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (feed != null) {
            try {
                feed.close();
            } catch (Exception e) {
                LOG.warn("the store's feed does not end", e);
            }
        }
        workers.shutdown();
        try {
            if (!workers.awaitTermination(IN_FORCE_WAIT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the data plane's workers do not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
