package dev.remora.elasticache;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CacheUsageLimits;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.Tag;

/** What calls to ElastiCache need, with the condition keys ("Actions, resources, and condition keys for Amazon ElastiCache"). */
final class CacheKeys {
    private static final String PREFIX = "elasticache:";
    private static final Map<String, Form> FORMS =
            Map.of("cluster", Form.CLUSTER, "replicationgroup", Form.GROUP, "serverlesscache", Form.SERVERLESS);

    private final Store store;
    private final CacheVersions versions;

    CacheKeys(Store store, CacheVersions versions) {
        this.store = store;
        this.versions = versions;
    }

    /** An operation on a resource of a type, or on all of them if none is named. */
    Permission on(String operation, String type, @Nullable String asked, Call call) {
        String name = asked == null || asked.isEmpty() ? "*" : asked.toLowerCase(Locale.ROOT);
        return new Permission(PREFIX + operation, CacheArns.of(call, type, name),
                ConditionKeys.owned(tags(type, name, call)).map());
    }

    private Map<String, String> tags(String type, String name, Call call) {
        Form form = FORMS.get(type);
        var view = store.view();
        if (form != null) {
            return view.get(Cache.KIND, Caches.scope(call), Cache.key(form, name)).map(Cache::tags).orElse(Map.of());
        }
        return type.equals("subnetgroup")
                ? view.get(CacheSubnetGroups.KIND, Caches.scope(call), name).map(SubnetGroup::tags).orElse(Map.of())
                : Map.of();
    }

    /** An operation on a resource by its ARN, which may be none of ours. */
    Permission ofArn(String operation, @Nullable String arn, Call call) {
        String text = arn == null ? "" : arn;
        String[] parts = text.split(":", 7);
        return parts.length == 7 && text.startsWith(CacheArns.of(Caches.scope(call), parts[5], ""))
                ? on(operation, parts[5], parts[6], call)
                : new Permission(PREFIX + operation, text.isEmpty() ? "*" : text, Map.of());
    }

    /** The condition keys of a request that gives tags. */
    static ConditionKeys requested(Collection<Tag> given) {
        var tags = new TreeMap<String, String>();
        given.forEach(tag -> tags.put(tag.key() == null ? "" : tag.key(), tag.value() == null ? "" : tag.value()));
        return ConditionKeys.requested(tags);
    }

    List<Permission> making(String operation, String type, @Nullable String name, Collection<Tag> tags, Call call) {
        Permission made = on(operation, type, name, call);
        return tags.isEmpty() ? List.of(made) : List.of(made, tagging(made));
    }

    /** Tags that a resource is made with take the permission to tag it. */
    private static Permission tagging(Permission made) {
        return new Permission(PREFIX + "AddTagsToResource", made.resource(), Map.of());
    }

    List<Permission> creating(CreateCacheClusterRequest request, Call call) {
        return creating("CreateCacheCluster", "cluster", request.cacheClusterId(), request.tags(), call,
                request.cacheSubnetGroupName(), request.cacheParameterGroupName(), request.engine(), false);
    }

    static Map<String, List<String>> of(CreateCacheClusterRequest request) {
        return requested(request.tags())
                .with("elasticache:CacheNodeType", request.cacheNodeType())
                .with("elasticache:CacheParameterGroupName", request.cacheParameterGroupName())
                .with("elasticache:EngineType", request.engine())
                .with("elasticache:EngineVersion", request.engineVersion())
                .with("elasticache:MultiAZEnabled", "cross-az".equals(request.azModeAsString()))
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .with("elasticache:AuthTokenEnabled", false)
                .map();
    }

    List<Permission> creating(CreateReplicationGroupRequest request, Call call) {
        boolean cluster = request.numNodeGroups() != null && request.numNodeGroups() > 1
                || "enabled".equals(request.clusterModeAsString());
        return creating("CreateReplicationGroup", "replicationgroup", request.replicationGroupId(), request.tags(),
                call, request.cacheSubnetGroupName(), request.cacheParameterGroupName(),
                request.engine() == null ? "redis" : request.engine(), cluster);
    }

    static Map<String, List<String>> of(CreateReplicationGroupRequest request) {
        return requested(request.tags())
                .with("elasticache:CacheNodeType", request.cacheNodeType())
                .with("elasticache:CacheParameterGroupName", request.cacheParameterGroupName())
                .with("elasticache:EngineType", request.engine() == null ? "redis" : request.engine())
                .with("elasticache:EngineVersion", request.engineVersion())
                .with("elasticache:AtRestEncryptionEnabled", Boolean.TRUE.equals(request.atRestEncryptionEnabled()))
                .with("elasticache:TransitEncryptionEnabled", Boolean.TRUE.equals(request.transitEncryptionEnabled()))
                .with("elasticache:AuthTokenEnabled", request.authToken() != null && !request.authToken().isEmpty())
                .with("elasticache:AutomaticFailoverEnabled", Boolean.TRUE.equals(request.automaticFailoverEnabled()))
                .with("elasticache:MultiAZEnabled", Boolean.TRUE.equals(request.multiAZEnabled()))
                .with("elasticache:ClusterModeEnabled", request.numNodeGroups() != null && request.numNodeGroups() > 1)
                .with("elasticache:NumNodeGroups", request.numNodeGroups())
                .with("elasticache:ReplicasPerNodeGroup", request.replicasPerNodeGroup())
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .map();
    }

    /** A new cache touches its subnet group and its parameter group, by default those called default. */
    private List<Permission> creating(String operation, String type, @Nullable String name, Collection<Tag> tags, Call call,
            @Nullable String subnetGroup, @Nullable String parameterGroup, @Nullable String engine, boolean cluster) {
        String parameters = parameterGroup != null && !parameterGroup.isEmpty()
                ? parameterGroup
                : Optional.ofNullable(engine)
                        .flatMap(e -> CacheEngine.of(e.toLowerCase(Locale.ROOT)))
                        .flatMap(versions::of)
                        .map(version -> version.parameterGroup(cluster))
                        .orElse("*");
        var needed = new ArrayList<>(making(operation, type, name, tags, call));
        needed.add(on(operation, "subnetgroup", subnetGroup == null ? SubnetGroup.DEFAULT : subnetGroup, call));
        needed.add(on(operation, "parametergroup", parameters, call));
        return needed;
    }

    List<Permission> modifying(ModifyCacheClusterRequest request, Call call) {
        return modifying("ModifyCacheCluster", "cluster", request.cacheClusterId(),
                request.cacheParameterGroupName(), call);
    }

    static Map<String, List<String>> of(ModifyCacheClusterRequest request) {
        return new ConditionKeys()
                .with("elasticache:CacheNodeType", request.cacheNodeType())
                .with("elasticache:CacheParameterGroupName", request.cacheParameterGroupName())
                .with("elasticache:EngineVersion", request.engineVersion())
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .map();
    }

    List<Permission> modifying(ModifyReplicationGroupRequest request, Call call) {
        return modifying("ModifyReplicationGroup", "replicationgroup", request.replicationGroupId(),
                request.cacheParameterGroupName(), call);
    }

    static Map<String, List<String>> of(ModifyReplicationGroupRequest request) {
        return new ConditionKeys()
                .with("elasticache:CacheNodeType", request.cacheNodeType())
                .with("elasticache:CacheParameterGroupName", request.cacheParameterGroupName())
                .with("elasticache:EngineVersion", request.engineVersion())
                .with("elasticache:AutomaticFailoverEnabled", request.automaticFailoverEnabled())
                .with("elasticache:MultiAZEnabled", request.multiAZEnabled())
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .map();
    }

    private List<Permission> modifying(
            String operation, String type, @Nullable String name, @Nullable String parameterGroup, Call call) {
        Permission modified = on(operation, type, name, call);
        return parameterGroup == null
                ? List.of(modified)
                : List.of(modified, on(operation, "parametergroup", parameterGroup, call));
    }

    static Map<String, List<String>> of(CreateServerlessCacheRequest request) {
        return limits(request.cacheUsageLimits())
                .and(requested(request.tags()).map())
                .with("elasticache:EngineType", request.engine())
                .with("elasticache:EngineVersion", request.majorEngineVersion())
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .map();
    }

    static Map<String, List<String>> of(ModifyServerlessCacheRequest request) {
        return limits(request.cacheUsageLimits())
                .with("elasticache:SnapshotRetentionLimit", request.snapshotRetentionLimit())
                .map();
    }

    private static ConditionKeys limits(@Nullable CacheUsageLimits limits) {
        var keys = new ConditionKeys();
        if (limits != null && limits.dataStorage() != null) {
            keys.with("elasticache:DataStorageUnit", limits.dataStorage().unitAsString())
                    .with("elasticache:MinimumDataStorage", limits.dataStorage().minimum())
                    .with("elasticache:MaximumDataStorage", limits.dataStorage().maximum());
        }
        if (limits != null && limits.ecpuPerSecond() != null) {
            keys.with("elasticache:MinimumECPUPerSecond", limits.ecpuPerSecond().minimum())
                    .with("elasticache:MaximumECPUPerSecond", limits.ecpuPerSecond().maximum());
        }
        return keys;
    }
}
