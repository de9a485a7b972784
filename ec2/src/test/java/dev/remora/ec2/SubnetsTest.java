package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Topology;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Subnet;

class SubnetsTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";

    @BeforeEach
    void makeVpc() {
        vpc = ec2.vpc("10.0.0.0/16");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateSubnetRequest.Builder create(String block) {
        return CreateSubnetRequest.builder().vpcId(vpc).cidrBlock(block);
    }

    private Subnet described(String id) {
        return ec2.call(DescribeSubnetsRequest.builder().subnetIds(id).build(), DescribeSubnetsResponse.class)
                .subnets()
                .getFirst();
    }

    @Test
    void five_addresses_are_reserved() {
        Subnet made = ec2.call(
                        create("10.0.1.0/24").availabilityZone("eu-west-1b").build(), CreateSubnetResponse.class)
                .subnet();
        assertThat(made.availableIpAddressCount()).isEqualTo(251);
        assertThat(made.availabilityZone()).isEqualTo("eu-west-1b");
        assertThat(made.availabilityZoneId()).isEqualTo("euw1-az2");
        assertThat(made.stateAsString()).isEqualTo("available");
        assertThat(made.mapPublicIpOnLaunch()).isFalse();
        assertThat(made.defaultForAz()).isFalse();
        assertThat(made.subnetArn()).isEqualTo("arn:aws:ec2:eu-west-1:000000000000:subnet/" + made.subnetId());
        assertThat(ec2.call(create("10.0.2.0/28").build(), CreateSubnetResponse.class).subnet().availableIpAddressCount())
                .isEqualTo(11);
    }

    @Test
    void a_zone_can_be_named_by_its_id() {
        assertThat(ec2.call(create("10.0.1.0/24").availabilityZoneId("euw1-az3").build(), CreateSubnetResponse.class)
                        .subnet()
                        .availabilityZone())
                .isEqualTo("eu-west-1c");
    }

    @Test
    void a_zone_of_another_region_is_refused() {
        assertThat(ec2.refusal(create("10.0.1.0/24").availabilityZone("us-east-1a").build()))
                .isEqualTo("InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can"
                        + " currently only be created in the following availability zones: eu-west-1a, eu-west-1b, eu-west-1c.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.0.0/24", "10.0.0.0/8", "10.0.0.0/29"})
    void a_block_outside_the_vpc_or_too_small_is_refused(String block) {
        assertThat(ec2.refusal(create(block).build())).isEqualTo("InvalidSubnet.Range: The CIDR '" + block + "' is invalid.");
    }

    @Test
    void overlapping_blocks_are_refused() {
        ec2.subnet(vpc, "10.0.1.0/24");
        assertThat(ec2.refusal(create("10.0.1.128/25").build()))
                .isEqualTo("InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet");
    }

    @Test
    void a_subnet_in_use_cannot_be_deleted_and_then_can() {
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var user = ec2.serviceInterface(subnet, new Topology.Attachment.None(), "interface");
        assertThat(described(subnet).availableIpAddressCount()).isEqualTo(250);
        var delete = DeleteSubnetRequest.builder().subnetId(subnet).build();
        assertThat(ec2.refusal(delete))
                .isEqualTo("DependencyViolation: The subnet '" + subnet + "' has dependencies and cannot be deleted.");

        ec2.service.networks().delete(SCOPE, user.id());

        assertThat(described(subnet).availableIpAddressCount()).isEqualTo(251);
        ec2.call(delete, DeleteSubnetResponse.class);
        assertThat(ec2.refusal(delete)).isEqualTo("InvalidSubnetID.NotFound: The subnet ID '" + subnet + "' does not exist");
    }

    @Test
    void filters_join_by_and_and_their_values_by_or() {
        String a = ec2.subnet(vpc, "10.0.1.0/24");
        String b = ec2.subnet(vpc, "10.0.2.0/24");
        ec2.subnet(ec2.vpc("10.0.0.0/16"), "10.0.1.0/24");
        var found = ec2.call(
                        DescribeSubnetsRequest.builder()
                                .filters(
                                        Filter.builder().name("vpc-id").values(vpc).build(),
                                        Filter.builder().name("cidr-block").values("10.0.1.0/24", "10.0.2.*").build())
                                .build(),
                        DescribeSubnetsResponse.class)
                .subnets();
        assertThat(found).extracting(Subnet::subnetId).containsExactly(a, b);
    }

    @Test
    void ipv6_on_creation_needs_an_ipv6_block() {
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        assertThat(ec2.refusal(ModifySubnetAttributeRequest.builder()
                        .subnetId(subnet)
                        .assignIpv6AddressOnCreation(v -> v.value(true))
                        .build()))
                .isEqualTo("InvalidParameterValue: Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set"
                        + " assign-ipv6-address-on-creation to true unless the subnet (" + subnet
                        + ") has an IPv6 CIDR block associated with it.");
    }

    @Test
    void a_public_address_on_launch_is_kept() {
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        ec2.call(
                ModifySubnetAttributeRequest.builder().subnetId(subnet).mapPublicIpOnLaunch(v -> v.value(true)).build(),
                ModifySubnetAttributeResponse.class);
        assertThat(described(subnet).mapPublicIpOnLaunch()).isTrue();
    }

    @Test
    void a_zone_has_one_default_subnet() {
        assertThat(ec2.refusal(CreateDefaultSubnetRequest.builder().availabilityZone("eu-west-1a").build()))
                .startsWith("DefaultSubnetAlreadyExistsInAvailabilityZone: ");
        Subnet old = ec2.call(
                        DescribeSubnetsRequest.builder()
                                .filters(
                                        Filter.builder().name("default-for-az").values("true").build(),
                                        Filter.builder().name("availability-zone").values("eu-west-1b").build())
                                .build(),
                        DescribeSubnetsResponse.class)
                .subnets()
                .getFirst();
        ec2.call(DeleteSubnetRequest.builder().subnetId(old.subnetId()).build(), DeleteSubnetResponse.class);

        Subnet again = ec2.call(
                        CreateDefaultSubnetRequest.builder().availabilityZone("eu-west-1b").build(),
                        CreateDefaultSubnetResponse.class)
                .subnet();
        assertThat(again.cidrBlock()).isEqualTo(old.cidrBlock());
        assertThat(again.defaultForAz()).isTrue();
    }
}
