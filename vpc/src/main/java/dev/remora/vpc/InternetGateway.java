package dev.remora.vpc;

import java.util.Map;

/**
 * The way between public addresses and a VPC. It translates only for interfaces that have a public address: a packet of any
 * other that is routed to it is lost.
 *
 * @param vpcId the VPC that it is attached to, or empty
 */
public record InternetGateway(String id, String vpcId, Map<String, String> tags) implements Tagged<InternetGateway> {
    public InternetGateway {
        tags = Tagged.sorted(tags);
    }

    public InternetGateway attachedTo(String newVpcId) {
        return new InternetGateway(id, newVpcId, tags);
    }

    @Override
    public InternetGateway withTags(Map<String, String> newTags) {
        return new InternetGateway(id, vpcId, newTags);
    }
}
