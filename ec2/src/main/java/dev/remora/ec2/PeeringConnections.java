package dev.remora.ec2;

import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.IpBlock;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PeeringConnection.Side;
import dev.remora.vpc.PeeringConnection.Status;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.CidrBlock;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsResponse;
import software.amazon.awssdk.services.ec2.model.Ipv6CidrBlock;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsResponse;
import software.amazon.awssdk.services.ec2.model.PeeringConnectionOptions;
import software.amazon.awssdk.services.ec2.model.PeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnectionVpcInfo;

/** Peering connections between VPCs of any accounts and regions. */
final class PeeringConnections {
    /** How long a request waits for its acceptance. */
    static final Duration PENDING = Duration.ofDays(7);

    /** "Amazon VPC quotas": active connections of a VPC, and requests of it that are not accepted yet. */
    static final int MAX_ACTIVE = 50;

    static final int MAX_OUTSTANDING = 25;

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;

    PeeringConnections(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
    }

    private static final Filters<PeeringConnection> FILTERS = filters();

    private static Filters<PeeringConnection> filters() {
        var filters = Filters.<PeeringConnection>tagged()
                .on("vpc-peering-connection-id", PeeringConnection::id)
                .on("status-code", c -> c.status().text())
                .on("status-message", PeeringConnection::message)
                .onAny("expiration-time", c -> expires(c).map(Instant::toString).stream().toList());
        side(filters, "requester-vpc-info.", PeeringConnection::requester);
        side(filters, "accepter-vpc-info.", PeeringConnection::accepter);
        return filters;
    }

    private static void side(Filters<PeeringConnection> filters, String prefix, Function<PeeringConnection, Side> side) {
        filters.on(prefix + "vpc-id", c -> side.apply(c).vpcId())
                .indexed(prefix + "vpc-id", "vpc")
                .on(prefix + "owner-id", c -> side.apply(c).account())
                .onAny(prefix + "cidr-block", c -> side.apply(c).blocks().stream().map(Object::toString).toList());
    }

    private static Optional<Instant> expires(PeeringConnection c) {
        return c.status() == Status.PENDING_ACCEPTANCE ? Optional.of(c.expires()) : Optional.empty();
    }

    /** The scope of a call, after requests that nobody accepted have expired there and what ended long ago has gone. */
    private Scope enter(Call call) {
        Scope scope = regions.enter(call);
        Instant now = clock.instant();
        if (store.view().all(PEERING.kind(), scope).stream().anyMatch(c -> stale(c, now))) {
            store.write(tx -> {
                for (PeeringConnection c : tx.all(PEERING.kind(), scope)) {
                    if (c.overdue(now)) {
                        Peerings.end(tx, c, Status.EXPIRED, "Expired", now);
                    } else if (stale(c, now)) {
                        tx.delete(PEERING.kind(), scope, c.id());
                    }
                }
                return scope;
            });
        }
        return scope;
    }

    private static boolean stale(PeeringConnection c, Instant now) {
        return c.overdue(now) || c.status().ended() && !c.expires().isAfter(now);
    }

    CreateVpcPeeringConnectionResponse create(CreateVpcPeeringConnectionRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        String peerId = Refusals.require(r.peerVpcId(), "peerVpcId");
        Scope scope = enter(call);
        var peer = new Scope(
                r.peerOwnerId() == null ? scope.account() : r.peerOwnerId(),
                r.peerRegion() == null ? scope.region() : new Region(r.peerRegion()).name());
        Map<String, String> tags = TagSpecs.forNew(PEERING.type(), r.tagSpecifications());
        PeeringConnection made = store.write(tx -> {
            Vpc vpc = VPC.require(tx, scope, vpcId);
            Optional<Vpc> other = tx.get(VPC.kind(), peer, peerId);
            checkNew(tx, scope, vpcId, peerId);
            boolean possible = other.filter(o -> !overlap(vpc, o)).isPresent();
            Instant now = clock.instant();
            var connection = new PeeringConnection(
                    ids.resource(PEERING.prefix()),
                    side(scope, vpc),
                    other.map(o -> side(peer, o))
                            .orElse(new Side(peer.account(), peer.region(), peerId, List.of(), List.of(), false)),
                    possible ? Status.PENDING_ACCEPTANCE : Status.FAILED,
                    possible
                            ? "Pending Acceptance by " + peer.account()
                            : "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
                    now.plus(possible ? PENDING : Peerings.SHOWN),
                    tags);
            if (possible && !peer.equals(scope)) {
                tx.put(PEERING.kind(), peer, connection.id(), connection.withTags(Map.of()));
            }
            tx.put(PEERING.kind(), scope, connection.id(), connection);
            return connection;
        });
        return CreateVpcPeeringConnectionResponse.builder()
                .vpcPeeringConnection(shown(made).toBuilder()
                        .status(s -> s.code("initiating-request").message("Initiating Request to " + peer.account()))
                        .expirationTime(clock.instant().plus(PENDING))
                        .build())
                .build();
    }

    private static void checkNew(View view, Scope scope, String vpcId, String peerId) {
        List<PeeringConnection> living =
                PEERING.inVpc(view, scope, vpcId).stream().filter(c -> !c.status().ended()).toList();
        if (living.stream().anyMatch(c -> c.beyond(vpcId).vpcId().equals(peerId))) {
            throw Refusals.of(
                    "VpcPeeringConnectionAlreadyExists", "A VPC peering connection between the VPCs already exists.");
        }
        if (living.stream().filter(c -> !c.active()).count() >= MAX_OUTSTANDING) {
            throw Refusals.of(
                    "OutstandingVpcPeeringConnectionLimitExceeded",
                    "The maximum number of outstanding VPC peering connection requests has been reached: " + MAX_OUTSTANDING);
        }
    }

    private static boolean overlap(Vpc one, Vpc other) {
        for (IpBlock block : one.allBlocks()) {
            if (other.allBlocks().stream().anyMatch(block::overlaps)) {
                return true;
            }
        }
        return false;
    }

    private static Side side(Scope scope, Vpc vpc) {
        return new Side(
                scope.account(),
                scope.region(),
                vpc.id(),
                vpc.blocks().stream().map(Vpc.Block::block).toList(),
                vpc.blocks6().stream().map(Vpc.Block6::block).toList(),
                false);
    }

    AcceptVpcPeeringConnectionResponse accept(AcceptVpcPeeringConnectionRequest r, Call call) {
        String id = Refusals.require(r.vpcPeeringConnectionId(), "vpcPeeringConnectionId");
        Scope scope = enter(call);
        PeeringConnection accepted = store.write(tx -> {
            PeeringConnection c = pending(tx, scope, id, "accepted");
            Vpc requester = VPC.require(tx, Peerings.scope(c.requester()), c.requester().vpcId());
            Vpc accepter = VPC.require(tx, scope, c.accepter().vpcId());
            for (Side side : List.of(c.requester(), c.accepter())) {
                if (Peerings.of(tx, Peerings.scope(side), side.vpcId()).size() >= MAX_ACTIVE) {
                    throw Refusals.of(
                            "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
                            "The maximum number of active VPC peering connections of " + side.vpcId()
                                    + " has been reached: " + MAX_ACTIVE);
                }
            }
            PeeringConnection then = overlap(requester, accepter)
                    ? c.with(
                            Status.FAILED,
                            "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
                            clock.instant().plus(Peerings.SHOWN))
                    : c.withSides(side(Peerings.scope(c.requester()), requester), side(scope, accepter))
                            .with(Status.ACTIVE, "Active", c.expires());
            Peerings.put(tx, then);
            return then;
        });
        settle(accepted);
        return AcceptVpcPeeringConnectionResponse.builder()
                .vpcPeeringConnection(shown(accepted).toBuilder()
                        .status(s -> {
                            if (accepted.active()) {
                                s.code("provisioning").message("Provisioning");
                            } else {
                                s.code(accepted.status().text()).message(accepted.message());
                            }
                        })
                        .build())
                .build();
    }

    /** A request that the scope may accept or reject. */
    private static PeeringConnection pending(Transaction tx, Scope scope, String id, String verb) {
        PeeringConnection c = PEERING.require(tx, scope, id);
        if (!scope.account().equals(c.accepter().account())) {
            throw Refusals.of(
                    "OperationNotPermitted", "User (" + scope.account() + ") cannot " + verb.replaceAll("ed$", "")
                            + " peering " + id);
        }
        if (!scope.equals(Peerings.scope(c.accepter()))) {
            throw Refusals.of(
                    "OperationNotPermitted",
                    "Incorrect region (" + scope.region() + ") specified for this request. VPC peering connection " + id
                            + " must be " + verb + " in region " + c.accepter().region());
        }
        if (c.status() != Status.PENDING_ACCEPTANCE) {
            throw wrongState(id);
        }
        return c;
    }

    private static RuntimeException wrongState(String id) {
        return Refusals.of(
                "InvalidStateTransition", "VpcPeeringConnectionID " + id + " is not in the correct state for the request.");
    }

    private void settle(PeeringConnection c) {
        for (Side side : List.of(c.requester(), c.accepter())) {
            plane.settle(Peerings.scope(side), side.vpcId());
        }
    }

    RejectVpcPeeringConnectionResponse reject(RejectVpcPeeringConnectionRequest r, Call call) {
        String id = Refusals.require(r.vpcPeeringConnectionId(), "vpcPeeringConnectionId");
        Scope scope = enter(call);
        store.write(tx -> {
            PeeringConnection c = pending(tx, scope, id, "rejected");
            Peerings.end(tx, c, Status.REJECTED, "Rejected by " + scope.account(), clock.instant());
            return c;
        });
        return RejectVpcPeeringConnectionResponse.builder().returnValue(true).build();
    }

    /** Either side may end a connection; a request that is pending, only who made it: the other side rejects it. */
    DeleteVpcPeeringConnectionResponse delete(DeleteVpcPeeringConnectionRequest r, Call call) {
        String id = Refusals.require(r.vpcPeeringConnectionId(), "vpcPeeringConnectionId");
        Scope scope = enter(call);
        PeeringConnection deleted = store.write(tx -> {
            PeeringConnection c = PEERING.require(tx, scope, id);
            boolean mine = scope.account().equals(c.requester().account());
            if (c.status().ended() || !c.active() && !mine) {
                throw wrongState(id);
            }
            Peerings.end(tx, c, Status.DELETED, "Deleted by " + scope.account(), clock.instant());
            return c;
        });
        settle(deleted);
        return DeleteVpcPeeringConnectionResponse.builder().returnValue(true).build();
    }

    DescribeVpcPeeringConnectionsResponse describe(DescribeVpcPeeringConnectionsRequest r, Call call) {
        Scope scope = enter(call);
        var page = Listing.of(
                        call, "vpcPeeringConnectionIds", r.vpcPeeringConnectionIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, PEERING, FILTERS);
        return DescribeVpcPeeringConnectionsResponse.builder()
                .vpcPeeringConnections(page.map(PeeringConnections::shown))
                .nextToken(page.nextToken())
                .build();
    }

    ModifyVpcPeeringConnectionOptionsResponse modifyOptions(ModifyVpcPeeringConnectionOptionsRequest r, Call call) {
        String id = Refusals.require(r.vpcPeeringConnectionId(), "vpcPeeringConnectionId");
        PeeringConnectionOptionsRequest requester = r.requesterPeeringConnectionOptions();
        PeeringConnectionOptionsRequest accepter = r.accepterPeeringConnectionOptions();
        if (requester == null && accepter == null) {
            throw Refusals.missing("requesterPeeringConnectionOptions or accepterPeeringConnectionOptions");
        }
        Scope scope = enter(call);
        PeeringConnection changed = store.write(tx -> {
            PeeringConnection c = PEERING.require(tx, scope, id);
            if (!c.active()) {
                throw wrongState(id);
            }
            PeeringConnection then = c.withSides(
                    modified(tx, scope, c.requester(), requester), modified(tx, scope, c.accepter(), accepter));
            Peerings.put(tx, then);
            return then;
        });
        settle(changed);
        var answer = ModifyVpcPeeringConnectionOptionsResponse.builder();
        if (requester != null) {
            answer.requesterPeeringConnectionOptions(options(changed.requester()));
        }
        if (accepter != null) {
            answer.accepterPeeringConnectionOptions(options(changed.accepter()));
        }
        return answer.build();
    }

    private static Side modified(View view, Scope scope, Side side, @Nullable PeeringConnectionOptionsRequest wanted) {
        if (wanted == null || wanted.allowDnsResolutionFromRemoteVpc() == null) {
            return side;
        }
        if (!scope.equals(Peerings.scope(side))) {
            throw Refusals.of(
                    "OperationNotPermitted",
                    "The options of " + side.vpcId() + " are modified by its owner, in its region.");
        }
        Vpc vpc = VPC.require(view, scope, side.vpcId());
        if (wanted.allowDnsResolutionFromRemoteVpc() && !(vpc.dnsSupport() && vpc.dnsHostnames())) {
            throw Refusals.of(
                    "InvalidParameter",
                    "Enabling DNS resolution requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true"
                            + " for " + vpc.id());
        }
        return side.withResolvesNames(wanted.allowDnsResolutionFromRemoteVpc());
    }

    private static PeeringConnectionOptions options(Side side) {
        return PeeringConnectionOptions.builder()
                .allowDnsResolutionFromRemoteVpc(side.resolvesNames())
                .allowEgressFromLocalClassicLinkToRemoteVpc(false)
                .allowEgressFromLocalVpcToRemoteClassicLink(false)
                .build();
    }

    private static VpcPeeringConnection shown(PeeringConnection c) {
        var shown = VpcPeeringConnection.builder()
                .vpcPeeringConnectionId(c.id())
                .requesterVpcInfo(shown(c.requester(), true))
                .accepterVpcInfo(shown(c.accepter(), c.active()))
                .expirationTime(expires(c).orElse(null))
                .status(s -> s.code(c.status().text()).message(c.message()));
        return shown.tags(new ArrayList<>(TagSpecs.shown(c.tags()))).build();
    }

    /** @param whole whether its blocks are shown, which the requester sees when the connection is active */
    private static VpcPeeringConnectionVpcInfo shown(Side side, boolean whole) {
        var shown = VpcPeeringConnectionVpcInfo.builder()
                .ownerId(side.account())
                .vpcId(side.vpcId())
                .region(side.region());
        if (whole && !side.blocks().isEmpty()) {
            shown.cidrBlock(side.blocks().getFirst().toString())
                    .cidrBlockSet(side.blocks().stream()
                            .map(b -> CidrBlock.builder().cidrBlock(b.toString()).build())
                            .toList())
                    .peeringOptions(o -> o.allowDnsResolutionFromRemoteVpc(side.resolvesNames())
                            .allowEgressFromLocalClassicLinkToRemoteVpc(false)
                            .allowEgressFromLocalVpcToRemoteClassicLink(false));
        }
        if (whole && !side.blocks6().isEmpty()) {
            shown.ipv6CidrBlockSet(side.blocks6().stream()
                    .map(b -> Ipv6CidrBlock.builder().ipv6CidrBlock(b.toString()).build())
                    .toList());
        }
        return shown.build();
    }
}
