package dev.remora.ec2;

import static dev.remora.ec2.Resource.ENDPOINT;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcEndpoint;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointResponse;
import software.amazon.awssdk.services.ec2.model.UnsuccessfulItem;

/** VPC endpoints. What they lead to is reached when the answer is there. */
final class VpcEndpoints {
    private static final Filters<VpcEndpoint> FILTERS = Filters.<VpcEndpoint>tagged()
            .on("vpc-endpoint-id", VpcEndpoint::id)
            .on("vpc-id", VpcEndpoint::vpcId)
            .indexed("vpc-id", "vpc")
            .on("service-name", VpcEndpoint::service)
            .on("service-region", e -> e.service().split("\\.")[2])
            .on("vpc-endpoint-type", EndpointView::type)
            .on("vpc-endpoint-state", e -> "available")
            .on("ip-address-type", e -> "ipv4");

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    VpcEndpoints(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    CreateVpcEndpointResponse create(CreateVpcEndpointRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        String service = Refusals.require(r.serviceName(), "serviceName");
        VpcEndpoint.Type type = type(r.vpcEndpointTypeAsString());
        checkFamily(r.ipAddressTypeAsString());
        checkPolicy(r.policyDocument());
        Map<String, String> tags = TagSpecs.forNew(ENDPOINT.type(), r.tagSpecifications());
        Scope scope = regions.enter(call);
        if (EndpointServices.of(scope.region()).stream().noneMatch(s -> s.fullName().equals(service) && s.type() == type)) {
            throw EndpointServices.absent(service);
        }
        boolean gateway = type == VpcEndpoint.Type.GATEWAY;
        refuse(gateway && !(r.subnetIds().isEmpty() && r.securityGroupIds().isEmpty()),
                "Subnet IDs and security group IDs are only supported for Interface type VPC Endpoints.");
        refuse(!gateway && !r.routeTableIds().isEmpty(), "Route table IDs are only supported for Gateway type VPC Endpoint.");
        refuse(gateway && Boolean.TRUE.equals(r.privateDnsEnabled()),
                "Private DNS can only be enabled for Interface type VPC Endpoints.");
        boolean privateNames = !gateway && (r.privateDnsEnabled() == null ? !service.endsWith(".s3") : r.privateDnsEnabled());
        VpcEndpoint made = store.write(tx -> tokens.once(tx, scope, ENDPOINT, r.clientToken(), r.toString(), () -> {
            Vpc vpc = VPC.require(tx, scope, vpcId);
            List<String> groups = gateway ? List.of() : groups(tx, scope, vpc, r.securityGroupIds());
            var endpoint = new VpcEndpoint(
                    ids.resource(ENDPOINT.prefix()), vpcId, type, service, List.of(), List.of(), groups, List.of(), privateNames,
                    r.policyDocument() == null ? "" : r.policyDocument(), clock.instant(), tags);
            if (privateNames) {
                checkNames(tx, scope, vpc, endpoint);
            }
            EndpointPlaces places = new EndpointPlaces(tx, scope, ids, clock.instant());
            VpcEndpoint placed = places.addTables(places.addSubnets(endpoint, r.subnetIds()), r.routeTableIds());
            tx.put(ENDPOINT.kind(), scope, placed.id(), placed);
            return placed;
        }));
        plane.settle(scope, vpcId);
        return CreateVpcEndpointResponse.builder()
                .vpcEndpoint(EndpointView.shown(store.view(), scope, made, gateway ? "available" : "pending"))
                .clientToken(r.clientToken())
                .build();
    }

    private static VpcEndpoint.Type type(@Nullable String text) {
        return switch (text == null ? "Gateway" : text) {
            case "Gateway" -> VpcEndpoint.Type.GATEWAY;
            case "Interface" -> VpcEndpoint.Type.INTERFACE;
            default -> throw Refusals.unsupported("VPC endpoints of the type " + text + " are not supported.");
        };
    }

    private static void checkFamily(@Nullable String wanted) {
        if (wanted != null && !wanted.equals("ipv4")) {
            throw Refusals.of("InvalidParameter", "The IP address type " + wanted + " is not supported for the service.");
        }
    }

    private void checkPolicy(@Nullable String document) {
        if (document != null) {
            plane.doors().checkPolicy(document);
        }
    }

    private static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw Refusals.of("InvalidParameter", message);
        }
    }

    private static List<String> groups(View view, Scope scope, Vpc vpc, List<String> wanted) {
        return wanted.isEmpty()
                ? List.of(vpc.defaultGroupId())
                : NewInterface.checkedGroups(view, scope, vpc.id(), wanted);
    }

    private static void checkNames(View view, Scope scope, Vpc vpc, VpcEndpoint endpoint) {
        refuse(!(vpc.dnsSupport() && vpc.dnsHostnames()),
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
                        + vpc.id());
        refuse(
                ENDPOINT.inVpc(view, scope, vpc.id()).stream()
                        .anyMatch(e -> !e.id().equals(endpoint.id())
                                && e.privateNames()
                                && e.privateName().equals(endpoint.privateName())),
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                        + endpoint.privateName() + " in the VPC " + vpc.id());
    }

    ModifyVpcEndpointResponse modify(ModifyVpcEndpointRequest r, Call call) {
        String id = Refusals.require(r.vpcEndpointId(), "vpcEndpointId");
        checkFamily(r.ipAddressTypeAsString());
        checkPolicy(r.policyDocument());
        boolean reset = Boolean.TRUE.equals(r.resetPolicy());
        if (reset && r.policyDocument() != null) {
            throw Refusals.combination("The parameter policyDocument cannot be used with the parameter resetPolicy");
        }
        Scope scope = regions.enter(call);
        VpcEndpoint changed = store.write(tx -> {
            VpcEndpoint e = ENDPOINT.require(tx, scope, id);
            boolean gateway = e.type() == VpcEndpoint.Type.GATEWAY;
            refuse(
                    gateway && !(r.addSubnetIds().isEmpty()
                            && r.removeSubnetIds().isEmpty()
                            && r.addSecurityGroupIds().isEmpty()
                            && r.removeSecurityGroupIds().isEmpty()
                            && r.privateDnsEnabled() == null),
                    "To modify subnets, security groups and private DNS, the VPC Endpoint must be of the type Interface.");
            refuse(
                    !gateway && !(r.addRouteTableIds().isEmpty() && r.removeRouteTableIds().isEmpty()),
                    "Route table IDs are only supported for Gateway type VPC Endpoint.");
            VpcEndpoint then = named(tx, scope, policed(e, reset, r.policyDocument()), r.privateDnsEnabled());
            then = regrouped(tx, scope, then, r.addSecurityGroupIds(), r.removeSecurityGroupIds());
            var places = new EndpointPlaces(tx, scope, ids, clock.instant());
            then = places.addSubnets(places.removeSubnets(then, r.removeSubnetIds()), r.addSubnetIds());
            then = places.addTables(places.removeTables(then, r.removeRouteTableIds()), r.addRouteTableIds());
            tx.put(ENDPOINT.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
        return ModifyVpcEndpointResponse.builder().returnValue(true).build();
    }

    private static VpcEndpoint policed(VpcEndpoint e, boolean reset, @Nullable String document) {
        return reset ? e.withPolicy("") : document == null ? e : e.withPolicy(document);
    }

    private static VpcEndpoint named(View view, Scope scope, VpcEndpoint e, @Nullable Boolean privateNames) {
        if (privateNames == null) {
            return e;
        }
        if (privateNames) {
            checkNames(view, scope, VPC.require(view, scope, e.vpcId()), e);
        }
        return e.withPrivateNames(privateNames);
    }

    private static VpcEndpoint regrouped(
            Transaction tx, Scope scope, VpcEndpoint e, List<String> more, List<String> less) {
        if (more.isEmpty() && less.isEmpty()) {
            return e;
        }
        var groups = new LinkedHashSet<>(e.groupIds());
        less.forEach(groups::remove);
        groups.addAll(NewInterface.checkedGroups(tx, scope, e.vpcId(), more));
        refuse(groups.isEmpty(), "An Interface type VPC Endpoint needs a security group.");
        for (String id : e.interfaceIds()) {
            NetworkInterface i = NETWORK_INTERFACE.require(tx, scope, id);
            tx.put(NETWORK_INTERFACE.kind(), scope, id, i.withGroups(List.copyOf(groups)));
        }
        return e.withGroups(List.copyOf(groups));
    }

    DescribeVpcEndpointsResponse describe(DescribeVpcEndpointsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of(call, "vpcEndpointIds", r.vpcEndpointIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, ENDPOINT, FILTERS.withOwner(scope));
        return DescribeVpcEndpointsResponse.builder()
                .vpcEndpoints(page.map(e -> EndpointView.shown(view, scope, e, "available")))
                .nextToken(page.nextToken())
                .build();
    }

    /** Takes each away that can be; the others are told of in the answer. */
    DeleteVpcEndpointsResponse delete(DeleteVpcEndpointsRequest r, Call call) {
        if (r.vpcEndpointIds().isEmpty()) {
            throw Refusals.missing("vpcEndpointIds");
        }
        Scope scope = regions.enter(call);
        var failed = new ArrayList<UnsuccessfulItem>();
        for (String id : r.vpcEndpointIds()) {
            try {
                plane.settle(scope, store.write(tx -> deleted(tx, scope, id)).vpcId());
            } catch (AwsError refused) {
                failed.add(UnsuccessfulItem.builder()
                        .resourceId(id)
                        .error(e -> e.code(refused.code()).message(refused.text()))
                        .build());
            }
        }
        return DeleteVpcEndpointsResponse.builder().unsuccessful(failed).build();
    }

    private VpcEndpoint deleted(Transaction tx, Scope scope, String id) {
        VpcEndpoint e = Optional.of(id)
                .filter(ENDPOINT::isId)
                .flatMap(known -> tx.get(ENDPOINT.kind(), scope, known))
                .orElseThrow(() -> ENDPOINT.notFound(id));
        var places = new EndpointPlaces(tx, scope, ids, clock.instant());
        places.removeTables(places.removeSubnets(e, e.subnetIds()), e.routeTableIds());
        tx.delete(ENDPOINT.kind(), scope, id);
        return e;
    }
}
