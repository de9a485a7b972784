package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.SqliteStore;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Vpc;

class AccountRegionsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    private static List<Vpc> vpcs(Ec2Lab lab, String region) {
        return lab.call(region, DescribeVpcsRequest.builder().build(), DescribeVpcsResponse.class).vpcs();
    }

    private List<Subnet> subnets(String region) {
        return ec2.call(region, DescribeSubnetsRequest.builder().build(), DescribeSubnetsResponse.class).subnets();
    }

    @Test
    void the_first_call_finds_a_default_vpc() {
        assertThat(vpcs(ec2, "eu-west-1")).singleElement().satisfies(vpc -> {
            assertThat(vpc.isDefault()).isTrue();
            assertThat(vpc.cidrBlock()).isEqualTo("172.31.0.0/16");
        });
        assertThat(subnets("eu-west-1"))
                .extracting(Subnet::availabilityZone, Subnet::cidrBlock, Subnet::availableIpAddressCount)
                .containsExactlyInAnyOrder(
                        Tuple.tuple("eu-west-1a", "172.31.0.0/20", 4091),
                        Tuple.tuple("eu-west-1b", "172.31.16.0/20", 4091),
                        Tuple.tuple("eu-west-1c", "172.31.32.0/20", 4091));
        assertThat(subnets("eu-west-1")).allMatch(s -> s.defaultForAz() && s.mapPublicIpOnLaunch());
    }

    @Test
    void its_main_table_leads_to_an_internet_gateway() {
        var gateway = ec2.call(DescribeInternetGatewaysRequest.builder().build(), DescribeInternetGatewaysResponse.class)
                .internetGateways()
                .getFirst();
        var table = ec2.call(DescribeRouteTablesRequest.builder().build(), DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst();
        assertThat(table.routes())
                .extracting(r -> r.destinationCidrBlock() + " " + r.gatewayId() + " " + r.originAsString())
                .containsExactly(
                        "172.31.0.0/16 local CreateRouteTable",
                        "0.0.0.0/0 " + gateway.internetGatewayId() + " CreateRoute");
    }

    @Test
    void us_east_1_has_six_zones() {
        assertThat(subnets("us-east-1")).hasSize(6);
    }

    @Test
    void regions_are_apart_and_their_default_vpcs_are_the_same_in_every_installation() {
        String here = vpcs(ec2, "eu-west-1").getFirst().vpcId();
        assertThat(vpcs(ec2, "us-west-2")).extracting(Vpc::vpcId).doesNotContain(here);
        try (var fresh = new Ec2Lab(SqliteStore.inMemory(Ec2Service.kinds()), Gate.OPEN)) {
            assertThat(vpcs(fresh, "eu-west-1").getFirst().vpcId()).isEqualTo(here);
        }
    }

    @Test
    void a_region_is_furnished_once() {
        vpcs(ec2, "eu-west-1");
        long revision = ec2.store.view().revision();
        vpcs(ec2, "eu-west-1");
        assertThat(ec2.store.view().revision()).isEqualTo(revision);
    }

    @Test
    void what_is_not_a_region_is_refused() {
        assertThatThrownBy(() -> vpcs(ec2, "narnia")).hasToString("InvalidParameterValue: Invalid region name: 'narnia'");
    }

    @Test
    void a_default_vpc_can_be_taken_away_and_made_again() {
        String vpc = vpcs(ec2, "eu-west-1").getFirst().vpcId();
        assertThat(ec2.refusal(CreateDefaultVpcRequest.builder().build()))
                .isEqualTo("DefaultVpcAlreadyExists: A Default VPC already exists for this account in this region.");
        String gateway = ec2.call(DescribeInternetGatewaysRequest.builder().build(), DescribeInternetGatewaysResponse.class)
                .internetGateways()
                .getFirst()
                .internetGatewayId();
        subnets("eu-west-1")
                .forEach(s -> ec2.call(
                        DeleteSubnetRequest.builder().subnetId(s.subnetId()).build(), DeleteSubnetResponse.class));
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build())).startsWith("DependencyViolation: ");
        assertThat(ec2.refusal(DeleteInternetGatewayRequest.builder().internetGatewayId(gateway).build()))
                .isEqualTo("DependencyViolation: The internetGateway '" + gateway + "' has dependencies and cannot be deleted.");

        ec2.call(
                DetachInternetGatewayRequest.builder().internetGatewayId(gateway).vpcId(vpc).build(),
                DetachInternetGatewayResponse.class);
        assertThat(ec2.call(DescribeRouteTablesRequest.builder().build(), DescribeRouteTablesResponse.class)
                        .routeTables()
                        .getFirst()
                        .routes())
                .extracting(r -> r.stateAsString())
                .containsExactly("active", "blackhole");
        ec2.call(
                DeleteInternetGatewayRequest.builder().internetGatewayId(gateway).build(), DeleteInternetGatewayResponse.class);
        ec2.call(DeleteVpcRequest.builder().vpcId(vpc).build(), DeleteVpcResponse.class);
        assertThat(vpcs(ec2, "eu-west-1")).isEmpty();

        Vpc again = ec2.call(CreateDefaultVpcRequest.builder().build(), CreateDefaultVpcResponse.class).vpc();
        assertThat(again.isDefault()).isTrue();
        assertThat(subnets("eu-west-1")).hasSize(3);
    }
}
