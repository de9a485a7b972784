package dev.remora.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnginesTest {
    @TempDir
    Path folder;

    private void lay(Engine engine, String says) throws IOException {
        TestEngines.lay(folder, engine, says);
    }

    @ParameterizedTest
    @CsvSource({
        "MARIADB, 'echo \"$0  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu\"', 10.11.19, 10.11",
        "MEMCACHED, echo memcached 1.6.18, 1.6.18, 1.6",
        "REDIS, echo Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0, 7.0.15, 7.0",
        "PGBOUNCER, 'echo PgBouncer 1.18.0; echo libevent 2.1.12-stable', 1.18.0, 1.18"
    })
    void readTheVersionThatAProgramSays(Engine engine, String says, String version, String major) throws IOException {
        lay(engine, says);

        var found = new Engines(folder).find(engine).orElseThrow();
        assertThat(found.version()).isEqualTo(version);
        assertThat(found.major()).isEqualTo(major);
    }

    @Test
    void showAConfinedProgramItsPackageAndItsLibraries() throws IOException {
        lay(Engine.REDIS, "echo Redis server v=7.0.15");

        var redis = new Engines(folder).find(Engine.REDIS).orElseThrow();
        assertThat(redis.program()).isEqualTo("/opt/redis-server/usr/bin/redis-server");
        assertThat(redis.folders()).containsEntry(folder.resolve("redis-server"), Path.of("/opt/redis-server"));
        assertThat(redis.environment()).containsEntry("LD_LIBRARY_PATH", "/opt/redis-server/usr/lib/x86_64-linux-gnu");
    }

    @Test
    void findWhatIsUnpackedLater() throws IOException {
        var engines = new Engines(folder);
        if (Files.exists(Path.of("/", Engine.VALKEY.program()))) {
            return;
        }
        assertThat(engines.find(Engine.VALKEY)).isEmpty();
        lay(Engine.VALKEY, "echo Valkey server v=8.1.1");
        assertThat(engines.find(Engine.VALKEY)).isPresent();
    }

    @Test
    void refuseAProgramThatDoesNotRun() throws IOException {
        lay(Engine.MEMCACHED, "echo error while loading shared libraries; exit 127");

        assertThatThrownBy(() -> new Engines(folder).find(Engine.MEMCACHED))
                .hasMessageContaining("does not say its version")
                .hasMessageContaining("shared libraries");
    }
}
