package dev.remora.vpc;

import java.util.Map;

/** The set of DHCP options that a region's VPCs start with: Amazon's resolver, the region's domain name. */
public record DhcpOptions(String id, Map<String, String> tags) implements Tagged<DhcpOptions> {
    public DhcpOptions {
        tags = Tagged.sorted(tags);
    }

    @Override
    public DhcpOptions withTags(Map<String, String> newTags) {
        return new DhcpOptions(id, newTags);
    }
}
