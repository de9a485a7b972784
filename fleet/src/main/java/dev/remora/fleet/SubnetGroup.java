package dev.remora.fleet;

import dev.remora.ec2.Networks;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.View;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A named choice of subnets of one VPC; each service keeps its own kind of them. */
public record SubnetGroup(String name, String description, String vpcId, List<String> subnetIds, Map<String, String> tags) {
    public static final String DEFAULT = "default";

    public SubnetGroup {
        subnetIds = List.copyOf(subnetIds);
    }

    public SubnetGroup withTags(Map<String, String> newTags) {
        return new SubnetGroup(name, description, vpcId, subnetIds, newTags);
    }

    public SubnetGroup with(String newDescription, List<String> newSubnetIds) {
        return new SubnetGroup(name, newDescription, vpcId, newSubnetIds, tags);
    }

    /** The subnets of these ids, each once, in their order; empty if one does not exist or not all are of one VPC. */
    public static Optional<List<Networks.Subnet>> subnets(Networks networks, Scope scope, List<String> ids) {
        var found = new ArrayList<Networks.Subnet>();
        for (String id : new LinkedHashSet<>(ids)) {
            var subnet = networks.subnet(scope, id);
            if (subnet.isEmpty() || !found.isEmpty() && !found.getFirst().vpcId().equals(subnet.get().vpcId())) {
                return Optional.empty();
            }
            found.add(subnet.get());
        }
        return Optional.of(found);
    }

    /** A group that was made, or the one of the default VPC. */
    public static Optional<SubnetGroup> find(
            Kind<SubnetGroup> kind, View view, Networks networks, Scope scope, String name) {
        return view.get(kind, scope, name)
                .or(() -> name.equals(DEFAULT) ? ofDefaultVpc(networks, scope) : Optional.empty());
    }

    /** The group called {@code default}, which every account with a default VPC has. */
    public static Optional<SubnetGroup> ofDefaultVpc(Networks networks, Scope scope) {
        var subnets = networks.defaultSubnets(scope);
        return subnets.isEmpty()
                ? Optional.empty()
                : Optional.of(new SubnetGroup(DEFAULT, DEFAULT, subnets.getFirst().vpcId(), ids(subnets), Map.of()));
    }

    public static List<String> ids(List<Networks.Subnet> subnets) {
        return subnets.stream().map(Networks.Subnet::id).toList();
    }
}
