package dev.remora.elasticache;

import dev.remora.ec2.Networks;
import dev.remora.elasticache.Cache.Form;
import dev.remora.elasticache.Cache.Kept;
import dev.remora.elasticache.Cache.Machine;
import dev.remora.elasticache.Cache.Usage;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.SubnetGroup;
import dev.remora.store.Scope;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CacheUsageLimits;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheResponse;
import software.amazon.awssdk.services.elasticache.model.DataStorage;
import software.amazon.awssdk.services.elasticache.model.DataStorageUnit;
import software.amazon.awssdk.services.elasticache.model.DeleteServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.DeleteServerlessCacheResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeServerlessCachesRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeServerlessCachesResponse;
import software.amazon.awssdk.services.elasticache.model.ECPUPerSecond;
import software.amazon.awssdk.services.elasticache.model.ModifyServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyServerlessCacheResponse;
import software.amazon.awssdk.services.elasticache.model.ServerlessCache;

/** Serverless caches: always with TLS and with the cluster protocol, as on AWS. */
final class ServerlessCaches {
    static final int NAME_MAX = 40;
    private static final int PAGE = 50;

    private final Caches caches;
    private final CacheSubnetGroups subnetGroups;
    private final CacheVersions versions;
    private final Networks networks;

    ServerlessCaches(Caches caches, CacheSubnetGroups subnetGroups, CacheVersions versions, Networks networks) {
        this.caches = caches;
        this.subnetGroups = subnetGroups;
        this.versions = versions;
        this.networks = networks;
    }

    CreateServerlessCacheResponse create(CreateServerlessCacheRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String name = Caches.name(request.serverlessCacheName(), "ServerlessCacheName", NAME_MAX);
        var version = version(request);
        var subnets = request.subnetIds().isEmpty()
                ? networks.defaultSubnets(scope)
                : subnetGroups.subnets(scope, request.subnetIds());
        if (subnets.isEmpty()) {
            throw CacheErrors.invalid("No subnets were given, and the account has no default VPC.");
        }
        String vpcId = subnets.getFirst().vpcId();
        var groups = caches.groups(scope, vpcId, request.securityGroupIds());
        String resourceId = caches.newResourceId();
        var named = new EndpointNames(scope).serverless(name, resourceId);
        var cache = new Cache(
                Cache.key(Form.SERVERLESS, name),
                resourceId,
                Status.CREATING,
                new Machine(version.engine(), version.number(), "", version.engine().port(), true, true, ""),
                Place.wanted("", vpcId, groups, named.endpoint()),
                named.aliases(),
                SubnetGroup.ids(subnets),
                new Kept(
                        CacheClusters.or(request.description(), ""),
                        "",
                        true,
                        CacheClusters.or(request.snapshotRetentionLimit(), 0),
                        CacheClusters.or(request.dailySnapshotTime(), ""),
                        true,
                        usage(request.cacheUsageLimits(), Usage.NONE)),
                call.time(),
                CacheTags.of(request.tags()));
        return CreateServerlessCacheResponse.builder()
                .serverlessCache(shape(scope, caches.add(scope, cache, Optional.empty())))
                .build();
    }

    private CacheVersions.Version version(CreateServerlessCacheRequest request) {
        if (request.engine() == null || request.engine().isBlank()) {
            throw CacheErrors.blank("Engine");
        }
        var engine = CacheEngine.of(request.engine().toLowerCase(Locale.ROOT))
                .orElseThrow(() -> CacheErrors.invalid("Invalid cache engine: " + request.engine()));
        if (engine == CacheEngine.MEMCACHED) {
            throw CacheErrors.combination(
                    "Serverless caches are valkey or redis here: create a cache cluster for memcached.");
        }
        return versions.require(engine, request.majorEngineVersion());
    }

    private static Usage usage(@Nullable CacheUsageLimits asked, Usage now) {
        if (asked == null) {
            return now;
        }
        DataStorage data = asked.dataStorage();
        ECPUPerSecond ecpu = asked.ecpuPerSecond();
        if (data != null && data.unit() != DataStorageUnit.GB) {
            throw CacheErrors.invalid("The unit of DataStorage must be GB.");
        }
        return new Usage(
                data == null ? now.dataMinGiB() : CacheClusters.or(data.minimum(), 0),
                data == null ? now.dataMaxGiB() : CacheClusters.or(data.maximum(), 0),
                ecpu == null ? now.ecpuMin() : CacheClusters.or(ecpu.minimum(), 0),
                ecpu == null ? now.ecpuMax() : CacheClusters.or(ecpu.maximum(), 0));
    }

    DescribeServerlessCachesResponse describe(DescribeServerlessCachesRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String asked = request.serverlessCacheName();
        if (asked != null && !asked.isEmpty()) {
            Cache found = caches.require(scope, Caches.key(Form.SERVERLESS, asked, "ServerlessCacheName"));
            return DescribeServerlessCachesResponse.builder()
                    .serverlessCaches(shape(scope, found))
                    .build();
        }
        var page = Page.of(
                caches.all(scope, Form.SERVERLESS),
                Cache::name,
                request.nextToken(),
                Math.clamp(CacheClusters.or(request.maxResults(), PAGE), 1, PAGE),
                Tokens.of(call, () -> CacheErrors.invalid("Invalid NextToken.")));
        return DescribeServerlessCachesResponse.builder()
                .serverlessCaches(page.items().stream().map(c -> shape(scope, c)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    ModifyServerlessCacheResponse modify(ModifyServerlessCacheRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = Caches.key(Form.SERVERLESS, request.serverlessCacheName(), "ServerlessCacheName");
        Cache cache = caches.requireAvailable(scope, key);
        var now = cache.kept();
        var kept = new Kept(
                CacheClusters.or(request.description(), now.description()),
                now.maintenanceWindow(),
                now.autoMinorVersionUpgrade(),
                CacheClusters.or(request.snapshotRetentionLimit(), now.snapshotRetentionDays()),
                CacheClusters.or(request.dailySnapshotTime(), now.snapshotWindow()),
                now.encryptedAtRest(),
                usage(request.cacheUsageLimits(), now.usage()));
        var groups = caches.regroup(scope, cache, request.securityGroupIds());
        return ModifyServerlessCacheResponse.builder()
                .serverlessCache(shape(scope, caches.changed(scope, cache, groups, cache.machine(), kept)))
                .build();
    }

    DeleteServerlessCacheResponse delete(DeleteServerlessCacheRequest request, Call call) {
        Scope scope = Caches.scope(call);
        String key = Caches.key(Form.SERVERLESS, request.serverlessCacheName(), "ServerlessCacheName");
        return DeleteServerlessCacheResponse.builder()
                .serverlessCache(shape(scope, caches.turn(scope, key, Status.DELETING)))
                .build();
    }

    private static ServerlessCache shape(Scope scope, Cache cache) {
        var machine = cache.machine();
        var kept = cache.kept();
        String status = cache.status() == Status.STARTING ? "modifying" : Caches.text(cache.status());
        return ServerlessCache.builder()
                .serverlessCacheName(cache.name())
                .arn(CacheArns.of(scope, "serverlesscache", cache.name()))
                .description(kept.description())
                .createTime(cache.created())
                .status(status)
                .engine(machine.engine().text())
                .majorEngineVersion(machine.engineVersion().split("\\.")[0])
                .fullEngineVersion(machine.engineVersion())
                .endpoint(ClusterShapes.there(cache) ? ClusterShapes.endpoint(cache.place().endpoint(), cache) : null)
                .securityGroupIds(cache.place().groups().stream().sorted().toList())
                .subnetIds(cache.subnetIds())
                .cacheUsageLimits(kept.usage().equals(Usage.NONE) ? null : limits(kept.usage()))
                .snapshotRetentionLimit(kept.snapshotRetentionDays())
                .dailySnapshotTime(kept.snapshotWindow().isEmpty() ? null : kept.snapshotWindow())
                .build();
    }

    private static CacheUsageLimits limits(Usage usage) {
        boolean data = usage.dataMinGiB() + usage.dataMaxGiB() > 0;
        boolean ecpu = usage.ecpuMin() + usage.ecpuMax() > 0;
        return CacheUsageLimits.builder()
                .dataStorage(
                        data
                                ? DataStorage.builder()
                                        .minimum(ClusterShapes.orNull(usage.dataMinGiB()))
                                        .maximum(ClusterShapes.orNull(usage.dataMaxGiB()))
                                        .unit(DataStorageUnit.GB)
                                        .build()
                                : null)
                .ecpuPerSecond(
                        ecpu
                                ? ECPUPerSecond.builder()
                                        .minimum(ClusterShapes.orNull(usage.ecpuMin()))
                                        .maximum(ClusterShapes.orNull(usage.ecpuMax()))
                                        .build()
                                : null)
                .build();
    }
}
