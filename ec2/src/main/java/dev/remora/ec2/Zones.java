package dev.remora.ec2;

import dev.remora.wire.Call;
import java.util.List;
import java.util.TreeSet;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;

/** Regions and their availability zones. */
final class Zones {
    private static final String NO_OPT_IN = "opt-in-not-required";

    private record Zone(Region region, String name) {
        String id() {
            return region.zoneId(name);
        }

        String group() {
            return region.name() + "-zg-1";
        }
    }

    private static final Filters<Zone> ZONE_FILTERS = new Filters<Zone>()
            .on("zone-name", Zone::name)
            .on("zone-id", Zone::id)
            .on("zone-type", z -> "availability-zone")
            .on("group-name", Zone::group)
            .on("region-name", z -> z.region().name())
            .on("opt-in-status", z -> NO_OPT_IN)
            .on("state", z -> "available")
            .onAny("message", z -> List.of())
            .onAny("parent-zone-id", z -> List.of())
            .onAny("parent-zone-name", z -> List.of());

    private static final Filters<Region> REGION_FILTERS = new Filters<Region>()
            .on("region-name", Region::name)
            .on("endpoint", Region::endpoint)
            .on("opt-in-status", r -> NO_OPT_IN);

    DescribeAvailabilityZonesResponse describe(DescribeAvailabilityZonesRequest r, Call call) {
        var region = new Region(call.region());
        for (String name : r.zoneNames()) {
            if (!region.zones().contains(name)) {
                throw Refusals.invalidValue("Invalid availability zone: [" + name + "]");
            }
        }
        for (String id : r.zoneIds()) {
            if (region.zoneOf(id).isEmpty()) {
                throw Refusals.invalidValue("Invalid availability zone-id: [" + id + "]");
            }
        }
        var passes = ZONE_FILTERS.matching(r.filters());
        return DescribeAvailabilityZonesResponse.builder()
                .availabilityZones(region.zones().stream()
                        .map(name -> new Zone(region, name))
                        .filter(z -> r.zoneNames().isEmpty() || r.zoneNames().contains(z.name()))
                        .filter(z -> r.zoneIds().isEmpty() || r.zoneIds().contains(z.id()))
                        .filter(passes)
                        .map(Zones::shown)
                        .toList())
                .build();
    }

    private static AvailabilityZone shown(Zone zone) {
        return AvailabilityZone.builder()
                .regionName(zone.region().name())
                .zoneName(zone.name())
                .zoneId(zone.id())
                .zoneType("availability-zone")
                .groupName(zone.group())
                .networkBorderGroup(zone.region().name())
                .optInStatus(NO_OPT_IN)
                .state("available")
                .messages(List.of())
                .build();
    }

    /** The regions that AWS lists, and the caller's own. */
    DescribeRegionsResponse describeRegions(DescribeRegionsRequest r, Call call) {
        var listed = new TreeSet<>(Region.LISTED);
        listed.add(new Region(call.region()).name());
        for (String name : r.regionNames()) {
            if (!Region.isRegion(name)) {
                throw Refusals.invalidValue("Invalid region name: '" + name + "'");
            }
        }
        var passes = REGION_FILTERS.matching(r.filters());
        return DescribeRegionsResponse.builder()
                .regions((r.regionNames().isEmpty() ? listed : new TreeSet<>(r.regionNames()))
                        .stream()
                                .map(Region::new)
                                .filter(passes)
                                .map(region -> software.amazon.awssdk.services.ec2.model.Region.builder()
                                        .regionName(region.name())
                                        .endpoint(region.endpoint())
                                        .optInStatus(NO_OPT_IN)
                                        .build())
                                .toList())
                .build();
    }
}
