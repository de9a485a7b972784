package dev.remora.ec2;

import static dev.remora.ec2.Resource.EGRESS_ONLY_GATEWAY;
import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.ENDPOINT;
import static dev.remora.ec2.Resource.FLOW_LOG;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NAT_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NatGateway;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Vpc;
import dev.remora.vpc.VpcContents;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads what is in a VPC. */
final class Contents {
    private Contents() {}

    static Optional<VpcContents> of(View view, Scope scope, String vpcId) {
        return view.get(VPC.kind(), scope, vpcId).map(vpc -> of(view, scope, vpc));
    }

    private static VpcContents of(View view, Scope scope, Vpc vpc) {
        List<SecurityGroup> groups = SECURITY_GROUP.inVpc(view, scope, vpc.id());
        List<NetworkInterface> interfaces = NETWORK_INTERFACE.inVpc(view, scope, vpc.id());
        List<RouteTable> tables = ROUTE_TABLE.inVpc(view, scope, vpc.id());
        return new VpcContents(
                DataPlane.router(scope, vpc.id()),
                new Region(scope.region()).privateDomain(),
                vpc,
                SUBNET.inVpc(view, scope, vpc.id()),
                groups,
                interfaces,
                tables,
                NETWORK_ACL.inVpc(view, scope, vpc.id()),
                INTERNET_GATEWAY.inVpc(view, scope, vpc.id()).stream().findFirst(),
                EGRESS_ONLY_GATEWAY.inVpc(view, scope, vpc.id()).stream().findFirst(),
                NAT_GATEWAY.inVpc(view, scope, vpc.id()).stream().filter(NatGateway::works).toList(),
                elasticIps(view, scope, interfaces),
                Peerings.neighbours(view, scope, vpc.id()),
                ENDPOINT.inVpc(view, scope, vpc.id()),
                prefixLists(view, scope, groups, tables),
                InsideNames.of(view, scope, vpc),
                FLOW_LOG.anyInVpc(view, scope, vpc.id()));
    }

    private static List<ElasticIp> elasticIps(View view, Scope scope, List<NetworkInterface> interfaces) {
        return interfaces.stream()
                .flatMap(i -> view.find(ELASTIC_IP.kind(), scope, "interface", i.id()).stream())
                .toList();
    }

    private static Map<String, List<IpBlock>> prefixLists(
            View view, Scope scope, List<SecurityGroup> groups, List<RouteTable> tables) {
        var named = new HashSet<String>();
        groups.forEach(g -> named.addAll(g.lists()));
        tables.forEach(t -> named.addAll(t.lists()));
        var blocks = new TreeMap<String, List<IpBlock>>();
        named.forEach(id -> PrefixLists.find(view, scope, id).ifPresent(list -> blocks.put(id, list.blocks())));
        return blocks;
    }
}
