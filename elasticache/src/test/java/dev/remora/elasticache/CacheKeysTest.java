package dev.remora.elasticache;

import static dev.remora.elasticache.CacheFixture.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Permission;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.Tag;

/** What calls need, and the condition keys that come with it. */
class CacheKeysTest {
    private static final String ARN = "arn:aws:elasticache:us-east-1:123456789012:";

    private final CacheFixture caches = new CacheFixture();
    private final CacheKeys keys = new CacheKeys(caches.store, caches.versions);

    @AfterEach
    void close() {
        caches.close();
    }

    private static List<String> said(List<Permission> needed) {
        return needed.stream().map(p -> p.action() + " " + p.resource()).toList();
    }

    @Test
    void aNewClusterTouchesItsGroupsAndIsTagged() {
        var request = CreateCacheClusterRequest.builder().cacheClusterId("Sessions").engine("memcached")
                .cacheNodeType("cache.t3.micro").numCacheNodes(1).tags(Tag.builder().key("k").value("v").build()).build();
        assertThat(said(keys.creating(request, CALL))).containsExactly(
                "elasticache:CreateCacheCluster " + ARN + "cluster:sessions",
                "elasticache:AddTagsToResource " + ARN + "cluster:sessions",
                "elasticache:CreateCacheCluster " + ARN + "subnetgroup:default",
                "elasticache:CreateCacheCluster " + ARN + "parametergroup:default.memcached1.6");
        assertThat(CacheKeys.of(request)).isEqualTo(Map.of(
                "aws:RequestTag/k", List.of("v"),
                "aws:TagKeys", List.of("k"),
                "elasticache:CacheNodeType", List.of("cache.t3.micro"),
                "elasticache:EngineType", List.of("memcached"),
                "elasticache:MultiAZEnabled", List.of("false"),
                "elasticache:AuthTokenEnabled", List.of("false")));
    }

    @Test
    void aReplicationGroupIsOfRedisUnlessItSaysOtherwise() {
        var request = CreateReplicationGroupRequest.builder()
                .replicationGroupId("r").authToken("secret").numNodeGroups(2).build();
        assertThat(said(keys.creating(request, CALL)))
                .contains("elasticache:CreateReplicationGroup " + ARN + "parametergroup:default.redis7.cluster.on");
        assertThat(CacheKeys.of(request))
                .containsEntry("elasticache:EngineType", List.of("redis"))
                .containsEntry("elasticache:AuthTokenEnabled", List.of("true"))
                .containsEntry("elasticache:ClusterModeEnabled", List.of("true"))
                .containsEntry("elasticache:TransitEncryptionEnabled", List.of("false"));
    }

    @Test
    void aServerlessCacheSaysItsLimitsAndWhatIsThereHasItsTags() {
        var request = CreateServerlessCacheRequest.builder().serverlessCacheName("s").engine("redis")
                .tags(Tag.builder().key("team").value("a").build())
                .cacheUsageLimits(l -> l.dataStorage(d -> d.maximum(5).unit("GB")).ecpuPerSecond(e -> e.maximum(1000))).build();
        assertThat(CacheKeys.of(request))
                .containsEntry("elasticache:MaximumDataStorage", List.of("5"))
                .containsEntry("elasticache:DataStorageUnit", List.of("GB"))
                .containsEntry("elasticache:MaximumECPUPerSecond", List.of("1000"));
        caches.serverless.create(request, CALL);
        var owned = Map.of("aws:ResourceTag/team", List.of("a"));
        assertThat(keys.on("DeleteServerlessCache", "serverlesscache", "S", CALL))
                .isEqualTo(new Permission("elasticache:DeleteServerlessCache", ARN + "serverlesscache:s", owned));
        assertThat(keys.ofArn("ListTagsForResource", ARN + "serverlesscache:s", CALL).keys()).isEqualTo(owned);
        assertThat(keys.on("DescribeCacheClusters", "cluster", null, CALL).resource()).isEqualTo(ARN + "cluster:*");
    }
}
