package dev.remora.elasticache;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.MarkerPage;
import dev.remora.wire.Call;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.elasticache.model.CacheEngineVersion;
import software.amazon.awssdk.services.elasticache.model.CacheParameterGroup;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheEngineVersionsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheEngineVersionsResponse;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheParameterGroupsRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeCacheParameterGroupsResponse;

/**
 * The versions that there are: what this host has, one of each engine, and their default parameter groups. Where Valkey is
 * missing Redis stands in for it, and the other way round; the version then names the one that serves.
 */
final class CacheVersions {
    private final Engines engines;

    CacheVersions(Engines engines) {
        this.engines = engines;
    }

    /**
     * @param number as EngineVersion says it, e.g. {@code 1.6.18}, or {@code 7.0.15-redis} where Redis stands in for Valkey
     * @param installed what serves
     */
    record Version(CacheEngine engine, String number, Engines.Installed installed) {
        /** E.g. {@code 7}. */
        String major() {
            return number.substring(0, number.indexOf('.'));
        }

        String family() {
            return engine == CacheEngine.MEMCACHED ? "memcached" + installed.major() : engine.text() + major();
        }

        String parameterGroup(boolean cluster) {
            return "default." + family() + (cluster ? ".cluster.on" : "");
        }

        private boolean isCalled(String asked) {
            return Set.of(number, installed.major(), major(), major() + ".x").contains(asked);
        }

        private String description() {
            String own = engine.programs().getFirst() == installed.engine() ? "" : " in place of " + engine.description();
            String serves = installed.engine().name().toLowerCase(Locale.ROOT);
            return serves + " version " + installed.version() + own;
        }
    }

    /** The one version of an engine, if something on this host can serve it. */
    Optional<Version> of(CacheEngine engine) {
        return engine.programs().stream()
                .flatMap(program -> engines.find(program).stream())
                .findFirst()
                .map(found -> new Version(engine, number(engine, found), found));
    }

    private static String number(CacheEngine engine, Engines.Installed found) {
        boolean own = engine.programs().getFirst() == found.engine();
        return own ? found.version() : found.version() + "-" + found.engine().name().toLowerCase(Locale.ROOT);
    }

    /** The version asked for: by its number or a part of it, or not at all. */
    Version require(CacheEngine engine, @Nullable String asked) {
        var version = of(engine)
                .orElseThrow(() -> CacheErrors.combination("The engine " + engine.text()
                        + " is not on this host: it needs Debian's package " + packages(engine) + "."));
        if (asked != null && !asked.isEmpty() && !version.isCalled(asked)) {
            throw CacheErrors.combination("Cannot find version " + asked + " for " + engine.text());
        }
        return version;
    }

    private static String packages(CacheEngine engine) {
        return String.join(" or ", engine.programs().stream().map(Engine::debianPackage).toList());
    }

    private Stream<Version> all() {
        return Arrays.stream(CacheEngine.values()).flatMap(e -> of(e).stream());
    }

    DescribeCacheEngineVersionsResponse versions(DescribeCacheEngineVersionsRequest request, Call call) {
        var matching = all().filter(v -> same(request.engine(), v.engine().text()))
                .filter(v -> request.engineVersion() == null || v.isCalled(request.engineVersion()))
                .filter(v -> same(request.cacheParameterGroupFamily(), v.family()))
                .toList();
        var page = MarkerPage.of(call, matching, v -> v.engine().text(), request.maxRecords(), request.marker());
        return DescribeCacheEngineVersionsResponse.builder()
                .cacheEngineVersions(page.items().stream()
                        .map(v -> CacheEngineVersion.builder()
                                .engine(v.engine().text())
                                .engineVersion(v.number())
                                .cacheParameterGroupFamily(v.family())
                                .cacheEngineDescription(v.engine().description())
                                .cacheEngineVersionDescription(v.description())
                                .build())
                        .toList())
                .marker(page.marker())
                .build();
    }

    DescribeCacheParameterGroupsResponse parameterGroups(DescribeCacheParameterGroupsRequest request, Call call) {
        String name = request.cacheParameterGroupName();
        List<CacheParameterGroup> matching = all().flatMap(v -> Stream.of(false, true)
                        .filter(cluster -> !cluster || v.engine() != CacheEngine.MEMCACHED)
                        .map(cluster -> parameterGroup(v, cluster, call)))
                .filter(g -> same(name, g.cacheParameterGroupName()))
                .toList();
        if (name != null && matching.isEmpty()) {
            throw CacheErrors.noParameterGroup(name);
        }
        var page = MarkerPage.of(
                call, matching, CacheParameterGroup::cacheParameterGroupName, request.maxRecords(), request.marker());
        return DescribeCacheParameterGroupsResponse.builder()
                .cacheParameterGroups(page.items())
                .marker(page.marker())
                .build();
    }

    private static CacheParameterGroup parameterGroup(Version version, boolean cluster, Call call) {
        String name = version.parameterGroup(cluster);
        return CacheParameterGroup.builder()
                .cacheParameterGroupName(name)
                .cacheParameterGroupFamily(version.family())
                .description("Default parameter group for " + version.family() + (cluster ? " with cluster mode on" : ""))
                .isGlobal(false)
                .arn(CacheArns.of(call, "parametergroup", name))
                .build();
    }

    private static boolean same(@Nullable String asked, String ours) {
        return asked == null || asked.isEmpty() || asked.equals(ours);
    }
}
