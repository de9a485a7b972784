package dev.remora.ec2;

import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PeeringConnection.Side;
import dev.remora.vpc.PeeringConnection.Status;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcContents.Neighbour;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What VPCs know of each other by their peering connections. A connection is a document of both sides, with the same id; either
 * side's may be read, and both are written together.
 */
final class Peerings {
    /** How long a connection that ended is shown. */
    static final Duration SHOWN = Duration.ofHours(2);

    private Peerings() {}

    /**
     * The other side of an active connection.
     *
     * @param resolvesNames whether its public names may be private addresses here
     */
    record Beyond(String connection, Scope scope, String vpcId, boolean resolvesNames) {}

    static List<Beyond> of(View view, Scope scope, String vpcId) {
        return PEERING.inVpc(view, scope, vpcId).stream()
                .filter(PeeringConnection::active)
                .map(c -> {
                    Side side = c.beyond(vpcId);
                    return new Beyond(c.id(), scope(side), side.vpcId(), side.resolvesNames());
                })
                .toList();
    }

    static Scope scope(Side side) {
        return new Scope(side.account(), side.region());
    }

    /** What the compiler must know of the VPCs that a VPC is peered with. */
    static List<Neighbour> neighbours(View view, Scope scope, String vpcId) {
        return of(view, scope, vpcId).stream()
                .flatMap(b -> view.get(VPC.kind(), b.scope(), b.vpcId()).stream().map(vpc -> neighbour(view, b, vpc)))
                .toList();
    }

    private static Neighbour neighbour(View view, Beyond beyond, Vpc vpc) {
        return new Neighbour(
                beyond.connection(),
                beyond.scope().region(),
                vpc.allBlocks(),
                beyond.resolvesNames() && vpc.dnsHostnames(),
                Contents.population(view, beyond.scope(), vpc.id()));
    }

    /** A group of a VPC that is peered with {@code vpcId} in the same region: rules cannot name groups of another region. */
    static Optional<GroupRule.Peer.Foreign> groupBeyond(View view, Scope scope, String vpcId, String groupId) {
        return of(view, scope, vpcId).stream()
                .filter(b -> b.scope().region().equals(scope.region()))
                .filter(b -> view.get(SECURITY_GROUP.kind(), b.scope(), groupId)
                        .filter(g -> g.vpcId().equals(b.vpcId()))
                        .isPresent())
                .map(b -> new GroupRule.Peer.Foreign(b.scope().account(), b.vpcId(), groupId, b.connection()))
                .findFirst();
    }

    /** The status of a connection that a rule goes by; one that is shown no longer is deleted. */
    static String statusText(View view, Scope scope, String connection) {
        return view.get(PEERING.kind(), scope, connection)
                .map(PeeringConnection::status)
                .orElse(Status.DELETED)
                .text();
    }

    /** Puts both sides' documents; each keeps its tags. */
    static void put(Transaction tx, PeeringConnection c) {
        for (Scope side : List.of(scope(c.requester()), scope(c.accepter()))) {
            tx.get(PEERING.kind(), side, c.id()).ifPresent(old -> tx.put(PEERING.kind(), side, c.id(), c.withTags(old.tags())));
        }
    }

    /** Ends a connection; routes that lead by it lead to nothing from now on. */
    static void end(Transaction tx, PeeringConnection c, Status status, String message, Instant now) {
        put(tx, c.with(status, message, now.plus(SHOWN)));
        for (Side side : List.of(c.requester(), c.accepter())) {
            for (RouteTable table : ROUTE_TABLE.inVpc(tx, scope(side), side.vpcId())) {
                if (table.routes().stream().anyMatch(r -> r.target().equals(c.id()))) {
                    tx.put(ROUTE_TABLE.kind(), scope(side), table.id(), table.withRoutes(table.routes().stream()
                            .map(r -> r.target().equals(c.id()) ? r.blackhole() : r)
                            .toList()));
                }
            }
        }
    }

    /** Ends all that a VPC has, when it is deleted itself. */
    static void endAll(Transaction tx, Scope scope, String vpcId, Instant now) {
        for (PeeringConnection c : PEERING.inVpc(tx, scope, vpcId)) {
            if (!c.status().ended()) {
                end(tx, c, Status.DELETED, "Deleted by " + scope.account(), now);
            }
        }
    }
}
