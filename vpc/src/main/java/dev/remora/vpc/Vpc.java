package dev.remora.vpc;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A virtual private cloud. Its main route table, default group and network ACL live and die with it.
 *
 * @param blocks the primary one first
 * @param blocks6 its IPv6 blocks
 * @param tenancy {@code default} or {@code dedicated}
 * @param dnsSupport whether the resolver at the base address plus two answers
 * @param dnsHostnames whether interfaces are given DNS names
 * @param addressUsageMetrics whether usage is measured; kept, without effect
 */
public record Vpc(
        String id,
        List<Block> blocks,
        List<Block6> blocks6,
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

    /** An IPv6 block and the id of its association with the VPC. */
    public record Block6(String associationId, Cidr6 block) {}

    public Vpc {
        blocks = List.copyOf(blocks);
        blocks6 = List.copyOf(blocks6);
        tags = Tagged.sorted(tags);
    }

    /** The block that the VPC was made with. */
    public Cidr primary() {
        return blocks.getFirst().block();
    }

    /** Whether one of the VPC's blocks holds all of {@code block}. */
    public boolean contains(IpBlock block) {
        return allBlocks().stream().anyMatch(b -> b.contains(block));
    }

    public boolean contains(Ip address) {
        return allBlocks().stream().anyMatch(b -> b.contains(address));
    }

    /** The blocks of both families, the primary one first. */
    public List<IpBlock> allBlocks() {
        return Stream.<IpBlock>concat(blocks.stream().map(Block::block), blocks6.stream().map(Block6::block)).toList();
    }

    public Vpc withBlocks(List<Block> newBlocks, List<Block6> newBlocks6) {
        return new Vpc(
                id, newBlocks, newBlocks6, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId,
                networkAclId, mainRouteTableId, defaultGroupId, tags);
    }

    public Vpc withTenancy(String newTenancy) {
        return new Vpc(
                id, blocks, blocks6, newTenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId,
                networkAclId, mainRouteTableId, defaultGroupId, tags);
    }

    public Vpc withDhcpOptions(String newDhcpOptionsId) {
        return new Vpc(
                id, blocks, blocks6, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, newDhcpOptionsId,
                networkAclId, mainRouteTableId, defaultGroupId, tags);
    }

    @Override
    public Vpc withTags(Map<String, String> newTags) {
        return new Vpc(
                id, blocks, blocks6, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId,
                networkAclId, mainRouteTableId, defaultGroupId, newTags);
    }

    public Vpc withAttributes(boolean support, boolean hostnames, boolean metrics) {
        return new Vpc(
                id, blocks, blocks6, tenancy, defaultVpc, support, hostnames, metrics, dhcpOptionsId, networkAclId,
                mainRouteTableId, defaultGroupId, tags);
    }

    public Vpc withMainRouteTable(String routeTableId) {
        return new Vpc(
                id, blocks, blocks6, tenancy, defaultVpc, dnsSupport, dnsHostnames, addressUsageMetrics, dhcpOptionsId,
                networkAclId, routeTableId, defaultGroupId, tags);
    }
}
