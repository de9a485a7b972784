package dev.remora.ec2;

import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.net.Ipv4;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NatGateway.Resting;
import dev.remora.vpc.NatGateway.State;
import dev.remora.vpc.NetworkInterface;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves NAT gateways on: from pending to available when the kernel holds their interface, or to failed; from deleting to deleted
 * when the kernel holds it no longer. An address that is to go waits here until nothing leaves by it. What failed or was deleted
 * is shown for an hour and then forgotten.
 */
final class NatGatewayStates implements AutoCloseable {
    /** How long one that is no more is shown. */
    static final Duration SHOWN = Duration.ofHours(1);

    private static final Duration STEP = Duration.ofSeconds(10);

    /** How often the kernel is asked what an address still carries. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Store store;
    private final DataPlane plane;
    private final Ids ids;
    private final InstantSource clock;
    private final ExecutorService followers = Executors.newVirtualThreadPerTaskExecutor();

    NatGatewayStates(Store store, DataPlane plane, Ids ids, InstantSource clock) {
        this.store = store;
        this.plane = plane;
        this.ids = ids;
        this.clock = clock;
    }

    /** Goes on with those that were on the way when the server ended. */
    void start() {
        View view = store.view();
        for (Scope scope : view.scopes(NAT_GATEWAY.kind())) {
            view.all(NAT_GATEWAY.kind(), scope).stream().filter(NatGatewayStates::moving).forEach(n -> follow(scope, n.id()));
        }
    }

    private static boolean moving(NatGateway gateway) {
        return gateway.state() == State.PENDING || gateway.state() == State.DELETING || !gateway.resting().isEmpty();
    }

    /** Moves the gateway on as soon as the kernel lets it. */
    void follow(Scope scope, String id) {
        try {
            followers.execute(() -> settle(scope, id));
        } catch (RejectedExecutionException closed) {
            // The next start goes on with it.
        }
    }

    private void settle(Scope scope, String id) {
        while (!Thread.currentThread().isInterrupted()) {
            Optional<NatGateway> now = store.view().get(NAT_GATEWAY.kind(), scope, id).filter(NatGatewayStates::moving);
            if (now.isEmpty()) {
                return;
            }
            NatGateway gateway = now.get();
            if (gateway.state() == State.AVAILABLE) {
                release(scope, gateway);
            } else if (gateway.failure().isPresent() || inForce(scope, gateway)) {
                store.write(tx -> moved(tx, scope, gateway));
            }
        }
    }

    private void release(Scope scope, NatGateway gateway) {
        Map<Ipv4, Integer> carried = plane.connections(scope, gateway.vpcId(), gateway.interfaceId(), 0);
        List<Ipv4> free = gateway.resting().stream()
                .filter(r -> carried.getOrDefault(r.address(), 0) == 0 || !clock.instant().isBefore(r.until()))
                .map(Resting::address)
                .toList();
        if (free.isEmpty()) {
            LockSupport.parkNanos(LOOK.toNanos());
        } else {
            store.write(tx -> released(tx, scope, gateway.id(), free));
        }
    }

    private boolean released(Transaction tx, Scope scope, String id, List<Ipv4> free) {
        Optional<NatGateway> now = tx.get(NAT_GATEWAY.kind(), scope, id).filter(n -> n.state() == State.AVAILABLE);
        now.ifPresent(n -> {
            NetworkInterface own = NETWORK_INTERFACE.require(tx, scope, n.interfaceId());
            free.forEach(address -> ElasticIps.leave(tx, scope, own.id(), address));
            var desk = new SubnetAddresses(tx, scope, ids, own.subnetId());
            desk.giveBack(free.size());
            desk.done();
            tx.put(NETWORK_INTERFACE.kind(), scope, own.id(), own.withAddresses(
                    own.secondary().stream().filter(address -> !free.contains(address)).toList(), own.ipv6()));
            tx.put(NAT_GATEWAY.kind(), scope, id, n.with(
                    n.resting().stream().filter(r -> !free.contains(r.address())).toList()));
        });
        return now.isPresent();
    }

    private boolean inForce(Scope scope, NatGateway gateway) {
        Optional<NetworkInterface> i = store.view().get(NETWORK_INTERFACE.kind(), scope, gateway.interfaceId());
        return i.isPresent() && plane.holds(scope, i.get()) || plane.settle(scope, gateway.vpcId(), STEP);
    }

    private static boolean moved(Transaction tx, Scope scope, NatGateway seen) {
        Optional<NatGateway> now = tx.get(NAT_GATEWAY.kind(), scope, seen.id()).filter(n -> n.state() == seen.state());
        now.ifPresent(n -> tx.put(NAT_GATEWAY.kind(), scope, n.id(), n.in(next(n))));
        return now.isPresent();
    }

    private static State next(NatGateway gateway) {
        if (gateway.state() == State.DELETING) {
            return State.DELETED;
        }
        return gateway.failure().isPresent() ? State.FAILED : State.AVAILABLE;
    }

    boolean forgettable(View view, Scope scope) {
        return view.all(NAT_GATEWAY.kind(), scope).stream().anyMatch(this::past);
    }

    private boolean past(NatGateway gateway) {
        Instant until = gateway.deleted().orElse(gateway.created()).plus(SHOWN);
        return (gateway.state() == State.DELETED || gateway.state() == State.FAILED) && !clock.instant().isBefore(until);
    }

    /** Forgets what was shown long enough. */
    boolean forget(Transaction tx, Scope scope) {
        var past = tx.all(NAT_GATEWAY.kind(), scope).stream().filter(this::past).toList();
        past.forEach(n -> tx.delete(NAT_GATEWAY.kind(), scope, n.id()));
        return !past.isEmpty();
    }

    @Override
    public void close() {
        followers.shutdownNow();
        followers.close();
    }
}
