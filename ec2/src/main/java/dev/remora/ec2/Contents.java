package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.ENDPOINT;
import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.PREFIX_LIST;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.sharing.SharedMap;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcContents;
import java.util.Optional;

/** Reads what is in a VPC: the parts of the store's indexes that are about it, as they are. So reading costs next to nothing. */
final class Contents {
    private Contents() {}

    static Optional<VpcContents> of(View view, Scope scope, String vpcId) {
        return view.get(VPC.kind(), scope, vpcId).map(vpc -> of(view, scope, vpc));
    }

    private static VpcContents of(View view, Scope scope, Vpc vpc) {
        return new VpcContents(
                DataPlane.router(scope, vpc.id()),
                scope.region(),
                new Region(scope.region()).privateDomain(),
                vpc,
                SUBNET.underVpc(view, scope, vpc.id()),
                SECURITY_GROUP.underVpc(view, scope, vpc.id()),
                SECURITY_GROUP.keyed(view, scope, "naming", vpc.id()),
                population(view, scope, vpc.id()),
                ROUTE_TABLE.underVpc(view, scope, vpc.id()),
                NETWORK_ACL.underVpc(view, scope, vpc.id()),
                INTERNET_GATEWAY.inVpc(view, scope, vpc.id()).stream().findFirst(),
                EGRESS_ONLY_GATEWAY.inVpc(view, scope, vpc.id()).stream().findFirst(),
                NAT_GATEWAY.underVpc(view, scope, vpc.id()),
                Peerings.neighbours(view, scope, vpc.id()),
                ENDPOINT.underVpc(view, scope, vpc.id()),
                prefixLists(view, scope),
                FLOW_LOG.anyInVpc(view, scope, vpc.id()));
    }

    static VpcContents.Population population(View view, Scope scope, String vpcId) {
        return new VpcContents.Population(
                vpcId,
                NETWORK_INTERFACE.underVpc(view, scope, vpcId),
                NETWORK_INTERFACE.keyed(view, scope, "member", vpcId),
                ELASTIC_IP.keyed(view, scope, "inside", vpcId));
    }

    private static SharedMap<String, PrefixList> prefixLists(View view, Scope scope) {
        SharedMap<String, PrefixList> lists = view.documents(PREFIX_LIST.kind(), scope);
        for (PrefixList list : PrefixLists.managed(scope)) {
            lists = lists.plus(list.id(), list);
        }
        return lists;
    }
}
