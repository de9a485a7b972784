package dev.remora.rds;

import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Scope;
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
import software.amazon.awssdk.services.rds.model.CreateDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.ModifyDbInstanceRequest;
import software.amazon.awssdk.services.rds.model.Tag;

/** What calls to RDS need, with the condition keys ("Actions, resources, and condition keys for Amazon RDS"). */
final class RdsKeys {
    private static final String TAGGING = "rds:AddTagsToResource";

    private final Store store;
    private final EngineVersions versions;

    RdsKeys(Store store, EngineVersions versions) {
        this.store = store;
        this.versions = versions;
    }

    /** An action on an instance, or on all if none is named. */
    Permission instance(String action, Call call, @Nullable String asked) {
        String id = last(asked).toLowerCase(Locale.ROOT);
        var keys = store.view().get(Database.KIND, scope(call), id).map(RdsKeys::of).orElseGet(ConditionKeys::new);
        return new Permission(action, arn(call, "db", id), keys.map());
    }

    private static ConditionKeys of(Database database) {
        var kept = database.kept();
        return described(database.server().engine().text(), database.server().instanceClass(), database.name())
                .with("rds:MultiAz", kept.multiAz())
                .with("rds:Piops", kept.iops())
                .with("rds:StorageEncrypted", kept.storageEncrypted())
                .with("rds:StorageSize", kept.allocatedGiB())
                .and(ConditionKeys.owned(database.tags()).tags("rds:db-tag/", database.tags()).map());
    }

    private static ConditionKeys described(@Nullable String engine, @Nullable String instanceClass, @Nullable String name) {
        return new ConditionKeys()
                .with("rds:DatabaseEngine", engine)
                .with("rds:DatabaseClass", instanceClass)
                .with("rds:DatabaseName", name == null || name.isEmpty() ? null : name)
                .with("rds:Vpc", true);
    }

    Permission subnetGroup(String action, Call call, @Nullable String asked) {
        String name = last(asked).toLowerCase(Locale.ROOT);
        var keys = store.view()
                .get(DbSubnetGroups.KIND, scope(call), name)
                .map(SubnetGroup::tags)
                .map(tags -> ConditionKeys.owned(tags).tags("rds:subgrp-tag/", tags))
                .orElseGet(ConditionKeys::new);
        return new Permission(action, arn(call, "subgrp", name), keys.map());
    }

    /** A new instance touches its subnet group and the groups of parameters and options, by default those called default. */
    List<Permission> creating(CreateDbInstanceRequest request, Call call) {
        String action = "rds:CreateDBInstance";
        var version = Optional.ofNullable(request.engine()).flatMap(DbEngine::of).flatMap(versions::of);
        String db = arn(call, "db", last(request.dbInstanceIdentifier()).toLowerCase(Locale.ROOT));
        var needed = new ArrayList<Permission>();
        needed.add(new Permission(action, db, described(request.engine(), request.dbInstanceClass(), request.dbName())
                .with("rds:MultiAz", Boolean.TRUE.equals(request.multiAZ()))
                .with("rds:Piops", request.iops() == null ? 0 : request.iops())
                .with("rds:StorageEncrypted", Boolean.TRUE.equals(request.storageEncrypted()))
                .with("rds:StorageSize", request.allocatedStorage())
                .map()));
        String subnetGroup = request.dbSubnetGroupName() == null ? SubnetGroup.DEFAULT : request.dbSubnetGroupName();
        needed.add(subnetGroup(action, call, subnetGroup));
        needed.add(new Permission(action, arn(call, "pg", or(request.dbParameterGroupName(),
                version.map(EngineVersions.Version::parameterGroup))), Map.of()));
        needed.add(new Permission(action, arn(call, "og", or(request.optionGroupName(),
                version.map(EngineVersions.Version::optionGroup))), Map.of()));
        needed.addAll(tagging(db, request.tags()));
        return needed;
    }

    List<Permission> modifying(ModifyDbInstanceRequest request, Call call) {
        String action = "rds:ModifyDBInstance";
        var needed = new ArrayList<Permission>();
        needed.add(instance(action, call, request.dbInstanceIdentifier()));
        if (request.dbParameterGroupName() != null) {
            needed.add(new Permission(action, arn(call, "pg", request.dbParameterGroupName()), Map.of()));
        }
        if (request.optionGroupName() != null) {
            needed.add(new Permission(action, arn(call, "og", request.optionGroupName()), Map.of()));
        }
        return needed;
    }

    /** Tags that a resource is made with take the permission to tag it. */
    List<Permission> tagging(String arn, Collection<Tag> tags) {
        return tags.isEmpty() ? List.of() : List.of(new Permission(TAGGING, arn, Map.of("rds:TagsFromRequest", List.of("true"))));
    }

    /** An action on a resource by its ARN, which may be none of ours. */
    Permission ofArn(String action, Call call, @Nullable String arn) {
        String text = arn == null ? "" : arn;
        if (text.startsWith(arn(call, "db", ""))) {
            return instance(action, call, text);
        }
        return text.startsWith(arn(call, "subgrp", ""))
                ? subnetGroup(action, call, text)
                : new Permission(action, text.isEmpty() ? "*" : text, Map.of());
    }

    /** The condition keys of a request that gives tags. */
    static ConditionKeys requested(Collection<Tag> given) {
        var tags = new TreeMap<String, String>();
        given.forEach(tag -> tags.put(tag.key() == null ? "" : tag.key(), tag.value() == null ? "" : tag.value()));
        return ConditionKeys.requested(tags).tags("rds:req-tag/", tags);
    }

    static Map<String, List<String>> requested(CreateDbInstanceRequest request) {
        return requested(request.tags())
                .with("rds:PubliclyAccessible", request.publiclyAccessible())
                .with("rds:ManageMasterUserPassword", request.manageMasterUserPassword())
                .with("rds:BackupTarget", request.backupTarget())
                .map();
    }

    private static String or(@Nullable String asked, Optional<String> byDefault) {
        return asked == null ? byDefault.orElse("*") : asked;
    }

    private static Scope scope(Call call) {
        return DbInstances.scope(call);
    }

    private static String last(@Nullable String id) {
        return id == null || id.isEmpty() ? "*" : id.substring(id.lastIndexOf(':') + 1);
    }

    static String arn(Call call, String type, String id) {
        return "arn:aws:rds:" + call.region() + ":" + call.account() + ":" + type + ":" + id;
    }
}
