package dev.remora.vpc;

import dev.remora.net.IpBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Where packets of the subnets, and from the gateways, that are associated with it go. */
public record RouteTable(
        String id, String vpcId, List<Association> associations, List<Route> routes, Map<String, String> tags)
        implements Tagged<RouteTable> {
    /**
     * With a subnet or a gateway; the one that makes the table the VPC's main one has neither.
     *
     * @param subnetId the subnet, or empty
     * @param gatewayId the internet gateway, or empty
     */
    public record Association(String id, String subnetId, String gatewayId) {
        public Association(String id, String subnetId) {
            this(id, subnetId, "");
        }

        public boolean main() {
            return subnetId.isEmpty() && gatewayId.isEmpty();
        }

        /** The same with another id. */
        public Association renamed(String newId) {
            return new Association(newId, subnetId, gatewayId);
        }
    }

    /** What a route is for. */
    public sealed interface Destination {
        record To(IpBlock block) implements Destination {
            @Override
            public String toString() {
                return block.toString();
            }
        }

        /** The addresses that are in a prefix list now. */
        record Listed(String prefixListId) implements Destination {
            @Override
            public String toString() {
                return prefixListId;
            }
        }
    }

    /**
     * @param target {@link #LOCAL}, or the id of a gateway, an interface, a peering connection or an endpoint
     * @param gone whether the target is there no longer, so that packets are lost
     */
    public record Route(Destination destination, String target, String origin, boolean gone) {
        public static final String LOCAL = "local";

        private static final String WITH_ITS_TABLE = "CreateRouteTable";

        public Route(IpBlock destination, String target, String origin, boolean gone) {
            this(new Destination.To(destination), target, origin, gone);
        }

        public static Route local(IpBlock block) {
            return new Route(block, LOCAL, WITH_ITS_TABLE, false);
        }

        /** Whether it is a table's own route to a block of its VPC, wherever that leads now. */
        public boolean ofItsTable() {
            return origin.equals(WITH_ITS_TABLE);
        }

        public Route blackhole() {
            return new Route(destination, target, origin, true);
        }
    }

    public RouteTable {
        associations = List.copyOf(associations);
        routes = List.copyOf(routes);
        tags = Tagged.sorted(tags);
    }

    /** The prefix lists that its routes name. */
    public List<String> lists() {
        return routes.stream()
                .map(Route::destination)
                .mapMulti((Destination destination, Consumer<String> ids) -> {
                    if (destination instanceof Destination.Listed listed) {
                        ids.accept(listed.prefixListId());
                    }
                })
                .toList();
    }

    public Optional<Route> route(Destination destination) {
        return routes.stream().filter(r -> r.destination().equals(destination)).findFirst();
    }

    public boolean main() {
        return associations.stream().anyMatch(Association::main);
    }

    /** The subnets that it was given to. */
    public List<String> subnetIds() {
        return associations.stream().map(Association::subnetId).filter(subnet -> !subnet.isEmpty()).toList();
    }

    /** The gateways that it was given to. */
    public List<String> gatewayIds() {
        return associations.stream().map(Association::gatewayId).filter(gateway -> !gateway.isEmpty()).toList();
    }

    public Optional<Association> association(String associationId) {
        return associations.stream().filter(a -> a.id().equals(associationId)).findFirst();
    }

    public RouteTable with(Association association) {
        var more = new ArrayList<>(associations);
        more.add(association);
        return new RouteTable(id, vpcId, more, routes, tags);
    }

    public RouteTable without(Association association) {
        return new RouteTable(
                id, vpcId, associations.stream().filter(a -> !a.equals(association)).toList(), routes, tags);
    }

    public RouteTable withRoutes(List<Route> newRoutes) {
        return new RouteTable(id, vpcId, associations, newRoutes, tags);
    }

    @Override
    public RouteTable withTags(Map<String, String> newTags) {
        return new RouteTable(id, vpcId, associations, routes, newTags);
    }
}
