package dev.remora.rds;

import dev.remora.store.Kind;
import java.util.List;
import java.util.Map;

/** A DB subnet group: subnets of one VPC in at least two zones. */
record SubnetGroup(String name, String description, String vpcId, List<String> subnetIds, Map<String, String> tags) {
    static final Kind<SubnetGroup> KIND = Kind.of("rds.subnet-group", SubnetGroup.class);

    SubnetGroup {
        subnetIds = List.copyOf(subnetIds);
    }

    SubnetGroup withTags(Map<String, String> newTags) {
        return new SubnetGroup(name, description, vpcId, subnetIds, newTags);
    }
}
