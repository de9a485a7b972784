package dev.remora.vpc;

import java.util.Map;

/** The way of a VPC's IPv6 addresses to the internet, without a way back but for answers. */
public record EgressOnlyGateway(String id, String vpcId, Map<String, String> tags) implements Tagged<EgressOnlyGateway> {
    public EgressOnlyGateway {
        tags = Tagged.sorted(tags);
    }

    @Override
    public EgressOnlyGateway withTags(Map<String, String> newTags) {
        return new EgressOnlyGateway(id, vpcId, newTags);
    }
}
