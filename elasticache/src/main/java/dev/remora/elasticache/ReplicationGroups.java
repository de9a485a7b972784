package dev.remora.elasticache;

import dev.remora.elasticache.Cache.Form;
import dev.remora.elasticache.Cache.Kept;
import dev.remora.elasticache.Cache.Machine;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupResponse;
import software.amazon.awssdk.services.elasticache.model.DeleteReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteReplicationGroupResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeReplicationGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeReplicationGroupsResponse;
import software.amazon.awssdk.services.elasticache.model.ModifyReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyReplicationGroupResponse;
import software.amazon.awssdk.services.elasticache.model.NodeGroup;
import software.amazon.awssdk.services.elasticache.model.NodeGroupMember;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroup;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroupPendingModifiedValues;

/** Replication groups of one node: nothing is replicated, but they have TLS, a password and the cluster protocol. */
final class ReplicationGroups {
    static final int NAME_MAX = 40;
    private static final String CLUSTER_ON = ".cluster.on";
    private static final String NODE_GROUP = "0001";
    private static final String ALL_SLOTS = "0-16383";
    private static final Pattern TOKEN = Pattern.compile("[!-~&&[^@\"/]]{16,128}");

    private final Caches caches;
    private final CacheSubnetGroups subnetGroups;
    private final CacheVersions versions;

    ReplicationGroups(Caches caches, CacheSubnetGroups subnetGroups, CacheVersions versions) {
        this.caches = caches;
        this.subnetGroups = subnetGroups;
        this.versions = versions;
    }

    CreateReplicationGroupResponse create(CreateReplicationGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = Caches.name(request.replicationGroupId(), "ReplicationGroupId", NAME_MAX);
        if (request.replicationGroupDescription() == null
                || request.replicationGroupDescription().isBlank()) {
            throw CacheErrors.blank("ReplicationGroupDescription");
        }
        oneNode(request);
        boolean cluster = cluster(request);
        var version = version(request);
        CacheClusters.parameterGroup(version, request.cacheParameterGroupName(), cluster);
        CacheClusters.ipv4(request.networkTypeAsString(), request.ipDiscoveryAsString());
        boolean tls = Boolean.TRUE.equals(request.transitEncryptionEnabled());
        if ("preferred".equals(request.transitEncryptionModeAsString())) {
            throw CacheErrors.invalid("TransitEncryptionMode must be required: there is one port, with TLS or without.");
        }
        var machine = new Machine(
                version.engine(),
                version.number(),
                Caches.nodeType(request.cacheNodeType()),
                Caches.port(request.port(), version.engine()),
                tls,
                cluster,
                tokenDigest(request.authToken(), tls));
        var group = subnetGroups.require(scope, CacheSubnetGroups.name(request.cacheSubnetGroupName()));
        var groups = caches.groups(scope, group.vpcId(), request.securityGroupIds());
        var named = new EndpointNames(scope).group(name, tls, cluster);
        var cache = new Cache(
                Cache.key(Form.GROUP, name),
                caches.newResourceId(),
                Status.CREATING,
                machine,
                Place.wanted(group.name(), group.vpcId(), groups, named.endpoint()),
                named.aliases(),
                group.subnetIds(),
                kept(request),
                call.time(),
                CacheTags.of(request.tags()));
        Optional<String> zone = request.preferredCacheClusterAZs().stream().findFirst();
        return CreateReplicationGroupResponse.builder()
                .replicationGroup(shape(scope, caches.add(scope, cache, zone)))
                .build();
    }

    private static void oneNode(CreateReplicationGroupRequest request) {
        int nodes = CacheClusters.or(request.numCacheClusters(), 1);
        int nodeGroups = CacheClusters.or(request.numNodeGroups(), 1);
        int replicas = CacheClusters.or(request.replicasPerNodeGroup(), 0);
        if (nodes != 1 || nodeGroups != 1 || replicas != 0) {
            throw CacheErrors.invalid("Replication groups have one node here: NumCacheClusters and NumNodeGroups must be 1,"
                    + " ReplicasPerNodeGroup 0.");
        }
        if (Boolean.TRUE.equals(request.automaticFailoverEnabled()) && request.numNodeGroups() == null) {
            throw CacheErrors.combination("When using automatic failover, there must be at least 2 cache clusters in the"
                    + " replication group.");
        }
        if (Boolean.TRUE.equals(request.multiAZEnabled())) {
            throw CacheErrors.combination("Multi-AZ needs at least 2 nodes, and replication groups have one node here.");
        }
    }

    private static boolean cluster(CreateReplicationGroupRequest request) {
        String mode = request.clusterModeAsString();
        if ("compatible".equals(mode)) {
            throw CacheErrors.invalid("ClusterMode must be enabled or disabled.");
        }
        String group = request.cacheParameterGroupName();
        return "enabled".equals(mode) || request.numNodeGroups() != null || group != null && group.endsWith(CLUSTER_ON);
    }

    private CacheVersions.Version version(CreateReplicationGroupRequest request) {
        String asked = CacheClusters.or(request.engine(), CacheEngine.REDIS.text());
        var engine = CacheEngine.of(asked.toLowerCase(Locale.ROOT))
                .filter(e -> e != CacheEngine.MEMCACHED)
                .orElseThrow(() -> CacheErrors.invalid("Invalid engine for a replication group: " + asked + "."));
        return versions.require(engine, request.engineVersion());
    }

    private static String tokenDigest(@Nullable String token, boolean tls) {
        if (token == null || token.isEmpty()) {
            return "";
        }
        if (!tls) {
            throw CacheErrors.combination("Auth token can only be set when TransitEncryptionEnabled is true.");
        }
        if (!TOKEN.matcher(token).matches()) {
            throw CacheErrors.invalid("Invalid AuthToken provided.");
        }
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Kept kept(CreateReplicationGroupRequest request) {
        return new Kept(
                request.replicationGroupDescription(),
                CacheClusters.or(request.preferredMaintenanceWindow(), "sun:08:00-sun:09:00"),
                CacheClusters.or(request.autoMinorVersionUpgrade(), true),
                CacheClusters.or(request.snapshotRetentionLimit(), 0),
                CacheClusters.or(request.snapshotWindow(), "06:00-07:00"),
                CacheClusters.or(request.atRestEncryptionEnabled(), false),
                Cache.Usage.NONE);
    }

    DescribeReplicationGroupsResponse describe(DescribeReplicationGroupsRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String asked = request.replicationGroupId();
        if (asked != null && !asked.isEmpty()) {
            Cache found = caches.require(scope, Caches.key(Form.GROUP, asked, "ReplicationGroupId"));
            return DescribeReplicationGroupsResponse.builder()
                    .replicationGroups(shape(scope, found))
                    .build();
        }
        var page = MarkerPage.of(call, caches.all(scope, Form.GROUP), Cache::name, request.maxRecords(), request.marker());
        return DescribeReplicationGroupsResponse.builder()
                .replicationGroups(page.items().stream().map(c -> shape(scope, c)).toList())
                .marker(page.marker())
                .build();
    }

    ModifyReplicationGroupResponse modify(ModifyReplicationGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = Caches.key(Form.GROUP, request.replicationGroupId(), "ReplicationGroupId");
        Cache cache = caches.requireAvailable(scope, key);
        if (Boolean.TRUE.equals(request.automaticFailoverEnabled()) || Boolean.TRUE.equals(request.multiAZEnabled())) {
            throw CacheErrors.combination("Replication groups have one node here, so nothing can fail over.");
        }
        var version = versions.require(cache.machine().engine(), request.engineVersion());
        CacheClusters.parameterGroup(
                version, request.cacheParameterGroupName(), cache.machine().cluster());
        var machine = caches.machine(cache, request.cacheNodeType(), request.applyImmediately());
        var now = cache.kept();
        var kept = new Kept(
                CacheClusters.or(request.replicationGroupDescription(), now.description()),
                CacheClusters.or(request.preferredMaintenanceWindow(), now.maintenanceWindow()),
                CacheClusters.or(request.autoMinorVersionUpgrade(), now.autoMinorVersionUpgrade()),
                CacheClusters.or(request.snapshotRetentionLimit(), now.snapshotRetentionDays()),
                CacheClusters.or(request.snapshotWindow(), now.snapshotWindow()),
                now.encryptedAtRest(),
                now.usage());
        var groups = caches.regroup(scope, cache, request.securityGroupIds());
        return ModifyReplicationGroupResponse.builder()
                .replicationGroup(shape(scope, caches.changed(scope, cache, groups, machine, kept)))
                .build();
    }

    DeleteReplicationGroupResponse delete(DeleteReplicationGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = Caches.key(Form.GROUP, request.replicationGroupId(), "ReplicationGroupId");
        if (Boolean.TRUE.equals(request.retainPrimaryCluster())) {
            throw CacheErrors.combination("RetainPrimaryCluster is not supported here: the one node goes with its group.");
        }
        return DeleteReplicationGroupResponse.builder()
                .replicationGroup(shape(scope, caches.turn(scope, key, Status.DELETING)))
                .build();
    }

    private static ReplicationGroup shape(Scope scope, Cache cache) {
        var machine = cache.machine();
        var kept = cache.kept();
        boolean there = ClusterShapes.there(cache);
        String status = cache.status() == Status.REBOOTING || cache.status() == Status.STARTING
                ? "modifying"
                : Caches.text(cache.status());
        return ReplicationGroup.builder()
                .replicationGroupId(cache.name())
                .arn(CacheArns.of(scope, "replicationgroup", cache.name()))
                .description(kept.description())
                .status(status)
                .memberClusters(ClusterShapes.clusterId(cache))
                .nodeGroups(there ? List.of(nodeGroup(scope, cache)) : List.of())
                .configurationEndpoint(
                        there && machine.cluster()
                                ? ClusterShapes.endpoint(cache.place().endpoint(), cache)
                                : null)
                .clusterEnabled(machine.cluster())
                .clusterMode(machine.cluster() ? "enabled" : "disabled")
                .automaticFailover("disabled")
                .multiAZ("disabled")
                .cacheNodeType(machine.nodeType())
                .pendingModifiedValues(ReplicationGroupPendingModifiedValues.builder().build())
                .snapshotRetentionLimit(kept.snapshotRetentionDays())
                .snapshotWindow(kept.snapshotWindow())
                .authTokenEnabled(!machine.tokenDigest().isEmpty())
                .transitEncryptionEnabled(machine.tls())
                .transitEncryptionMode(machine.tls() ? "required" : null)
                .atRestEncryptionEnabled(kept.encryptedAtRest())
                .autoMinorVersionUpgrade(kept.autoMinorVersionUpgrade())
                .replicationGroupCreateTime(cache.created())
                .dataTiering("disabled")
                .userGroupIds(List.of())
                .logDeliveryConfigurations(List.of())
                .networkType("ipv4")
                .ipDiscovery("ipv4")
                .build();
    }

    private static NodeGroup nodeGroup(Scope scope, Cache cache) {
        var names = new EndpointNames(scope);
        var machine = cache.machine();
        var member = NodeGroupMember.builder()
                .cacheClusterId(ClusterShapes.clusterId(cache))
                .cacheNodeId(CacheClusters.NODE)
                .preferredAvailabilityZone(cache.place().zone());
        var group = NodeGroup.builder().nodeGroupId(NODE_GROUP).status("available");
        if (machine.cluster()) {
            return group.slots(ALL_SLOTS).nodeGroupMembers(member.build()).build();
        }
        member.currentRole("primary").readEndpoint(ClusterShapes.endpoint(names.member(cache.name()), cache));
        return group.primaryEndpoint(ClusterShapes.endpoint(cache.place().endpoint(), cache))
                .readerEndpoint(ClusterShapes.endpoint(names.reader(cache.name(), machine.tls()), cache))
                .nodeGroupMembers(member.build())
                .build();
    }
}
