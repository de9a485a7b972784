package dev.remora.vpc;

import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All the documents of one VPC, and what it must know of others.
 *
 * @param router the name under which the data plane knows the VPC
 * @param privateDomain of the private names of its interfaces: {@code ec2.internal}
 * @param natGateways those that are there, or will be as soon as the data plane has them
 * @param elasticIps those that are associated with its interfaces
 * @param prefixLists the blocks of the prefix lists that its rules and routes name, by id
 * @param insideNames public names that are private addresses when they are asked for in it
 * @param metered whether a flow log is about anything in it
 */
public record VpcContents(
        String router,
        String privateDomain,
        Vpc vpc,
        List<Subnet> subnets,
        List<SecurityGroup> groups,
        List<NetworkInterface> interfaces,
        List<RouteTable> routeTables,
        List<NetworkAcl> acls,
        Optional<InternetGateway> internetGateway,
        Optional<EgressOnlyGateway> egressOnlyGateway,
        List<NatGateway> natGateways,
        List<ElasticIp> elasticIps,
        List<Neighbour> neighbours,
        List<VpcEndpoint> endpoints,
        Map<String, List<IpBlock>> prefixLists,
        Map<String, Ipv4> insideNames,
        boolean metered) {
    /**
     * A VPC that this one is peered with.
     *
     * @param connection the id of the active connection
     * @param blocks its blocks
     * @param members the addresses of its interfaces by the groups that they are in
     */
    public record Neighbour(String connection, List<IpBlock> blocks, Map<String, Set<Ip>> members) {
        public Neighbour {
            blocks = List.copyOf(blocks);
            members = Map.copyOf(members);
        }
    }

    public VpcContents {
        subnets = List.copyOf(subnets);
        groups = List.copyOf(groups);
        interfaces = List.copyOf(interfaces);
        routeTables = List.copyOf(routeTables);
        acls = List.copyOf(acls);
        natGateways = List.copyOf(natGateways);
        elasticIps = List.copyOf(elasticIps);
        neighbours = List.copyOf(neighbours);
        endpoints = List.copyOf(endpoints);
        prefixLists = Map.copyOf(prefixLists);
        insideNames = Map.copyOf(insideNames);
    }
}
