package dev.remora.ec2;

import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Association;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationResponse;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociation;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociationState;

/** Route tables, and which subnets and gateways use them. What moves packets answers when the kernel routes so. */
final class RouteTables {
    private static final String ASSOCIATION_PREFIX = "rtbassoc";
    private static final RouteTableAssociationState ASSOCIATED =
            RouteTableAssociationState.builder().state("associated").build();

    private static final Filters<RouteTable> FILTERS = filters();

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    RouteTables(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    private static Filters<RouteTable> filters() {
        return Filters.<RouteTable>tagged()
                .on("route-table-id", RouteTable::id)
                .on("vpc-id", RouteTable::vpcId)
                .indexed("vpc-id", "vpc")
                .onAny("association.route-table-association-id", t -> associations(t).map(Association::id).toList())
                .indexed("association.route-table-association-id", "association")
                .onAny("association.route-table-id", t -> associations(t).map(a -> t.id()).toList())
                .onAny("association.subnet-id", RouteTable::subnetIds)
                .indexed("association.subnet-id", "subnet")
                .onAny("association.gateway-id", RouteTable::gatewayIds)
                .indexed("association.gateway-id", "gateway")
                .onAny("association.main", t -> associations(t).map(a -> Boolean.toString(a.main())).toList());
    }

    private static Stream<Association> associations(RouteTable table) {
        return table.associations().stream();
    }

    CreateRouteTableResponse create(CreateRouteTableRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        Map<String, String> tags = TagSpecs.forNew("route-table", r.tagSpecifications());
        Scope scope = regions.enter(call);
        RouteTable made = store.write(tx -> tokens.once(tx, scope, ROUTE_TABLE, r.clientToken(), vpcId + tags, () -> {
            Vpc vpc = VPC.require(tx, scope, vpcId);
            regions.allow(Quota.ROUTE_TABLES_PER_VPC, ROUTE_TABLE.countInVpc(tx, scope, vpcId) + 1);
            var routes = vpc.allBlocks().stream().map(Route::local).toList();
            return put(tx, scope, new RouteTable(ids.resource(ROUTE_TABLE.prefix()), vpcId, List.of(), routes, tags));
        }));
        return CreateRouteTableResponse.builder()
                .routeTable(shown(store.view(), scope, made))
                .clientToken(r.clientToken())
                .build();
    }

    private static RouteTable put(Transaction tx, Scope scope, RouteTable table) {
        tx.put(ROUTE_TABLE.kind(), scope, table.id(), table);
        return table;
    }

    DescribeRouteTablesResponse describe(DescribeRouteTablesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of(call, "routeTableIds", r.routeTableIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, ROUTE_TABLE, new RouteView(view, scope).filters(FILTERS.withOwner(scope)));
        return DescribeRouteTablesResponse.builder()
                .routeTables(page.map(t -> shown(view, scope, t)))
                .nextToken(page.nextToken())
                .build();
    }

    DeleteRouteTableResponse delete(DeleteRouteTableRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.routeTableId(), "routeTableId");
        store.write(tx -> {
            RouteTable table = ROUTE_TABLE.require(tx, scope, id);
            if (!table.associations().isEmpty()) {
                throw Refusals.inUse("routeTable", id);
            }
            tx.delete(ROUTE_TABLE.kind(), scope, id);
            return table;
        });
        return DeleteRouteTableResponse.builder().build();
    }

    AssociateRouteTableResponse associate(AssociateRouteTableRequest r, Call call) {
        Scope scope = regions.enter(call);
        String tableId = Refusals.require(r.routeTableId(), "routeTableId");
        Association made = made(r);
        RouteTable changed = store.write(tx -> {
            RouteTable table = ROUTE_TABLE.require(tx, scope, tableId);
            if (!made.subnetId().isEmpty()) {
                Subnet subnet = SUBNET.require(tx, scope, made.subnetId());
                if (!subnet.vpcId().equals(table.vpcId())) {
                    throw Refusals.invalidValue(
                            "route table " + tableId + " and subnet " + subnet.id() + " belong to different networks");
                }
            }
            checkGateway(tx, scope, table, made);
            if (tx.any(ROUTE_TABLE.kind(), scope, "subnet", made.subnetId())
                    || tx.any(ROUTE_TABLE.kind(), scope, "gateway", made.gatewayId())) {
                throw Refusals.of(
                        "Resource.AlreadyAssociated",
                        "the specified association for route table " + tableId + " conflicts with an existing association");
            }
            return put(tx, scope, table.with(made));
        });
        plane.settle(scope, changed.vpcId());
        return AssociateRouteTableResponse.builder()
                .associationId(made.id())
                .associationState(ASSOCIATED)
                .build();
    }

    private Association made(AssociateRouteTableRequest r) {
        String subnet = Optional.ofNullable(r.subnetId()).orElse("");
        String gateway = Optional.ofNullable(r.gatewayId()).orElse("");
        if (!subnet.isEmpty() && !gateway.isEmpty()) {
            throw Refusals.combination("The parameter subnetId cannot be used with the parameter gatewayId");
        }
        if (subnet.isEmpty() && gateway.isEmpty()) {
            throw Refusals.missing("subnetId or gatewayId");
        }
        return new Association(ids.resource(ASSOCIATION_PREFIX), subnet, gateway);
    }

    /** Whether the table is one for what it is to be associated with. */
    private static void checkGateway(View view, Scope scope, RouteTable table, Association association) {
        var routes = new GatewayRoutes(view, scope);
        String gateway = association.gatewayId();
        if (gateway.isEmpty()) {
            routes.checkSubnets(table, association);
        } else if (INTERNET_GATEWAY.isId(gateway)) {
            routes.checkTable(table, INTERNET_GATEWAY.require(view, scope, gateway));
        } else {
            throw Refusals.of("InvalidGatewayID.NotFound", "The gateway ID '" + gateway + "' does not exist");
        }
    }

    DisassociateRouteTableResponse disassociate(DisassociateRouteTableRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.associationId(), "associationId");
        RouteTable changed = store.write(tx -> {
            RouteTable table = holder(tx, scope, id);
            Association association = table.association(id).orElseThrow();
            if (association.main()) {
                throw Refusals.invalidValue("cannot disassociate the main route table association " + id);
            }
            return put(tx, scope, table.without(association));
        });
        plane.settle(scope, changed.vpcId());
        return DisassociateRouteTableResponse.builder().build();
    }

    private static RouteTable holder(View view, Scope scope, String associationId) {
        return view.find(ROUTE_TABLE.kind(), scope, "association", associationId).stream()
                .findFirst()
                .orElseThrow(() -> Refusals.of(
                        "InvalidAssociationID.NotFound", "The association ID '" + associationId + "' does not exist"));
    }

    ReplaceRouteTableAssociationResponse replaceAssociation(ReplaceRouteTableAssociationRequest r, Call call) {
        Scope scope = regions.enter(call);
        String oldId = Refusals.require(r.associationId(), "associationId");
        String tableId = Refusals.require(r.routeTableId(), "routeTableId");
        String newId = ids.resource(ASSOCIATION_PREFIX);
        RouteTable changed = store.write(tx -> {
            RouteTable from = holder(tx, scope, oldId);
            Association old = from.association(oldId).orElseThrow();
            RouteTable to = ROUTE_TABLE.require(tx, scope, tableId);
            if (!to.vpcId().equals(from.vpcId())) {
                throw Refusals.invalidValue(
                        "route table " + tableId + " and route table " + from.id() + " belong to different networks");
            }
            checkGateway(tx, scope, to, old);
            put(tx, scope, from.without(old));
            RouteTable then = ROUTE_TABLE.require(tx, scope, tableId).with(old.renamed(newId));
            if (old.main()) {
                Vpc vpc = VPC.require(tx, scope, from.vpcId());
                tx.put(VPC.kind(), scope, vpc.id(), vpc.withMainRouteTable(tableId));
            }
            return put(tx, scope, then);
        });
        plane.settle(scope, changed.vpcId());
        return ReplaceRouteTableAssociationResponse.builder()
                .newAssociationId(newId)
                .associationState(ASSOCIATED)
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.RouteTable shown(View view, Scope scope, RouteTable table) {
        return software.amazon.awssdk.services.ec2.model.RouteTable.builder()
                .routeTableId(table.id())
                .vpcId(table.vpcId())
                .ownerId(scope.account())
                .associations(associations(table)
                        .map(a -> RouteTableAssociation.builder()
                                .main(a.main())
                                .routeTableAssociationId(a.id())
                                .routeTableId(table.id())
                                .subnetId(a.subnetId().isEmpty() ? null : a.subnetId())
                                .gatewayId(a.gatewayId().isEmpty() ? null : a.gatewayId())
                                .associationState(ASSOCIATED)
                                .build())
                        .toList())
                .propagatingVgws(List.of())
                .routes(new RouteView(view, scope).shown(table))
                .tags(TagSpecs.shown(table.tags()))
                .build();
    }
}
