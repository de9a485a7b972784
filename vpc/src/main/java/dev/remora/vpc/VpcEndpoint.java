package dev.remora.vpc;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A way to a service of AWS that does not leave the VPC.
 *
 * @param service its full name: {@code com.amazonaws.eu-west-1.lambda}
 * @param routeTableIds of a gateway endpoint
 * @param subnetIds of an interface endpoint
 * @param groupIds of an interface endpoint
 * @param interfaceIds of an interface endpoint, one for each subnet, in the same order
 * @param privateNames whether the service's own names lead to it inside the VPC
 * @param policy the document that limits what can be done through it; empty for AWS's default, which allows everything
 */
public record VpcEndpoint(
        String id,
        String vpcId,
        Type type,
        String service,
        List<String> routeTableIds,
        List<String> subnetIds,
        List<String> groupIds,
        List<String> interfaceIds,
        boolean privateNames,
        String policy,
        Instant created,
        Map<String, String> tags)
        implements Tagged<VpcEndpoint> {
    public enum Type {
        GATEWAY,
        INTERFACE
    }

    public VpcEndpoint {
        routeTableIds = List.copyOf(routeTableIds);
        subnetIds = List.copyOf(subnetIds);
        groupIds = List.copyOf(groupIds);
        interfaceIds = List.copyOf(interfaceIds);
        tags = Tagged.sorted(tags);
    }

    @Override
    public VpcEndpoint withTags(Map<String, String> newTags) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, subnetIds, groupIds, interfaceIds, privateNames, policy, created,
                newTags);
    }
}
