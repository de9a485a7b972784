package dev.remora.vpc;

import dev.remora.net.IpBlock;
import dev.remora.sharing.SharedMap;
import java.util.List;
import java.util.Optional;

/**
 * All the documents of one VPC, and what it must know of others. What there may be many of is in maps by id, which share what did
 * not change with those of earlier contents of the VPC.
 *
 * @param router the name under which the data plane knows the VPC
 * @param region the region's name
 * @param privateDomain of the private names of its interfaces: {@code ec2.internal}
 * @param population its interfaces
 * @param naming the groups of the VPC that name a group in a rule, by {@link #key} of the named one and by their ids
 * @param natGateways those that are there, or will be as soon as the data plane has them
 * @param prefixLists those that its rules and routes may name
 * @param metered whether a flow log is about anything in it
 */
public record VpcContents(
        String router,
        String region,
        String privateDomain,
        Vpc vpc,
        SharedMap<String, Subnet> subnets,
        SharedMap<String, SecurityGroup> groups,
        SharedMap<String, SharedMap<String, SecurityGroup>> naming,
        Population population,
        SharedMap<String, RouteTable> routeTables,
        SharedMap<String, NetworkAcl> acls,
        Optional<InternetGateway> internetGateway,
        Optional<EgressOnlyGateway> egressOnlyGateway,
        SharedMap<String, NatGateway> natGateways,
        List<Neighbour> neighbours,
        SharedMap<String, VpcEndpoint> endpoints,
        SharedMap<String, PrefixList> prefixLists,
        boolean metered) {
    public VpcContents {
        neighbours = List.copyOf(neighbours);
    }

    /**
     * The interfaces of a VPC.
     *
     * @param interfaces by id
     * @param members the same by {@link #key} of each of their groups, and by id
     * @param elasticIps those that are associated with them, by {@link #key} of the interface, and by id
     */
    public record Population(
            String vpcId,
            SharedMap<String, NetworkInterface> interfaces,
            SharedMap<String, SharedMap<String, NetworkInterface>> members,
            SharedMap<String, SharedMap<String, ElasticIp>> elasticIps) {
        /** The interfaces that are in a group. */
        SharedMap<String, NetworkInterface> members(String group) {
            return members.find(key(vpcId, group)).orElseGet(SharedMap::empty);
        }

        /** The Elastic IPs of an interface. */
        SharedMap<String, ElasticIp> elasticIps(String interfaceId) {
            return elasticIps.find(key(vpcId, interfaceId)).orElseGet(SharedMap::empty);
        }
    }

    /**
     * A VPC that this one is peered with.
     *
     * @param connection the id of the active connection
     * @param region the other VPC's
     * @param blocks its blocks
     * @param named whether public names of its interfaces are private addresses here
     */
    public record Neighbour(
            String connection, String region, List<IpBlock> blocks, boolean named, Population population) {
        public Neighbour {
            blocks = List.copyOf(blocks);
        }
    }

    /** What is in a VPC, by both ids: all keys of a VPC lie side by side. */
    public static String key(String vpcId, String id) {
        return vpcId + "/" + id;
    }

    /** The end of the keys of a VPC, itself none of them. */
    public static String keysEnd(String vpcId) {
        return vpcId + (char) ('/' + 1);
    }

    /** What a {@link #key} names. */
    static String id(String key) {
        return key.substring(key.indexOf('/') + 1);
    }

    public List<IpBlock> prefixList(String id) {
        PrefixList list = prefixLists.get(id);
        return list == null ? List.of() : list.blocks();
    }
}
