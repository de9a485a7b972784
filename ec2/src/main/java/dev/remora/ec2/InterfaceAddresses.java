package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.vpc.NetworkInterface;
import dev.remora.wire.Call;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignedPrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesResponse;

/** The addresses that an interface has beside its primary one. A change is in force when its answer leaves. */
final class InterfaceAddresses {
    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    InterfaceAddresses(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    AssignPrivateIpAddressesResponse assign(AssignPrivateIpAddressesRequest r, Call call) {
        List<Ipv4> chosen = r.privateIpAddresses().stream().map(SubnetAddresses::ipv4).toList();
        int count = NetworkInterfaces.count(r.secondaryPrivateIpAddressCount(), "secondaryPrivateIpAddressCount").orElse(0);
        one(!chosen.isEmpty(), count > 0, "privateIpAddresses", "secondaryPrivateIpAddressCount");
        boolean reassign = Boolean.TRUE.equals(r.allowReassignment());
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        NetworkInterface then = change(scope, id, (tx, now) -> {
            if (reassign) {
                chosen.forEach(address -> takeFromOther(tx, scope, now, address));
            }
            var desk = new SubnetAddresses(tx, scope, ids, now.subnetId());
            List<Ipv4> more = Stream.concat(chosen.stream().map(desk::take), desk.next(count).stream()).toList();
            SubnetAddresses.checkCount(1L + now.secondary().size() + more.size());
            desk.done();
            return now.withAddresses(Stream.concat(now.secondary().stream(), more.stream()).toList(), now.ipv6());
        });
        int added = chosen.size() + count;
        return AssignPrivateIpAddressesResponse.builder()
                .networkInterfaceId(id)
                .assignedPrivateIpAddresses(then.secondary().stream()
                        .skip(then.secondary().size() - (long) added)
                        .map(a -> AssignedPrivateIpAddress.builder().privateIpAddress(a.toString()).build())
                        .toList())
                .build();
    }

    private void takeFromOther(Transaction tx, Scope scope, NetworkInterface mine, Ipv4 address) {
        String key = NetworkInterface.addressKey(mine.subnetId(), address);
        for (NetworkInterface other : tx.find(NETWORK_INTERFACE.kind(), scope, "address", key)) {
            if (!other.id().equals(mine.id()) && other.secondary().contains(address)) {
                tx.put(NETWORK_INTERFACE.kind(), scope, other.id(), without(other, List.of(address)));
                giveBack(tx, scope, other.subnetId(), 1);
            }
        }
    }

    private void giveBack(Transaction tx, Scope scope, String subnetId, int count) {
        var desk = new SubnetAddresses(tx, scope, ids, subnetId);
        desk.giveBack(count);
        desk.done();
    }

    private static NetworkInterface without(NetworkInterface i, List<Ipv4> gone) {
        return i.withAddresses(i.secondary().stream().filter(a -> !gone.contains(a)).toList(), i.ipv6());
    }

    UnassignPrivateIpAddressesResponse unassign(UnassignPrivateIpAddressesRequest r, Call call) {
        List<Ipv4> gone = r.privateIpAddresses().stream().map(SubnetAddresses::ipv4).distinct().toList();
        if (gone.isEmpty()) {
            throw Refusals.missing("privateIpAddresses");
        }
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        change(scope, id, (tx, now) -> {
            if (!now.secondary().containsAll(gone)) {
                throw Refusals.invalidValue("Some of " + gone + " are not assigned to interface " + id);
            }
            gone.forEach(address -> ElasticIps.leave(tx, scope, id, address));
            giveBack(tx, scope, now.subnetId(), gone.size());
            return without(now, gone);
        });
        return UnassignPrivateIpAddressesResponse.builder().build();
    }

    AssignIpv6AddressesResponse assign6(AssignIpv6AddressesRequest r, Call call) {
        List<Ipv6> chosen = r.ipv6Addresses().stream().map(SubnetAddresses::ipv6).toList();
        int count = NetworkInterfaces.count(r.ipv6AddressCount(), "ipv6AddressCount").orElse(0);
        one(!chosen.isEmpty(), count > 0, "ipv6Addresses", "ipv6AddressCount");
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        NetworkInterface then = change(scope, id, (tx, now) -> {
            var desk = new SubnetAddresses(tx, scope, ids, now.subnetId());
            List<Ipv6> all = Stream.of(now.ipv6().stream(), chosen.stream().map(desk::take), desk.next6(count).stream())
                    .flatMap(Function.identity())
                    .toList();
            SubnetAddresses.checkCount(all.size());
            return now.withAddresses(now.secondary(), all);
        });
        return AssignIpv6AddressesResponse.builder()
                .networkInterfaceId(id)
                .assignedIpv6Addresses(then.ipv6().stream()
                        .skip(then.ipv6().size() - (long) (chosen.size() + count))
                        .map(Ipv6::toString)
                        .toList())
                .build();
    }

    UnassignIpv6AddressesResponse unassign6(UnassignIpv6AddressesRequest r, Call call) {
        List<Ipv6> gone = r.ipv6Addresses().stream().map(SubnetAddresses::ipv6).distinct().toList();
        if (gone.isEmpty()) {
            throw Refusals.missing("ipv6Addresses");
        }
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        change(scope, id, (tx, now) -> {
            if (!now.ipv6().containsAll(gone)) {
                throw Refusals.invalidValue("Some of " + gone + " are not assigned to interface " + id);
            }
            return now.withAddresses(now.secondary(), now.ipv6().stream().filter(a -> !gone.contains(a)).toList());
        });
        return UnassignIpv6AddressesResponse.builder()
                .networkInterfaceId(id)
                .unassignedIpv6Addresses(gone.stream().map(Ipv6::toString).toList())
                .build();
    }

    /** Refuses two parameters that say the same, and neither. */
    static void one(boolean first, boolean second, String firstName, String secondName) {
        if (first && second) {
            throw Refusals.combination("The parameter " + firstName + " cannot be used with the parameter " + secondName);
        }
        if (!first && !second) {
            throw Refusals.missing(firstName + " or " + secondName);
        }
    }

    @FunctionalInterface
    private interface Changing {
        NetworkInterface change(Transaction tx, NetworkInterface now);
    }

    private NetworkInterface change(Scope scope, String id, Changing changing) {
        NetworkInterface changed = store.write(tx -> {
            NetworkInterface now = NETWORK_INTERFACE.require(tx, scope, id);
            if (now.requesterManaged()) {
                throw Refusals.of("AuthFailure", "You do not have permission to access the specified resource.");
            }
            if (now.backing() instanceof Topology.Attachment.Hyperplane) {
                throw NetworkInterfaces.notAllowed();
            }
            NetworkInterface then = changing.change(tx, now);
            tx.put(NETWORK_INTERFACE.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
        return changed;
    }
}
