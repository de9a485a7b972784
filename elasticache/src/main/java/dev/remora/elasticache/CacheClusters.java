package dev.remora.elasticache;

import dev.remora.elasticache.Cache.Form;
import dev.remora.elasticache.Cache.Kept;
import dev.remora.elasticache.Cache.Machine;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterResponse;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheClusterResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheClustersRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheClustersResponse;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheClusterResponse;
import software.amazon.awssdk.services.elasticache.model.RebootCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.RebootCacheClusterResponse;

/** Cache clusters, of one node each; and the nodes of replication groups, which show among them. */
final class CacheClusters {
    static final int NAME_MAX = 50;
    static final String NODE = "0001";
    private static final String MEMBER = "-001";

    private final Caches caches;
    private final CacheSubnetGroups subnetGroups;
    private final CacheVersions versions;

    CacheClusters(Caches caches, CacheSubnetGroups subnetGroups, CacheVersions versions) {
        this.caches = caches;
        this.subnetGroups = subnetGroups;
        this.versions = versions;
    }

    CreateCacheClusterResponse create(CreateCacheClusterRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = Caches.name(request.cacheClusterId(), "CacheClusterId", NAME_MAX);
        var version = version(request);
        String nodeType = Caches.nodeType(request.cacheNodeType());
        oneNode(request.numCacheNodes());
        parameterGroup(version, request.cacheParameterGroupName(), false);
        ipv4(request.networkTypeAsString(), request.ipDiscoveryAsString());
        if (Boolean.TRUE.equals(request.transitEncryptionEnabled())) {
            throw CacheErrors.combination(
                    "Encryption in transit is for replication groups and serverless caches here.");
        }
        if ("cross-az".equals(request.azModeAsString())) {
            throw CacheErrors.combination("A cluster of one node cannot be in several Availability Zones.");
        }
        var group = subnetGroups.require(scope, CacheSubnetGroups.name(request.cacheSubnetGroupName()));
        var groups = caches.groups(scope, group.vpcId(), request.securityGroupIds());
        var names = new EndpointNames(scope);
        var named = version.engine() == CacheEngine.MEMCACHED ? names.memcached(name) : names.redis(name);
        int port = Caches.port(request.port(), version.engine());
        var cache = new Cache(
                Cache.key(Form.CLUSTER, name),
                caches.newResourceId(),
                Status.CREATING,
                new Machine(version.engine(), version.number(), nodeType, port, false, false, ""),
                Place.wanted(group.name(), group.vpcId(), groups, named.endpoint()),
                named.aliases(),
                group.subnetIds(),
                kept(request),
                call.time(),
                CacheTags.of(request.tags()));
        return CreateCacheClusterResponse.builder()
                .cacheCluster(ClusterShapes.cluster(
                        scope, caches.add(scope, cache, Optional.ofNullable(zone(request))), true))
                .build();
    }

    private static @Nullable String zone(CreateCacheClusterRequest request) {
        if (request.preferredAvailabilityZone() != null) {
            return request.preferredAvailabilityZone();
        }
        return request.preferredAvailabilityZones().isEmpty()
                ? null
                : request.preferredAvailabilityZones().getFirst();
    }

    private CacheVersions.Version version(CreateCacheClusterRequest request) {
        if (request.engine() == null || request.engine().isBlank()) {
            throw CacheErrors.blank("Engine");
        }
        var engine = CacheEngine.of(request.engine().toLowerCase(Locale.ROOT))
                .orElseThrow(() -> CacheErrors.invalid("Invalid cache engine: " + request.engine()));
        if (engine == CacheEngine.VALKEY) {
            throw CacheErrors.combination("The engine valkey is for replication groups and serverless caches.");
        }
        return versions.require(engine, request.engineVersion());
    }

    private static void oneNode(@Nullable Integer nodes) {
        if (nodes == null) {
            throw CacheErrors.blank("NumCacheNodes");
        }
        if (nodes != 1) {
            throw CacheErrors.invalid("NumCacheNodes must be 1: clusters have one node here.");
        }
    }

    /** Only the groups that AWS calls default exist. */
    static void parameterGroup(CacheVersions.Version version, @Nullable String asked, boolean cluster) {
        if (asked != null && !asked.isEmpty() && !asked.equals(version.parameterGroup(cluster))) {
            throw CacheErrors.noParameterGroup(asked);
        }
    }

    static void ipv4(@Nullable String networkType, @Nullable String discovery) {
        if (networkType != null && !networkType.equals("ipv4") || discovery != null && !discovery.equals("ipv4")) {
            throw CacheErrors.invalid("Caches have IPv4 addresses only here.");
        }
    }

    private static Kept kept(CreateCacheClusterRequest request) {
        return new Kept(
                "",
                or(request.preferredMaintenanceWindow(), "sun:08:00-sun:09:00"),
                or(request.autoMinorVersionUpgrade(), true),
                or(request.snapshotRetentionLimit(), 0),
                or(request.snapshotWindow(), "06:00-07:00"),
                false,
                Cache.Usage.NONE);
    }

    static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    DescribeCacheClustersResponse describe(DescribeCacheClustersRequest request, Call call) {
        Scope scope = Caches.scope(call);
        boolean nodes = Boolean.TRUE.equals(request.showCacheNodeInfo());
        String asked = request.cacheClusterId();
        if (asked != null && !asked.isEmpty()) {
            return DescribeCacheClustersResponse.builder()
                    .cacheClusters(ClusterShapes.cluster(scope, require(scope, asked), nodes))
                    .build();
        }
        var all = Boolean.TRUE.equals(request.showCacheClustersNotInReplicationGroups())
                ? caches.all(scope, Form.CLUSTER)
                : caches.all(scope, Form.CLUSTER, Form.GROUP);
        var page = MarkerPage.of(call, all, ClusterShapes::clusterId, request.maxRecords(), request.marker());
        return DescribeCacheClustersResponse.builder()
                .cacheClusters(page.items().stream()
                        .map(c -> ClusterShapes.cluster(scope, c, nodes))
                        .toList())
                .marker(page.marker())
                .build();
    }

    /** A cluster, or the group that a node of this name belongs to. */
    private Cache require(Scope scope, String asked) {
        return caches.require(scope, keyOf(scope, asked));
    }

    private String keyOf(Scope scope, @Nullable String asked) {
        String own = Caches.key(Form.CLUSTER, asked, "CacheClusterId");
        String name = Cache.nameOf(own);
        if (name.endsWith(MEMBER)) {
            String group = Cache.key(Form.GROUP, name.substring(0, name.length() - MEMBER.length()));
            if (caches.all(scope, Form.GROUP).stream().anyMatch(c -> c.id().equals(group))) {
                return group;
            }
        }
        return own;
    }

    ModifyCacheClusterResponse modify(ModifyCacheClusterRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = keyOf(scope, request.cacheClusterId());
        caches.require(scope, key);
        notOfGroup(key, "modified");
        Cache cache = caches.requireAvailable(scope, key);
        if (request.numCacheNodes() != null) {
            oneNode(request.numCacheNodes());
        }
        var version = versions.require(cache.machine().engine(), request.engineVersion());
        parameterGroup(version, request.cacheParameterGroupName(), false);
        var machine = caches.machine(cache, request.cacheNodeType(), request.applyImmediately());
        var now = cache.kept();
        var kept = new Kept(
                now.description(),
                or(request.preferredMaintenanceWindow(), now.maintenanceWindow()),
                or(request.autoMinorVersionUpgrade(), now.autoMinorVersionUpgrade()),
                or(request.snapshotRetentionLimit(), now.snapshotRetentionDays()),
                or(request.snapshotWindow(), now.snapshotWindow()),
                now.encryptedAtRest(),
                now.usage());
        var groups = caches.regroup(scope, cache, request.securityGroupIds());
        return ModifyCacheClusterResponse.builder()
                .cacheCluster(ClusterShapes.cluster(scope, caches.changed(scope, cache, groups, machine, kept), true))
                .build();
    }

    DeleteCacheClusterResponse delete(DeleteCacheClusterRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = keyOf(scope, request.cacheClusterId());
        notOfGroup(key, "deleted");
        return DeleteCacheClusterResponse.builder()
                .cacheCluster(ClusterShapes.cluster(scope, caches.turn(scope, key, Status.DELETING), true))
                .build();
    }

    private static void notOfGroup(String key, String what) {
        if (Cache.formOf(key) == Form.GROUP) {
            throw CacheErrors.state(
                    Form.CLUSTER,
                    "Cache cluster " + Cache.nameOf(key) + MEMBER + " is serving as primary for replication group "
                            + Cache.nameOf(key) + " and cannot be " + what + ".");
        }
    }

    RebootCacheClusterResponse reboot(RebootCacheClusterRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = keyOf(scope, request.cacheClusterId());
        caches.require(scope, key);
        if (!request.cacheNodeIdsToReboot().equals(List.of(NODE))) {
            throw CacheErrors.invalid("Invalid cache node ids: " + String.join(", ", request.cacheNodeIdsToReboot())
                    + ". The cluster has one node, " + NODE + ".");
        }
        return RebootCacheClusterResponse.builder()
                .cacheCluster(ClusterShapes.cluster(scope, caches.turn(scope, key, Status.REBOOTING), true))
                .build();
    }
}
