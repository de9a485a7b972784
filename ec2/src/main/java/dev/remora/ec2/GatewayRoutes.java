package dev.remora.ec2;

import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.wire.AwsError;
import java.util.List;

/**
 * What a route table may hold that a gateway has, or is to have, and who may have a table with routes within its VPC. The VPC
 * User Guide, "Gateway route tables": its routes lead to {@code local} or to an interface, and are for a whole block of the VPC
 * or a whole block of a subnet. AWS lets subnets have such routes, too; here they are a gateway's alone.
 */
final class GatewayRoutes {
    private static final String INTERFACE = "eni-";

    private final View view;
    private final Scope scope;

    GatewayRoutes(View view, Scope scope) {
        this.view = view;
        this.scope = scope;
    }

    /** Refuses a table that a gateway may not have. */
    void checkTable(RouteTable table, InternetGateway gateway) {
        if (!gateway.vpcId().equals(table.vpcId())) {
            throw Refusals.invalidValue("route table " + table.id() + " and network gateway " + gateway.id()
                    + " belong to different networks");
        }
        if (table.main()) {
            throw Refusals.invalidValue("The main route table " + table.id() + " cannot be associated with gateway "
                    + gateway.id() + ".");
        }
        table.routes().forEach(route -> require(table, route));
    }

    /** Refuses a route that the table may not have if a gateway has the table. */
    void checkRoute(RouteTable table, Route route) {
        if (!table.gatewayIds().isEmpty()) {
            require(table, route);
        }
    }

    private void require(RouteTable table, Route route) {
        boolean allowed = route.target().equals(Route.LOCAL)
                || route.target().startsWith(INTERFACE) && within(table, route.destination());
        if (!allowed) {
            throw Refusals.invalidValue("The route " + route.destination() + " to " + route.target() + " is not supported in the"
                    + " gateway route table " + table.id() + ". It can lead only to local or an interface, and only for a CIDR"
                    + " block of its VPC or a subnet.");
        }
    }

    /** Refuses what would give a subnet, or a VPC as its main one, a table with routes that are a gateway's. */
    void checkSubnets(RouteTable table, Association association) {
        if (association.main() && !table.gatewayIds().isEmpty()) {
            throw Refusals.invalidValue(
                    "The gateway route table " + table.id() + " cannot be the main route table of " + table.vpcId() + ".");
        }
        if (association.gatewayId().isEmpty()) {
            table.routes().stream()
                    .filter(r -> !r.target().equals(Route.LOCAL) && within(table, r.destination()))
                    .findFirst()
                    .ifPresent(route -> {
                        throw unsupported(table, route.destination());
                    });
        }
    }

    /**
     * Refuses a destination, if it is within the VPC, for a target or a table that such routes are not for. The block of the VPC
     * itself is for {@code local}, too.
     */
    void checkWithin(RouteTable table, IpBlock block, RouteTarget target) {
        if (target.equals(RouteTarget.LOCAL) || blocks(table).stream().noneMatch(local -> local.contains(block))) {
            return;
        }
        if (!target.carries()) {
            throw Refusals.invalidValue("The destination CIDR block " + block + " is equal to or more specific than one of this"
                    + " VPC's CIDR blocks. This route can target only an interface or an instance.");
        }
        Destination destination = new Destination.To(block);
        if (!within(table, destination)) {
            throw Refusals.invalidValue("The destination CIDR block " + block + " is more specific than one of this VPC's CIDR"
                    + " blocks, but is not the CIDR block of one of its subnets.");
        }
        if (table.main() || !table.subnetIds().isEmpty()) {
            throw unsupported(table, destination);
        }
    }

    private static AwsError unsupported(RouteTable table, Destination destination) {
        return Refusals.unsupported("The destination " + destination + " in route table " + table.id() + " is within the VPC, and"
                + " leads to an interface; subnets with such routes are not supported, only gateways.");
    }

    /** Whether the destination is a whole block of the table's VPC or of one of its subnets. */
    private boolean within(RouteTable table, Destination destination) {
        return destination instanceof Destination.To(IpBlock block)
                && (blocks(table).contains(block)
                        || SUBNET.inVpc(view, scope, table.vpcId()).stream().anyMatch(s -> s.blocks().contains(block)));
    }

    private List<IpBlock> blocks(RouteTable table) {
        return VPC.require(view, scope, table.vpcId()).allBlocks();
    }

    /** Whether a gateway has a route table. */
    boolean has(String gatewayId) {
        return view.any(ROUTE_TABLE.kind(), scope, "gateway", gatewayId);
    }
}
