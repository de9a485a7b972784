package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** The nouns that are only described: zones, regions, network ACLs, DHCP options, account attributes. */
class PlainDescribesTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    @Test
    void zones_of_a_region() {
        var zones = ec2.call(
                        "us-east-1", DescribeAvailabilityZonesRequest.builder().build(), DescribeAvailabilityZonesResponse.class)
                .availabilityZones();
        assertThat(zones).extracting(AvailabilityZone::zoneName).hasSize(6).contains("us-east-1a", "us-east-1f");
        assertThat(zones.getFirst()).satisfies(z -> {
            assertThat(z.zoneId()).isEqualTo("use1-az1");
            assertThat(z.groupName()).isEqualTo("us-east-1-zg-1");
            assertThat(z.optInStatusAsString()).isEqualTo("opt-in-not-required");
            assertThat(z.stateAsString()).isEqualTo("available");
            assertThat(z.zoneType()).isEqualTo("availability-zone");
            assertThat(z.hasMessages()).isTrue();
        });
    }

    @Test
    void zones_by_name_id_and_filter() {
        assertThat(ec2.call(
                                DescribeAvailabilityZonesRequest.builder().zoneIds("euw1-az2").build(),
                                DescribeAvailabilityZonesResponse.class)
                        .availabilityZones())
                .singleElement()
                .satisfies(z -> assertThat(z.zoneName()).isEqualTo("eu-west-1b"));
        assertThat(ec2.call(
                                DescribeAvailabilityZonesRequest.builder()
                                        .filters(Filter.builder().name("zone-name").values("*c").build())
                                        .build(),
                                DescribeAvailabilityZonesResponse.class)
                        .availabilityZones())
                .hasSize(1);
        assertThat(ec2.refusal(DescribeAvailabilityZonesRequest.builder().zoneNames("eu-west-1z").build()))
                .isEqualTo("InvalidParameterValue: Invalid availability zone: [eu-west-1z]");
    }

    @Test
    void regions_include_the_callers_own() {
        var regions = ec2.call("me-south-1", DescribeRegionsRequest.builder().build(), DescribeRegionsResponse.class).regions();
        assertThat(regions)
                .extracting(software.amazon.awssdk.services.ec2.model.Region::regionName)
                .contains("us-east-1", "me-south-1")
                .isSorted();
        assertThat(ec2.call(DescribeRegionsRequest.builder().regionNames("us-east-2").build(), DescribeRegionsResponse.class)
                        .regions())
                .singleElement()
                .satisfies(r -> assertThat(r.endpoint()).isEqualTo("ec2.us-east-2.amazonaws.com"));
    }

    @Test
    void the_default_network_acl_lets_everything_pass_and_holds_every_subnet() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var acl = ec2.call(
                        DescribeNetworkAclsRequest.builder()
                                .filters(Filter.builder().name("association.subnet-id").values(subnet).build())
                                .build(),
                        DescribeNetworkAclsResponse.class)
                .networkAcls();
        assertThat(acl).singleElement().satisfies(a -> {
            assertThat(a.isDefault()).isTrue();
            assertThat(a.vpcId()).isEqualTo(vpc);
            assertThat(a.entries())
                    .extracting(e -> (e.egress() ? "out " : "in ") + e.ruleNumber() + " " + e.ruleActionAsString())
                    .containsExactlyInAnyOrder("in 100 allow", "in 32767 deny", "out 100 allow", "out 32767 deny");
            assertThat(a.associations())
                    .singleElement()
                    .satisfies(s -> assertThat(s.networkAclAssociationId()).startsWith("aclassoc-"));
        });
    }

    @Test
    void every_vpc_of_a_region_has_the_same_dhcp_options() {
        ec2.vpc("10.0.0.0/16");
        var options = ec2.call(DescribeDhcpOptionsRequest.builder().build(), DescribeDhcpOptionsResponse.class).dhcpOptions();
        assertThat(options).singleElement().satisfies(o -> assertThat(o.dhcpConfigurations())
                .extracting(c -> c.key() + "=" + c.values().getFirst().value())
                .containsExactly("domain-name=eu-west-1.compute.internal", "domain-name-servers=AmazonProvidedDNS"));
        assertThat(ec2.call(DescribeVpcsRequest.builder().build(), DescribeVpcsResponse.class).vpcs())
                .hasSize(2)
                .allMatch(v -> v.dhcpOptionsId().equals(options.getFirst().dhcpOptionsId()));
    }

    @Test
    void account_attributes_name_the_default_vpc() {
        String defaultVpc = ec2.call(DescribeVpcsRequest.builder().build(), DescribeVpcsResponse.class)
                .vpcs()
                .getFirst()
                .vpcId();
        assertThat(ec2.call(
                                DescribeAccountAttributesRequest.builder().attributeNamesWithStrings("default-vpc").build(),
                                DescribeAccountAttributesResponse.class)
                        .accountAttributes())
                .singleElement()
                .satisfies(a -> assertThat(a.attributeValues().getFirst().attributeValue()).isEqualTo(defaultVpc));
    }
}
