package dev.remora.rds;

import dev.remora.fleet.Surroundings;
import dev.remora.wire.Call;
import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

    static Operations of(Surroundings around, Provisioner provisioner, ProxyView proxyView, RolePassing passing) {
        var operations = new Operations(INFO);
        var store = around.store();
        var networks = around.networks();
        var groups = new DbSubnetGroups(store, networks);
        var versions = new EngineVersions(around.engines());
        var instances = new DbInstances(store, networks, groups, versions, provisioner, around.ids());
        subnetGroups(operations, groups);
        createInstance(operations, instances);
        modifyInstance(operations, new InstanceChanges(instances, networks, provisioner, around.ids()));
        otherInstances(operations, instances);
        var proxies = new DbProxies(store, networks, instances, around.engines(), proxyView, passing, around.ids());
        ProxyOperations.on(operations, proxies, new ProxyTargets(proxies, instances, proxyView));
        tags(operations, new Tags(store));
        operations
                .on(DescribeDbEngineVersionsRequest.class, versions::describe)
                .enforced(
                        "Engine", "EngineVersion", "DBParameterGroupFamily", "DefaultOnly", "IncludeAll", "MaxRecords")
                .recorded("ListSupportedCharacterSets", "ListSupportedTimezones")
                .refused("Filters", "Marker");
        return operations;
    }

    private static void subnetGroups(Operations operations, DbSubnetGroups groups) {
        operations
                .on(CreateDbSubnetGroupRequest.class, groups::create)
                .enforced("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds", "Tags")
                .resources((i, c) -> List.of(subnetGroup(c, i.dbSubnetGroupName())));
        operations
                .on(DescribeDbSubnetGroupsRequest.class, groups::describe)
                .enforced("DBSubnetGroupName", "MaxRecords", "Marker", "Filters")
                .resources((i, c) -> List.of(subnetGroup(c, i.dbSubnetGroupName())));
        operations
                .on(ModifyDbSubnetGroupRequest.class, groups::modify)
                .enforced("DBSubnetGroupName", "DBSubnetGroupDescription", "SubnetIds")
                .resources((i, c) -> List.of(subnetGroup(c, i.dbSubnetGroupName())));
        operations
                .on(DeleteDbSubnetGroupRequest.class, groups::delete)
                .enforced("DBSubnetGroupName")
                .resources((i, c) -> List.of(subnetGroup(c, i.dbSubnetGroupName())));
    }

    private static void createInstance(Operations operations, DbInstances instances) {
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
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
    }

    private static void modifyInstance(Operations operations, InstanceChanges changes) {
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
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
    }

    private static void otherInstances(Operations operations, DbInstances instances) {
        operations
                .on(DescribeDbInstancesRequest.class, instances::describe)
                .enforced("DBInstanceIdentifier", "Filters", "MaxRecords", "Marker")
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
        operations
                .on(DeleteDbInstanceRequest.class, instances::delete)
                .enforced("DBInstanceIdentifier", "SkipFinalSnapshot")
                .recorded("DeleteAutomatedBackups")
                .refused("FinalDBSnapshotIdentifier")
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
        operations
                .on(StopDbInstanceRequest.class, instances::stop)
                .enforced("DBInstanceIdentifier")
                .refused("DBSnapshotIdentifier")
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
        operations
                .on(StartDbInstanceRequest.class, instances::start)
                .enforced("DBInstanceIdentifier")
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
        operations
                .on(RebootDbInstanceRequest.class, instances::reboot)
                .enforced("DBInstanceIdentifier", "ForceFailover")
                .resources((i, c) -> List.of(instance(c, i.dbInstanceIdentifier())));
    }

    private static void tags(Operations operations, Tags tags) {
        operations
                .on(AddTagsToResourceRequest.class, tags::add)
                .enforced("ResourceName", "Tags")
                .resources((i, c) -> List.of(i.resourceName()));
        operations
                .on(ListTagsForResourceRequest.class, tags::list)
                .enforced("ResourceName")
                .refused("Filters")
                .resources((i, c) -> List.of(i.resourceName()));
        operations
                .on(RemoveTagsFromResourceRequest.class, tags::remove)
                .enforced("ResourceName", "TagKeys")
                .resources((i, c) -> List.of(i.resourceName()));
    }

    private static String instance(Call call, @Nullable String id) {
        return arn(call, "db", id);
    }

    private static String subnetGroup(Call call, @Nullable String name) {
        return arn(call, "subgrp", name);
    }

    private static String arn(Call call, String type, @Nullable String id) {
        String last = id == null || id.isEmpty() ? "*" : id.substring(id.lastIndexOf(':') + 1);
        return "arn:aws:rds:" + call.region() + ":" + call.account() + ":" + type + ":" + last;
    }

    private RdsOperations() {}
}
