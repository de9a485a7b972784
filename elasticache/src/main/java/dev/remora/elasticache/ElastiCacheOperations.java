package dev.remora.elasticache;

import dev.remora.fleet.Attendant;
import dev.remora.fleet.Surroundings;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import software.amazon.awssdk.services.elasticache.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheClustersRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheEngineVersionsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheParameterGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheSubnetGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeReplicationGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeServerlessCachesRequest;
import software.amazon.awssdk.services.elasticache.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyReplicationGroupRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.RebootCacheClusterRequest;
import software.amazon.awssdk.services.elasticache.model.RemoveTagsFromResourceRequest;

/** What of ElastiCache is supported. */
final class ElastiCacheOperations {
    static final ServiceInfo INFO = new ServiceInfo(
            "elasticache",
            "elasticache",
            Protocol.AWS_QUERY,
            "2015-02-02",
            "http://elasticache.amazonaws.com/doc/2015-02-02/",
            "");

    static Operations of(Surroundings around, CacheVersions versions, Attendant attendant) {
        var operations = new Operations(INFO);
        var store = around.store();
        var networks = around.networks();
        var groups = new CacheSubnetGroups(store, networks);
        var caches = new Caches(store, networks, attendant, around.ids());
        var keys = new CacheKeys(store, versions);
        subnetGroups(operations, groups, keys);
        clusters(operations, new CacheClusters(caches, groups, versions), keys);
        replicationGroups(operations, new ReplicationGroups(caches, groups, versions), keys);
        serverless(operations, new ServerlessCaches(caches, groups, versions, networks), keys);
        tags(operations, new CacheTags(store), keys);
        operations
                .on(DescribeCacheEngineVersionsRequest.class, versions::versions)
                .enforced("Engine", "EngineVersion", "CacheParameterGroupFamily", "DefaultOnly", "MaxRecords", "Marker")
                .anyResource();
        operations
                .on(DescribeCacheParameterGroupsRequest.class, versions::parameterGroups)
                .enforced("CacheParameterGroupName", "MaxRecords", "Marker")
                .permissions((i, c) -> List.of(keys.on("DescribeCacheParameterGroups", "parametergroup",
                        i.cacheParameterGroupName(), c)));
        return operations;
    }

    private static void subnetGroups(Operations operations, CacheSubnetGroups groups, CacheKeys keys) {
        operations
                .on(CreateCacheSubnetGroupRequest.class, groups::create)
                .enforced("CacheSubnetGroupName", "CacheSubnetGroupDescription", "SubnetIds", "Tags")
                .permissions((i, c) -> keys.making("CreateCacheSubnetGroup", "subnetgroup",
                        i.cacheSubnetGroupName(), i.tags(), c))
                .context((i, c) -> CacheKeys.requested(i.tags()).map());
        operations
                .on(DescribeCacheSubnetGroupsRequest.class, groups::describe)
                .enforced("CacheSubnetGroupName", "MaxRecords", "Marker")
                .permissions((i, c) -> List.of(keys.on("DescribeCacheSubnetGroups", "subnetgroup", i.cacheSubnetGroupName(), c)));
        operations
                .on(ModifyCacheSubnetGroupRequest.class, groups::modify)
                .enforced("CacheSubnetGroupName", "CacheSubnetGroupDescription", "SubnetIds")
                .permissions((i, c) -> List.of(keys.on("ModifyCacheSubnetGroup", "subnetgroup", i.cacheSubnetGroupName(), c)));
        operations
                .on(DeleteCacheSubnetGroupRequest.class, groups::delete)
                .enforced("CacheSubnetGroupName")
                .permissions((i, c) -> List.of(keys.on("DeleteCacheSubnetGroup", "subnetgroup", i.cacheSubnetGroupName(), c)));
    }

    private static void clusters(Operations operations, CacheClusters clusters, CacheKeys keys) {
        operations
                .on(CreateCacheClusterRequest.class, clusters::create)
                .enforced("CacheClusterId", "NumCacheNodes", "CacheNodeType", "Engine", "EngineVersion", "Port", "Tags")
                .enforced("CacheParameterGroupName", "CacheSubnetGroupName", "SecurityGroupIds", "AZMode")
                .enforced("PreferredAvailabilityZone", "PreferredAvailabilityZones", "NetworkType", "IpDiscovery")
                .enforced("TransitEncryptionEnabled")
                .recorded("PreferredMaintenanceWindow", "AutoMinorVersionUpgrade", "SnapshotRetentionLimit")
                .recorded("SnapshotWindow")
                .refused("ReplicationGroupId", "CacheSecurityGroupNames", "SnapshotArns", "SnapshotName", "AuthToken")
                .refused("NotificationTopicArn", "OutpostMode", "PreferredOutpostArn", "PreferredOutpostArns")
                .refused("LogDeliveryConfigurations")
                .permissions(keys::creating)
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DescribeCacheClustersRequest.class, clusters::describe)
                .enforced("CacheClusterId", "MaxRecords", "Marker", "ShowCacheNodeInfo")
                .enforced("ShowCacheClustersNotInReplicationGroups")
                .permissions((i, c) -> List.of(keys.on("DescribeCacheClusters", "cluster", i.cacheClusterId(), c)));
        operations
                .on(ModifyCacheClusterRequest.class, clusters::modify)
                .enforced("CacheClusterId", "NumCacheNodes", "SecurityGroupIds", "CacheParameterGroupName")
                .enforced("ApplyImmediately", "EngineVersion", "CacheNodeType")
                .recorded("PreferredMaintenanceWindow", "AutoMinorVersionUpgrade", "SnapshotRetentionLimit")
                .recorded("SnapshotWindow")
                .refused("CacheNodeIdsToRemove", "AZMode", "NewAvailabilityZones", "CacheSecurityGroupNames")
                .refused("NotificationTopicArn", "NotificationTopicStatus", "AuthToken", "AuthTokenUpdateStrategy")
                .refused("LogDeliveryConfigurations", "IpDiscovery", "ScaleConfig", "Engine")
                .permissions(keys::modifying)
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DeleteCacheClusterRequest.class, clusters::delete)
                .enforced("CacheClusterId")
                .refused("FinalSnapshotIdentifier")
                .permissions((i, c) -> List.of(keys.on("DeleteCacheCluster", "cluster", i.cacheClusterId(), c)));
        operations
                .on(RebootCacheClusterRequest.class, clusters::reboot)
                .enforced("CacheClusterId", "CacheNodeIdsToReboot")
                .permissions((i, c) -> List.of(keys.on("RebootCacheCluster", "cluster", i.cacheClusterId(), c)));
    }

    private static void replicationGroups(Operations operations, ReplicationGroups groups, CacheKeys keys) {
        operations
                .on(CreateReplicationGroupRequest.class, groups::create)
                .enforced("ReplicationGroupId", "AutomaticFailoverEnabled", "MultiAZEnabled", "NumCacheClusters")
                .enforced("PreferredCacheClusterAZs", "NumNodeGroups", "ReplicasPerNodeGroup", "CacheNodeType", "Engine")
                .enforced("EngineVersion", "CacheParameterGroupName", "CacheSubnetGroupName", "SecurityGroupIds", "Tags")
                .enforced("Port", "AuthToken", "TransitEncryptionEnabled", "NetworkType", "IpDiscovery", "ClusterMode")
                .enforced("TransitEncryptionMode")
                .recorded("ReplicationGroupDescription", "PreferredMaintenanceWindow", "AutoMinorVersionUpgrade")
                .recorded("SnapshotRetentionLimit", "SnapshotWindow", "AtRestEncryptionEnabled")
                .refused("GlobalReplicationGroupId", "PrimaryClusterId", "NodeGroupConfiguration", "SnapshotArns")
                .refused("CacheSecurityGroupNames", "SnapshotName", "NotificationTopicArn", "KmsKeyId", "UserGroupIds")
                .refused("LogDeliveryConfigurations", "DataTieringEnabled", "ServerlessCacheSnapshotName")
                .refused("Durability")
                .permissions(keys::creating)
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DescribeReplicationGroupsRequest.class, groups::describe)
                .enforced("ReplicationGroupId", "MaxRecords", "Marker")
                .permissions((i, c) -> List.of(keys.on("DescribeReplicationGroups", "replicationgroup",
                        i.replicationGroupId(), c)));
        operations
                .on(ModifyReplicationGroupRequest.class, groups::modify)
                .enforced("ReplicationGroupId", "AutomaticFailoverEnabled", "MultiAZEnabled", "SecurityGroupIds")
                .enforced("CacheParameterGroupName", "ApplyImmediately", "EngineVersion", "CacheNodeType")
                .recorded("ReplicationGroupDescription", "PreferredMaintenanceWindow", "AutoMinorVersionUpgrade")
                .recorded("SnapshotRetentionLimit", "SnapshotWindow")
                .refused("PrimaryClusterId", "SnapshottingClusterId", "NodeGroupId", "CacheSecurityGroupNames")
                .refused("NotificationTopicArn", "NotificationTopicStatus", "AuthToken", "AuthTokenUpdateStrategy")
                .refused("UserGroupIdsToAdd", "UserGroupIdsToRemove", "RemoveUserGroups", "LogDeliveryConfigurations")
                .refused("IpDiscovery", "TransitEncryptionEnabled", "TransitEncryptionMode", "ClusterMode", "Engine")
                .refused("Durability")
                .permissions(keys::modifying)
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DeleteReplicationGroupRequest.class, groups::delete)
                .enforced("ReplicationGroupId", "RetainPrimaryCluster")
                .refused("FinalSnapshotIdentifier")
                .permissions((i, c) -> List.of(keys.on("DeleteReplicationGroup", "replicationgroup", i.replicationGroupId(), c)));
    }

    private static void serverless(Operations operations, ServerlessCaches caches, CacheKeys keys) {
        operations
                .on(CreateServerlessCacheRequest.class, caches::create)
                .enforced("ServerlessCacheName", "Engine", "MajorEngineVersion", "SecurityGroupIds", "Tags", "SubnetIds")
                .recorded("Description", "CacheUsageLimits", "SnapshotRetentionLimit", "DailySnapshotTime")
                .refused("KmsKeyId", "SnapshotArnsToRestore", "UserGroupId", "NetworkType")
                .refused("ConnectionType")
                .permissions((i, c) -> keys.making("CreateServerlessCache", "serverlesscache",
                        i.serverlessCacheName(), i.tags(), c))
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DescribeServerlessCachesRequest.class, caches::describe)
                .enforced("ServerlessCacheName", "MaxResults", "NextToken")
                .permissions((i, c) -> List.of(keys.on("DescribeServerlessCaches", "serverlesscache",
                        i.serverlessCacheName(), c)));
        operations
                .on(ModifyServerlessCacheRequest.class, caches::modify)
                .enforced("ServerlessCacheName", "SecurityGroupIds")
                .recorded("Description", "CacheUsageLimits", "SnapshotRetentionLimit", "DailySnapshotTime")
                .refused("RemoveUserGroup", "UserGroupId", "Engine", "MajorEngineVersion")
                .permissions((i, c) -> List.of(keys.on("ModifyServerlessCache", "serverlesscache", i.serverlessCacheName(), c)))
                .context((i, c) -> CacheKeys.of(i));
        operations
                .on(DeleteServerlessCacheRequest.class, caches::delete)
                .enforced("ServerlessCacheName")
                .refused("FinalSnapshotName")
                .permissions((i, c) -> List.of(keys.on("DeleteServerlessCache", "serverlesscache", i.serverlessCacheName(), c)));
    }

    private static void tags(Operations operations, CacheTags tags, CacheKeys keys) {
        operations
                .on(AddTagsToResourceRequest.class, tags::add)
                .enforced("ResourceName", "Tags")
                .permissions((i, c) -> List.of(keys.ofArn("AddTagsToResource", i.resourceName(), c)))
                .context((i, c) -> CacheKeys.requested(i.tags()).map());
        operations
                .on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceName")
                .permissions((i, c) -> List.of(keys.ofArn("ListTagsForResource", i.resourceName(), c)));
        operations
                .on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceName", "TagKeys")
                .permissions((i, c) -> List.of(keys.ofArn("RemoveTagsFromResource", i.resourceName(), c)))
                .context((i, c) -> ConditionKeys.untagging(i.tagKeys()).map());
    }

    private ElastiCacheOperations() {}
}
