package dev.remora.vpc;

import dev.remora.sharing.SharedMap;
import dev.remora.vpc.VpcContents.Neighbour;
import dev.remora.vpc.VpcContents.Population;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The documents of a VPC as plain maps, and the contents that they are. */
record TestContents(
        Vpc vpc,
        Map<String, Subnet> subnets,
        Map<String, SecurityGroup> groups,
        Map<String, NetworkInterface> interfaces,
        Map<String, ElasticIp> elasticIps,
        Map<String, RouteTable> routeTables,
        Map<String, NetworkAcl> acls,
        Optional<InternetGateway> internetGateway,
        Optional<EgressOnlyGateway> egressOnlyGateway,
        Map<String, NatGateway> natGateways,
        List<Neighbour> neighbours,
        Map<String, VpcEndpoint> endpoints,
        Map<String, PrefixList> prefixLists,
        boolean metered) {
    static final String REGION = "eu-west-1";

    static <T extends Tagged<T>> Map<String, T> byId(Collection<T> documents, Function<T, String> id) {
        Map<String, T> map = new TreeMap<>();
        documents.forEach(document -> map.put(id.apply(document), document));
        return map;
    }

    static TestContents of(VpcContents c) {
        Map<String, ElasticIp> elasticIps = new TreeMap<>();
        c.population().elasticIps().values().forEach(elasticIps::putAll);
        return new TestContents(
                c.vpc(), c.subnets(), c.groups(), c.population().interfaces(), elasticIps, c.routeTables(), c.acls(),
                c.internetGateway(), c.egressOnlyGateway(), c.natGateways(), c.neighbours(), c.endpoints(), c.prefixLists(),
                c.metered());
    }

    VpcContents contents() {
        Map<String, Map<String, SecurityGroup>> naming = new TreeMap<>();
        groups.forEach((id, group) -> group.peers().forEach(peer ->
                naming.computeIfAbsent(VpcContents.key(vpc.id(), peer), first -> new TreeMap<>()).put(id, group)));
        return new VpcContents(
                "000000000000/" + REGION + "/" + vpc.id(),
                REGION,
                REGION + ".compute.internal",
                vpc,
                SharedMap.copyOf(subnets),
                SharedMap.copyOf(groups),
                shared(naming),
                population(),
                SharedMap.copyOf(routeTables),
                SharedMap.copyOf(acls),
                internetGateway,
                egressOnlyGateway,
                SharedMap.copyOf(natGateways),
                neighbours,
                SharedMap.copyOf(endpoints),
                SharedMap.copyOf(prefixLists),
                metered);
    }

    Population population() {
        Map<String, Map<String, NetworkInterface>> members = new TreeMap<>();
        interfaces.forEach((id, i) -> i.groups().forEach(group ->
                members.computeIfAbsent(VpcContents.key(vpc.id(), group), first -> new TreeMap<>()).put(id, i)));
        Map<String, Map<String, ElasticIp>> associated = new TreeMap<>();
        elasticIps.forEach((id, ip) -> ip.association().ifPresent(a -> associated
                .computeIfAbsent(VpcContents.key(vpc.id(), a.interfaceId()), first -> new TreeMap<>())
                .put(id, ip)));
        return new Population(vpc.id(), SharedMap.copyOf(interfaces), shared(members), shared(associated));
    }

    private static <V> SharedMap<String, SharedMap<String, V>> shared(Map<String, Map<String, V>> maps) {
        Map<String, SharedMap<String, V>> all = new TreeMap<>();
        maps.forEach((key, map) -> all.put(key, SharedMap.copyOf(map)));
        return SharedMap.copyOf(all);
    }
}
