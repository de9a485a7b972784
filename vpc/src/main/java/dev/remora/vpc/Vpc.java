package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import java.util.List;
import java.util.Map;

/**
 * A virtual private cloud. Its main route table, default group and network ACL live and die with it.
 *
 * @param blocks the primary one first
 * @param tenancy {@code default} or {@code dedicated}
 * @param dnsSupport whether the resolver at the base address plus two answers
 * @param dnsHostnames whether interfaces are given DNS names
 * @param addressUsageMetrics whether usage is measured; kept, without effect
 */
public record Vpc(
        String id,
        List<Block> blocks,
        String tenancy,
        boolean defaultVpc,
        boolean dnsSupport,
        boolean dnsHostnames,
        boolean addressUsageMetrics,
        String dhcpOptionsId,
        String networkAclId,
        String mainRouteTableId,
        String defaultGroupId,
        Map<String, String> tags)
        implements Tagged<Vpc> {
    /** An IPv4 block and the id of its association with the VPC. */
    public record Block(String associationId, Cidr block) {}

    public Vpc {
        blocks = List.copyOf(blocks);
        tags = Tagged.sorted(tags);
    }

    /** The block that the VPC was made with. */
    public Cidr primary() {
        return blocks.getFirst().block();
    }

    /** Whether one of the VPC's blocks holds all of {@code block}. */
    public boolean contains(Cidr block) {
        return blocks.stream().anyMatch(b -> b.block().contains(block));
    }

    public boolean contains(Ipv4 address) {
        return blocks.stream().anyMatch(b -> b.block().contains(address));
    }

    @Override
    public Vpc withTags(Map<String, String> newTags) {
        return new Vpc(
                id, blocks, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId, networkAclId,
                mainRouteTableId, defaultGroupId, newTags);
    }

    public Vpc withAttributes(boolean support, boolean hostnames, boolean metrics) {
        return new Vpc(
                id, blocks, tenancy, defaultVpc, support, hostnames, metrics, dhcpOptionsId, networkAclId, mainRouteTableId,
                defaultGroupId, tags);
    }

    public Vpc withMainRouteTable(String routeTableId) {
        return new Vpc(
                id, blocks, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId, networkAclId,
                routeTableId, defaultGroupId, tags);
    }
}
