package dev.remora.ec2;

import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.wire.Call;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;

/** Internet gateways: default VPCs have one; it can be taken away, so that a default VPC can be. */
final class InternetGateways {
    private static final Filters<InternetGateway> FILTERS = Filters.<InternetGateway>tagged()
            .on("internet-gateway-id", InternetGateway::id)
            .onAny("attachment.vpc-id", g -> attachment(g).toList())
            .indexed("attachment.vpc-id", "vpc")
            .onAny("attachment.state", g -> attachment(g).map(vpc -> "available").toList());

    private final Store store;
    private final AccountRegions regions;
    private final DataPlane plane;

    InternetGateways(Store store, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.regions = regions;
        this.plane = plane;
    }

    private static Stream<String> attachment(InternetGateway gateway) {
        return Stream.of(gateway.vpcId()).filter(vpc -> !vpc.isEmpty());
    }

    DescribeInternetGatewaysResponse describe(DescribeInternetGatewaysRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of("internetGatewayIds", r.internetGatewayIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, INTERNET_GATEWAY, FILTERS.withOwner(scope));
        return DescribeInternetGatewaysResponse.builder()
                .internetGateways(page.map(g -> software.amazon.awssdk.services.ec2.model.InternetGateway.builder()
                        .internetGatewayId(g.id())
                        .ownerId(scope.account())
                        .attachments(attachment(g)
                                .map(vpc -> InternetGatewayAttachment.builder().vpcId(vpc).state("available").build())
                                .toList())
                        .tags(TagSpecs.shown(g.tags()))
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    DetachInternetGatewayResponse detach(DetachInternetGatewayRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.internetGatewayId(), "internetGatewayId");
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        store.write(tx -> {
            InternetGateway gateway = INTERNET_GATEWAY.require(tx, scope, id);
            VPC.require(tx, scope, vpcId);
            if (!gateway.vpcId().equals(vpcId)) {
                throw Refusals.of("Gateway.NotAttached", "resource " + id + " is not attached to network " + vpcId);
            }
            tx.put(INTERNET_GATEWAY.kind(), scope, id, gateway.attachedTo(""));
            closeRoutes(tx, scope, vpcId, id);
            return gateway;
        });
        plane.settle(scope, vpcId);
        return DetachInternetGatewayResponse.builder().build();
    }

    private static void closeRoutes(Transaction tx, Scope scope, String vpcId, String gatewayId) {
        for (RouteTable table : ROUTE_TABLE.inVpc(tx, scope, vpcId)) {
            List<Route> routes = table.routes().stream()
                    .map(r -> r.target().equals(gatewayId) ? r.blackhole() : r)
                    .toList();
            tx.put(ROUTE_TABLE.kind(), scope, table.id(), table.withRoutes(routes));
        }
    }

    DeleteInternetGatewayResponse delete(DeleteInternetGatewayRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.internetGatewayId(), "internetGatewayId");
        store.write(tx -> {
            if (!INTERNET_GATEWAY.require(tx, scope, id).vpcId().isEmpty()) {
                throw Refusals.inUse("internetGateway", id);
            }
            tx.delete(INTERNET_GATEWAY.kind(), scope, id);
            return id;
        });
        return DeleteInternetGatewayResponse.builder().build();
    }
}
