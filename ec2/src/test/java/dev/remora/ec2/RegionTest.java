package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionTest {
    @ParameterizedTest
    @CsvSource({
        "us-east-1,use1-az1,ec2.internal",
        "eu-central-1,euc1-az1,eu-central-1.compute.internal",
        "ap-southeast-2,apse2-az1,ap-southeast-2.compute.internal",
        "us-gov-west-1,usgw1-az1,us-gov-west-1.compute.internal",
        "cn-northwest-1,cnnw1-az1,cn-northwest-1.compute.internal"
    })
    void zone_ids_and_domains_follow_from_the_name(String name, String zoneId, String domain) {
        var region = new Region(name);
        assertThat(region.zoneId(name + "a")).isEqualTo(zoneId);
        assertThat(region.zoneOf(zoneId)).isEqualTo(name + "a");
        assertThat(region.privateDomain()).isEqualTo(domain);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "narnia", "us-east", "us-east-12", "US-EAST-1", "us-east-1a", "us-up-1"})
    void what_does_not_look_like_a_region_is_none(String name) {
        assertThat(Region.isRegion(name)).isFalse();
    }

    @Test
    void every_listed_region_is_one() {
        assertThat(Region.LISTED).allMatch(Region::isRegion);
    }
}
