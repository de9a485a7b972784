package dev.remora.rds;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.wire.Call;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.DBEngineVersion;
import software.amazon.awssdk.services.rds.model.DescribeDbEngineVersionsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbEngineVersionsResponse;

/**
 * The versions that there are: one of each engine. PostgreSQL comes with us; MariaDB is what this host has, and stands in for
 * MySQL too, whose version says so.
 */
final class EngineVersions {
    private final Engines engines;

    EngineVersions(Engines engines) {
        this.engines = engines;
    }

    /**
     * @param number as EngineVersion says it, e.g. {@code 18.6} or, for MySQL, {@code 10.11.19-MariaDB}
     * @param major e.g. {@code 18}, {@code 10.11}
     */
    record Version(DbEngine engine, String number, String major) {
        String family() {
            return engine.text() + major;
        }

        String parameterGroup() {
            return "default." + family();
        }

        String optionGroup() {
            return "default:" + engine.text() + "-" + major.replace('.', '-');
        }

        private String description() {
            return switch (engine) {
                case POSTGRES -> "PostgreSQL " + number;
                case MARIADB -> "MariaDB " + number;
                case MYSQL -> "MariaDB " + number.replace("-MariaDB", "") + " in place of MySQL";
            };
        }
    }

    /** The one version of an engine, if the engine is on this host. */
    Optional<Version> of(DbEngine engine) {
        return switch (engine) {
            case POSTGRES -> Optional.of(new Version(engine, PostgresBinaries.VERSION, PostgresBinaries.MAJOR));
            case MARIADB -> engines.find(Engine.MARIADB).map(e -> new Version(engine, e.version(), e.major()));
            case MYSQL -> engines.find(Engine.MARIADB).map(e -> new Version(engine, e.version() + "-MariaDB", e.major()));
        };
    }

    /** The version that an instance was made with. */
    static Version recorded(Database.Server server) {
        String number = server.engineVersion();
        String[] parts = number.split("\\.");
        String major = server.engine() == DbEngine.POSTGRES ? parts[0] : parts[0] + "." + parts[1];
        return new Version(server.engine(), number, major);
    }

    /** The version asked for: by its number, its major number, or not at all. */
    Version require(DbEngine engine, @Nullable String asked) {
        var version = of(engine)
                .orElseThrow(() -> RdsErrors.combination("The engine " + engine.text()
                        + " is not on this host: it needs Debian's package " + Engine.MARIADB.debianPackage() + "."));
        if (asked != null && !asked.equals(version.number()) && !asked.equals(version.major())) {
            throw RdsErrors.combination("Cannot find version " + asked + " for " + engine.text());
        }
        return version;
    }

    DescribeDbEngineVersionsResponse describe(DescribeDbEngineVersionsRequest request, Call call) {
        var found = Arrays.stream(DbEngine.values())
                .filter(e -> same(request.engine(), e.text()))
                .flatMap(e -> of(e).stream())
                .filter(v -> same(request.engineVersion(), v.number()) || v.major().equals(request.engineVersion()))
                .filter(v -> same(request.dbParameterGroupFamily(), v.family()))
                .map(EngineVersions::shape)
                .toList();
        return DescribeDbEngineVersionsResponse.builder().dbEngineVersions(found).build();
    }

    private static DBEngineVersion shape(Version version) {
        return DBEngineVersion.builder()
                .engine(version.engine().text())
                .engineVersion(version.number())
                .majorEngineVersion(version.major())
                .dbParameterGroupFamily(version.family())
                .dbEngineDescription(version.engine().description())
                .dbEngineVersionDescription(version.description())
                .status("available")
                .validUpgradeTarget(List.of())
                .supportsReadReplica(false)
                .supportsLogExportsToCloudwatchLogs(false)
                .build();
    }

    private static boolean same(@Nullable String asked, String ours) {
        return asked == null || asked.isEmpty() || asked.equals(ours);
    }
}
