package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.net.NatKey;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** {@link HyperplaneInterfaces}, over EC2's documents and the data plane. */
final class SharedInterfaces implements HyperplaneInterfaces {
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final Gate gate;

    SharedInterfaces(Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane, Gate gate) {
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.gate = gate;
    }

    @Override
    public List<Networks.Interface> of(View view, Scope scope, NatKey key) {
        return view.find(NETWORK_INTERFACE.kind(), scope, "key", key.name()).stream().map(ServiceNetworks::seen).toList();
    }

    @Override
    public int count(View view, Scope scope, String vpcId) {
        return view.count(NETWORK_INTERFACE.kind(), scope, "hyperplane", vpcId);
    }

    @Override
    public Networks.Interface make(Transaction tx, Scope scope, Networks.Wanted wanted) {
        return ServiceNetworks.seen(ServiceNetworks.wanted(regions, wanted).make(tx, scope, ids, clock.instant()));
    }

    @Override
    public boolean inForce(View view, Scope scope, String interfaceId) {
        Optional<NetworkInterface> i = view.get(NETWORK_INTERFACE.kind(), scope, interfaceId);
        return i.isPresent()
                && !lacksIpv6(view, scope, i.get())
                && gate.pass(interfaceId, Duration.ZERO)
                && plane.holds(scope, i.get());
    }

    static boolean lacksIpv6(View view, Scope scope, NetworkInterface i) {
        return i.ipv6().isEmpty() && SUBNET.require(view, scope, i.subnetId()).block6().isPresent();
    }

    @Override
    public void delete(Transaction tx, Scope scope, String interfaceId) {
        tx.get(NETWORK_INTERFACE.kind(), scope, interfaceId).ifPresent(i -> NewInterface.unmake(tx, scope, ids, i));
    }

    @Override
    public void abandon(Transaction tx, Scope scope, String interfaceId) {
        tx.get(NETWORK_INTERFACE.kind(), scope, interfaceId)
                .ifPresent(i -> tx.put(NETWORK_INTERFACE.kind(), scope, interfaceId, i.abandoned()));
    }

    @Override
    public void settle(Scope scope, String vpcId) {
        plane.settle(scope, vpcId);
    }
}
