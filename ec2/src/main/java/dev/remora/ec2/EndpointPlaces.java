package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.VpcEndpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where endpoints are, inside one transaction: interfaces in subnets, routes in tables. Answers are not put yet. */
final class EndpointPlaces {
    /** Whose interfaces they are. */
    private static final String REQUESTER = "amazon-aws";

    private final Transaction tx;
    private final Scope scope;
    private final Ids ids;
    private final Instant now;

    EndpointPlaces(Transaction tx, Scope scope, Ids ids, Instant now) {
        this.tx = tx;
        this.scope = scope;
        this.ids = ids;
        this.now = now;
    }

    /** One interface for each subnet, of which there may be one in each zone. */
    VpcEndpoint addSubnets(VpcEndpoint e, List<String> subnetIds) {
        var subnets = new ArrayList<>(e.subnetIds());
        var interfaces = new ArrayList<>(e.interfaceIds());
        for (String id : subnetIds) {
            Subnet subnet = SUBNET.require(tx, scope, id);
            if (!subnet.vpcId().equals(e.vpcId())) {
                throw Refusals.of("InvalidParameter", "The subnet " + id + " is not in the VPC " + e.vpcId() + ".");
            }
            if (subnets.stream().anyMatch(s -> SUBNET.require(tx, scope, s).zone().equals(subnet.zone()))) {
                throw Refusals.of(
                        "DuplicateSubnetsInSameZone",
                        "Found another VPC endpoint subnet in the availability zone of " + id);
            }
            var made = new NewInterface(
                    id,
                    e.groupIds(),
                    SubnetAddresses.Wanted.IPV4,
                    "VPC Endpoint Interface " + e.id(),
                    "vpc_endpoint",
                    REQUESTER,
                    true,
                    new Topology.Attachment.Workload(),
                    Map.of());
            subnets.add(id);
            interfaces.add(made.make(tx, scope, ids, now).id());
        }
        return e.withSubnets(subnets, interfaces);
    }

    VpcEndpoint removeSubnets(VpcEndpoint e, List<String> subnetIds) {
        var subnets = new ArrayList<>(e.subnetIds());
        var interfaces = new ArrayList<>(e.interfaceIds());
        for (String id : subnetIds) {
            int at = subnets.indexOf(id);
            if (at < 0) {
                throw Refusals.of("InvalidParameter", "The VPC Endpoint " + e.id() + " is not in the subnet " + id + ".");
            }
            subnets.remove(at);
            NewInterface.unmake(tx, scope, ids, NETWORK_INTERFACE.require(tx, scope, interfaces.remove(at)));
        }
        return e.withSubnets(subnets, interfaces);
    }

    /** A route to the service's prefix list in each table. */
    VpcEndpoint addTables(VpcEndpoint e, List<String> tableIds) {
        var tables = new ArrayList<>(e.routeTableIds());
        for (String id : tableIds) {
            RouteTable table = ROUTE_TABLE.require(tx, scope, id);
            if (!table.vpcId().equals(e.vpcId())) {
                throw Refusals.of("InvalidParameter", "The route table " + id + " is not in the VPC " + e.vpcId() + ".");
            }
            String list = EndpointServices.prefixList(scope, e.service());
            if (table.routes().stream().anyMatch(r -> r.destination().equals(new Destination.Listed(list)))) {
                throw Refusals.of(
                        "RouteAlreadyExists",
                        "route table " + id + " already has a route with destination-prefix-list-id " + list);
            }
            var route = new Route(new Destination.Listed(list), e.id(), "CreateRoute", false);
            new GatewayRoutes(tx, scope).checkRoute(table, route);
            var routes = new ArrayList<>(table.routes());
            routes.add(route);
            tx.put(ROUTE_TABLE.kind(), scope, id, table.withRoutes(routes));
            tables.add(id);
        }
        return e.withRouteTables(tables);
    }

    /** Tables that are gone already took their routes along. */
    VpcEndpoint removeTables(VpcEndpoint e, List<String> tableIds) {
        for (String id : tableIds) {
            if (!e.routeTableIds().contains(id)) {
                throw Refusals.of("InvalidParameter", "The VPC Endpoint " + e.id() + " is not in the route table " + id + ".");
            }
            tx.get(ROUTE_TABLE.kind(), scope, id)
                    .ifPresent(table -> tx.put(ROUTE_TABLE.kind(), scope, id, table.withRoutes(table.routes().stream()
                            .filter(r -> !r.target().equals(e.id()))
                            .toList())));
        }
        return e.withRouteTables(e.routeTableIds().stream().filter(id -> !tableIds.contains(id)).toList());
    }
}
