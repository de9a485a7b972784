package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NatGateway.Failure;
import dev.remora.vpc.NatGateway.State;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Subnet;
import dev.remora.wire.Call;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;

/**
 * NAT gateways. A call only says what is wanted; {@link NatGatewayStates} says what became of it. Also what cannot work is made,
 * as on AWS, and then fails.
 */
final class NatGateways {
    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final NatGatewayStates states;
    private final ClientTokens tokens;

    NatGateways(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, NatGatewayStates states) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.states = states;
        this.tokens = new ClientTokens(clock);
    }

    private record Wanted(
            String subnetId,
            boolean toInternet,
            String allocationId,
            Optional<Ipv4> address,
            List<String> furtherAllocations,
            List<Ipv4> further,
            int furtherCount,
            Map<String, String> tags) {
        static Wanted of(CreateNatGatewayRequest r) {
            String type = r.connectivityTypeAsString() == null ? "public" : r.connectivityTypeAsString();
            if (!type.equals("public") && !type.equals("private")) {
                throw Refusals.invalidValue(type, "connectivityType", "Valid values are public and private.");
            }
            boolean toInternet = type.equals("public");
            if (toInternet && r.allocationId() == null) {
                throw Refusals.of(
                        "MissingParameter",
                        "The request must include the AllocationId parameter. Add the required parameter and retry the"
                                + " request.");
            }
            if (!toInternet && r.allocationId() != null) {
                throw Refusals.combination("The parameter AllocationId cannot be used with a private NAT gateway.");
            }
            List<String> allocations = r.secondaryAllocationIds().stream().distinct().toList();
            List<Ipv4> further = r.secondaryPrivateIpAddresses().stream().map(NatGateways::address).toList();
            int count = NetworkInterfaces.count(r.secondaryPrivateIpAddressCount(), "secondaryPrivateIpAddressCount").orElse(0);
            if (toInternet) {
                NatGatewayAddresses.checkPairs(allocations, further);
                if (count > 0) {
                    throw Refusals.combination(
                            "The parameter SecondaryPrivateIpAddressCount cannot be used with a public NAT gateway.");
                }
                count = allocations.size() - further.size();
            } else if (!allocations.isEmpty()) {
                throw Refusals.combination("The parameter SecondaryAllocationIds cannot be used with a private NAT gateway.");
            } else if (!further.isEmpty() && count > 0) {
                throw Refusals.combination("The parameter SecondaryPrivateIpAddresses cannot be used with the parameter"
                        + " SecondaryPrivateIpAddressCount");
            }
            return new Wanted(
                    Refusals.require(r.subnetId(), "subnetId"),
                    toInternet,
                    r.allocationId() == null ? "" : r.allocationId(),
                    Optional.ofNullable(r.privateIpAddress()).map(NatGateways::address),
                    allocations,
                    further,
                    count,
                    TagSpecs.forNew(NAT_GATEWAY.type(), r.tagSpecifications()));
        }

        int addresses() {
            return 1 + further.size() + furtherCount;
        }

        List<String> allocations() {
            return toInternet
                    ? Stream.concat(Stream.of(allocationId), furtherAllocations.stream()).toList()
                    : List.of();
        }
    }

    private static Ipv4 address(String text) {
        try {
            return Ipv4.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, "privateIpAddress", "Invalid IPv4 address.");
        }
    }

    CreateNatGatewayResponse create(CreateNatGatewayRequest r, Call call) {
        Wanted wanted = Wanted.of(r);
        Scope scope = regions.enter(call);
        NatGateway made = store.write(tx -> {
            states.forget(tx, scope);
            return tokens.once(tx, scope, NAT_GATEWAY, r.clientToken(), wanted.toString(), () -> make(tx, scope, wanted));
        });
        states.follow(scope, made.id());
        return CreateNatGatewayResponse.builder()
                .natGateway(shown(store.view(), scope, made))
                .clientToken(r.clientToken())
                .build();
    }

    private NatGateway make(Transaction tx, Scope scope, Wanted wanted) {
        Subnet subnet = SUBNET.require(tx, scope, wanted.subnetId());
        int inZone = tx.count(NAT_GATEWAY.kind(), scope, "working", subnet.zone());
        regions.allow(Quota.NAT_GATEWAYS_PER_ZONE, inZone + 1);
        regions.allow(Quota.ADDRESSES_PER_NAT_GATEWAY, wanted.addresses());
        String id = ids.resource(NAT_GATEWAY.prefix());
        Instant now = clock.instant();
        Optional<Failure> failure = failure(tx, scope, subnet, wanted);
        String interfaceId = failure.isPresent() ? "" : makeInterface(tx, scope, id, wanted, now).id();
        var gateway = new NatGateway(
                id, subnet.vpcId(), subnet.id(), subnet.zone(), wanted.toInternet(), wanted.allocationId(), interfaceId,
                List.of(), State.PENDING, failure, now, Optional.empty(), wanted.tags());
        tx.put(NAT_GATEWAY.kind(), scope, id, gateway);
        return gateway;
    }

    private static Optional<Failure> failure(View view, Scope scope, Subnet subnet, Wanted wanted) {
        if (wanted.toInternet() && !INTERNET_GATEWAY.anyInVpc(view, scope, subnet.vpcId())) {
            return Optional.of(new Failure(
                    "Gateway.NotAttached", "Network " + subnet.vpcId() + " has no Internet gateway attached"));
        }
        for (String allocation : wanted.allocations()) {
            Optional<ElasticIp> ip = view.get(ELASTIC_IP.kind(), scope, allocation);
            if (ip.isEmpty()) {
                return Optional.of(new Failure(
                        "InvalidAllocationID.NotFound",
                        "Elastic IP address " + allocation + " could not be associated with this NAT gateway"));
            }
            boolean twice = wanted.furtherAllocations().contains(wanted.allocationId());
            if (twice || ip.flatMap(ElasticIp::association).isPresent()) {
                return Optional.of(new Failure(
                        "Resource.AlreadyAssociated", "Elastic IP address [" + allocation + "] is already associated"));
            }
        }
        if (subnet.freeAddresses() < wanted.addresses()) {
            return Optional.of(new Failure(
                    "InsufficientFreeAddressesInSubnet",
                    "Subnet has insufficient free addresses to create this NAT gateway"));
        }
        return Optional.empty();
    }

    private NetworkInterface makeInterface(Transaction tx, Scope scope, String id, Wanted wanted, Instant now) {
        NetworkInterface made = new NewInterface(
                        wanted.subnetId(),
                        List.of(),
                        new SubnetAddresses.Wanted(
                                wanted.address(), wanted.further(), wanted.furtherCount(), List.of(), Optional.of(0)),
                        "Interface for NAT Gateway " + id,
                        "nat_gateway",
                        "amazon-aws",
                        true,
                        new Topology.Attachment.Translator(),
                        Map.of())
                .make(tx, scope, ids, now);
        List<Ipv4> addresses = Stream.concat(Stream.of(made.address()), made.secondary().stream()).toList();
        NatGatewayAddresses.associate(tx, scope, ids, made, wanted.allocations(), addresses);
        return made;
    }

    private static Filters<NatGateway> filters() {
        return Filters.<NatGateway>tagged()
                .on("nat-gateway-id", NatGateway::id)
                .on("state", NatGateways::state)
                .on("subnet-id", NatGateway::subnetId)
                .indexed("subnet-id", "subnet")
                .on("vpc-id", NatGateway::vpcId)
                .indexed("vpc-id", "vpc");
    }

    private static String state(NatGateway gateway) {
        return gateway.state().name().toLowerCase(Locale.ROOT);
    }

    DescribeNatGatewaysResponse describe(DescribeNatGatewaysRequest r, Call call) {
        Scope scope = regions.enter(call);
        if (states.forgettable(store.view(), scope)) {
            store.write(tx -> states.forget(tx, scope));
        }
        View view = store.view();
        var page = Listing.of(call, "natGatewayIds", r.natGatewayIds(), r.filter(), r.maxResults(), r.nextToken())
                .read(view, scope, NAT_GATEWAY, filters());
        return DescribeNatGatewaysResponse.builder()
                .natGateways(page.map(n -> shown(view, scope, n)))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.NatGateway shown(View view, Scope scope, NatGateway n) {
        var shown = software.amazon.awssdk.services.ec2.model.NatGateway.builder()
                .natGatewayId(n.id())
                .vpcId(n.vpcId())
                .subnetId(n.subnetId())
                .connectivityType(n.toInternet() ? "public" : "private")
                .state(state(n))
                .createTime(n.created())
                .deleteTime(n.deleted().orElse(null))
                .natGatewayAddresses(NatGatewayAddresses.shown(view, scope, n))
                .tags(TagSpecs.shown(n.tags()));
        if (n.state() == State.FAILED) {
            n.failure().ifPresent(f -> shown.failureCode(f.code()).failureMessage(f.message()));
        }
        return shown.build();
    }

    DeleteNatGatewayResponse delete(DeleteNatGatewayRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.natGatewayId(), "natGatewayId");
        store.write(tx -> {
            states.forget(tx, scope);
            NatGateway gateway = NAT_GATEWAY.require(tx, scope, id);
            if (gateway.state() == State.DELETING || gateway.state() == State.DELETED) {
                return gateway;
            }
            tx.get(NETWORK_INTERFACE.kind(), scope, gateway.interfaceId())
                    .ifPresent(i -> NewInterface.unmake(tx, scope, ids, i));
            NatGateway deleted = gateway.deletedAt(clock.instant());
            tx.put(NAT_GATEWAY.kind(), scope, id, deleted);
            return deleted;
        });
        states.follow(scope, id);
        return DeleteNatGatewayResponse.builder().natGatewayId(id).build();
    }
}
