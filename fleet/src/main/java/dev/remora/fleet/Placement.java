package dev.remora.fleet;

import dev.remora.ec2.Networks;
import dev.remora.net.Topology;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the subnet of a server and makes its interface there.
 *
 * @param description of the interface, as DescribeNetworkInterfaces shows it
 * @param requester as shown there
 */
public record Placement(String description, String requester) {
    /** What EC2 says of a subnet without a free address. */
    public static final String FULL = "InsufficientFreeAddressesInSubnet";

    /**
     * Takes the first subnet, in the zone if one is asked for, that has a free address.
     *
     * @param elsewhere the error if no subnet is in the zone
     * @return {@code place} with the interface, its address, subnet and zone
     * @throws AwsError what EC2 said of the last subnet, if none will do
     */
    public Place take(
            Networks networks, Scope scope, Place place, List<String> subnetIds, Optional<String> zone, AwsError elsewhere) {
        AwsError last = elsewhere;
        for (String subnetId : subnetIds) {
            var subnet = networks.subnet(scope, subnetId);
            if (subnet.isEmpty() || !zone.map(subnet.get().zone()::equals).orElse(true)) {
                continue;
            }
            try {
                var made = networks.create(scope, wanted(subnetId, place));
                return place.at(subnetId, subnet.get().zone(), made.id(), made.address().toString());
            } catch (AwsError refused) {
                if (!refused.code().equals(FULL)) {
                    throw refused;
                }
                last = refused;
            }
        }
        throw last;
    }

    private Networks.Wanted wanted(String subnetId, Place place) {
        return new Networks.Wanted(
                subnetId, place.groups(), "interface", description, requester, true, new Topology.Attachment.Workload());
    }
}
