package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Letters;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Roll;
import dev.remora.fleet.SubnetGroup;
import dev.remora.rds.Database.Kept;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.CreateDbInstanceResponse;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.rds.model.DeleteDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbInstanceResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbInstancesResponse;
import software.amazon.awssdk.services.rds.model.Filter;
import software.amazon.awssdk.services.rds.model.RebootDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.RebootDbInstanceResponse;
import software.amazon.awssdk.services.rds.model.StartDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.StartDbInstanceResponse;
import software.amazon.awssdk.services.rds.model.StopDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.StopDbInstanceResponse;

/** DB instances: what is asked for becomes a document; {@link Provisioner} does the rest. */
final class DbInstances {
    private static final int SALT_HEX = 2 * Verifier.SALT_BYTES;
    private static final int ENDPOINT_LETTERS = 12;
    private static final int RESOURCE_ID_LETTERS = 26;

    private final Store store;
    private final Roll<Database> roll;
    private final Networks networks;
    private final DbSubnetGroups subnetGroups;
    private final EngineVersions versions;
    private final Provisioner provisioner;
    private final Ids ids;

    DbInstances(
            Store store,
            Networks networks,
            DbSubnetGroups subnetGroups,
            EngineVersions versions,
            Provisioner provisioner,
            Ids ids) {
        this.store = store;
        this.roll = new Roll<>(store, Database.KIND, RdsErrors::noInstance);
        this.versions = versions;
        this.networks = networks;
        this.subnetGroups = subnetGroups;
        this.provisioner = provisioner;
        this.ids = ids;
    }

    CreateDbInstanceResponse create(CreateDbInstanceRequest request, Call call) {
        Scope scope = scope(call);
        var checked = InstanceRequest.check(request, versions);
        String id = checked.id();
        String groupName =
                request.dbSubnetGroupName() == null ? SubnetGroup.DEFAULT : DbSubnetGroups.name(request.dbSubnetGroupName());
        SubnetGroup group = subnetGroups.require(scope, groupName);
        Set<String> groups = groups(scope, group.vpcId(), request.vpcSecurityGroupIds());
        var database = document(request, call, checked, group, groups);
        Database placed = placed(scope, database, group, Optional.ofNullable(request.availabilityZone()));
        provisioner.attend(scope, id);
        return CreateDbInstanceResponse.builder()
                .dbInstance(shape(scope, placed))
                .build();
    }

    private Database placed(Scope scope, Database database, SubnetGroup group, Optional<String> zone) {
        try {
            return roll.add(
                    scope,
                    database,
                    tx -> {
                        if (tx.get(Database.KIND, scope, database.id()).isPresent()) {
                            throw RdsErrors.instanceExists();
                        }
                        if (!group.name().equals(SubnetGroup.DEFAULT)) {
                            tx.get(DbSubnetGroups.KIND, scope, group.name())
                                    .orElseThrow(() -> RdsErrors.noSubnetGroup(group.name()));
                        }
                    },
                    () -> InstanceFleet.PLACEMENT.take(
                            networks, scope, database.place(), group.subnetIds(), zone, RdsErrors.noSubnetInZone()));
        } catch (AwsError refused) {
            throw refused.code().equals(Placement.FULL) ? RdsErrors.subnetsFull(group.name()) : refused;
        }
    }

    private Database document(
            CreateDbInstanceRequest request,
            Call call,
            InstanceRequest.Checked checked,
            SubnetGroup group,
            Set<String> groups) {
        String id = checked.id();
        DbEngine engine = checked.engine();
        int port = request.port() == null ? engine.port() : request.port();
        byte[] salt = HexFormat.of().parseHex(ids.hex(SALT_HEX));
        return new Database(
                id,
                "db-" + Letters.ofHex(ids.hex(64), RESOURCE_ID_LETTERS).toUpperCase(Locale.ROOT),
                Status.CREATING,
                new Database.Server(engine, checked.version().number(), request.dbInstanceClass(), port),
                Optional.ofNullable(request.dbName()).orElse(""),
                new Database.Master(request.masterUsername(), Verifier.of(engine, request.masterUserPassword(), salt)),
                Place.wanted(group.name(), group.vpcId(), groups, endpoint(call, id)),
                kept(request),
                Boolean.TRUE.equals(request.deletionProtection()),
                call.time(),
                Tags.of(request.tags()));
    }

    private static Kept kept(CreateDbInstanceRequest request) {
        return new Kept(
                request.allocatedStorage(),
                or(request.storageType(), "gp2"),
                or(request.iops(), 0),
                or(request.storageThroughput(), 0),
                or(request.maxAllocatedStorage(), 0),
                or(request.multiAZ(), false),
                or(request.publiclyAccessible(), false),
                or(request.storageEncrypted(), false),
                or(request.autoMinorVersionUpgrade(), true),
                or(request.copyTagsToSnapshot(), false),
                or(request.backupRetentionPeriod(), 1),
                or(request.preferredBackupWindow(), "07:00-07:30"),
                or(request.preferredMaintenanceWindow(), "sun:08:00-sun:08:30"),
                or(request.caCertificateIdentifier(), "rds-ca-rsa2048-g1"),
                or(request.monitoringInterval(), 0),
                or(request.enablePerformanceInsights(), false));
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /** The groups asked for, or the VPC's default one. */
    Set<String> groups(Scope scope, String vpcId, List<String> asked) {
        if (asked.isEmpty()) {
            return Set.of(networks.defaultGroup(scope, vpcId));
        }
        var groups = new TreeSet<String>();
        for (String id : new LinkedHashSet<>(asked)) {
            var group = networks.group(scope, id)
                    .orElseThrow(() -> RdsErrors.invalid("Invalid security group , groupId= " + id + ", groupName=."));
            if (!group.vpcId().equals(vpcId)) {
                throw RdsErrors.combination(
                        "The DB instance and EC2 security group are in different VPCs. The DB instance is in " + vpcId
                                + " and the EC2 security group is in " + group.vpcId());
            }
            groups.add(id);
        }
        return groups;
    }

    /** As on AWS, the middle part is the account's in the region, the same for all its instances. */
    private static String endpoint(Call call, String id) {
        String middle = Letters.ofText(call.account() + "/" + call.region(), ENDPOINT_LETTERS);
        return id + "." + middle + "." + call.region() + ".rds.amazonaws.com";
    }

    DescribeDbInstancesResponse describe(DescribeDbInstancesRequest request, Call call) {
        Scope scope = scope(call);
        if (request.dbInstanceIdentifier() != null
                && !request.dbInstanceIdentifier().isEmpty()) {
            Database found = require(scope, idOf(request.dbInstanceIdentifier()));
            return DescribeDbInstancesResponse.builder()
                    .dbInstances(shape(scope, found))
                    .build();
        }
        var matching = roll.all(scope).stream()
                .filter(database -> request.filters().stream().allMatch(f -> matches(scope, f, database)))
                .toList();
        var page = MarkerPage.of(call, matching, Database::id, request.maxRecords(), request.marker());
        return DescribeDbInstancesResponse.builder()
                .dbInstances(page.items().stream().map(d -> shape(scope, d)).toList())
                .marker(page.marker())
                .build();
    }

    private static boolean matches(Scope scope, Filter filter, Database database) {
        var values = filter.values();
        return switch (String.valueOf(filter.name())) {
            case "db-instance-id" ->
                values.contains(database.id()) || values.contains(InstanceShapes.arn(scope, database.id()));
            case "dbi-resource-id" -> values.contains(database.resourceId());
            case "engine" -> values.contains(database.server().engine().text());
            case "db-cluster-id", "domain" -> false;
            default -> throw RdsErrors.invalid("Unrecognized filter name: " + filter.name());
        };
    }

    DeleteDbInstanceResponse delete(DeleteDbInstanceRequest request, Call call) {
        Scope scope = scope(call);
        String id = idOf(request.dbInstanceIdentifier());
        boolean skip = Boolean.TRUE.equals(request.skipFinalSnapshot());
        require(scope, id);
        if (!skip) {
            throw RdsErrors.combination("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.");
        }
        var deleting = change(scope, id, (tx, database) -> {
            if (database.status() == Status.DELETING) {
                throw RdsErrors.instanceState("Instance " + id + " is already being deleted.");
            }
            if (database.deletionProtection()) {
                throw RdsErrors.combination(
                        "Cannot delete protected DB Instance, please disable deletion protection and try again.");
            }
            return database.with(Status.DELETING);
        });
        provisioner.attend(scope, id);
        return DeleteDbInstanceResponse.builder()
                .dbInstance(shape(scope, deleting))
                .build();
    }

    StopDbInstanceResponse stop(StopDbInstanceRequest request, Call call) {
        var stopping = turn(call, request.dbInstanceIdentifier(), Status.AVAILABLE, Status.STOPPING);
        return StopDbInstanceResponse.builder().dbInstance(stopping).build();
    }

    StartDbInstanceResponse start(StartDbInstanceRequest request, Call call) {
        var starting = turn(call, request.dbInstanceIdentifier(), Status.STOPPED, Status.STARTING);
        return StartDbInstanceResponse.builder().dbInstance(starting).build();
    }

    RebootDbInstanceResponse reboot(RebootDbInstanceRequest request, Call call) {
        if (Boolean.TRUE.equals(request.forceFailover())) {
            throw RdsErrors.combination("Reboot with failover is not allowed for a DB instance that has no standby.");
        }
        var rebooting = turn(call, request.dbInstanceIdentifier(), Status.AVAILABLE, Status.REBOOTING);
        return RebootDbInstanceResponse.builder().dbInstance(rebooting).build();
    }

    private DBInstance turn(Call call, @Nullable String asked, Status from, Status to) {
        Scope scope = scope(call);
        String id = idOf(asked);
        var turned = change(scope, id, (tx, database) -> {
            if (database.status() != from) {
                throw RdsErrors.instanceState("Instance " + id + " is not in " + InstanceShapes.text(from) + " state.");
            }
            return database.with(to);
        });
        provisioner.attend(scope, id);
        return shape(scope, turned);
    }

    Database change(Scope scope, String id, Roll.Edit<Database> edit) {
        return roll.change(scope, id, edit);
    }

    Database require(Scope scope, String id) {
        return roll.require(scope, id);
    }

    DBInstance shape(Scope scope, Database database) {
        var group = subnetGroups.find(store.view(), scope, database.place().subnetGroup());
        return InstanceShapes.shape(scope, database, group.map(g -> subnetGroups.shape(scope, g)));
    }

    /** An identifier, or an ARN that ends in one; names differ in case only never. */
    static String idOf(@Nullable String asked) {
        if (asked == null || asked.isBlank()) {
            throw RdsErrors.blank("DBInstanceIdentifier");
        }
        return asked.substring(asked.lastIndexOf(':') + 1).toLowerCase(Locale.ROOT);
    }

    static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }
}
