package dev.remora.elasticache;

import static dev.remora.elasticache.CacheFixture.CALL;
import static dev.remora.elasticache.CacheFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.model.CacheSubnetGroup;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheSubnetGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheSubnetGroupRequest;

class CacheSubnetGroupsTest {
    private final CacheFixture cache = new CacheFixture();

    @AfterEach
    void close() {
        cache.close();
    }

    private CacheSubnetGroup create(String name, String... subnets) {
        var request = CreateCacheSubnetGroupRequest.builder()
                .cacheSubnetGroupName(name)
                .cacheSubnetGroupDescription("for tests")
                .subnetIds(subnets)
                .build();
        return cache.groups.create(request, CALL).cacheSubnetGroup();
    }

    @Test
    void knowsItsVpcAndZones() {
        var group = create("Private", "subnet-a");

        assertThat(group.cacheSubnetGroupName()).isEqualTo("private");
        assertThat(group.vpcId()).isEqualTo("vpc-1");
        assertThat(group.subnets().getFirst().subnetAvailabilityZone().name()).isEqualTo("us-east-1a");
        assertThat(group.arn()).isEqualTo("arn:aws:elasticache:us-east-1:123456789012:subnetgroup:private");
    }

    @Test
    void listsTheDefaultVpcsToo() {
        create("private", "subnet-a");

        var all = cache.groups.describe(DescribeCacheSubnetGroupsRequest.builder().build(), CALL);
        assertThat(all.cacheSubnetGroups())
                .extracting(CacheSubnetGroup::cacheSubnetGroupName)
                .containsExactly("default", "private");
    }

    @Test
    void aMarkerOfAnotherAccountOrRegionIsRefused() {
        for (int i = 0; i < 20; i++) {
            create("group-" + (char) ('a' + i), "subnet-a");
        }
        String marker = cache.groups
                .describe(DescribeCacheSubnetGroupsRequest.builder().maxRecords(20).build(), CALL)
                .marker();
        var next = DescribeCacheSubnetGroupsRequest.builder().marker(marker).build();
        assertThat(cache.groups.describe(next, CALL).cacheSubnetGroups())
                .extracting(CacheSubnetGroup::cacheSubnetGroupName)
                .containsExactly("group-t");
        var elsewhere = new Call("request", "us-east-2", CALL.principal(), CALL.sourceIp(), CALL.time());
        var other = new Call("request", CALL.region(), new Principal.Root("444455556666"), CALL.sourceIp(), CALL.time());

        refused(() -> cache.groups.describe(next, elsewhere), "InvalidParameterValue", "Invalid marker: " + marker);
        refused(() -> cache.groups.describe(next, other), "InvalidParameterValue", "Invalid marker: " + marker);
    }

    @Test
    void refusesWhatIsWrong() {
        create("private", "subnet-a");
        refused(
                () -> create("private", "subnet-a"),
                "CacheSubnetGroupAlreadyExists",
                "Cache subnet group private already exists.");
        refused(
                () -> create("two", "subnet-a", "subnet-none"),
                "InvalidParameterValue",
                "Some input subnets in :[subnet-a, subnet-none] are invalid.");
        refused(
                () -> create("two", "subnet-a", "subnet-x"),
                "InvalidSubnet",
                "Subnets subnet-a and subnet-x are not in the same VPC.");
    }

    @Test
    void isHeldByItsCaches() {
        create("private", "subnet-a");
        cache.clusters.create(
                CreateCacheClusterRequest.builder()
                        .cacheClusterId("sessions")
                        .engine("memcached")
                        .cacheNodeType("cache.t3.micro")
                        .numCacheNodes(1)
                        .cacheSubnetGroupName("private")
                        .build(),
                CALL);

        var delete = DeleteCacheSubnetGroupRequest.builder()
                .cacheSubnetGroupName("private")
                .build();
        refused(
                () -> cache.groups.delete(delete, CALL),
                "CacheSubnetGroupInUse",
                "Cache Subnet Group private is currently in use by a cache cluster: sessions.");
        var modify = ModifyCacheSubnetGroupRequest.builder()
                .cacheSubnetGroupName("private")
                .subnetIds("subnet-b")
                .build();
        refused(
                () -> cache.groups.modify(modify, CALL),
                "SubnetInUse",
                "The subnet subnet-a is in use by sessions.");
    }
}
