package dev.remora.ec2;

import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.wire.Operations;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionRequest;

/** The operations on connections between VPCs. */
final class PeeringOperations {
    private final Operations ops;
    private final Access access;

    PeeringOperations(Operations ops, Access access) {
        this.ops = ops;
        this.access = access;
    }

    void connections(PeeringConnections connections) {
        access.to(
                ops.on(CreateVpcPeeringConnectionRequest.class, connections::create)
                        .enforced("VpcId", "PeerVpcId", "PeerOwnerId", "PeerRegion", "TagSpecifications", "DryRun"),
                Touches::peeringAsked);
        access.to(
                ops.on(AcceptVpcPeeringConnectionRequest.class, connections::accept)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                Touches::peeringAccepted);
        access.to(
                ops.on(RejectVpcPeeringConnectionRequest.class, connections::reject)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                (r, t) -> t.of(PEERING, r.vpcPeeringConnectionId()));
        access.to(
                ops.on(DeleteVpcPeeringConnectionRequest.class, connections::delete)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                (r, t) -> t.of(PEERING, r.vpcPeeringConnectionId()));
        ops.on(DescribeVpcPeeringConnectionsRequest.class, connections::describe)
                .enforced("VpcPeeringConnectionIds", "Filters", "NextToken", "MaxResults", "DryRun")
                .anyResource();
        access.to(
                ops.on(ModifyVpcPeeringConnectionOptionsRequest.class, connections::modifyOptions)
                        .enforced("VpcPeeringConnectionId", "DryRun")
                        .recorded("RequesterPeeringConnectionOptions", "AccepterPeeringConnectionOptions"),
                (r, t) -> t.of(PEERING, r.vpcPeeringConnectionId()).sets(r));
    }

    void references(GroupReferences references) {
        access.to(
                ops.on(DescribeSecurityGroupReferencesRequest.class, references::describe).enforced("GroupId", "DryRun"),
                (r, t) -> t.of(SECURITY_GROUP, r.groupId()));
        ops.on(DescribeStaleSecurityGroupsRequest.class, references::stale)
                .enforced("VpcId", "NextToken", "MaxResults", "DryRun")
                .anyResource();
    }
}
