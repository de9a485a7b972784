package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.AvailabilityZone;
import software.amazon.awssdk.services.rds.model.CreateDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.CreateDbSubnetGroupResponse;
import software.amazon.awssdk.services.rds.model.DBSubnetGroup;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupResponse;
import software.amazon.awssdk.services.rds.model.DescribeDbSubnetGroupsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbSubnetGroupsResponse;
import software.amazon.awssdk.services.rds.model.ModifyDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbSubnetGroupResponse;
import software.amazon.awssdk.services.rds.model.Subnet;

/** DB subnet groups. */
final class DbSubnetGroups {
    static final Kind<SubnetGroup> KIND = Kind.of("rds.subnet-group", SubnetGroup.class);
    private static final int ZONES_MIN = 2;
    private static final Pattern NAME = Pattern.compile("[a-z0-9._ -]{1,255}");
    private final Store store;
    private final Networks networks;

    DbSubnetGroups(Store store, Networks networks) {
        this.store = store;
        this.networks = networks;
    }

    CreateDbSubnetGroupResponse create(CreateDbSubnetGroupRequest request, Call call) {
        Scope scope = scope(call);
        String name = name(request.dbSubnetGroupName());
        if (!NAME.matcher(name).matches() || name.equals(SubnetGroup.DEFAULT)) {
            throw RdsErrors.invalid(
                    "The parameter DBSubnetGroupName must contain no more than 255 letters, numbers, periods,"
                            + " underscores, spaces, or hyphens, and must not be 'default'.");
        }
        if (request.dbSubnetGroupDescription() == null
                || request.dbSubnetGroupDescription().isBlank()) {
            throw RdsErrors.blank("DBSubnetGroupDescription");
        }
        var subnets = subnets(scope, request.subnetIds());
        var group = new SubnetGroup(
                name,
                request.dbSubnetGroupDescription(),
                subnets.getFirst().vpcId(),
                SubnetGroup.ids(subnets),
                Tags.of(request.tags()));
        store.write(tx -> {
            if (tx.get(KIND, scope, name).isPresent()) {
                throw RdsErrors.subnetGroupExists(name);
            }
            tx.put(KIND, scope, name, group);
            return true;
        });
        return CreateDbSubnetGroupResponse.builder()
                .dbSubnetGroup(shape(scope, group))
                .build();
    }

    DescribeDbSubnetGroupsResponse describe(DescribeDbSubnetGroupsRequest request, Call call) {
        Scope scope = scope(call);
        if (request.hasFilters()) {
            throw RdsErrors.invalid("This filter is not currently supported");
        }
        if (request.dbSubnetGroupName() != null) {
            var group = shape(scope, require(scope, name(request.dbSubnetGroupName())));
            return DescribeDbSubnetGroupsResponse.builder()
                    .dbSubnetGroups(group)
                    .build();
        }
        var page = MarkerPage.of(
                call, store.view().all(KIND, scope), SubnetGroup::name, request.maxRecords(), request.marker());
        return DescribeDbSubnetGroupsResponse.builder()
                .dbSubnetGroups(page.items().stream().map(g -> shape(scope, g)).toList())
                .marker(page.marker())
                .build();
    }

    ModifyDbSubnetGroupResponse modify(ModifyDbSubnetGroupRequest request, Call call) {
        Scope scope = scope(call);
        String name = name(request.dbSubnetGroupName());
        require(scope, name);
        var subnets = subnets(scope, request.subnetIds());
        var changed = store.write(tx -> {
            var old = tx.get(KIND, scope, name).orElseThrow(() -> RdsErrors.noSubnetGroup(name));
            if (!subnets.getFirst().vpcId().equals(old.vpcId())) {
                throw RdsErrors.invalid("The new Subnets are not in the same Vpc as the existing subnet group");
            }
            for (Database database : tx.find(Database.KIND, scope, Database.BY_SUBNET_GROUP, name)) {
                if (!SubnetGroup.ids(subnets).contains(database.place().subnetId())) {
                    throw RdsErrors.subnetInUse(database.place().subnetId(), database.id());
                }
            }
            String description =
                    request.dbSubnetGroupDescription() == null ? old.description() : request.dbSubnetGroupDescription();
            var next = old.with(description, SubnetGroup.ids(subnets));
            tx.put(KIND, scope, name, next);
            return next;
        });
        return ModifyDbSubnetGroupResponse.builder()
                .dbSubnetGroup(shape(scope, changed))
                .build();
    }

    DeleteDbSubnetGroupResponse delete(DeleteDbSubnetGroupRequest request, Call call) {
        Scope scope = scope(call);
        String name = name(request.dbSubnetGroupName());
        store.write(tx -> {
            tx.get(KIND, scope, name).orElseThrow(() -> RdsErrors.noSubnetGroup(name));
            var users = tx.find(Database.KIND, scope, Database.BY_SUBNET_GROUP, name);
            if (!users.isEmpty()) {
                throw RdsErrors.subnetGroupInUse(name, users.getFirst().id());
            }
            tx.delete(KIND, scope, name);
            return true;
        });
        return DeleteDbSubnetGroupResponse.builder().build();
    }

    SubnetGroup require(Scope scope, String name) {
        return find(store.view(), scope, name).orElseThrow(() -> RdsErrors.noSubnetGroup(name));
    }

    /** A group that was made, or the one of the default VPC. */
    Optional<SubnetGroup> find(View view, Scope scope, String name) {
        return SubnetGroup.find(KIND, view, networks, scope, name);
    }

    /** RDS keeps the names in lower case. */
    static String name(@Nullable String asked) {
        if (asked == null || asked.isBlank()) {
            throw RdsErrors.blank("DBSubnetGroupName");
        }
        return asked.toLowerCase(Locale.ROOT);
    }

    private List<Networks.Subnet> subnets(Scope scope, List<String> ids) {
        var found = SubnetGroup.subnets(networks, scope, ids)
                .orElseThrow(() -> RdsErrors.invalid(
                        "Some input subnets in :[" + String.join(", ", ids) + "] are invalid."));
        var zones = new TreeSet<String>();
        found.forEach(s -> zones.add(s.zone()));
        if (zones.size() < ZONES_MIN) {
            throw RdsErrors.tooFewZones(String.join(", ", zones));
        }
        return found;
    }

    private static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    static String arn(Scope scope, String name) {
        return "arn:aws:rds:" + scope.region() + ":" + scope.account() + ":subgrp:" + name;
    }

    DBSubnetGroup shape(Scope scope, SubnetGroup group) {
        var subnets = group.subnetIds().stream()
                .map(id -> Subnet.builder()
                        .subnetIdentifier(id)
                        .subnetAvailabilityZone(AvailabilityZone.builder()
                                .name(networks.subnet(scope, id)
                                        .map(Networks.Subnet::zone)
                                        .orElse(null))
                                .build())
                        .subnetStatus("Active")
                        .build())
                .toList();
        return DBSubnetGroup.builder()
                .dbSubnetGroupName(group.name())
                .dbSubnetGroupDescription(group.description())
                .vpcId(group.vpcId())
                .subnetGroupStatus("Complete")
                .subnets(subnets)
                .dbSubnetGroupArn(arn(scope, group.name()))
                .supportedNetworkTypes("IPV4")
                .build();
    }
}
