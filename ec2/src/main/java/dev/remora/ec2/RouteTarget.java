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
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.wire.AwsError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;

/**
 * Where a route is to lead, as a request names it.
 *
 * @param parameter the one that names it
 */
record RouteTarget(String parameter, String id) {
    static final RouteTarget LOCAL = new RouteTarget("localTarget", Route.LOCAL);

    static RouteTarget of(CreateRouteRequest r) {
        return only(given(
                r.gatewayId(), r.natGatewayId(), r.networkInterfaceId(), r.instanceId(), r.egressOnlyInternetGatewayId(),
                r.vpcPeeringConnectionId()));
    }

    static RouteTarget of(ReplaceRouteRequest r) {
        return only(given(
                r.gatewayId(), r.natGatewayId(), r.networkInterfaceId(), r.instanceId(), r.egressOnlyInternetGatewayId(),
                r.vpcPeeringConnectionId()));
    }

    private static Map<String, @Nullable String> given(
            @Nullable String gateway,
            @Nullable String nat,
            @Nullable String networkInterface,
            @Nullable String instance,
            @Nullable String egressOnly,
            @Nullable String peering) {
        var all = new LinkedHashMap<String, @Nullable String>();
        all.put("gatewayId", gateway);
        all.put("natGatewayId", nat);
        all.put("networkInterfaceId", networkInterface);
        all.put("instanceId", instance);
        all.put("egressOnlyInternetGatewayId", egressOnly);
        all.put("vpcPeeringConnectionId", peering);
        return all;
    }

    private static RouteTarget only(Map<String, @Nullable String> all) {
        var given = all.entrySet().stream().filter(e -> e.getValue() != null).toList();
        if (given.isEmpty()) {
            throw Refusals.missing(String.join(" or ", all.keySet()));
        }
        if (given.size() > 1) {
            throw Refusals.combination("The parameter " + given.get(0).getKey() + " cannot be used with the parameter "
                    + given.get(1).getKey());
        }
        return new RouteTarget(given.getFirst().getKey(), String.valueOf(given.getFirst().getValue()));
    }

    /** Whether it is one that what is for the VPC itself may be led to. */
    boolean carries() {
        return parameter.equals("networkInterfaceId") || parameter.equals("instanceId");
    }

    /** The id that the route keeps, if it may lead there. */
    String checked(View view, Scope scope, RouteTable table, Destination destination) {
        return switch (parameter) {
            case "gatewayId" -> gateway(view, scope, table);
            case "natGatewayId" -> {
                NatGateway nat = NAT_GATEWAY.require(view, scope, id);
                refuseIpv6(destination);
                yield sameNetwork(table, "nat gateway", nat.vpcId());
            }
            case "egressOnlyInternetGatewayId" -> {
                String vpc = EGRESS_ONLY_GATEWAY.require(view, scope, id).vpcId();
                if (destination instanceof Destination.To(Cidr block)) {
                    throw Refusals.invalidValue(
                            "An egress-only internet gateway carries IPv6 only; the destination " + block + " is not.");
                }
                yield sameNetwork(table, "network gateway", vpc);
            }
            case "networkInterfaceId" ->
                sameNetwork(table, "interface", NETWORK_INTERFACE.require(view, scope, id).vpcId());
            case "instanceId" -> {
                NetworkInterface primary = InstanceInterfaces.primary(view, scope, id);
                sameNetwork(table, "instance", primary.vpcId());
                yield primary.id();
            }
            case "vpcPeeringConnectionId" -> peering(view, scope, table);
            default -> id;
        };
    }

    private String gateway(View view, Scope scope, RouteTable table) {
        if (!INTERNET_GATEWAY.isId(id)) {
            throw noGateway();
        }
        return sameNetwork(table, "network gateway", INTERNET_GATEWAY.require(view, scope, id).vpcId());
    }

    /** A connection may be named while it waits for its acceptance; until then packets are lost. */
    private String peering(View view, Scope scope, RouteTable table) {
        PeeringConnection connection = PEERING.require(view, scope, id);
        if (connection.status().ended()) {
            throw Refusals.invalidValue("vpc peering connection " + id + " is not active");
        }
        boolean side = Stream.of(connection.requester(), connection.accepter())
                .anyMatch(s -> s.vpcId().equals(table.vpcId()));
        return sameNetwork(table, "vpc peering connection", side ? table.vpcId() : "");
    }

    private AwsError noGateway() {
        return Refusals.of("InvalidGatewayID.NotFound", "The gateway ID '" + id + "' does not exist");
    }

    private static void refuseIpv6(Destination destination) {
        if (destination instanceof Destination.To(Cidr6 block)) {
            throw Refusals.unsupported("NAT gateways translate IPv4 only here; the destination " + block + " is IPv6.");
        }
    }

    private String sameNetwork(RouteTable table, String what, String vpcId) {
        if (!vpcId.equals(table.vpcId())) {
            throw Refusals.invalidValue(
                    "route table " + table.id() + " and " + what + " " + id + " belong to different networks");
        }
        return id;
    }
}
