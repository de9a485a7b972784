package dev.remora.vpc;

import java.util.Map;

/** A VPC's default network ACL: everything passes, both ways. */
public record NetworkAcl(String id, String vpcId, Map<String, String> tags) implements Tagged<NetworkAcl> {
    public NetworkAcl {
        tags = Tagged.sorted(tags);
    }

    @Override
    public NetworkAcl withTags(Map<String, String> newTags) {
        return new NetworkAcl(id, vpcId, newTags);
    }
}
