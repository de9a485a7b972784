package dev.remora.fleet;

import java.util.Set;

/**
 * Where a server is in the network.
 *
 * @param interfaceId empty until the interface was made, as are {@code address}, {@code subnetId} and {@code zone}
 * @param endpoint its name inside the VPC
 */
public record Place(
        String subnetGroup,
        String vpcId,
        Set<String> groups,
        String subnetId,
        String zone,
        String interfaceId,
        String address,
        String endpoint) {
    public Place {
        groups = Set.copyOf(groups);
    }

    /** A place that has no interface yet. */
    public static Place wanted(String subnetGroup, String vpcId, Set<String> groups, String endpoint) {
        return new Place(subnetGroup, vpcId, groups, "", "", "", "", endpoint);
    }

    public Place regrouped(Set<String> newGroups) {
        return new Place(subnetGroup, vpcId, newGroups, subnetId, zone, interfaceId, address, endpoint);
    }

    Place at(String newSubnetId, String newZone, String newInterfaceId, String newAddress) {
        return new Place(subnetGroup, vpcId, groups, newSubnetId, newZone, newInterfaceId, newAddress, endpoint);
    }
}
