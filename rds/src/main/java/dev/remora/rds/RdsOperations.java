package dev.remora.rds;

import dev.remora.fleet.Surroundings;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.rds.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.CreateDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbEngineVersionsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbSubnetGroupsRequest;
import software.amazon.awssdk.services.rds.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.RebootDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.rds.model.StartDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.StopDbInstanceRequest;

/** What of RDS is supported. */
final class RdsOperations {
    static final ServiceInfo INFO = new ServiceInfo(
            "rds", "rds", Protocol.AWS_QUERY, "2014-10-31", "http://rds.amazonaws.com/doc/2014-10-31/", "");

    static Operations of(Surroundings around, Provisioner provisioner, ProxyView proxyView, ProxyRole role) {
        var operations = new Operations(INFO);
        var store = around.store();
        var networks = around.networks();
        var groups = new DbSubnetGroups(store, networks);
        var versions = new EngineVersions(around.engines());
        var instances = new DbInstances(store, networks, groups, versions, provisioner, around.ids());
        var keys = new RdsKeys(store, versions);
        subnetGroups(operations, groups, keys);
        createInstance(operations, instances, keys);
        modifyInstance(operations, new InstanceChanges(instances, networks, provisioner, around.ids()), keys);
        otherInstances(operations, instances, keys);
        var proxies = new DbProxies(store, networks, instances, around.engines(), proxyView, role, around.ids());
        ProxyOperations.on(operations, proxies, new ProxyTargets(proxies, instances, proxyView), keys);
        tags(operations, new Tags(store), keys);
        operations
                .on(DescribeDbEngineVersionsRequest.class, versions::describe)
                .enforced(
                        "Engine", "EngineVersion", "DBParameterGroupFamily", "DefaultOnly", "IncludeAll", "MaxRecords")
                .recorded("ListSupportedCharacterSets", "ListSupportedTimezones")
                .refused("Filters", "Marker")
                .anyResource();
        return operations;
    }

    private static void subnetGroups(Operations operations, DbSubnetGroups groups, RdsKeys keys) {
        operations
                .on(CreateDbSubnetGroupRequest.class, groups::create)
                .enforced("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds", "Tags")
                .permissions((i, c) -> making(i, c, keys))
                .context((i, c) -> RdsKeys.requested(i.tags()).map());
        operations
                .on(DescribeDbSubnetGroupsRequest.class, groups::describe)
                .enforced("DBSubnetGroupName", "MaxRecords", "Marker", "Filters")
                .permissions((i, c) -> List.of(keys.subnetGroup("rds:DescribeDBSubnetGroups", c, i.dbSubnetGroupName())));
        operations
                .on(ModifyDbSubnetGroupRequest.class, groups::modify)
                .enforced("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds")
                .permissions((i, c) -> List.of(keys.subnetGroup("rds:ModifyDBSubnetGroup", c, i.dbSubnetGroupName())));
        operations
                .on(DeleteDbSubnetGroupRequest.class, groups::delete)
                .enforced("DBSubnetGroupName")
                .permissions((i, c) -> List.of(keys.subnetGroup("rds:DeleteDBSubnetGroup", c, i.dbSubnetGroupName())));
    }

    private static void createInstance(Operations operations, DbInstances instances, RdsKeys keys) {
        operations
                .on(CreateDbInstanceRequest.class, instances::create)
                .enforced(
                        "DBInstanceIdentifier",
                        "DBName",
                        "DBInstanceClass",
                        "Engine",
                        "EngineVersion",
                        "MasterUsername")
                .enforced(
                        "MasterUserPassword",
                        "VpcSecurityGroupIds",
                        "AvailabilityZone",
                        "DBSubnetGroupName",
                        "Port",
                        "Tags")
                .enforced("DeletionProtection", "DBParameterGroupName", "OptionGroupName", "NetworkType")
                .enforced("EnableIAMDatabaseAuthentication", "ManageMasterUserPassword")
                .recorded(
                        "AllocatedStorage",
                        "StorageType",
                        "Iops",
                        "StorageThroughput",
                        "MaxAllocatedStorage",
                        "MultiAZ")
                .recorded("PubliclyAccessible", "StorageEncrypted", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot")
                .recorded(
                        "BackupRetentionPeriod", "PreferredBackupWindow", "PreferredMaintenanceWindow", "LicenseModel")
                .recorded("CACertificateIdentifier", "MonitoringInterval", "EnablePerformanceInsights", "BackupTarget")
                .recorded("EngineLifecycleSupport", "PerformanceInsightsRetentionPeriod", "DatabaseInsightsMode")
                .refused("DBSecurityGroups", "CharacterSetName", "NcharCharacterSetName", "DBClusterIdentifier")
                .refused("TdeCredentialArn", "TdeCredentialPassword", "KmsKeyId", "Domain", "DomainFqdn", "DomainOu")
                .refused(
                        "DomainAuthSecretArn",
                        "DomainDnsIps",
                        "DomainIAMRoleName",
                        "MonitoringRoleArn",
                        "PromotionTier")
                .refused("Timezone", "PerformanceInsightsKMSKeyId", "EnableCloudwatchLogsExports", "ProcessorFeatures")
                .refused("EnableCustomerOwnedIp", "CustomIamInstanceProfile", "DBSystemId", "MasterUserSecretKmsKeyId")
                .refused("MultiTenant", "DedicatedLogVolume", "AdditionalStorageVolumes", "TagSpecifications")
                .refused("MasterUserAuthenticationType")
                .permissions(keys::creating)
                .context((i, c) -> RdsKeys.requested(i));
    }

    private static void modifyInstance(Operations operations, InstanceChanges changes, RdsKeys keys) {
        operations
                .on(ModifyDbInstanceRequest.class, changes::modify)
                .enforced("DBInstanceIdentifier", "VpcSecurityGroupIds", "MasterUserPassword", "DeletionProtection")
                .enforced("EngineVersion", "DBParameterGroupName", "OptionGroupName", "NetworkType")
                .enforced("EnableIAMDatabaseAuthentication", "DBInstanceClass", "ApplyImmediately")
                .recorded(
                        "AllocatedStorage",
                        "StorageType",
                        "Iops",
                        "StorageThroughput",
                        "MaxAllocatedStorage",
                        "MultiAZ")
                .recorded(
                        "PubliclyAccessible", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot", "BackupRetentionPeriod")
                .recorded(
                        "PreferredBackupWindow",
                        "PreferredMaintenanceWindow",
                        "LicenseModel",
                        "CACertificateIdentifier")
                .recorded("MonitoringInterval", "EnablePerformanceInsights")
                .recorded(
                        "AllowMajorVersionUpgrade", "CertificateRotationRestart", "PerformanceInsightsRetentionPeriod")
                .recorded("DatabaseInsightsMode", "EngineLifecycleSupport")
                .refused(
                        "DBSubnetGroupName",
                        "DBSecurityGroups",
                        "NewDBInstanceIdentifier",
                        "DBPortNumber")
                .refused(
                        "TdeCredentialArn",
                        "TdeCredentialPassword",
                        "Domain",
                        "DomainFqdn",
                        "DomainOu",
                        "DomainAuthSecretArn")
                .refused("DomainDnsIps", "DomainIAMRoleName", "DisableDomain", "MonitoringRoleArn", "PromotionTier")
                .refused("PerformanceInsightsKMSKeyId", "CloudwatchLogsExportConfiguration", "ProcessorFeatures")
                .refused(
                        "UseDefaultProcessorFeatures",
                        "ReplicaMode",
                        "AutomationMode",
                        "ResumeFullAutomationModeMinutes")
                .refused("EnableCustomerOwnedIp", "AwsBackupRecoveryPointArn", "ManageMasterUserPassword")
                .refused(
                        "RotateMasterUserPassword",
                        "MasterUserSecretKmsKeyId",
                        "MultiTenant",
                        "DedicatedLogVolume",
                        "Engine")
                .refused("AdditionalStorageVolumes", "TagSpecifications", "MasterUserAuthenticationType")
                .permissions(keys::modifying);
    }

    private static void otherInstances(Operations operations, DbInstances instances, RdsKeys keys) {
        operations
                .on(DescribeDbInstancesRequest.class, instances::describe)
                .enforced("DBInstanceIdentifier", "Filters", "MaxRecords", "Marker")
                .permissions((i, c) -> List.of(keys.instance("rds:DescribeDBInstances", c, i.dbInstanceIdentifier())));
        operations
                .on(DeleteDbInstanceRequest.class, instances::delete)
                .enforced("DBInstanceIdentifier", "SkipFinalSnapshot")
                .recorded("DeleteAutomatedBackups")
                .refused("FinalDBSnapshotIdentifier")
                .permissions((i, c) -> List.of(keys.instance("rds:DeleteDBInstance", c, i.dbInstanceIdentifier())));
        operations
                .on(StopDbInstanceRequest.class, instances::stop)
                .enforced("DBInstanceIdentifier")
                .refused("DBSnapshotIdentifier")
                .permissions((i, c) -> List.of(keys.instance("rds:StopDBInstance", c, i.dbInstanceIdentifier())));
        operations
                .on(StartDbInstanceRequest.class, instances::start)
                .enforced("DBInstanceIdentifier")
                .permissions((i, c) -> List.of(keys.instance("rds:StartDBInstance", c, i.dbInstanceIdentifier())));
        operations
                .on(RebootDbInstanceRequest.class, instances::reboot)
                .enforced("DBInstanceIdentifier", "ForceFailover")
                .permissions((i, c) -> List.of(keys.instance("rds:RebootDBInstance", c, i.dbInstanceIdentifier())));
    }

    private static void tags(Operations operations, Tags tags, RdsKeys keys) {
        operations
                .on(AddTagsToResourceRequest.class, tags::add)
                .enforced("ResourceName", "Tags")
                .permissions((i, c) -> List.of(keys.ofArn("rds:AddTagsToResource", c, i.resourceName())))
                .context((i, c) -> RdsKeys.requested(i.tags()).with("rds:TagsFromRequest", true).map());
        operations
                .on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceName")
                .refused("Filters")
                .permissions((i, c) -> List.of(keys.ofArn("rds:ListTagsForResource", c, i.resourceName())));
        operations
                .on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceName", "TagKeys")
                .permissions((i, c) -> List.of(keys.ofArn("rds:RemoveTagsFromResource", c, i.resourceName())))
                .context((i, c) -> ConditionKeys.untagging(i.tagKeys()).map());
    }

    private static List<Permission> making(CreateDbSubnetGroupRequest request, Call call, RdsKeys keys) {
        var needed = new ArrayList<Permission>();
        needed.add(keys.subnetGroup("rds:CreateDBSubnetGroup", call, request.dbSubnetGroupName()));
        needed.addAll(keys.tagging(needed.getFirst().resource(), request.tags()));
        return needed;
    }

    private RdsOperations() {}
}
