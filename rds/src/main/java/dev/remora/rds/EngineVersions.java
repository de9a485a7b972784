package dev.remora.rds;

import dev.remora.wire.Call;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.rds.model.DBEngineVersion;
import software.amazon.awssdk.services.rds.model.DescribeDbEngineVersionsRequest;
import software.amazon.awssdk.services.rds.model.DescribeDbEngineVersionsResponse;

/** The engines that there are: one. */
final class EngineVersions {
    private static final String FAMILY = "postgres" + PostgresBinaries.MAJOR;

    DescribeDbEngineVersionsResponse describe(DescribeDbEngineVersionsRequest request, Call call) {
        boolean ourVersion = same(request.engineVersion(), PostgresBinaries.VERSION)
                || PostgresBinaries.MAJOR.equals(request.engineVersion());
        boolean matches =
                same(request.engine(), "postgres") && ourVersion && same(request.dbParameterGroupFamily(), FAMILY);
        var only = DBEngineVersion.builder()
                .engine("postgres")
                .engineVersion(PostgresBinaries.VERSION)
                .majorEngineVersion(PostgresBinaries.MAJOR)
                .dbParameterGroupFamily(FAMILY)
                .dbEngineDescription("PostgreSQL")
                .dbEngineVersionDescription("PostgreSQL " + PostgresBinaries.VERSION)
                .status("available")
                .validUpgradeTarget(List.of())
                .supportsReadReplica(false)
                .supportsLogExportsToCloudwatchLogs(false)
                .build();
        return DescribeDbEngineVersionsResponse.builder()
                .dbEngineVersions(matches ? List.of(only) : List.of())
                .build();
    }

    private static boolean same(@Nullable String asked, String ours) {
        return asked == null || asked.isEmpty() || asked.equals(ours);
    }
}
