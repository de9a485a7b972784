package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.net.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A subnet of a VPC, in one zone.
 *
 * @param block its IPv4 block; empty for an IPv6-only subnet
 * @param block6 its IPv6 block, if it has one
 * @param publicOnLaunch whether instances started here get a public address
 * @param ipv6OnCreation whether interfaces made here get an IPv6 address
 * @param launchNames what names instances started here get; kept, without effect
 * @param acl the network ACL at its boundary
 * @param addresses how many IPv4 addresses are taken and where to look for the next
 */
public record Subnet(
        String id,
        String vpcId,
        Optional<Cidr> block,
        Optional<Block6> block6,
        String zone,
        boolean defaultForZone,
        boolean publicOnLaunch,
        boolean ipv6OnCreation,
        LaunchNames launchNames,
        AclAssociation acl,
        AddressPool addresses,
        Map<String, String> tags)
        implements Tagged<Subnet> {
    /** @param type {@code ip-name} or {@code resource-name} */
    public record LaunchNames(String type, boolean recordForIpv4, boolean recordForIpv6) {
        public static final LaunchNames BY_ADDRESS = new LaunchNames("ip-name", false, false);
    }

    /** An IPv6 block and the id of its association with the subnet. */
    public record Block6(String associationId, Cidr6 block) {}

    /** @param id of the association, which changes with the ACL */
    public record AclAssociation(String id, String aclId) {}

    public Subnet {
        tags = Tagged.sorted(tags);
    }

    /** Its blocks, the IPv4 one first. */
    public List<IpBlock> blocks() {
        var blocks = new ArrayList<IpBlock>();
        block.ifPresent(blocks::add);
        block6.ifPresent(b -> blocks.add(b.block()));
        return blocks;
    }

    public boolean contains(Ip address) {
        return blocks().stream().anyMatch(b -> b.contains(address));
    }

    /** Whether it has no IPv4 block. */
    public boolean ipv6Only() {
        return block.isEmpty();
    }

    public int freeAddresses() {
        return block.map(addresses::free).orElse(0);
    }

    public Subnet withAddresses(AddressPool pool) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, publicOnLaunch, ipv6OnCreation, launchNames, acl, pool, tags);
    }

    public Subnet withBlock6(Optional<Block6> newBlock) {
        return new Subnet(
                id, vpcId, block, newBlock, zone, defaultForZone, publicOnLaunch, ipv6OnCreation, launchNames, acl, addresses,
                tags);
    }

    public Subnet withPublicOnLaunch(boolean on) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, on, ipv6OnCreation, launchNames, acl, addresses, tags);
    }

    public Subnet withIpv6OnCreation(boolean on) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, publicOnLaunch, on, launchNames, acl, addresses, tags);
    }

    public Subnet withLaunchNames(LaunchNames names) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, publicOnLaunch, ipv6OnCreation, names, acl, addresses, tags);
    }

    public Subnet withAcl(AclAssociation association) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, publicOnLaunch, ipv6OnCreation, launchNames, association,
                addresses, tags);
    }

    @Override
    public Subnet withTags(Map<String, String> newTags) {
        return new Subnet(
                id, vpcId, block, block6, zone, defaultForZone, publicOnLaunch, ipv6OnCreation, launchNames, acl, addresses,
                newTags);
    }
}
