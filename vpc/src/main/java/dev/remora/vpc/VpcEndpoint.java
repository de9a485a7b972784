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
    private static final int NAME_DIGITS = 8;

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

    /** The service's own name, e.g. {@code lambda}. */
    public String serviceName() {
        return service.substring(service.lastIndexOf('.') + 1);
    }

    private String region() {
        return service.split("\\.")[2];
    }

    /** What comes before the service in the endpoint's own names: its id and eight digits that follow from it. */
    private String label() {
        return id + "-" + id.substring(id.length() - NAME_DIGITS);
    }

    /** The name of all its interfaces: {@code vpce-…-xxxxxxxx.lambda.eu-west-1.vpce.amazonaws.com}. */
    public String name() {
        return label() + suffix();
    }

    /** The name of its interface in a zone. */
    public String name(String zone) {
        return label() + "-" + zone + suffix();
    }

    private String suffix() {
        return "." + serviceName() + "." + region() + ".vpce.amazonaws.com";
    }

    /** The name of the service, which leads to the endpoint if it has private names. */
    public String privateName() {
        return serviceName() + "." + region() + ".amazonaws.com";
    }

    public VpcEndpoint withRouteTables(List<String> ids) {
        return new VpcEndpoint(
                id, vpcId, type, service, ids, subnetIds, groupIds, interfaceIds, privateNames, policy, created, tags);
    }

    /** @param newInterfaces one for each subnet, in the same order */
    public VpcEndpoint withSubnets(List<String> newSubnets, List<String> newInterfaces) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, newSubnets, groupIds, newInterfaces, privateNames, policy, created,
                tags);
    }

    public VpcEndpoint withGroups(List<String> ids) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, subnetIds, ids, interfaceIds, privateNames, policy, created, tags);
    }

    public VpcEndpoint withPrivateNames(boolean on) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, subnetIds, groupIds, interfaceIds, on, policy, created, tags);
    }

    public VpcEndpoint withPolicy(String document) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, subnetIds, groupIds, interfaceIds, privateNames, document, created,
                tags);
    }

    @Override
    public VpcEndpoint withTags(Map<String, String> newTags) {
        return new VpcEndpoint(
                id, vpcId, type, service, routeTableIds, subnetIds, groupIds, interfaceIds, privateNames, policy, created,
                newTags);
    }
}
