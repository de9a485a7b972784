package dev.remora.elasticache;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Attendant;
import dev.remora.fleet.Blueprint;
import dev.remora.fleet.Fleet;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Server;
import dev.remora.fleet.Surroundings;
import dev.remora.linux.Netns;
import dev.remora.store.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The servers of all caches. */
final class CacheFleet implements Attendant, Blueprint<Cache>, AutoCloseable {
    private static final String DESCRIPTION = "ElastiCache ";

    private final Surroundings around;
    private final CacheVersions versions;
    private final Fleet<Cache> fleet;

    CacheFleet(Surroundings around, CacheVersions versions) {
        this.around = around;
        this.versions = versions;
        this.fleet = new Fleet<>(Cache.KIND, around, this, "caches");
    }

    static Placement placement(String name) {
        return new Placement(DESCRIPTION + name, "amazon-elasticache");
    }

    @Override
    public String noun() {
        return "cache";
    }

    @Override
    public Place place(Scope scope, Cache cache) {
        return placement(cache.name())
                .take(
                        around.networks(),
                        scope,
                        cache.place(),
                        cache.subnetIds(),
                        Optional.empty(),
                        CacheErrors.noSubnetInZone());
    }

    @Override
    public boolean owns(Networks.Interface found) {
        return found.description().startsWith(DESCRIPTION);
    }

    @Override
    public Server server(Scope scope, Cache cache, Netns network, Path folder) throws IOException {
        var machine = cache.machine();
        var version = versions.of(machine.engine())
                .orElseThrow(() -> new IOException("the engine " + machine.engine().text() + " is not on this host any more"));
        int itemsMiB = NodeType.itemsMiB(machine.nodeType());
        var spec = new Server.Spec(
                cache.name(), folder, network, cache.place().address(), machine.port(), NodeType.processMiB(itemsMiB));
        return switch (machine.engine()) {
            case MEMCACHED -> new MemcachedServer(spec, around.confinement(), version.installed(), itemsMiB);
            case REDIS, VALKEY ->
                new RedisServer(
                        spec, around.confinement(), version.installed(), cache, itemsMiB, around.certificates());
        };
    }

    @Override
    public void attend(Scope scope, String id) {
        fleet.attend(scope, id);
    }

    /** Starts the caches that there are. To be called once. */
    void recover() {
        fleet.recover();
    }

    @Override
    public void close() {
        fleet.close();
    }
}
