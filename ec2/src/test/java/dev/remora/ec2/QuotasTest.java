package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;

class QuotasTest {
    @Test
    void a_text_lowers_some_and_leaves_the_others_at_aws_highest() {
        Quotas quotas = Quotas.parse("elastic-ips=5,vpcs=0");
        assertThat(quotas.of(Quota.ELASTIC_IPS)).isEqualTo(5);
        assertThat(quotas.of(Quota.VPCS)).isZero();
        assertThat(quotas.of(Quota.RULES_PER_NETWORK_ACL)).isEqualTo(40);
        assertThatThrownBy(() -> Quotas.parse("elastic-ip=5")).hasMessageContaining("there is no quota 'elastic-ip'");
        assertThatThrownBy(() -> Quotas.parse("vpcs=1001")).hasMessage("the quota 'vpcs' is a number up to 1000, not '1001'");
        assertThatThrownBy(() -> Quotas.parse("vpcs")).hasMessage("the quota 'vpcs' is a number up to 1000, not ''");
    }

    @Test
    void what_is_more_than_the_quota_is_refused_with_awss_code() {
        var quotas = Quotas.parse(
                "vpcs=2,internet-gateways=1,elastic-ips=0,nat-gateways-per-zone=0,subnets-per-vpc=1");
        try (var ec2 = new Ec2Lab(quotas)) {
            String vpc = ec2.vpc("10.0.0.0/16");
            String subnet = ec2.subnet(vpc, "10.0.1.0/24");
            assertThat(ec2.refusal(CreateVpcRequest.builder().cidrBlock("10.1.0.0/16").build()))
                    .isEqualTo("VpcLimitExceeded: The maximum number of VPCs has been reached.");
            assertThat(ec2.refusal(CreateSubnetRequest.builder().vpcId(vpc).cidrBlock("10.0.2.0/24").build()))
                    .isEqualTo("SubnetLimitExceeded: The maximum number of subnets has been reached.");
            assertThat(ec2.refusal(AllocateAddressRequest.builder().build()))
                    .isEqualTo("AddressLimitExceeded: The maximum number of addresses has been reached.");
            assertThat(ec2.refusal(CreateInternetGatewayRequest.builder().build()))
                    .as("the default VPC has the one gateway")
                    .isEqualTo("InternetGatewayLimitExceeded: The maximum number of internet gateways has been reached.");
            assertThat(ec2.refusal(CreateNatGatewayRequest.builder()
                            .subnetId(subnet)
                            .connectivityType("private")
                            .build()))
                    .isEqualTo("NatGatewayLimitExceeded: The maximum number of NAT Gateways has been reached.");
            assertThat(ec2.call(
                                    DescribeAccountAttributesRequest.builder()
                                            .attributeNamesWithStrings("vpc-max-elastic-ips")
                                            .build(),
                                    DescribeAccountAttributesResponse.class)
                            .accountAttributes()
                            .getFirst()
                            .attributeValues()
                            .getFirst()
                            .attributeValue())
                    .isEqualTo("0");
        }
    }
}
