package dev.remora.elasticache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.TestEngines;
import dev.remora.fleet.TestNetworks;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * The operations on a store in memory, with programs that say their version and can nothing else: memcached 1.6.18 and Redis
 * 7.0.15, but no Valkey.
 */
final class CacheFixture implements AutoCloseable {
    static final Scope SCOPE = new Scope("123456789012", "us-east-1");
    static final Call CALL = new Call(
            "request",
            "us-east-1",
            new Principal.Root("123456789012"),
            "127.0.0.1",
            Instant.parse("2026-01-02T03:04:05Z"));
    private static final Engines ENGINES = TestEngines.saying(
            Map.of(Engine.MEMCACHED, "memcached 1.6.18", Engine.REDIS, "Redis server v=7.0.15 sha=0:0"));

    final Store store = SqliteStore.inMemory(ElastiCacheService.kinds());
    final TestNetworks networks = new TestNetworks();
    final List<String> attended = new ArrayList<>();
    final CacheVersions versions = new CacheVersions(ENGINES);
    final CacheSubnetGroups groups = new CacheSubnetGroups(store, networks);
    final Caches caches = new Caches(store, networks, (scope, id) -> attended.add(id), new CountingIds());
    final CacheClusters clusters = new CacheClusters(caches, groups, versions);
    final ReplicationGroups replicationGroups = new ReplicationGroups(caches, groups, versions);
    final ServerlessCaches serverless = new ServerlessCaches(caches, groups, versions, networks);
    final CacheTags tags = new CacheTags(store);

    private static final class CountingIds implements Ids {
        private long next;

        @Override
        public String hex(int digits) {
            next++;
            String text = Long.toHexString(next);
            return "0".repeat(digits - text.length()) + text;
        }
    }

    /** What the fleet does when it is done. */
    void reached(Cache.Form form, String name, Status status) {
        caches.change(SCOPE, Cache.key(form, name), (tx, c) -> c.with(status));
    }

    static void refused(ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.text()).isEqualTo(message);
        });
    }

    @Override
    public void close() {
        store.close();
    }
}
