package dev.remora.elasticache;

import static dev.remora.elasticache.CacheFixture.CALL;
import static dev.remora.elasticache.CacheFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.Member.Status;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.elasticache.model.CacheCluster;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheClustersRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.RebootCacheClusterRequest;

class CacheClustersTest {
    private final CacheFixture cache = new CacheFixture();

    @BeforeEach
    void subnetGroup() {
        cache.groups.create(
                CreateCacheSubnetGroupRequest.builder()
                        .cacheSubnetGroupName("private")
                        .cacheSubnetGroupDescription("for tests")
                        .subnetIds("subnet-a", "subnet-b")
                        .build(),
                CALL);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private static CreateCacheClusterRequest request(UnaryOperator<CreateCacheClusterRequest.Builder> more) {
        return more.apply(CreateCacheClusterRequest.builder()
                        .cacheClusterId("Sessions")
                        .engine("memcached")
                        .cacheNodeType("cache.t3.micro")
                        .numCacheNodes(1)
                        .cacheSubnetGroupName("private")
                        .securityGroupIds("sg-cache"))
                .build();
    }

    private CacheCluster create(UnaryOperator<CreateCacheClusterRequest.Builder> more) {
        return cache.clusters.create(request(more), CALL).cacheCluster();
    }

    private CacheCluster describe(String id) {
        var request = DescribeCacheClustersRequest.builder()
                .cacheClusterId(id)
                .showCacheNodeInfo(true)
                .build();
        return cache.clusters.describe(request, CALL).cacheClusters().getFirst();
    }

    @Test
    void isBeingCreatedFirstAndHasItsEndpointsLater() {
        var created = create(UnaryOperator.identity());

        assertThat(created.cacheClusterId()).isEqualTo("sessions");
        assertThat(created.cacheClusterStatus()).isEqualTo("creating");
        assertThat(created.configurationEndpoint()).isNull();
        assertThat(created.cacheParameterGroup().cacheParameterGroupName()).isEqualTo("default.memcached1.6");
        assertThat(cache.attended).containsExactly("cluster/sessions");
        assertThat(cache.networks.interfaces.values())
                .singleElement()
                .satisfies(i -> assertThat(i.description()).isEqualTo("ElastiCache sessions"));

        cache.reached(Form.CLUSTER, "sessions", Status.AVAILABLE);
        var available = describe("SESSIONS");
        assertThat(available.configurationEndpoint().address()).contains(".cfg.use1.");
        assertThat(available.configurationEndpoint().port()).isEqualTo(11211);
        assertThat(available.cacheNodes()).singleElement().satisfies(n -> {
            assertThat(n.cacheNodeId()).isEqualTo("0001");
            assertThat(n.endpoint().address()).contains(".0001.use1.");
        });
    }

    @Test
    void ofRedisHasANodeAndNoConfigurationEndpoint() {
        create(r -> r.engine("redis").engineVersion("7.0"));
        cache.reached(Form.CLUSTER, "sessions", Status.AVAILABLE);

        var redis = describe("sessions");
        assertThat(redis.engineVersion()).isEqualTo("7.0.15");
        assertThat(redis.configurationEndpoint()).isNull();
        assertThat(redis.cacheNodes().getFirst().endpoint().port()).isEqualTo(6379);
    }

    @Test
    void withoutASubnetGroupIsInTheDefaultVpc() {
        var created = create(r -> r.cacheSubnetGroupName(null).securityGroupIds("sg-foreign"));

        assertThat(created.cacheSubnetGroupName()).isEqualTo("default");
        assertThat(cache.networks.interfaces.values().iterator().next().subnetId()).isEqualTo("subnet-x");
    }

    @Test
    void withoutADefaultVpcNeedsASubnetGroup() {
        cache.networks.noDefaultVpc = true;

        refused(
                () -> create(r -> r.cacheSubnetGroupName(null)),
                "CacheSubnetGroupNotFoundFault",
                "Cache Subnet Group default does not exist.");
        assertThat(cache.attended).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"memcached,1.6.22", "redis,6.2", "redis,7.1", "redis,latest"})
    void refusesVersionsThatAreNotThere(String engine, String version) {
        refused(
                () -> create(r -> r.engine(engine).engineVersion(version)),
                "InvalidParameterCombination",
                "Cannot find version " + version + " for " + engine);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1st", "-a", "a-", "a--b", "a_b"})
    void refusesNamesThatAreNone(String name) {
        assertThat(Assertions.catchThrowable(() -> create(r -> r.cacheClusterId(name))))
                .hasMessageContaining("not a valid identifier");
        assertThat(cache.networks.interfaces).isEmpty();
    }

    @Test
    void refusesNamesHoweverLong() {
        assertThat(Assertions.catchThrowable(() -> create(r -> r.cacheClusterId("a".repeat(70_000)))))
                .hasMessageContaining("must not be longer than 50 characters");
        assertThat(cache.networks.interfaces).isEmpty();
    }

    @Test
    void refusesWhatItCannotDo() {
        refused(
                () -> create(r -> r.numCacheNodes(2)),
                "InvalidParameterValue",
                "NumCacheNodes must be 1: clusters have one node here.");
        refused(
                () -> create(r -> r.cacheParameterGroupName("mine")),
                "CacheParameterGroupNotFound",
                "CacheParameterGroup mine not found.");
        refused(
                () -> create(r -> r.engine("valkey")),
                "InvalidParameterCombination",
                "The engine valkey is for replication groups and serverless caches.");
        refused(
                () -> create(r -> r.cacheNodeType("db.t3.micro")),
                "InvalidParameterValue",
                "Invalid Cache Node Type: db.t3.micro.");
        refused(
                () -> create(r -> r.securityGroupIds("sg-foreign")),
                "InvalidParameterValue",
                "The security group sg-foreign is not in the VPC vpc-1.");
        assertThat(cache.networks.interfaces).isEmpty();
    }

    @Test
    void aRefusedPlaceLeavesNothing() {
        cache.networks.full.add("subnet-a");
        cache.networks.full.add("subnet-b");

        refused(
                () -> create(UnaryOperator.identity()),
                "InvalidVPCNetworkStateFault",
                "There are not enough free IP addresses in the subnets asked for.");
        refused(() -> describe("sessions"), "CacheClusterNotFound", "CacheCluster not found: sessions");
    }

    @Test
    void twiceIsRefused() {
        create(UnaryOperator.identity());

        refused(
                () -> create(UnaryOperator.identity()), "CacheClusterAlreadyExists", "Cache cluster already exists");
    }

    @Test
    void otherGroupsAreInForceAtOnceAndAnotherTypeStartsItAnew() {
        create(UnaryOperator.identity());
        cache.reached(Form.CLUSTER, "sessions", Status.AVAILABLE);

        modify(r -> r.securityGroupIds("sg-other"));
        assertThat(cache.networks.interfaces.values().iterator().next().groups()).containsExactly("sg-other");
        assertThat(describe("sessions").cacheClusterStatus()).isEqualTo("available");

        refused(
                () -> modify(r -> r.cacheNodeType("cache.t3.small")),
                "InvalidParameterCombination",
                "There are no maintenance windows here: change CacheNodeType with ApplyImmediately.");
        modify(r -> r.cacheNodeType("cache.t3.small").applyImmediately(true));
        assertThat(describe("sessions").cacheClusterStatus()).isEqualTo("modifying");
        assertThat(cache.attended).containsExactly("cluster/sessions", "cluster/sessions");
        refused(
                () -> modify(r -> r.securityGroupIds("sg-cache")),
                "InvalidCacheClusterState",
                "Cache sessions is not in available state, but modifying.");
    }

    private void modify(UnaryOperator<ModifyCacheClusterRequest.Builder> more) {
        var request = ModifyCacheClusterRequest.builder().cacheClusterId("sessions");
        cache.clusters.modify(more.apply(request).build(), CALL);
    }

    @Test
    void rebootsItsOneNode() {
        create(UnaryOperator.identity());
        cache.reached(Form.CLUSTER, "sessions", Status.AVAILABLE);
        var wrong = RebootCacheClusterRequest.builder()
                .cacheClusterId("sessions")
                .cacheNodeIdsToReboot("0002")
                .build();
        refused(
                () -> cache.clusters.reboot(wrong, CALL),
                "InvalidParameterValue",
                "Invalid cache node ids: 0002. The cluster has one node, 0001.");

        var right = wrong.toBuilder().cacheNodeIdsToReboot("0001").build();
        assertThat(cache.clusters.reboot(right, CALL).cacheCluster().cacheClusterStatus())
                .isEqualTo("rebooting cluster nodes");
    }

    @Test
    void isDeletedOnceAndFreesItsSubnetGroupLater() {
        create(UnaryOperator.identity());
        cache.reached(Form.CLUSTER, "sessions", Status.AVAILABLE);
        var delete =
                DeleteCacheClusterRequest.builder().cacheClusterId("sessions").build();

        assertThat(cache.clusters.delete(delete, CALL).cacheCluster().cacheClusterStatus())
                .isEqualTo("deleting");
        refused(
                () -> cache.clusters.delete(delete, CALL),
                "InvalidCacheClusterState",
                "Cache sessions is not in available state, but deleting.");
    }

    @Test
    void theNodeOfAGroupShowsAmongThemAndIsTheGroupsOwn() {
        cache.replicationGroups.create(
                CreateReplicationGroupRequest.builder()
                        .replicationGroupId("orders")
                        .replicationGroupDescription("orders")
                        .cacheNodeType("cache.t3.micro")
                        .cacheSubnetGroupName("private")
                        .build(),
                CALL);
        cache.reached(Form.GROUP, "orders", Status.AVAILABLE);

        assertThat(describe("orders-001").replicationGroupId()).isEqualTo("orders");
        var others = DescribeCacheClustersRequest.builder()
                .showCacheClustersNotInReplicationGroups(true)
                .build();
        assertThat(cache.clusters.describe(others, CALL).cacheClusters()).isEmpty();
        var delete =
                DeleteCacheClusterRequest.builder().cacheClusterId("orders-001").build();
        refused(
                () -> cache.clusters.delete(delete, CALL),
                "InvalidCacheClusterState",
                "Cache cluster orders-001 is serving as primary for replication group orders and cannot be deleted.");
    }
}
