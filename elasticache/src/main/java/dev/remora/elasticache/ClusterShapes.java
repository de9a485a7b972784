package dev.remora.elasticache;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.Member.Status;
import dev.remora.store.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CacheCluster;
import software.amazon.awssdk.services.elasticache.model.CacheNode;
import software.amazon.awssdk.services.elasticache.model.CacheParameterGroupStatus;
import software.amazon.awssdk.services.elasticache.model.Endpoint;
import software.amazon.awssdk.services.elasticache.model.PendingModifiedValues;
import software.amazon.awssdk.services.elasticache.model.SecurityGroupMembership;

/** Cache clusters, and the nodes of replication groups as clusters, in AWS's shape. */
final class ClusterShapes {
    private static final String CLIENT_PAGE = "https://console.aws.amazon.com/elasticache/home#client-download:";

    static String clusterId(Cache cache) {
        return cache.form() == Form.GROUP ? cache.name() + "-001" : cache.name();
    }

    /** @param nodes whether the node is shown too */
    static CacheCluster cluster(Scope scope, Cache cache, boolean nodes) {
        var machine = cache.machine();
        var kept = cache.kept();
        boolean there = there(cache);
        boolean memcached = machine.engine() == CacheEngine.MEMCACHED;
        return CacheCluster.builder()
                .cacheClusterId(clusterId(cache))
                .arn(CacheArns.of(scope, "cluster", clusterId(cache)))
                .replicationGroupId(cache.form() == Form.GROUP ? cache.name() : null)
                .clientDownloadLandingPage(CLIENT_PAGE)
                .cacheClusterStatus(Caches.text(cache.status()))
                .cacheClusterCreateTime(there ? cache.created() : null)
                .engine(machine.engine().text())
                .engineVersion(machine.engineVersion())
                .cacheNodeType(machine.nodeType())
                .numCacheNodes(1)
                .preferredAvailabilityZone(there ? cache.place().zone() : null)
                .configurationEndpoint(
                        there && memcached ? endpoint(cache.place().endpoint(), cache) : null)
                .cacheNodes(there && nodes ? List.of(node(scope, cache)) : List.of())
                .cacheSubnetGroupName(cache.place().subnetGroup())
                .securityGroups(cache.place().groups().stream()
                        .sorted()
                        .map(g -> SecurityGroupMembership.builder()
                                .securityGroupId(g)
                                .status("active")
                                .build())
                        .toList())
                .cacheSecurityGroups(List.of())
                .cacheParameterGroup(CacheParameterGroupStatus.builder()
                        .cacheParameterGroupName(parameterGroup(machine))
                        .parameterApplyStatus("in-sync")
                        .cacheNodeIdsToReboot(List.of())
                        .build())
                .pendingModifiedValues(PendingModifiedValues.builder().build())
                .preferredMaintenanceWindow(kept.maintenanceWindow())
                .autoMinorVersionUpgrade(kept.autoMinorVersionUpgrade())
                .snapshotRetentionLimit(memcached ? null : kept.snapshotRetentionDays())
                .snapshotWindow(memcached ? null : kept.snapshotWindow())
                .authTokenEnabled(!machine.tokenDigest().isEmpty())
                .transitEncryptionEnabled(machine.tls())
                .atRestEncryptionEnabled(kept.encryptedAtRest())
                .replicationGroupLogDeliveryEnabled(false)
                .logDeliveryConfigurations(List.of())
                .networkType("ipv4")
                .ipDiscovery("ipv4")
                .build();
    }

    private static CacheNode node(Scope scope, Cache cache) {
        return CacheNode.builder()
                .cacheNodeId(CacheClusters.NODE)
                .cacheNodeStatus(Caches.text(cache.status()))
                .cacheNodeCreateTime(cache.created())
                .endpoint(endpoint(nodeName(scope, cache), cache))
                .parameterGroupStatus("in-sync")
                .customerAvailabilityZone(cache.place().zone())
                .build();
    }

    /** The name of the server as a node, which a Redis cluster's only name is. */
    private static String nodeName(Scope scope, Cache cache) {
        if (cache.form() == Form.GROUP) {
            return new EndpointNames(scope).member(cache.name());
        }
        return cache.aliases().isEmpty() ? cache.place().endpoint() : cache.aliases().getFirst();
    }

    private static String parameterGroup(Cache.Machine machine) {
        String[] parts = machine.engineVersion().split("\\.");
        String family = machine.engine() == CacheEngine.MEMCACHED
                ? "memcached" + parts[0] + "." + parts[1]
                : machine.engine().text() + parts[0];
        return "default." + family + (machine.cluster() ? ".cluster.on" : "");
    }

    static Endpoint endpoint(String name, Cache cache) {
        return Endpoint.builder().address(name).port(cache.machine().port()).build();
    }

    /** Whether it has an address and ever had a server. */
    static boolean there(Cache cache) {
        return cache.status() != Status.CREATING
                && cache.status() != Status.FAILED
                && !cache.place().address().isEmpty();
    }

    static @Nullable Integer orNull(int number) {
        return number == 0 ? null : number;
    }

    private ClusterShapes() {}
}
