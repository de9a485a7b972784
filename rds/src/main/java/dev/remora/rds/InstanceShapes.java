package dev.remora.rds;

import dev.remora.fleet.Member.Status;
import dev.remora.store.Scope;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DBParameterGroupStatus;
import software.amazon.awssdk.services.rds.model.DBSubnetGroup;
import software.amazon.awssdk.services.rds.model.Endpoint;
import software.amazon.awssdk.services.rds.model.OptionGroupMembership;
import software.amazon.awssdk.services.rds.model.PendingModifiedValues;
import software.amazon.awssdk.services.rds.model.VpcSecurityGroupMembership;

/** DB instances in AWS's shape. */
final class InstanceShapes {
    /** The zone that AWS's RDS names of a region's endpoints are in; always the same here. */
    private static final String HOSTED_ZONE = "Z2R2ITUGPM61AM";

    static String arn(Scope scope, String id) {
        return "arn:aws:rds:" + scope.region() + ":" + scope.account() + ":db:" + id;
    }

    /** AWS's word. */
    static String text(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    static DBInstance shape(Scope scope, Database database, Optional<DBSubnetGroup> subnetGroup) {
        var version = EngineVersions.recorded(database.server());
        var kept = database.kept();
        var place = database.place();
        boolean reachable =
                database.status() != Status.CREATING && !place.address().isEmpty();
        var endpoint = Endpoint.builder()
                .address(place.endpoint())
                .port(database.server().port())
                .hostedZoneId(HOSTED_ZONE)
                .build();
        return DBInstance.builder()
                .dbInstanceIdentifier(database.id())
                .dbInstanceArn(arn(scope, database.id()))
                .dbiResourceId(database.resourceId())
                .dbInstanceClass(database.server().instanceClass())
                .dbInstanceStatus(text(database.status()))
                .engine(version.engine().text())
                .engineVersion(version.number())
                .licenseModel(version.engine().license())
                .masterUsername(database.master().username())
                .dbName(orNull(database.name()))
                .endpoint(reachable ? endpoint : null)
                .dbInstancePort(0)
                .instanceCreateTime(database.status() == Status.CREATING ? null : database.created())
                .availabilityZone(orNull(place.zone()))
                .dbSubnetGroup(subnetGroup.orElse(null))
                .vpcSecurityGroups(place.groups().stream()
                        .sorted()
                        .map(g -> VpcSecurityGroupMembership.builder()
                                .vpcSecurityGroupId(g)
                                .status("active")
                                .build())
                        .toList())
                .dbSecurityGroups(List.of())
                .dbParameterGroups(DBParameterGroupStatus.builder()
                        .dbParameterGroupName(version.parameterGroup())
                        .parameterApplyStatus("in-sync")
                        .build())
                .optionGroupMemberships(OptionGroupMembership.builder()
                        .optionGroupName(version.optionGroup())
                        .status("in-sync")
                        .build())
                .pendingModifiedValues(PendingModifiedValues.builder().build())
                .allocatedStorage(kept.allocatedGiB())
                .storageType(kept.storageType())
                .iops(orNull(kept.iops()))
                .storageThroughput(orNull(kept.storageThroughput()))
                .maxAllocatedStorage(orNull(kept.maxAllocatedGiB()))
                .storageEncrypted(kept.storageEncrypted())
                .multiAZ(kept.multiAz())
                .publiclyAccessible(kept.publiclyAccessible())
                .autoMinorVersionUpgrade(kept.autoMinorVersionUpgrade())
                .copyTagsToSnapshot(kept.copyTagsToSnapshot())
                .backupRetentionPeriod(kept.backupRetentionDays())
                .preferredBackupWindow(kept.backupWindow())
                .preferredMaintenanceWindow(kept.maintenanceWindow())
                .caCertificateIdentifier(kept.caCertificate())
                .monitoringInterval(kept.monitoringIntervalSeconds())
                .performanceInsightsEnabled(kept.performanceInsights())
                .iamDatabaseAuthenticationEnabled(false)
                .deletionProtection(database.deletionProtection())
                .networkType("IPV4")
                .backupTarget("region")
                .tagList(Tags.list(database.tags()))
                .build();
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable Integer orNull(int number) {
        return number == 0 ? null : number;
    }

    private InstanceShapes() {}
}
