package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.ENDPOINT;
import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.PREFIX_LIST;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Scope;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection.Side;
import dev.remora.vpc.VpcEndpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.CreateFlowLogsRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DetachNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateNatGatewayAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;

/** What calls touch, where it takes more than a line of the table to say. */
final class Touches {
    private Touches() {}

    static void flowLogs(CreateFlowLogsRequest r, Touched t) {
        t.made(Resource.FLOW_LOG, r.tagSpecifications());
        List.of(VPC, SUBNET, NETWORK_INTERFACE)
                .forEach(type -> t.of(type, r.resourceIds().stream().filter(type::isId).toList()));
        if (r.deliverLogsPermissionArn() != null) {
            t.passes(r.deliverLogsPermissionArn(), "vpc-flow-logs.amazonaws.com");
        }
    }

    static void rules(ModifySecurityGroupRulesRequest r, Touched t) {
        t.of(SECURITY_GROUP, r.groupId());
        r.securityGroupRules().forEach(update -> {
            t.rule(update.securityGroupRuleId());
            if (update.securityGroupRule() != null) {
                t.ifNamed(PREFIX_LIST, update.securityGroupRule().prefixListId());
            }
        });
    }

    static void changedInterface(ModifyNetworkInterfaceAttributeRequest r, Touched t) {
        t.of(NETWORK_INTERFACE, r.networkInterfaceId()).sets(r).of(SECURITY_GROUP, r.groups());
        if (r.attachment() != null) {
            attachedTo(t, r.attachment().attachmentId());
        }
    }

    static void detachedInterface(DetachNetworkInterfaceRequest r, Touched t) {
        t.by("attachment", NETWORK_INTERFACE, r.attachmentId());
        attachedTo(t, r.attachmentId());
    }

    private static void attachedTo(Touched t, @Nullable String attachmentId) {
        t.of(
                INSTANCE,
                t.lookUp("attachment", NETWORK_INTERFACE, attachmentId)
                        .flatMap(NetworkInterface::attachment)
                        .map(NetworkInterface.Attachment::instanceId)
                        .orElse(null));
    }

    static void routedNoLonger(DisassociateRouteTableRequest r, Touched t) {
        t.by("association", ROUTE_TABLE, r.associationId());
        routed(t, r.associationId());
    }

    static void routedAnew(ReplaceRouteTableAssociationRequest r, Touched t) {
        t.of(ROUTE_TABLE, r.routeTableId());
        routed(t, r.associationId());
    }

    /** The subnet or the gateway of an association; the one that makes a table the main one has none. */
    private static void routed(Touched t, @Nullable String associationId) {
        t.lookUp("association", ROUTE_TABLE, associationId).stream()
                .flatMap(table -> table.associations().stream())
                .filter(a -> a.id().equals(associationId))
                .forEach(a -> t.ifNamed(SUBNET, a.subnetId()).ifNamed(INTERNET_GATEWAY, a.gatewayId()));
    }

    static void addressGiven(AssociateAddressRequest r, Touched t) {
        address(t, r.allocationId(), r.publicIp());
        t.ifNamed(INSTANCE, r.instanceId()).ifNamed(NETWORK_INTERFACE, r.networkInterfaceId());
    }

    static void addressTaken(DisassociateAddressRequest r, Touched t) {
        String index = r.associationId() == null ? "address" : "association";
        String key = r.associationId() == null ? r.publicIp() : r.associationId();
        t.by(index, ELASTIC_IP, key);
        t.lookUp(index, ELASTIC_IP, key)
                .flatMap(ElasticIp::association)
                .ifPresent(a -> t.of(NETWORK_INTERFACE, a.interfaceId()));
    }

    static void addressReleased(ReleaseAddressRequest r, Touched t) {
        address(t, r.allocationId(), r.publicIp());
    }

    private static void address(Touched t, @Nullable String allocationId, @Nullable String publicIp) {
        if (allocationId != null || publicIp == null) {
            t.of(ELASTIC_IP, allocationId);
        } else {
            t.by("address", ELASTIC_IP, publicIp);
        }
    }

    static void natGatewayAddresses(DisassociateNatGatewayAddressRequest r, Touched t) {
        t.of(NAT_GATEWAY, r.natGatewayId());
        r.associationIds().forEach(id -> t.by("association", ELASTIC_IP, id));
    }

    /** Of the two VPCs the requester's alone is touched: the other one may be another account's. */
    static void peeringAsked(CreateVpcPeeringConnectionRequest r, Touched t) {
        var peer = new Scope(
                r.peerOwnerId() == null ? t.scope().account() : r.peerOwnerId(),
                r.peerRegion() == null ? t.scope().region() : r.peerRegion());
        t.made(PEERING, r.tagSpecifications())
                .with(Traits.sides(VPC.arn(t.scope(), name(r.vpcId())), VPC.arn(peer, name(r.peerVpcId()))))
                .of(VPC, r.vpcId());
    }

    private static String name(@Nullable String id) {
        return id == null ? "" : id;
    }

    static void peeringAccepted(AcceptVpcPeeringConnectionRequest r, Touched t) {
        String id = r.vpcPeeringConnectionId();
        t.of(PEERING, id);
        t.of(
                VPC,
                id == null
                        ? null
                        : t.view().get(PEERING.kind(), t.scope(), id)
                                .map(c -> c.accepter())
                                .filter(side -> Peerings.scope(side).equals(t.scope()))
                                .map(Side::vpcId)
                                .orElse(null));
    }

    static void endpoint(CreateVpcEndpointRequest r, Touched t) {
        t.made(ENDPOINT, r.tagSpecifications())
                .with("ec2:VpceServiceName", r.serviceName())
                .with("ec2:VpceServiceOwner", "amazon");
        ofRegion(t)
                .bare(VPC, r.vpcId())
                .bare(ROUTE_TABLE, r.routeTableIds())
                .bare(SUBNET, r.subnetIds())
                .bare(SECURITY_GROUP, r.securityGroupIds());
    }

    static void changedEndpoint(ModifyVpcEndpointRequest r, Touched t) {
        ofRegion(t.of(ENDPOINT, r.vpcEndpointId()).sets(r))
                .bare(ROUTE_TABLE, r.addRouteTableIds())
                .bare(ROUTE_TABLE, r.removeRouteTableIds())
                .of(SUBNET, r.addSubnetIds())
                .of(SUBNET, r.removeSubnetIds())
                .of(SECURITY_GROUP, r.addSecurityGroupIds())
                .of(SECURITY_GROUP, r.removeSecurityGroupIds());
    }

    static void deletedEndpoints(DeleteVpcEndpointsRequest r, Touched t) {
        for (String id : r.vpcEndpointIds()) {
            var endpoint = t.view().get(ENDPOINT.kind(), t.scope(), id);
            ofRegion(t.of(ENDPOINT, id)).with("ec2:VpceServiceName", endpoint.map(VpcEndpoint::service).orElse(null));
        }
    }

    /** Services are of the region that they are reached from. */
    private static Touched ofRegion(Touched t) {
        return t.with("ec2:VpceServiceRegion", t.scope().region()).with("ec2:VpceMultiRegion", false);
    }
}
