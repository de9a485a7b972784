package dev.remora.ec2;

import dev.remora.net.Ipv4;
import dev.remora.net.PublicNames;
import dev.remora.wire.AwsError;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A region by name. Every well-formed name is a region here, with the zones a, b and c; us-east-1 has six. */
record Region(String name) {
    private static final Pattern NAME =
            Pattern.compile("([a-z]{2,4})((?:-gov|-iso[a-z]?|-de)?)-((?:north|south|east|west|central)+)-([0-9])");

    /** What DescribeRegions lists: regions that an account has without opting in. */
    static final List<String> LISTED = List.of(
            "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
            "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
            "us-east-1", "us-east-2", "us-west-1", "us-west-2");

    Region {
        if (!isRegion(name)) {
            throw new AwsError("InvalidParameterValue", 400, "Invalid region name: '" + name + "'");
        }
    }

    static boolean isRegion(String name) {
        return NAME.matcher(name).matches();
    }

    List<String> zones() {
        return IntStream.range(0, name.equals("us-east-1") ? 6 : 3)
                .mapToObj(i -> name + (char) ('a' + i))
                .toList();
    }

    /** The zone's id, the same for every account: {@code use1-az1} for us-east-1a. */
    String zoneId(String zone) {
        return prefix() + "-az" + (zone.charAt(zone.length() - 1) - 'a' + 1);
    }

    /** The name of the zone with that id, or the empty string. */
    String zoneOf(String zoneId) {
        return zones().stream().filter(z -> zoneId(z).equals(zoneId)).findFirst().orElse("");
    }

    String endpoint() {
        return "ec2." + name + ".amazonaws.com";
    }

    /** The domain of the private names of this region's interfaces. */
    String privateDomain() {
        return name.equals("us-east-1") ? "ec2.internal" : name + ".compute.internal";
    }

    /** The name of a public address: {@code ec2-198-18-64-1.eu-west-1.compute.amazonaws.com}. */
    String publicName(Ipv4 address) {
        return PublicNames.of(address, name);
    }

    /** us-east-1 is use1, ap-southeast-2 apse2, us-gov-west-1 usgw1. */
    private String prefix() {
        Matcher m = NAME.matcher(name);
        if (!m.matches()) {
            throw new IllegalStateException(name);
        }
        String partition = m.group(2).replace("-", "");
        String shortPartition = partition.equals("gov") ? "g" : partition;
        String direction = m.group(3).replaceAll("(north|south|east|west|central)", "$1 ")
                .strip()
                .transform(words -> String.join("", List.of(words.split(" ")).stream().map(w -> w.substring(0, 1)).toList()));
        return m.group(1) + shortPartition + direction + m.group(4);
    }
}
