package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.InternetGateway;
import dev.remora.wire.Call;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;

/** Internet gateways. Routes to one that is detached lose their packets until it is attached again. */
final class InternetGateways {
    private static final Filters<InternetGateway> FILTERS = Filters.<InternetGateway>tagged()
            .on("internet-gateway-id", InternetGateway::id)
            .onAny("attachment.vpc-id", g -> attachment(g).toList())
            .indexed("attachment.vpc-id", "vpc")
            .onAny("attachment.state", g -> attachment(g).map(vpc -> "available").toList());

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    InternetGateways(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    private static Stream<String> attachment(InternetGateway gateway) {
        return Stream.of(gateway.vpcId()).filter(vpc -> !vpc.isEmpty());
    }

    CreateInternetGatewayResponse create(CreateInternetGatewayRequest r, Call call) {
        Map<String, String> tags = TagSpecs.forNew("internet-gateway", r.tagSpecifications());
        Scope scope = regions.enter(call);
        var made = new InternetGateway(ids.resource(INTERNET_GATEWAY.prefix()), "", tags);
        store.write(tx -> {
            regions.allow(Quota.INTERNET_GATEWAYS, tx.count(INTERNET_GATEWAY.kind(), scope) + 1);
            return put(tx, scope, made);
        });
        return CreateInternetGatewayResponse.builder().internetGateway(shown(scope, made)).build();
    }

    private static InternetGateway put(Transaction tx, Scope scope, InternetGateway gateway) {
        tx.put(INTERNET_GATEWAY.kind(), scope, gateway.id(), gateway);
        return gateway;
    }

    DescribeInternetGatewaysResponse describe(DescribeInternetGatewaysRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(call, "internetGatewayIds", r.internetGatewayIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, INTERNET_GATEWAY, FILTERS.withOwner(scope));
        return DescribeInternetGatewaysResponse.builder()
                .internetGateways(page.map(g -> shown(scope, g)))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.InternetGateway shown(Scope scope, InternetGateway g) {
        return software.amazon.awssdk.services.ec2.model.InternetGateway.builder()
                .internetGatewayId(g.id())
                .ownerId(scope.account())
                .attachments(attachment(g)
                        .map(vpc -> InternetGatewayAttachment.builder().vpcId(vpc).state("available").build())
                        .toList())
                .tags(TagSpecs.shown(g.tags()))
                .build();
    }

    AttachInternetGatewayResponse attach(AttachInternetGatewayRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.internetGatewayId(), "internetGatewayId");
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        store.write(tx -> {
            InternetGateway gateway = INTERNET_GATEWAY.require(tx, scope, id);
            VPC.require(tx, scope, vpcId);
            if (!gateway.vpcId().isEmpty()) {
                throw Refusals.of(
                        "Resource.AlreadyAssociated", "resource " + id + " is already attached to network " + gateway.vpcId());
            }
            if (INTERNET_GATEWAY.anyInVpc(tx, scope, vpcId)) {
                throw Refusals.invalidValue("Network " + vpcId + " already has an internet gateway attached");
            }
            return put(tx, scope, gateway.attachedTo(vpcId));
        });
        plane.settle(scope, vpcId);
        return AttachInternetGatewayResponse.builder().build();
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
            if (isPublic(tx, scope, vpcId)) {
                throw Refusals.of(
                        "DependencyViolation",
                        "Network " + vpcId + " has some mapped public address(es). Please unmap those public address(es)"
                                + " before detaching the gateway.");
            }
            if (new GatewayRoutes(tx, scope).has(id)) {
                throw Refusals.of(
                        "DependencyViolation",
                        "The internetGateway '" + id + "' is associated with a route table. Please disassociate it before"
                                + " detaching the gateway.");
            }
            return put(tx, scope, gateway.attachedTo(""));
        });
        plane.settle(scope, vpcId);
        return DetachInternetGatewayResponse.builder().build();
    }

    /** Whether an interface of the VPC has a public address. */
    private static boolean isPublic(View view, Scope scope, String vpcId) {
        return NETWORK_INTERFACE.inVpc(view, scope, vpcId).stream()
                .anyMatch(i -> i.publicAddress().isPresent()
                        || view.any(ELASTIC_IP.kind(), scope, "interface", i.id()));
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
