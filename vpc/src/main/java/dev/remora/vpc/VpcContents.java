package dev.remora.vpc;

import java.util.List;

/**
 * All the documents of one VPC.
 *
 * @param router the name under which the data plane knows the VPC
 */
public record VpcContents(
        String router,
        Vpc vpc,
        List<Subnet> subnets,
        List<SecurityGroup> groups,
        List<NetworkInterface> interfaces,
        List<RouteTable> routeTables) {
    public VpcContents {
        subnets = List.copyOf(subnets);
        groups = List.copyOf(groups);
        interfaces = List.copyOf(interfaces);
        routeTables = List.copyOf(routeTables);
    }
}
