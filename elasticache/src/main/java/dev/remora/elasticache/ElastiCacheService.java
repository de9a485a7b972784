package dev.remora.elasticache;

import dev.remora.fleet.Surroundings;
import dev.remora.store.Kind;
import dev.remora.wire.Operations;
import java.util.List;

/** The ElastiCache service, put together. */
public final class ElastiCacheService implements AutoCloseable {
    private final CacheFleet fleet;
    private final Operations operations;

    /** Its folder of the data folder is {@code caches}. */
    public ElastiCacheService(Surroundings around) {
        var versions = new CacheVersions(around.engines());
        this.fleet = new CacheFleet(around, versions);
        this.operations = Operations.later(
                ElastiCacheOperations.INFO, () -> ElastiCacheOperations.of(around, versions, fleet));
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(CacheSubnetGroups.KIND, Cache.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Starts the caches that there are. To be called once, when the interfaces are on their way into the kernel. */
    public void recover() {
        fleet.recover();
    }

    /** Stops the servers; they start again with the next {@link #recover}. */
    @Override
    public void close() {
        fleet.close();
    }
}
