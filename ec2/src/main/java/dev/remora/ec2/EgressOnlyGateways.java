package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.EgressOnlyGateway;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.EgressOnlyInternetGateway;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;

/** Egress-only internet gateways: IPv6 out, and nothing in but answers. */
final class EgressOnlyGateways {
    private static final Filters<EgressOnlyGateway> FILTERS = Filters.<EgressOnlyGateway>tagged()
            .on("egress-only-internet-gateway-id", EgressOnlyGateway::id)
            .on("attachment.vpc-id", EgressOnlyGateway::vpcId)
            .indexed("attachment.vpc-id", "vpc")
            .on("attachment.state", g -> "attached");

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    EgressOnlyGateways(
            Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    CreateEgressOnlyInternetGatewayResponse create(CreateEgressOnlyInternetGatewayRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        Map<String, String> tags = TagSpecs.forNew(EGRESS_ONLY_GATEWAY.type(), r.tagSpecifications());
        Scope scope = regions.enter(call);
        var made = store.write(
                tx -> tokens.once(tx, scope, EGRESS_ONLY_GATEWAY, r.clientToken(), vpcId + tags, () -> {
                    VPC.require(tx, scope, vpcId);
                    if (EGRESS_ONLY_GATEWAY.anyInVpc(tx, scope, vpcId)) {
                        throw Refusals.invalidValue(
                                "Network " + vpcId + " already has an egress only internet gateway attached");
                    }
                    regions.allow(
                            Quota.EGRESS_ONLY_INTERNET_GATEWAYS, tx.count(EGRESS_ONLY_GATEWAY.kind(), scope) + 1);
                    var gateway = new EgressOnlyGateway(ids.resource(EGRESS_ONLY_GATEWAY.prefix()), vpcId, tags);
                    tx.put(EGRESS_ONLY_GATEWAY.kind(), scope, gateway.id(), gateway);
                    return gateway;
                }));
        plane.settle(scope, vpcId);
        return CreateEgressOnlyInternetGatewayResponse.builder()
                .egressOnlyInternetGateway(shown(made))
                .clientToken(r.clientToken())
                .build();
    }

    DescribeEgressOnlyInternetGatewaysResponse describe(DescribeEgressOnlyInternetGatewaysRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(
                        call, "egressOnlyInternetGatewayIds", r.egressOnlyInternetGatewayIds(), r.filters(), r.maxResults(),
                        r.nextToken())
                .read(store.view(), scope, EGRESS_ONLY_GATEWAY, FILTERS);
        return DescribeEgressOnlyInternetGatewaysResponse.builder()
                .egressOnlyInternetGateways(page.map(EgressOnlyGateways::shown))
                .nextToken(page.nextToken())
                .build();
    }

    private static EgressOnlyInternetGateway shown(EgressOnlyGateway gateway) {
        return EgressOnlyInternetGateway.builder()
                .egressOnlyInternetGatewayId(gateway.id())
                .attachments(InternetGatewayAttachment.builder().vpcId(gateway.vpcId()).state("attached").build())
                .tags(TagSpecs.shown(gateway.tags()))
                .build();
    }

    DeleteEgressOnlyInternetGatewayResponse delete(DeleteEgressOnlyInternetGatewayRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.egressOnlyInternetGatewayId(), "egressOnlyInternetGatewayId");
        EgressOnlyGateway deleted = store.write(tx -> {
            EgressOnlyGateway gateway = EGRESS_ONLY_GATEWAY.require(tx, scope, id);
            tx.delete(EGRESS_ONLY_GATEWAY.kind(), scope, id);
            return gateway;
        });
        plane.settle(scope, deleted.vpcId());
        return DeleteEgressOnlyInternetGatewayResponse.builder().returnCode(true).build();
    }
}
