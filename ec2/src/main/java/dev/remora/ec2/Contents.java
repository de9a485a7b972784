package dev.remora.ec2;

import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.VpcContents;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what is in a VPC. */
final class Contents {
    private Contents() {}

    static Optional<VpcContents> of(View view, Scope scope, String vpcId) {
        return view.get(VPC.kind(), scope, vpcId)
                .map(vpc -> new VpcContents(
                        DataPlane.router(scope, vpcId),
                        new Region(scope.region()).privateDomain(),
                        vpc,
                        SUBNET.inVpc(view, scope, vpcId),
                        SECURITY_GROUP.inVpc(view, scope, vpcId),
                        NETWORK_INTERFACE.inVpc(view, scope, vpcId),
                        ROUTE_TABLE.inVpc(view, scope, vpcId),
                        NETWORK_ACL.inVpc(view, scope, vpcId),
                        INTERNET_GATEWAY.inVpc(view, scope, vpcId).stream().findFirst(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Peerings.neighbours(view, scope, vpcId),
                        List.of(),
                        Map.of(),
                        !FLOW_LOG.inVpc(view, scope, vpcId).isEmpty()));
    }
}
