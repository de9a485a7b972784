package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Member.Status;
import dev.remora.rds.Database.Kept;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceResponse;

/**
 * ModifyDBInstance. What it changes is in force when it answers: groups at the interface, the password in the server. Only
 * another class needs a new start of the server, which is {@code modifying} until then.
 */
final class InstanceChanges {
    private final DbInstances instances;
    private final Networks networks;
    private final Provisioner provisioner;
    private final Ids ids;

    InstanceChanges(DbInstances instances, Networks networks, Provisioner provisioner, Ids ids) {
        this.instances = instances;
        this.networks = networks;
        this.provisioner = provisioner;
        this.ids = ids;
    }

    ModifyDbInstanceResponse modify(ModifyDbInstanceRequest request, Call call) {
        Scope scope = DbInstances.scope(call);
        String id = DbInstances.idOf(request.dbInstanceIdentifier());
        Database now = instances.require(scope, id);
        if (now.status() != Status.AVAILABLE) {
            throw RdsErrors.instanceState("Database instance is not in available state.");
        }
        check(request, now);
        Kept kept = kept(now.kept(), request);
        if (kept.allocatedGiB() < now.kept().allocatedGiB()) {
            throw RdsErrors.combination("Requested storage size cannot be less than the current one: "
                    + kept.allocatedGiB() + " < " + now.kept().allocatedGiB());
        }
        Set<String> groups = request.vpcSecurityGroupIds().isEmpty()
                ? now.place().groups()
                : instances.groups(scope, now.place().vpcId(), request.vpcSecurityGroupIds());
        Database.Master master = master(scope, now, request.masterUserPassword());
        if (!groups.equals(now.place().groups())) {
            networks.regroup(scope, now.place().interfaceId(), groups);
        }
        boolean protection = or(request.deletionProtection(), now.deletionProtection());
        var server = now.server().with(or(request.dbInstanceClass(), now.server().instanceClass()));
        var changed = instances.change(scope, id, (tx, newest) -> newest.with(newest.place().regrouped(groups))
                .with(master)
                .with(kept)
                .with(server)
                .with(modifying(newest, server))
                .protectedBy(protection));
        if (changed.status() == Status.MODIFYING) {
            provisioner.attend(scope, id);
        }
        return ModifyDbInstanceResponse.builder()
                .dbInstance(instances.shape(scope, changed))
                .build();
    }

    private static Status modifying(Database newest, Database.Server server) {
        boolean anew = newest.status() == Status.AVAILABLE && !server.equals(newest.server());
        return anew ? Status.MODIFYING : newest.status();
    }

    private static void check(ModifyDbInstanceRequest request, Database now) {
        var version = EngineVersions.recorded(now.server());
        String asked = request.engineVersion();
        if (asked != null && !asked.equals(version.number()) && !asked.equals(version.major())) {
            throw RdsErrors.combination("Cannot find upgrade target from " + version.number()
                    + " with requested version " + asked + ".");
        }
        InstanceRequest.groups(version, request.dbParameterGroupName(), request.optionGroupName());
        InstanceRequest.networkType(request.networkType());
        if (Boolean.TRUE.equals(request.enableIAMDatabaseAuthentication())) {
            throw RdsErrors.combination("IAM Database Authentication is not supported for this configuration.");
        }
        if (request.masterUserPassword() != null) {
            InstanceRequest.password(version.engine(), request.masterUserPassword());
        }
        if (request.dbInstanceClass() != null
                && !request.dbInstanceClass().equals(now.server().instanceClass())) {
            InstanceRequest.instanceClass(request.dbInstanceClass());
            if (!Boolean.TRUE.equals(request.applyImmediately())) {
                throw RdsErrors.combination(
                        "There are no maintenance windows here: change DBInstanceClass with ApplyImmediately.");
            }
        }
    }

    private Database.Master master(Scope scope, Database now, @Nullable String password) {
        if (password == null) {
            return now.master();
        }
        byte[] salt = HexFormat.of().parseHex(ids.hex(2 * Verifier.SALT_BYTES));
        String verifier = Verifier.of(now.server().engine(), password, salt);
        try {
            provisioner.password(scope, now, verifier);
        } catch (IOException unreachable) {
            throw RdsErrors.instanceState("Database instance is not in available state.");
        }
        return new Database.Master(now.master().username(), verifier);
    }

    private static Kept kept(Kept now, ModifyDbInstanceRequest request) {
        return new Kept(
                or(request.allocatedStorage(), now.allocatedGiB()),
                or(request.storageType(), now.storageType()),
                or(request.iops(), now.iops()),
                or(request.storageThroughput(), now.storageThroughput()),
                or(request.maxAllocatedStorage(), now.maxAllocatedGiB()),
                or(request.multiAZ(), now.multiAz()),
                or(request.publiclyAccessible(), now.publiclyAccessible()),
                now.storageEncrypted(),
                or(request.autoMinorVersionUpgrade(), now.autoMinorVersionUpgrade()),
                or(request.copyTagsToSnapshot(), now.copyTagsToSnapshot()),
                or(request.backupRetentionPeriod(), now.backupRetentionDays()),
                or(request.preferredBackupWindow(), now.backupWindow()),
                or(request.preferredMaintenanceWindow(), now.maintenanceWindow()),
                or(request.caCertificateIdentifier(), now.caCertificate()),
                or(request.monitoringInterval(), now.monitoringIntervalSeconds()),
                or(request.enablePerformanceInsights(), now.performanceInsights()));
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
