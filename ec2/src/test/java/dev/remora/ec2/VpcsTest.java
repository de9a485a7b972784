package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.Vpc;

class VpcsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    private static CreateVpcRequest create(String block) {
        return CreateVpcRequest.builder().cidrBlock(block).build();
    }

    private Vpc described(String id) {
        return ec2.call(DescribeVpcsRequest.builder().vpcIds(id).build(), DescribeVpcsResponse.class).vpcs().getFirst();
    }

    @Test
    void the_answer_says_pending_and_what_it_is_associated_with() {
        Vpc made = ec2.call(create("10.0.0.0/16"), CreateVpcResponse.class).vpc();

        assertThat(made.stateAsString()).isEqualTo("pending");
        assertThat(made.vpcId()).matches("vpc-[0-9a-f]{17}");
        assertThat(made.cidrBlock()).isEqualTo("10.0.0.0/16");
        assertThat(made.cidrBlockAssociationSet()).singleElement().satisfies(a -> {
            assertThat(a.cidrBlock()).isEqualTo("10.0.0.0/16");
            assertThat(a.cidrBlockState().stateAsString()).isEqualTo("associated");
        });
        assertThat(made.hasIpv6CidrBlockAssociationSet()).isTrue();
        assertThat(made.instanceTenancyAsString()).isEqualTo("default");
        assertThat(made.isDefault()).isFalse();
        assertThat(made.ownerId()).isEqualTo(Ec2Lab.ACCOUNT);
        assertThat(made.dhcpOptionsId()).startsWith("dopt-");
        assertThat(made.hasTags()).isFalse();
        assertThat(described(made.vpcId()).stateAsString()).isEqualTo("available");
    }

    @Test
    void a_vpc_comes_with_its_default_group_and_main_table() {
        String vpc = ec2.vpc("10.0.0.0/16");
        Filter ofVpc = Filter.builder().name("vpc-id").values(vpc).build();

        SecurityGroup group = ec2.call(
                        DescribeSecurityGroupsRequest.builder().filters(ofVpc).build(), DescribeSecurityGroupsResponse.class)
                .securityGroups()
                .getFirst();
        assertThat(group.groupName()).isEqualTo("default");
        assertThat(group.description()).isEqualTo("default VPC security group");
        assertThat(group.ipPermissions()).singleElement().satisfies(p -> {
            assertThat(p.ipProtocol()).isEqualTo("-1");
            assertThat(p.fromPort()).isNull();
            assertThat(p.userIdGroupPairs()).singleElement().satisfies(g -> assertThat(g.groupId()).isEqualTo(group.groupId()));
        });
        assertThat(group.ipPermissionsEgress()).singleElement().satisfies(p -> assertThat(p.ipRanges())
                .singleElement()
                .satisfies(r -> assertThat(r.cidrIp()).isEqualTo("0.0.0.0/0")));

        var table = ec2.call(DescribeRouteTablesRequest.builder().filters(ofVpc).build(), DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst();
        assertThat(table.associations()).singleElement().satisfies(a -> assertThat(a.main()).isTrue());
        assertThat(table.routes()).singleElement().satisfies(r -> {
            assertThat(r.destinationCidrBlock()).isEqualTo("10.0.0.0/16");
            assertThat(r.gatewayId()).isEqualTo("local");
            assertThat(r.originAsString()).isEqualTo("CreateRouteTable");
        });
    }

    @Test
    void host_bits_are_cleared() {
        assertThat(described(ec2.vpc("100.68.0.18/18")).cidrBlock()).isEqualTo("100.68.0.0/18");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/15", "10.0.0.0/29", "127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16", "0.0.0.0/16"})
    void a_block_out_of_range_is_refused(String block) {
        assertThat(ec2.refusal(create(block))).isEqualTo("InvalidVpc.Range: The CIDR '" + block + "' is invalid.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0/16", "10.0.0.0/33", "ten/16", "10.0.0.256/16"})
    void a_malformed_block_is_refused(String block) {
        assertThat(ec2.refusal(create(block)))
                .isEqualTo("InvalidParameterValue: Value (" + block
                        + ") for parameter cidrBlock is invalid. This is not a valid CIDR block.");
    }

    @Test
    void two_vpcs_may_have_the_same_block() {
        assertThat(ec2.vpc("10.0.0.0/16")).isNotEqualTo(ec2.vpc("10.0.0.0/16"));
    }

    @Test
    void a_vpc_with_content_cannot_be_deleted() {
        String vpc = ec2.vpc("10.0.0.0/16");
        ec2.subnet(vpc, "10.0.1.0/24");
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build()))
                .isEqualTo("DependencyViolation: The vpc '" + vpc + "' has dependencies and cannot be deleted.");
    }

    @Test
    void deleting_takes_all_that_lives_with_it() {
        String vpc = ec2.vpc("10.0.0.0/16");
        ec2.call(DeleteVpcRequest.builder().vpcId(vpc).build(), DeleteVpcResponse.class);

        assertThat(ec2.refusal(DescribeVpcsRequest.builder().vpcIds(vpc).build()))
                .isEqualTo("InvalidVpcID.NotFound: The vpc ID '" + vpc + "' does not exist");
        for (Resource<?> type : List.of(Resource.SECURITY_GROUP, Resource.ROUTE_TABLE, Resource.NETWORK_ACL)) {
            assertThat(type.inVpc(ec2.store.view(), Ec2Lab.SCOPE, vpc)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"enableDnsSupport,true", "enableDnsHostnames,false", "enableNetworkAddressUsageMetrics,false"})
    void attributes_have_their_defaults(String attribute, boolean value) {
        assertThat(attribute(ec2.vpc("10.0.0.0/16"), attribute)).isEqualTo(value);
    }

    @Test
    void attributes_are_modified_one_at_a_time() {
        String vpc = ec2.vpc("10.0.0.0/16");
        ec2.call(
                ModifyVpcAttributeRequest.builder().vpcId(vpc).enableDnsHostnames(v -> v.value(true)).build(),
                ModifyVpcAttributeResponse.class);
        assertThat(attribute(vpc, "enableDnsHostnames")).isTrue();
        assertThat(attribute(vpc, "enableDnsSupport")).isTrue();

        assertThat(ec2.refusal(ModifyVpcAttributeRequest.builder()
                        .vpcId(vpc)
                        .enableDnsHostnames(v -> v.value(true))
                        .enableDnsSupport(v -> v.value(true))
                        .build()))
                .startsWith("InvalidParameterCombination: ");
    }

    private boolean attribute(String vpc, String attribute) {
        var answer = ec2.call(
                DescribeVpcAttributeRequest.builder().vpcId(vpc).attribute(attribute).build(),
                DescribeVpcAttributeResponse.class);
        return switch (attribute) {
            case "enableDnsSupport" -> answer.enableDnsSupport().value();
            case "enableDnsHostnames" -> answer.enableDnsHostnames().value();
            default -> answer.enableNetworkAddressUsageMetrics().value();
        };
    }

    @Test
    void a_malformed_id_is_told_apart_from_an_unknown_one() {
        assertThat(ec2.refusal(DescribeVpcsRequest.builder().vpcIds("banana").build()))
                .isEqualTo("InvalidVpcID.Malformed: Invalid id: \"banana\" (expecting \"vpc-...\")");
        assertThat(ec2.refusal(DescribeVpcsRequest.builder().vpcIds("vpc-0aaaaaaaaaaaaaaaa").build()))
                .isEqualTo("InvalidVpcID.NotFound: The vpc ID 'vpc-0aaaaaaaaaaaaaaaa' does not exist");
    }

    @Test
    void an_unknown_tenancy_is_refused() {
        assertThat(ec2.refusal(CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").instanceTenancy("host").build()))
                .isEqualTo("UnsupportedTenancy: The tenancy value host is not supported.");
        assertThat(described(ec2.call(
                                CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").instanceTenancy("dedicated").build(),
                                CreateVpcResponse.class)
                        .vpc()
                        .vpcId())
                        .instanceTenancyAsString())
                .isEqualTo("dedicated");
    }
}
