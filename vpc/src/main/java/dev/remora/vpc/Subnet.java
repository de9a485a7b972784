package dev.remora.vpc;

import dev.remora.net.Cidr;
import java.util.Map;

/**
 * A subnet of a VPC, in one zone.
 *
 * @param networkAclAssociationId the id of its association with the VPC's network ACL
 * @param publicOnLaunch whether instances started here get a public address; kept, without effect
 * @param launchNames what names instances started here get; kept, without effect
 * @param addresses how many addresses are taken and where to look for the next
 */
public record Subnet(
        String id,
        String vpcId,
        Cidr block,
        String zone,
        boolean defaultForZone,
        boolean publicOnLaunch,
        LaunchNames launchNames,
        String networkAclAssociationId,
        AddressPool addresses,
        Map<String, String> tags)
        implements Tagged<Subnet> {
    /** @param type {@code ip-name} or {@code resource-name} */
    public record LaunchNames(String type, boolean recordForIpv4, boolean recordForIpv6) {
        public static final LaunchNames BY_ADDRESS = new LaunchNames("ip-name", false, false);
    }

    public Subnet {
        tags = Tagged.sorted(tags);
    }

    public int freeAddresses() {
        return addresses.free(block);
    }

    public Subnet withAddresses(AddressPool pool) {
        return new Subnet(
                id, vpcId, block, zone, defaultForZone, publicOnLaunch, launchNames, networkAclAssociationId, pool, tags);
    }

    public Subnet withPublicOnLaunch(boolean on) {
        return new Subnet(id, vpcId, block, zone, defaultForZone, on, launchNames, networkAclAssociationId, addresses, tags);
    }

    public Subnet withLaunchNames(LaunchNames names) {
        return new Subnet(
                id, vpcId, block, zone, defaultForZone, publicOnLaunch, names, networkAclAssociationId, addresses, tags);
    }

    @Override
    public Subnet withTags(Map<String, String> newTags) {
        return new Subnet(
                id, vpcId, block, zone, defaultForZone, publicOnLaunch, launchNames, networkAclAssociationId, addresses, newTags);
    }
}
