package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.NatKey;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Vpc;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** {@link Networks}, over the same documents and the same data plane as the operations. */
final class ServiceNetworks implements Networks {
    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final Gate gate;
    private final SharedInterfaces shared;

    ServiceNetworks(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane, Gate gate) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.gate = gate;
        this.shared = new SharedInterfaces(ids, clock, regions, plane, gate);
    }

    @Override
    public Optional<Subnet> subnet(Scope scope, String subnetId) {
        return store.view()
                .get(SUBNET.kind(), scope, subnetId)
                .map(s -> new Subnet(s.id(), s.vpcId(), s.zone(), !s.ipv6Only(), s.block6().isPresent()));
    }

    @Override
    public List<Subnet> defaultSubnets(Scope scope) {
        regions.enter(scope);
        var view = store.view();
        return AccountRegions.defaultVpc(view, scope).stream()
                .flatMap(vpc -> SUBNET.inVpc(view, scope, vpc.id()).stream())
                .filter(s -> s.defaultForZone())
                .flatMap(s -> subnet(scope, s.id()).stream())
                .toList();
    }

    @Override
    public Optional<Group> group(Scope scope, String groupId) {
        return store.view().get(SECURITY_GROUP.kind(), scope, groupId).map(g -> new Group(g.id(), g.vpcId(), g.name()));
    }

    @Override
    public boolean dedicated(Scope scope, String vpcId) {
        return store.view().get(VPC.kind(), scope, vpcId).map(v -> v.tenancy().equals("dedicated")).orElse(false);
    }

    @Override
    public String defaultGroup(Scope scope, String vpcId) {
        Vpc vpc = VPC.require(store.view(), scope, vpcId);
        return vpc.defaultGroupId();
    }

    @Override
    public Interface create(Scope scope, Wanted wanted) {
        NewInterface made = wanted(regions, wanted);
        return seen(store.write(tx -> made.make(tx, scope, ids, clock.instant())));
    }

    static NewInterface wanted(AccountRegions regions, Wanted wanted) {
        regions.allow(Quota.SECURITY_GROUPS_PER_INTERFACE, wanted.groups().size());
        return new NewInterface(
                wanted.subnetId(),
                List.copyOf(new TreeSet<>(wanted.groups())),
                SubnetAddresses.Wanted.ANY,
                wanted.description(),
                wanted.interfaceType(),
                wanted.requesterId(),
                wanted.requesterManaged(),
                wanted.attachment(),
                Map.of());
    }

    @Override
    public void addIpv6(Scope scope, String interfaceId) {
        View view = store.view();
        if (view.get(NETWORK_INTERFACE.kind(), scope, interfaceId)
                .filter(i -> SharedInterfaces.lacksIpv6(view, scope, i))
                .isEmpty()) {
            return;
        }
        store.write(tx -> {
            var now = tx.get(NETWORK_INTERFACE.kind(), scope, interfaceId).filter(i -> i.ipv6().isEmpty());
            now.ifPresent(i -> {
                var desk = new SubnetAddresses(tx, scope, ids, i.subnetId());
                if (desk.subnet().block6().isPresent()) {
                    tx.put(NETWORK_INTERFACE.kind(), scope, i.id(), i.withAddresses(i.secondary(), desk.next6(1)));
                }
            });
            return now;
        });
    }

    @Override
    public void regroup(Scope scope, String interfaceId, Set<String> groups) {
        regions.allow(Quota.SECURITY_GROUPS_PER_INTERFACE, groups.size());
        NetworkInterface changed = store.write(tx -> {
            NetworkInterface now = NETWORK_INTERFACE.require(tx, scope, interfaceId);
            NetworkInterface then = now.withGroups(
                    NewInterface.checkedGroups(tx, scope, now.vpcId(), List.copyOf(new TreeSet<>(groups))));
            tx.put(NETWORK_INTERFACE.kind(), scope, interfaceId, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
    }

    @Override
    public boolean awaitInForce(Scope scope, String interfaceId, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Optional<NetworkInterface> i = store.view().get(NETWORK_INTERFACE.kind(), scope, interfaceId);
        return i.isPresent()
                && gate.pass(interfaceId, atMost)
                && (plane.holds(scope, i.get())
                        || plane.settle(scope, i.get().vpcId(), Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    @Override
    public void delete(Scope scope, String interfaceId) {
        Optional<NetworkInterface> old = store.view().get(NETWORK_INTERFACE.kind(), scope, interfaceId);
        if (old.isPresent()) {
            store.write(tx -> {
                shared.delete(tx, scope, interfaceId);
                return true;
            });
            plane.settle(scope, old.get().vpcId());
        }
    }

    @Override
    public void abandon(Scope scope, String interfaceId) {
        Optional<NetworkInterface> old = store.view().get(NETWORK_INTERFACE.kind(), scope, interfaceId);
        if (old.isPresent()) {
            store.write(tx -> {
                shared.abandon(tx, scope, interfaceId);
                return true;
            });
            plane.settle(scope, old.get().vpcId());
        }
    }

    @Override
    public HyperplaneInterfaces hyperplane() {
        return shared;
    }

    @Override
    public List<Interface> interfaces(Scope scope, String interfaceType) {
        return store.view().find(NETWORK_INTERFACE.kind(), scope, "type", interfaceType).stream()
                .filter(i -> i.attachment().isPresent())
                .map(ServiceNetworks::seen)
                .toList();
    }

    @Override
    public int connections(Scope scope, Interface of, int atLeast) {
        return plane.connections(scope, of.vpcId(), of.id(), atLeast).values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public void spare(NatKey key, Set<String> interfaceIds) {
        plane.spare(key, interfaceIds);
    }

    @Override
    public String router(Scope scope, String vpcId) {
        return DataPlane.router(scope, vpcId);
    }

    static Interface seen(NetworkInterface i) {
        return new Interface(i.id(), i.subnetId(), i.vpcId(), i.address(), Set.copyOf(i.groups()), i.description());
    }
}
