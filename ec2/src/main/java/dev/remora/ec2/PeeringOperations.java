package dev.remora.ec2;

import static dev.remora.ec2.Access.ids;

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
        access.makes(
                ops.on(CreateVpcPeeringConnectionRequest.class, connections::create)
                        .enforced("VpcId", "PeerVpcId", "PeerOwnerId", "PeerRegion", "TagSpecifications", "DryRun"),
                "vpc-peering-connection",
                r -> ids(r.vpcId()),
                CreateVpcPeeringConnectionRequest::tagSpecifications);
        access.names(
                ops.on(AcceptVpcPeeringConnectionRequest.class, connections::accept)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                r -> ids(r.vpcPeeringConnectionId()));
        access.names(
                ops.on(RejectVpcPeeringConnectionRequest.class, connections::reject)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                r -> ids(r.vpcPeeringConnectionId()));
        access.names(
                ops.on(DeleteVpcPeeringConnectionRequest.class, connections::delete)
                        .enforced("VpcPeeringConnectionId", "DryRun"),
                r -> ids(r.vpcPeeringConnectionId()));
        ops.on(DescribeVpcPeeringConnectionsRequest.class, connections::describe)
                .enforced("VpcPeeringConnectionIds", "Filters", "NextToken", "MaxResults", "DryRun");
        access.names(
                ops.on(ModifyVpcPeeringConnectionOptionsRequest.class, connections::modifyOptions)
                        .enforced("VpcPeeringConnectionId", "DryRun")
                        .recorded("RequesterPeeringConnectionOptions", "AccepterPeeringConnectionOptions"),
                r -> ids(r.vpcPeeringConnectionId()));
    }

    void references(GroupReferences references) {
        ops.on(DescribeSecurityGroupReferencesRequest.class, references::describe).enforced("GroupId", "DryRun");
        ops.on(DescribeStaleSecurityGroupsRequest.class, references::stale)
                .enforced("VpcId", "NextToken", "MaxResults", "DryRun");
    }
}
