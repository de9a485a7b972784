package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.rds.Database.Place;
import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.Optional;

/** Chooses the subnet of an instance and makes its interface there. */
final class Placement {
    private final Networks networks;

    Placement(Networks networks) {
        this.networks = networks;
    }

    /**
     * Takes the first subnet, in the zone if one is asked for, that has a free address.
     *
     * @return {@code place} with the interface, its address, subnet and zone
     * @throws AwsError what EC2 said of the last subnet, if none will do
     */
    Place take(Scope scope, Place place, List<String> subnetIds, Optional<String> zone) {
        AwsError last = RdsErrors.network("No subnet of the DB subnet group is in the Availability Zone asked for.");
        for (String subnetId : subnetIds) {
            var subnet = networks.subnet(scope, subnetId);
            if (subnet.isEmpty() || !zone.map(subnet.get().zone()::equals).orElse(true)) {
                continue;
            }
            try {
                var made = networks.create(scope, Fleet.wanted(subnetId, place.groups()));
                return new Place(
                        place.subnetGroup(),
                        place.vpcId(),
                        place.groups(),
                        subnetId,
                        subnet.get().zone(),
                        made.id(),
                        made.address().toString(),
                        place.endpoint());
            } catch (AwsError refused) {
                if (!refused.code().equals("InsufficientFreeAddressesInSubnet")) {
                    throw refused;
                }
                last = refused;
            }
        }
        throw last;
    }
}
