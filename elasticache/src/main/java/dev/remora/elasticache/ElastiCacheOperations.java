package dev.remora.elasticache;

import dev.remora.fleet.Attendant;
import dev.remora.fleet.Surroundings;
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
        subnetGroups(operations, groups);
        clusters(operations, new CacheClusters(caches, groups, versions));
        replicationGroups(operations, new ReplicationGroups(caches, groups, versions));
        serverless(operations, new ServerlessCaches(caches, groups, versions, networks));
        tags(operations, new CacheTags(store));
        operations
                .on(DescribeCacheEngineVersionsRequest.class, versions::versions)
                .enforced("Engine", "EngineVersion", "CacheParameterGroupFamily", "DefaultOnly", "MaxRecords", "Marker");
        operations
                .on(DescribeCacheParameterGroupsRequest.class, versions::parameterGroups)
                .enforced("CacheParameterGroupName", "MaxRecords", "Marker")
                .resources((i, c) -> List.of(CacheArns.of(c, "parametergroup", i.cacheParameterGroupName())));
        return operations;
    }

    private static void subnetGroups(Operations operations, CacheSubnetGroups groups) {
        operations
                .on(CreateCacheSubnetGroupRequest.class, groups::create)
                .enforced("CacheSubnetGroupName", "CacheSubnetGroupDescription", "SubnetIds", "Tags")
                .resources((i, c) -> List.of(CacheArns.of(c, "subnetgroup", i.cacheSubnetGroupName())));
        operations
                .on(DescribeCacheSubnetGroupsRequest.class, groups::describe)
                .enforced("CacheSubnetGroupName", "MaxRecords", "Marker")
                .resources((i, c) -> List.of(CacheArns.of(c, "subnetgroup", i.cacheSubnetGroupName())));
        operations
                .on(ModifyCacheSubnetGroupRequest.class, groups::modify)
                .enforced("CacheSubnetGroupName", "CacheSubnetGroupDescription", "SubnetIds")
                .resources((i, c) -> List.of(CacheArns.of(c, "subnetgroup", i.cacheSubnetGroupName())));
        operations
                .on(DeleteCacheSubnetGroupRequest.class, groups::delete)
                .enforced("CacheSubnetGroupName")
                .resources((i, c) -> List.of(CacheArns.of(c, "subnetgroup", i.cacheSubnetGroupName())));
    }

    private static void clusters(Operations operations, CacheClusters clusters) {
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
                .resources((i, c) -> List.of(CacheArns.of(c, "cluster", i.cacheClusterId())));
        operations
                .on(DescribeCacheClustersRequest.class, clusters::describe)
                .enforced("CacheClusterId", "MaxRecords", "Marker", "ShowCacheNodeInfo")
                .enforced("ShowCacheClustersNotInReplicationGroups")
                .resources((i, c) -> List.of(CacheArns.of(c, "cluster", i.cacheClusterId())));
        operations
                .on(ModifyCacheClusterRequest.class, clusters::modify)
                .enforced("CacheClusterId", "NumCacheNodes", "SecurityGroupIds", "CacheParameterGroupName")
                .enforced("ApplyImmediately", "EngineVersion", "CacheNodeType")
                .recorded("PreferredMaintenanceWindow", "AutoMinorVersionUpgrade", "SnapshotRetentionLimit")
                .recorded("SnapshotWindow")
                .refused("CacheNodeIdsToRemove", "AZMode", "NewAvailabilityZones", "CacheSecurityGroupNames")
                .refused("NotificationTopicArn", "NotificationTopicStatus", "AuthToken", "AuthTokenUpdateStrategy")
                .refused("LogDeliveryConfigurations", "IpDiscovery", "ScaleConfig", "Engine")
                .resources((i, c) -> List.of(CacheArns.of(c, "cluster", i.cacheClusterId())));
        operations
                .on(DeleteCacheClusterRequest.class, clusters::delete)
                .enforced("CacheClusterId")
                .refused("FinalSnapshotIdentifier")
                .resources((i, c) -> List.of(CacheArns.of(c, "cluster", i.cacheClusterId())));
        operations
                .on(RebootCacheClusterRequest.class, clusters::reboot)
                .enforced("CacheClusterId", "CacheNodeIdsToReboot")
                .resources((i, c) -> List.of(CacheArns.of(c, "cluster", i.cacheClusterId())));
    }

    private static void replicationGroups(Operations operations, ReplicationGroups groups) {
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
                .resources((i, c) -> List.of(CacheArns.of(c, "replicationgroup", i.replicationGroupId())));
        operations
                .on(DescribeReplicationGroupsRequest.class, groups::describe)
                .enforced("ReplicationGroupId", "MaxRecords", "Marker")
                .resources((i, c) -> List.of(CacheArns.of(c, "replicationgroup", i.replicationGroupId())));
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
                .resources((i, c) -> List.of(CacheArns.of(c, "replicationgroup", i.replicationGroupId())));
        operations
                .on(DeleteReplicationGroupRequest.class, groups::delete)
                .enforced("ReplicationGroupId", "RetainPrimaryCluster")
                .refused("FinalSnapshotIdentifier")
                .resources((i, c) -> List.of(CacheArns.of(c, "replicationgroup", i.replicationGroupId())));
    }

    private static void serverless(Operations operations, ServerlessCaches caches) {
        operations
                .on(CreateServerlessCacheRequest.class, caches::create)
                .enforced("ServerlessCacheName", "Engine", "MajorEngineVersion", "SecurityGroupIds", "Tags", "SubnetIds")
                .recorded("Description", "CacheUsageLimits", "SnapshotRetentionLimit", "DailySnapshotTime")
                .refused("KmsKeyId", "SnapshotArnsToRestore", "UserGroupId", "NetworkType")
                .refused("ConnectionType")
                .resources((i, c) -> List.of(CacheArns.of(c, "serverlesscache", i.serverlessCacheName())));
        operations
                .on(DescribeServerlessCachesRequest.class, caches::describe)
                .enforced("ServerlessCacheName", "MaxResults", "NextToken")
                .resources((i, c) -> List.of(CacheArns.of(c, "serverlesscache", i.serverlessCacheName())));
        operations
                .on(ModifyServerlessCacheRequest.class, caches::modify)
                .enforced("ServerlessCacheName", "SecurityGroupIds")
                .recorded("Description", "CacheUsageLimits", "SnapshotRetentionLimit", "DailySnapshotTime")
                .refused("RemoveUserGroup", "UserGroupId", "Engine", "MajorEngineVersion")
                .resources((i, c) -> List.of(CacheArns.of(c, "serverlesscache", i.serverlessCacheName())));
        operations
                .on(DeleteServerlessCacheRequest.class, caches::delete)
                .enforced("ServerlessCacheName")
                .refused("FinalSnapshotName")
                .resources((i, c) -> List.of(CacheArns.of(c, "serverlesscache", i.serverlessCacheName())));
    }

    private static void tags(Operations operations, CacheTags tags) {
        operations
                .on(AddTagsToResourceRequest.class, tags::add)
                .enforced("ResourceName", "Tags")
                .resources((i, c) -> List.of(i.resourceName()));
        operations
                .on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceName")
                .resources((i, c) -> List.of(i.resourceName()));
        operations
                .on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceName", "TagKeys")
                .resources((i, c) -> List.of(i.resourceName()));
    }

    private ElastiCacheOperations() {}
}
