package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.net.Ipv4;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NatGateway.Resting;
import dev.remora.vpc.NatGateway.State;
import dev.remora.vpc.NetworkInterface;
import dev.remora.wire.Call;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AssignPrivateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.AssociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressResponse;
import software.amazon.awssdk.services.ec2.model.NatGatewayAddress;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateNatGatewayAddressResponse;

/**
 * The addresses that a NAT gateway has beside its first one, each good for another 55,000 connections to every destination. New
 * ones are in force when the answer leaves. One that is taken away gets no new connections from then on, and goes when it carries
 * none any more or its time is over ({@link NatGatewayStates}); until then nothing else of the addresses can be changed.
 */
final class NatGatewayAddresses {
    private static final int LONGEST_DRAIN_SECONDS = 4000;
    private static final int DRAIN_SECONDS = 350;

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final NatGatewayStates states;

    NatGatewayAddresses(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane, NatGatewayStates states) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.states = states;
    }

    AssociateNatGatewayAddressResponse associate(AssociateNatGatewayAddressRequest r, Call call) {
        List<String> allocations = r.allocationIds().stream().distinct().toList();
        if (allocations.isEmpty()) {
            throw Refusals.missing("allocationId");
        }
        List<Ipv4> chosen = r.privateIpAddresses().stream().map(SubnetAddresses::ipv4).toList();
        checkPairs(allocations, chosen);
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.natGatewayId(), "natGatewayId");
        List<NatGatewayAddress> added = added(scope, id, true, allocations, chosen, allocations.size() - chosen.size());
        return AssociateNatGatewayAddressResponse.builder().natGatewayId(id).natGatewayAddresses(added).build();
    }

    AssignPrivateNatGatewayAddressResponse assign(AssignPrivateNatGatewayAddressRequest r, Call call) {
        List<Ipv4> chosen = r.privateIpAddresses().stream().map(SubnetAddresses::ipv4).toList();
        int count = NetworkInterfaces.count(r.privateIpAddressCount(), "privateIpAddressCount").orElse(0);
        InterfaceAddresses.one(!chosen.isEmpty(), count > 0, "privateIpAddresses", "privateIpAddressCount");
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.natGatewayId(), "natGatewayId");
        List<NatGatewayAddress> added = added(scope, id, false, List.of(), chosen, count);
        return AssignPrivateNatGatewayAddressResponse.builder().natGatewayId(id).natGatewayAddresses(added).build();
    }

    /** Refuses private addresses that do not go with as many Elastic IPs. */
    static void checkPairs(List<String> allocations, List<Ipv4> chosen) {
        if (!chosen.isEmpty() && chosen.size() != allocations.size()) {
            throw Refusals.combination("There must be as many private IP addresses as allocation IDs, or none.");
        }
    }

    private List<NatGatewayAddress> added(
            Scope scope, String id, boolean toInternet, List<String> allocations, List<Ipv4> chosen, int count) {
        NetworkInterface then = store.write(tx -> {
            NatGateway gateway = changeable(tx, scope, id, toInternet);
            NetworkInterface now = NETWORK_INTERFACE.require(tx, scope, gateway.interfaceId());
            regions.allow(Quota.ADDRESSES_PER_NAT_GATEWAY, 1L + now.secondary().size() + chosen.size() + count);
            var desk = new SubnetAddresses(tx, scope, ids, now.subnetId());
            List<Ipv4> more = Stream.concat(chosen.stream().map(desk::take), desk.next(count).stream()).toList();
            desk.done();
            NetworkInterface with =
                    now.withAddresses(Stream.concat(now.secondary().stream(), more.stream()).toList(), now.ipv6());
            tx.put(NETWORK_INTERFACE.kind(), scope, now.id(), with);
            associate(tx, scope, ids, now, allocations, more);
            return with;
        });
        plane.settle(scope, then.vpcId());
        View view = store.view();
        return then.secondary().stream()
                .skip((long) then.secondary().size() - chosen.size() - count)
                .map(address -> shown(view, scope, then, address, toInternet ? "associating" : "assigning"))
                .toList();
    }

    /** Makes each private address stand for one of the Elastic IPs, which must be free. */
    static void associate(
            Transaction tx, Scope scope, Ids ids, NetworkInterface i, List<String> allocations, List<Ipv4> addresses) {
        for (int n = 0; n < allocations.size(); n++) {
            ElasticIp ip = ELASTIC_IP.require(tx, scope, allocations.get(n));
            if (ip.association().isPresent()) {
                throw ElasticIps.alreadyAssociated(ip.id(), ip);
            }
            ElasticIps.associated(tx, scope, ids, ip, i, addresses.get(n));
        }
    }

    private static NatGateway changeable(View view, Scope scope, String id, boolean toInternet) {
        NatGateway gateway = NAT_GATEWAY.require(view, scope, id);
        if (gateway.toInternet() != toInternet) {
            throw Refusals.combination(
                    "NatGateway " + id + " is " + (toInternet ? "private" : "public") + ", and has no such addresses.");
        }
        if (gateway.state() != State.AVAILABLE || !gateway.resting().isEmpty()) {
            throw Refusals.of(
                    "IncorrectState", "NatGateway " + id + " is not available, or an address of it is being taken away.");
        }
        return gateway;
    }

    DisassociateNatGatewayAddressResponse disassociate(DisassociateNatGatewayAddressRequest r, Call call) {
        if (r.associationIds().isEmpty()) {
            throw Refusals.missing("associationId");
        }
        Instant until = until(r.maxDrainDurationSeconds());
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.natGatewayId(), "natGatewayId");
        List<NatGatewayAddress> leaving = rested(scope, id, true, until, (view, own) -> r.associationIds().stream()
                .distinct()
                .map(association -> {
                    var held = ElasticIps.byAssociation(view, scope, association).association().orElseThrow();
                    if (!held.interfaceId().equals(own.id())) {
                        throw Refusals.invalidValue("The association " + association + " is not one of NatGateway " + id + ".");
                    }
                    return held.privateAddress();
                })
                .toList());
        return DisassociateNatGatewayAddressResponse.builder().natGatewayId(id).natGatewayAddresses(leaving).build();
    }

    UnassignPrivateNatGatewayAddressResponse unassign(UnassignPrivateNatGatewayAddressRequest r, Call call) {
        List<Ipv4> gone = r.privateIpAddresses().stream().map(SubnetAddresses::ipv4).distinct().toList();
        if (gone.isEmpty()) {
            throw Refusals.missing("privateIpAddress");
        }
        Instant until = until(r.maxDrainDurationSeconds());
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.natGatewayId(), "natGatewayId");
        List<NatGatewayAddress> leaving = rested(scope, id, false, until, (view, own) -> gone);
        return UnassignPrivateNatGatewayAddressResponse.builder().natGatewayId(id).natGatewayAddresses(leaving).build();
    }

    private Instant until(@Nullable Integer seconds) {
        if (seconds != null && (seconds < 1 || seconds > LONGEST_DRAIN_SECONDS)) {
            throw Refusals.invalidValue(
                    seconds.toString(), "maxDrainDurationSeconds", "It must be from 1 to " + LONGEST_DRAIN_SECONDS + ".");
        }
        return clock.instant().plusSeconds(seconds == null ? DRAIN_SECONDS : seconds);
    }

    @FunctionalInterface
    private interface Chosen {
        List<Ipv4> of(View view, NetworkInterface own);
    }

    private List<NatGatewayAddress> rested(Scope scope, String id, boolean toInternet, Instant until, Chosen chosen) {
        var leaving = new ArrayList<NatGatewayAddress>();
        NatGateway then = store.write(tx -> {
            NatGateway gateway = changeable(tx, scope, id, toInternet);
            NetworkInterface own = NETWORK_INTERFACE.require(tx, scope, gateway.interfaceId());
            List<Ipv4> addresses = chosen.of(tx, own);
            for (Ipv4 address : addresses) {
                if (!own.secondary().contains(address)) {
                    throw Refusals.invalidValue(address.equals(own.address())
                            ? "The primary address " + address + " of NatGateway " + id + " stays as long as it does."
                            : "The address " + address + " is not one of NatGateway " + id + ".");
                }
                leaving.add(shown(tx, scope, own, address, toInternet ? "disassociating" : "unassigning"));
            }
            NatGateway resting = gateway.with(addresses.stream().map(address -> new Resting(address, until)).toList());
            tx.put(NAT_GATEWAY.kind(), scope, id, resting);
            return resting;
        });
        plane.settle(scope, then.vpcId());
        states.follow(scope, id);
        return leaving;
    }

    /** All of a gateway; of one that is pending or failed, no more than what was asked for. */
    static List<NatGatewayAddress> shown(View view, Scope scope, NatGateway n) {
        Optional<NetworkInterface> found = view.get(NETWORK_INTERFACE.kind(), scope, n.interfaceId());
        if (n.state() == State.PENDING || found.isEmpty()) {
            var address = NatGatewayAddress.builder().allocationId(n.allocationId().isEmpty() ? null : n.allocationId());
            return List.of(n.state() == State.PENDING || n.interfaceId().isEmpty()
                    ? address.build()
                    : address.networkInterfaceId(n.interfaceId()).isPrimary(true).build());
        }
        NetworkInterface own = found.get();
        List<Ipv4> resting = n.resting().stream().map(Resting::address).toList();
        return Stream.concat(Stream.of(own.address()), own.secondary().stream())
                .map(address -> shown(view, scope, own, address, resting.contains(address)
                        ? n.toInternet() ? "disassociating" : "unassigning"
                        : "succeeded"))
                .toList();
    }

    private static NatGatewayAddress shown(View view, Scope scope, NetworkInterface own, Ipv4 address, String status) {
        var shown = NatGatewayAddress.builder()
                .networkInterfaceId(own.id())
                .privateIp(address.toString())
                .isPrimary(address.equals(own.address()))
                .status(status);
        ElasticIps.at(view, scope, own.id(), address)
                .ifPresent(ip -> shown.allocationId(ip.id())
                        .publicIp(ip.address().toString())
                        .associationId(ip.association().orElseThrow().id()));
        return shown.build();
    }
}
