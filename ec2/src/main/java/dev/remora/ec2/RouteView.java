package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.PEERING;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.NetworkInterface.Attachment;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Routes as DescribeRouteTables shows them. Whether a route is active or a black hole is not kept anywhere: it follows from what
 * its target is now.
 */
final class RouteView {
    private final View view;
    private final Scope scope;

    RouteView(View view, Scope scope) {
        this.view = view;
        this.scope = scope;
    }

    List<software.amazon.awssdk.services.ec2.model.Route> shown(RouteTable table) {
        return table.routes().stream().map(r -> shown(table, r)).toList();
    }

    private software.amazon.awssdk.services.ec2.model.Route shown(RouteTable table, Route route) {
        var shown = software.amazon.awssdk.services.ec2.model.Route.builder()
                .origin(route.origin())
                .state(active(table, route) ? "active" : "blackhole");
        switch (route.destination()) {
            case Destination.To(Cidr block) -> shown.destinationCidrBlock(block.toString());
            case Destination.To(Cidr6 block) -> shown.destinationIpv6CidrBlock(block.toString());
            case Destination.Listed(String list) -> shown.destinationPrefixListId(list);
        }
        String target = route.target();
        switch (prefix(target)) {
            case "nat" -> shown.natGatewayId(target);
            case "eigw" -> shown.egressOnlyInternetGatewayId(target);
            case "pcx" -> shown.vpcPeeringConnectionId(target);
            case "eni" -> {
                shown.networkInterfaceId(target);
                instance(target).ifPresent(a -> shown.instanceId(a.instanceId()).instanceOwnerId(a.owner()));
            }
            default -> shown.gatewayId(target);
        }
        return shown.build();
    }

    private static String prefix(String id) {
        return id.substring(0, Math.max(0, id.indexOf('-')));
    }

    private Optional<Attachment> instance(String interfaceId) {
        return view.get(NETWORK_INTERFACE.kind(), scope, interfaceId)
                .flatMap(NetworkInterface::attachment)
                .filter(a -> !a.instanceId().isEmpty());
    }

    /** Whether something is there that carries the route's packets on. */
    boolean active(RouteTable table, Route route) {
        String target = route.target();
        return switch (prefix(target)) {
            case "igw" -> view.get(INTERNET_GATEWAY.kind(), scope, target)
                    .filter(g -> g.vpcId().equals(table.vpcId()))
                    .isPresent();
            case "nat" -> view.get(NAT_GATEWAY.kind(), scope, target).filter(NatGateway::works).isPresent();
            case "eigw" -> view.get(EGRESS_ONLY_GATEWAY.kind(), scope, target).isPresent();
            case "eni" -> view.get(NETWORK_INTERFACE.kind(), scope, target)
                    .flatMap(NetworkInterface::attachment)
                    .isPresent();
            case "pcx" -> view.get(PEERING.kind(), scope, target).filter(PeeringConnection::active).isPresent();
            default -> !route.gone();
        };
    }

    /** Adds the filters that look at routes. */
    Filters<RouteTable> filters(Filters<RouteTable> filters) {
        each(filters, "destination-cidr-block", software.amazon.awssdk.services.ec2.model.Route::destinationCidrBlock);
        each(filters, "destination-ipv6-cidr-block",
                software.amazon.awssdk.services.ec2.model.Route::destinationIpv6CidrBlock);
        each(filters, "destination-prefix-list-id",
                software.amazon.awssdk.services.ec2.model.Route::destinationPrefixListId);
        each(filters, "egress-only-internet-gateway-id",
                software.amazon.awssdk.services.ec2.model.Route::egressOnlyInternetGatewayId);
        each(filters, "gateway-id", software.amazon.awssdk.services.ec2.model.Route::gatewayId);
        each(filters, "instance-id", software.amazon.awssdk.services.ec2.model.Route::instanceId);
        each(filters, "nat-gateway-id", software.amazon.awssdk.services.ec2.model.Route::natGatewayId);
        each(filters, "transit-gateway-id", software.amazon.awssdk.services.ec2.model.Route::transitGatewayId);
        each(filters, "vpc-peering-connection-id",
                software.amazon.awssdk.services.ec2.model.Route::vpcPeeringConnectionId);
        each(filters, "origin", software.amazon.awssdk.services.ec2.model.Route::originAsString);
        each(filters, "state", software.amazon.awssdk.services.ec2.model.Route::stateAsString);
        return filters;
    }

    private void each(
            Filters<RouteTable> filters,
            String name,
            Function<software.amazon.awssdk.services.ec2.model.Route, String> value) {
        filters.onAny("route." + name, t -> shown(t).stream().map(value).filter(Objects::nonNull).toList());
    }
}
