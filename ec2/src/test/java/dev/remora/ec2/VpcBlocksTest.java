package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.vpc.NetworkAcl;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.Vpc;

class VpcBlocksTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    private AssociateVpcCidrBlockRequest more(String vpc, String block) {
        return AssociateVpcCidrBlockRequest.builder().vpcId(vpc).cidrBlock(block).build();
    }

    private AssociateVpcCidrBlockResponse associate6(String vpc) {
        return ec2.call(
                AssociateVpcCidrBlockRequest.builder().vpcId(vpc).amazonProvidedIpv6CidrBlock(true).build(),
                AssociateVpcCidrBlockResponse.class);
    }

    private Vpc described(String vpc) {
        return ec2.call(DescribeVpcsRequest.builder().vpcIds(vpc).build(), DescribeVpcsResponse.class).vpcs().getFirst();
    }

    private static Filter of(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    /** Each permission of the egress of a VPC's groups, as its blocks. */
    private List<List<String>> egress(String vpc) {
        return ec2.call(
                        DescribeSecurityGroupsRequest.builder().filters(of("vpc-id", vpc)).build(),
                        DescribeSecurityGroupsResponse.class)
                .securityGroups()
                .stream()
                .flatMap(g -> g.ipPermissionsEgress().stream())
                .map(p -> Stream.concat(
                                p.ipRanges().stream().map(r -> r.cidrIp()), p.ipv6Ranges().stream().map(r -> r.cidrIpv6()))
                        .toList())
                .toList();
    }

    private List<String> localRoutes(String vpc) {
        return ec2.call(
                        DescribeRouteTablesRequest.builder().filters(of("vpc-id", vpc)).build(),
                        DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst()
                .routes()
                .stream()
                .map(r -> r.destinationCidrBlock() == null ? r.destinationIpv6CidrBlock() : r.destinationCidrBlock())
                .toList();
    }

    private List<Integer> aclNumbers(String vpc) {
        NetworkAcl acl = Resource.NETWORK_ACL.inVpc(ec2.store.view(), Ec2Lab.SCOPE, vpc).getFirst();
        return acl.entries(false).stream().map(NetworkAcl.Entry::number).toList();
    }

    @Test
    void a_vpc_can_be_made_with_a_block_of_amazon() {
        Vpc made = ec2.call(
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true).build(),
                        CreateVpcResponse.class)
                .vpc();
        assertThat(made.ipv6CidrBlockAssociationSet())
                .singleElement()
                .satisfies(a -> assertThat(a.ipv6CidrBlockState().stateAsString()).isEqualTo("associating"));

        var block = described(made.vpcId()).ipv6CidrBlockAssociationSet().getFirst();
        assertThat(block.ipv6CidrBlock()).matches("2001:db8:1[0-9a-f:]+/56");
        assertThat(block.associationId()).startsWith("vpc-cidr-assoc-");
        assertThat(block.ipv6CidrBlockState().stateAsString()).isEqualTo("associated");
        assertThat(localRoutes(made.vpcId())).containsExactly("10.0.0.0/16", block.ipv6CidrBlock());
        assertThat(egress(made.vpcId())).containsExactly(List.of("0.0.0.0/0", "::/0"));
        assertThat(aclNumbers(made.vpcId())).containsExactly(100, 101);
        for (String filter : List.of("ipv6-cidr-block-association.ipv6-cidr-block", "cidr-block")) {
            String value = filter.equals("cidr-block") ? "10.0.0.0/16" : block.ipv6CidrBlock();
            assertThat(ec2.call(
                                    DescribeVpcsRequest.builder().filters(of(filter, value)).build(),
                                    DescribeVpcsResponse.class)
                            .vpcs())
                    .extracting(Vpc::vpcId)
                    .containsExactly(made.vpcId());
        }
    }

    @Test
    void no_two_vpcs_of_the_installation_have_the_same_ipv6_block() {
        var blocks = IntStream.range(0, 4)
                .mapToObj(i -> ec2.call(
                                i % 2 == 0 ? "eu-west-1" : "us-east-1",
                                CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true).build(),
                                CreateVpcResponse.class)
                        .vpc()
                        .ipv6CidrBlockAssociationSet()
                        .getFirst()
                        .ipv6CidrBlock())
                .toList();
        assertThat(blocks).doesNotHaveDuplicates();
    }

    @Test
    void a_new_group_in_an_ipv6_vpc_lets_both_families_out_by_one_permission() {
        String vpc = ec2.vpc("10.0.0.0/16");
        associate6(vpc);
        ec2.group(vpc, "new");
        assertThat(egress(vpc)).containsExactly(List.of("0.0.0.0/0", "::/0"), List.of("0.0.0.0/0", "::/0"));
    }

    @Test
    void groups_that_were_changed_stay_as_they_are() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String changed = ec2.group(vpc, "changed");
        ec2.call(
                RevokeSecurityGroupEgressRequest.builder()
                        .groupId(changed)
                        .ipPermissions(p -> p.ipProtocol("-1").ipRanges(r -> r.cidrIp("0.0.0.0/0")))
                        .build(),
                RevokeSecurityGroupEgressResponse.class);

        var answer = associate6(vpc);

        assertThat(answer.ipv6CidrBlockAssociation().ipv6CidrBlockState().stateAsString()).isEqualTo("associating");
        assertThat(answer.cidrBlockAssociation()).isNull();
        assertThat(egress(vpc)).containsExactly(List.of("0.0.0.0/0", "::/0"));
        assertThat(aclNumbers(vpc)).containsExactly(100, 101);
    }

    @Test
    void a_secondary_block_is_routed_and_may_hold_subnets() {
        String vpc = ec2.vpc("10.0.0.0/16");
        var added = ec2.call(more(vpc, "10.1.0.0/16"), AssociateVpcCidrBlockResponse.class);

        assertThat(added.cidrBlockAssociation().cidrBlockState().stateAsString()).isEqualTo("associating");
        assertThat(described(vpc).cidrBlock()).isEqualTo("10.0.0.0/16");
        assertThat(described(vpc).cidrBlockAssociationSet()).hasSize(2);
        assertThat(localRoutes(vpc)).containsExactly("10.0.0.0/16", "10.1.0.0/16");
        String subnet = ec2.subnet(vpc, "10.1.1.0/24");

        String association = added.cidrBlockAssociation().associationId();
        var disassociate = DisassociateVpcCidrBlockRequest.builder().associationId(association).build();
        assertThat(ec2.refusal(disassociate))
                .isEqualTo("InvalidCidrBlock.InUse: The vpc " + vpc + " currently has a subnet within CIDR block 10.1.0.0/16");
        ec2.call(
                DeleteSubnetRequest.builder().subnetId(subnet).build(),
                DeleteSubnetResponse.class);
        assertThat(ec2.call(disassociate, DisassociateVpcCidrBlockResponse.class)
                        .cidrBlockAssociation()
                        .cidrBlockState()
                        .stateAsString())
                .isEqualTo("disassociating");
        assertThat(localRoutes(vpc)).containsExactly("10.0.0.0/16");
        assertThat(ec2.refusal(disassociate))
                .isEqualTo("InvalidVpcCidrBlockAssociationIdError.NotFound: The vpc CIDR block association ID '" + association
                        + "' does not exist");
    }

    @Test
    void the_primary_block_stays() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String primary = described(vpc).cidrBlockAssociationSet().getFirst().associationId();
        assertThat(ec2.refusal(DisassociateVpcCidrBlockRequest.builder().associationId(primary).build()))
                .isEqualTo("OperationNotPermitted: The vpc CIDR block with association ID " + primary
                        + " may not be disassociated. It is the primary IPv4 CIDR block of the VPC");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/16,172.16.0.0/16", "10.0.0.0/16,192.168.0.0/16", "172.16.0.0/16,10.0.0.0/16", "172.16.0.0/16,172.31.0.0/16",
        "192.168.0.0/16,172.20.0.0/16", "100.64.0.0/16,10.0.0.0/16", "100.64.0.0/16,198.19.0.0/16"
    })
    void a_block_of_another_private_range_is_refused(String primary, String other) {
        assertThat(ec2.refusal(more(ec2.vpc(primary), other)))
                .startsWith("InvalidVpc.Range: The CIDR '" + other + "' is restricted. Use a CIDR from the same private address");
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.0/16,100.64.0.0/16", "10.0.0.0/16,10.200.0.0/16", "172.16.0.0/16,172.17.0.0/16"})
    void a_block_of_its_own_range_or_a_shared_one_is_taken(String primary, String other) {
        String vpc = ec2.vpc(primary);
        ec2.call(more(vpc, other), AssociateVpcCidrBlockResponse.class);
        assertThat(described(vpc).cidrBlockAssociationSet()).hasSize(2);
    }

    @Test
    void overlaps_and_too_many_are_refused() {
        String vpc = ec2.vpc("10.0.0.0/16");
        assertThat(ec2.refusal(more(vpc, "10.0.128.0/17"))).startsWith("InvalidVpc.Range: ");
        for (int i = 1; i < VpcBlocks.MAX_BLOCKS; i++) {
            ec2.call(more(vpc, "10." + i + ".0.0/16"), AssociateVpcCidrBlockResponse.class);
            associate6(vpc);
        }
        associate6(vpc);
        String limit = "CidrLimitExceeded: This network '" + vpc + "' has met its maximum number of allowed CIDRs: 5";
        assertThat(ec2.refusal(more(vpc, "10.9.0.0/16"))).isEqualTo(limit);
        assertThat(ec2.refusal(AssociateVpcCidrBlockRequest.builder().vpcId(vpc).amazonProvidedIpv6CidrBlock(true).build()))
                .isEqualTo(limit);
    }

    @Test
    void one_block_is_named_at_a_time() {
        String vpc = ec2.vpc("10.0.0.0/16");
        assertThat(ec2.refusal(AssociateVpcCidrBlockRequest.builder().vpcId(vpc).build())).startsWith("MissingParameter: ");
        assertThat(ec2.refusal(more(vpc, "10.1.0.0/16").toBuilder().amazonProvidedIpv6CidrBlock(true).build()))
                .startsWith("InvalidParameterCombination: ");
    }

    @Test
    void a_dedicated_vpc_can_become_an_ordinary_one_only() {
        String vpc = ec2.call(
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").instanceTenancy("dedicated").build(),
                        CreateVpcResponse.class)
                .vpc()
                .vpcId();
        assertThat(ec2.refusal(ModifyVpcTenancyRequest.builder().vpcId(vpc).instanceTenancy("dedicated").build()))
                .isEqualTo("UnsupportedTenancy: The tenancy value dedicated is not supported.");
        assertThat(ec2.call(
                                ModifyVpcTenancyRequest.builder().vpcId(vpc).instanceTenancy("default").build(),
                                ModifyVpcTenancyResponse.class)
                        .returnValue())
                .isTrue();
        assertThat(described(vpc).instanceTenancyAsString()).isEqualTo("default");
    }
}
