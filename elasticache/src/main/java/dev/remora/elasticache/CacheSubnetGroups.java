package dev.remora.elasticache;

import dev.remora.ec2.Networks;
import dev.remora.fleet.MarkerPage;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.AvailabilityZone;
import software.amazon.awssdk.services.elasticache.model.CacheSubnetGroup;
import software.amazon.awssdk.services.elasticache.model.CreateCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.CreateCacheSubnetGroupResponse;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteCacheSubnetGroupResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheSubnetGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheSubnetGroupsResponse;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheSubnetGroupRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyCacheSubnetGroupResponse;
import software.amazon.awssdk.services.elasticache.model.NetworkType;
import software.amazon.awssdk.services.elasticache.model.Subnet;

/** Cache subnet groups; the one called {@code default} is the default VPC's. */
final class CacheSubnetGroups {
    static final Kind<SubnetGroup> KIND = Kind.of("elasticache.subnet-group", SubnetGroup.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,255}");
    private final Store store;
    private final Networks networks;

    CacheSubnetGroups(Store store, Networks networks) {
        this.store = store;
        this.networks = networks;
    }

    CreateCacheSubnetGroupResponse create(CreateCacheSubnetGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = name(request.cacheSubnetGroupName());
        if (!NAME.matcher(name).matches() || name.equals(SubnetGroup.DEFAULT)) {
            throw CacheErrors.invalid("The parameter CacheSubnetGroupName must contain no more than 255 alphanumeric"
                    + " characters or hyphens, and must not be 'default'.");
        }
        var subnets = subnets(scope, request.subnetIds());
        var group = new SubnetGroup(
                name,
                Optional.ofNullable(request.cacheSubnetGroupDescription()).orElse(""),
                subnets.getFirst().vpcId(),
                SubnetGroup.ids(subnets),
                CacheTags.of(request.tags()));
        store.write(tx -> {
            if (tx.get(KIND, scope, name).isPresent()) {
                throw CacheErrors.subnetGroupExists(name);
            }
            tx.put(KIND, scope, name, group);
            return true;
        });
        return CreateCacheSubnetGroupResponse.builder()
                .cacheSubnetGroup(shape(scope, group))
                .build();
    }

    DescribeCacheSubnetGroupsResponse describe(DescribeCacheSubnetGroupsRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String asked = request.cacheSubnetGroupName();
        if (asked != null && !asked.isEmpty()) {
            return DescribeCacheSubnetGroupsResponse.builder()
                    .cacheSubnetGroups(shape(scope, require(scope, name(asked))))
                    .build();
        }
        var all = new ArrayList<>(store.view().all(KIND, scope));
        SubnetGroup.ofDefaultVpc(networks, scope).ifPresent(all::add);
        var page = MarkerPage.of(call, all, SubnetGroup::name, request.maxRecords(), request.marker());
        return DescribeCacheSubnetGroupsResponse.builder()
                .cacheSubnetGroups(page.items().stream().map(g -> shape(scope, g)).toList())
                .marker(page.marker())
                .build();
    }

    ModifyCacheSubnetGroupResponse modify(ModifyCacheSubnetGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = name(request.cacheSubnetGroupName());
        SubnetGroup now = require(scope, name);
        var subnetIds = request.subnetIds().isEmpty()
                ? now.subnetIds()
                : SubnetGroup.ids(subnets(scope, request.subnetIds()));
        if (!networks.subnet(scope, subnetIds.getFirst())
                .map(Networks.Subnet::vpcId)
                .equals(Optional.of(now.vpcId()))) {
            throw CacheErrors.differentVpcs(subnetIds.getFirst(), now.subnetIds().getFirst());
        }
        var changed = store.write(tx -> {
            var old = tx.get(KIND, scope, name).orElseThrow(() -> CacheErrors.noSubnetGroup(name));
            for (Cache cache : tx.find(Cache.KIND, scope, Cache.BY_SUBNET_GROUP, name)) {
                if (!subnetIds.contains(cache.place().subnetId())) {
                    throw CacheErrors.subnetInUse(cache.place().subnetId(), cache.name());
                }
            }
            String description = request.cacheSubnetGroupDescription();
            var next = old.with(description == null ? old.description() : description, subnetIds);
            tx.put(KIND, scope, name, next);
            return next;
        });
        return ModifyCacheSubnetGroupResponse.builder()
                .cacheSubnetGroup(shape(scope, changed))
                .build();
    }

    DeleteCacheSubnetGroupResponse delete(DeleteCacheSubnetGroupRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = name(request.cacheSubnetGroupName());
        store.write(tx -> {
            tx.get(KIND, scope, name).orElseThrow(() -> CacheErrors.noSubnetGroup(name));
            var users = tx.find(Cache.KIND, scope, Cache.BY_SUBNET_GROUP, name);
            if (!users.isEmpty()) {
                throw CacheErrors.subnetGroupInUse(name, users.getFirst().name());
            }
            tx.delete(KIND, scope, name);
            return true;
        });
        return DeleteCacheSubnetGroupResponse.builder().build();
    }

    /** A group that was made, or the default VPC's. */
    SubnetGroup require(Scope scope, String name) {
        return SubnetGroup.find(KIND, store.view(), networks, scope, name)
                .orElseThrow(() -> CacheErrors.noSubnetGroup(name));
    }

    /** ElastiCache keeps the names in lower case. */
    static String name(@Nullable String asked) {
        return asked == null || asked.isBlank() ? SubnetGroup.DEFAULT : asked.toLowerCase(Locale.ROOT);
    }

    /** Subnets that all exist and are of one VPC. */
    List<Networks.Subnet> subnets(Scope scope, List<String> ids) {
        if (ids.isEmpty()) {
            throw CacheErrors.invalid("The parameter SubnetIds must be provided.");
        }
        var first = networks.subnet(scope, ids.getFirst());
        for (String id : ids) {
            var subnet = networks.subnet(scope, id);
            if (first.isEmpty() || subnet.isEmpty()) {
                throw CacheErrors.invalid("Some input subnets in :[" + String.join(", ", ids) + "] are invalid.");
            }
            if (!subnet.get().vpcId().equals(first.get().vpcId())) {
                throw CacheErrors.differentVpcs(ids.getFirst(), id);
            }
        }
        return SubnetGroup.subnets(networks, scope, ids).orElseThrow();
    }

    private CacheSubnetGroup shape(Scope scope, SubnetGroup group) {
        var subnets = group.subnetIds().stream()
                .map(id -> Subnet.builder()
                        .subnetIdentifier(id)
                        .subnetAvailabilityZone(AvailabilityZone.builder()
                                .name(networks.subnet(scope, id)
                                        .map(Networks.Subnet::zone)
                                        .orElse(null))
                                .build())
                        .supportedNetworkTypes(NetworkType.IPV4)
                        .build())
                .toList();
        return CacheSubnetGroup.builder()
                .cacheSubnetGroupName(group.name())
                .cacheSubnetGroupDescription(group.description())
                .vpcId(group.vpcId())
                .subnets(subnets)
                .arn(CacheArns.of(scope, "subnetgroup", group.name()))
                .supportedNetworkTypes(NetworkType.IPV4)
                .build();
    }
}
