package dev.remora.elasticache;

import static dev.remora.elasticache.CacheFixture.CALL;
import static dev.remora.elasticache.CacheFixture.SCOPE;
import static dev.remora.elasticache.CacheFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.Member.Status;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeReplicationGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroup;

class ReplicationGroupsTest {
    private static final String TOKEN = "correct-horse-battery";
    private final CacheFixture cache = new CacheFixture();

    @AfterEach
    void close() {
        cache.close();
    }

    private ReplicationGroup create(UnaryOperator<CreateReplicationGroupRequest.Builder> more) {
        var request = CreateReplicationGroupRequest.builder()
                .replicationGroupId("orders")
                .replicationGroupDescription("orders")
                .cacheNodeType("cache.t3.micro");
        return cache.replicationGroups.create(more.apply(request).build(), CALL).replicationGroup();
    }

    private ReplicationGroup available() {
        cache.reached(Form.GROUP, "orders", Status.AVAILABLE);
        var request = DescribeReplicationGroupsRequest.builder()
                .replicationGroupId("orders")
                .build();
        return cache.replicationGroups.describe(request, CALL).replicationGroups().getFirst();
    }

    @Test
    void hasAPrimaryAndAReaderEndpoint() {
        assertThat(create(r -> r.engine("redis")).status()).isEqualTo("creating");

        var group = available().nodeGroups().getFirst();
        assertThat(group.primaryEndpoint().address()).contains("orders.").contains(".ng.0001.");
        assertThat(group.readerEndpoint().address()).startsWith("orders-ro.");
        assertThat(group.nodeGroupMembers().getFirst().currentRole()).isEqualTo("primary");
        assertThat(cache.caches.require(SCOPE, "group/orders").aliases())
                .contains(group.readerEndpoint().address(), group.nodeGroupMembers().getFirst().readEndpoint().address());
    }

    @Test
    void withTheClusterProtocolHasAConfigurationEndpoint() {
        create(r -> r.cacheParameterGroupName("default.redis7.cluster.on").transitEncryptionEnabled(true));

        var group = available();
        assertThat(group.clusterEnabled()).isTrue();
        assertThat(group.configurationEndpoint().address()).startsWith("clustercfg.orders.");
        assertThat(group.nodeGroups().getFirst().slots()).isEqualTo("0-16383");
    }

    @Test
    void ofValkeyIsServedByRedisWhereThereIsNoValkeyAndSaysSo() {
        create(r -> r.engine("valkey"));

        assertThat(cache.caches.require(SCOPE, "group/orders").machine().engineVersion()).isEqualTo("7.0.15-redis");
        refused(
                () -> create(r -> r.engine("valkey").engineVersion("8.0")),
                "InvalidParameterCombination",
                "Cannot find version 8.0 for valkey");
    }

    @Test
    void keepsTheDigestOfItsTokenAlone() {
        create(r -> r.authToken(TOKEN).transitEncryptionEnabled(true));

        var machine = cache.caches.require(SCOPE, "group/orders").machine();
        assertThat(machine.tokenDigest()).matches("[0-9a-f]{64}").doesNotContain(TOKEN);
        assertThat(available().authTokenEnabled()).isTrue();
    }

    @Test
    void refusesWhatItCannotDo() {
        String one = "Replication groups have one node here: NumCacheClusters and NumNodeGroups must be 1,"
                + " ReplicasPerNodeGroup 0.";
        refused(() -> create(r -> r.numCacheClusters(2)), "InvalidParameterValue", one);
        refused(() -> create(r -> r.numNodeGroups(3)), "InvalidParameterValue", one);
        refused(() -> create(r -> r.numNodeGroups(1).replicasPerNodeGroup(1)), "InvalidParameterValue", one);
        refused(
                () -> create(r -> r.automaticFailoverEnabled(true)),
                "InvalidParameterCombination",
                "When using automatic failover, there must be at least 2 cache clusters in the replication group.");
        refused(
                () -> create(r -> r.authToken(TOKEN)),
                "InvalidParameterCombination",
                "Auth token can only be set when TransitEncryptionEnabled is true.");
        refused(
                () -> create(r -> r.engine("memcached")),
                "InvalidParameterValue",
                "Invalid engine for a replication group: memcached.");
        assertThat(cache.networks.interfaces).isEmpty();
    }
}
