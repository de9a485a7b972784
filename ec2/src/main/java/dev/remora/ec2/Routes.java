package dev.remora.ec2;

import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteResponse;

/** The routes of route tables. What changes them answers when the kernel routes so. */
final class Routes {
    private static final String ORIGIN = "CreateRoute";

    private final Store store;
    private final AccountRegions regions;
    private final DataPlane plane;

    Routes(Store store, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.regions = regions;
        this.plane = plane;
    }

    CreateRouteResponse create(CreateRouteRequest r, Call call) {
        Destination destination = destination(
                r.destinationCidrBlock(), r.destinationIpv6CidrBlock(), r.destinationPrefixListId());
        RouteTarget target = RouteTarget.of(r);
        change(call, r.routeTableId(), (tx, scoped) -> {
            RouteTable table = scoped.table();
            checkNew(tx, scoped, destination, target);
            String to = target.checked(tx, scoped.scope(), table, destination);
            var route = new Route(destination, to, ORIGIN, false);
            new GatewayRoutes(tx, scoped.scope()).checkRoute(table, route);
            var routes = new ArrayList<>(table.routes());
            routes.add(route);
            regions.allow(Quota.ROUTES_PER_TABLE, PrefixLists.weightOfRoutes(tx, scoped.scope(), routes));
            return table.withRoutes(routes);
        });
        return CreateRouteResponse.builder().returnValue(true).build();
    }

    private static Destination destination(@Nullable String cidr, @Nullable String cidr6, @Nullable String list) {
        long given = Stream.of(cidr, cidr6, list).filter(d -> d != null && !d.isEmpty()).count();
        if (given == 0) {
            throw Refusals.missing("destinationCidrBlock");
        }
        if (given > 1) {
            throw Refusals.combination("Only one of destinationCidrBlock, destinationIpv6CidrBlock and"
                    + " destinationPrefixListId may be specified.");
        }
        if (list != null) {
            return new Destination.Listed(list);
        }
        return new Destination.To(
                cidr != null
                        ? Blocks.ipv4(cidr, "destinationCidrBlock")
                        : Blocks.ipv6(String.valueOf(cidr6), "destinationIpv6CidrBlock"));
    }

    /** Refuses a destination that has a route, or that is a part of what the local routes are for and no subnet's block. */
    private static void checkNew(View view, Scoped scoped, Destination destination, RouteTarget target) {
        if (scoped.table().route(destination).isPresent()) {
            throw Refusals.of("RouteAlreadyExists", "The route identified by " + destination + " already exists.");
        }
        switch (destination) {
            case Destination.To(IpBlock block) ->
                new GatewayRoutes(view, scoped.scope()).checkWithin(scoped.table(), block, target);
            case Destination.Listed(String list) -> checkList(view, scoped, list);
        }
    }

    private static void checkList(View view, Scoped scoped, String list) {
        List<IpBlock> blocks = PrefixLists.require(view, scoped.scope(), list).blocks();
        for (IpBlock local : VPC.require(view, scoped.scope(), scoped.table().vpcId()).allBlocks()) {
            blocks.stream().filter(local::contains).findFirst().ifPresent(block -> {
                throw Refusals.unsupported("The prefix list " + list + " has " + block + ", which is equal to or"
                        + " more specific than the local route " + local + " of route table " + scoped.table().id()
                        + "; such routes are not supported.");
            });
        }
    }

    ReplaceRouteResponse replace(ReplaceRouteRequest r, Call call) {
        Destination destination = destination(
                r.destinationCidrBlock(), r.destinationIpv6CidrBlock(), r.destinationPrefixListId());
        boolean local = Boolean.TRUE.equals(r.localTarget());
        RouteTarget target = local ? RouteTarget.LOCAL : RouteTarget.of(r);
        change(call, r.routeTableId(), (tx, scoped) -> {
            RouteTable table = scoped.table();
            Route old = table.route(destination).orElseThrow(() -> Refusals.invalidValue("There is no route defined for '"
                    + destination + "' in the route table. Use CreateRoute instead."));
            if (local && !old.ofItsTable()) {
                throw Refusals.invalidValue(
                        "The route for " + destination + " in route table " + table.id() + " is not a local route.");
            }
            var gateways = new GatewayRoutes(tx, scoped.scope());
            if (destination instanceof Destination.To(IpBlock block)) {
                gateways.checkWithin(table, block, target);
            }
            checkChangeable(table, old);
            var then = new Route(
                    destination, target.checked(tx, scoped.scope(), table, destination), old.origin(), false);
            gateways.checkRoute(table, then);
            return table.withRoutes(
                    table.routes().stream().map(route -> route.equals(old) ? then : route).toList());
        });
        return ReplaceRouteResponse.builder().build();
    }

    DeleteRouteResponse delete(DeleteRouteRequest r, Call call) {
        Destination destination = destination(
                r.destinationCidrBlock(), r.destinationIpv6CidrBlock(), r.destinationPrefixListId());
        change(call, r.routeTableId(), (tx, scoped) -> {
            RouteTable table = scoped.table();
            Route old = table.route(destination).orElseThrow(() -> notFound(table, destination));
            if (old.ofItsTable()) {
                throw Refusals.invalidValue("cannot remove local route " + destination + " in route table " + table.id());
            }
            checkChangeable(table, old);
            return table.withRoutes(table.routes().stream().filter(route -> !route.equals(old)).toList());
        });
        return DeleteRouteResponse.builder().build();
    }

    /** The routes of a gateway endpoint are the endpoint's own. */
    private static void checkChangeable(RouteTable table, Route route) {
        if (route.target().startsWith("vpce-")) {
            throw Refusals.invalidValue("cannot modify or remove VPC endpoint route " + route.destination()
                    + " in route table " + table.id());
        }
    }

    private static AwsError notFound(RouteTable table, Destination destination) {
        String kind =
                switch (destination) {
                    case Destination.To(Cidr block) -> "destination-cidr-block";
                    case Destination.To(Cidr6 block) -> "destination-ipv6-cidr-block";
                    case Destination.Listed list -> "destination-prefix-list-id";
                };
        return Refusals.of(
                "InvalidRoute.NotFound", "no route with " + kind + " " + destination + " in route table " + table.id());
    }

    private record Scoped(Scope scope, RouteTable table) {}

    private void change(Call call, @Nullable String tableId, BiFunction<Transaction, Scoped, RouteTable> change) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(tableId, "routeTableId");
        RouteTable changed = store.write(tx -> {
            RouteTable then = change.apply(tx, new Scoped(scope, ROUTE_TABLE.require(tx, scope, id)));
            tx.put(ROUTE_TABLE.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
    }
}
