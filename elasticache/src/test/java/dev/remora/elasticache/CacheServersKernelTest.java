package dev.remora.elasticache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.fleet.Certificates;
import dev.remora.fleet.Engine;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.Server;
import dev.remora.linux.Netns;
import dev.remora.sandbox.Launcher;
import dev.remora.sandbox.SandboxConfig;
import dev.remora.store.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real servers, confined, each in a namespace with nothing but a loopback. */
@Tag("kernel")
class CacheServersKernelTest {
    private static final Path UNPACKED = Path.of(System.getProperty("remora.home"), "engines");
    private static final int ITEMS_MIB = 64;
    private static final int PROCESS_MIB = 256;
    private static final int WAIT_MILLIS = 60_000;
    private static Path folder;
    private static Launcher launcher;
    private static Netns network;
    private int last;

    @BeforeAll
    static void make() throws Exception {
        folder = Files.createTempDirectory("remora-caches-");
        launcher = Launcher.open(SandboxConfig.in(folder.resolve("sandboxes")));
        network = Netns.create();
    }

    @AfterAll
    static void remove() throws IOException {
        network.close();
        launcher.close();
        Folders.remove(folder);
    }

    private static Engines.Installed installed(Engine engine) {
        return new Engines(UNPACKED)
                .find(engine)
                .orElseThrow(() -> new AssertionError(
                        "no " + engine.debianPackage() + " in " + UNPACKED + ": ./remora unpacks it while building"));
    }

    private Server.Spec spec(int port) {
        last++;
        return new Server.Spec("cache-" + port, folder.resolve("c" + port + last), network, "127.0.0.1", port, PROCESS_MIB);
    }

    private static Cache cache(int port, boolean cluster, String tokenDigest) {
        return new Cache(
                "group/test",
                "0123456789abcdef0123456789abcdef",
                Status.CREATING,
                new Cache.Machine(CacheEngine.REDIS, "7.0", "cache.t3.micro", port, false, cluster, tokenDigest),
                Place.wanted("", "", Set.of(), "cache.test"),
                List.of(),
                List.of(),
                new Cache.Kept("", "", true, 0, "", false, Cache.Usage.NONE),
                Instant.EPOCH,
                Map.of());
    }

    private static RedisServer redis(Server.Spec spec, Cache cache) {
        Certificates none = names -> {
            throw new IllegalStateException("no certificate is needed");
        };
        return new RedisServer(spec, launcher, installed(Engine.REDIS), cache, ITEMS_MIB, none);
    }

    @Test
    void memcachedServesAndHoldsNoMoreThanItsMemory() throws Exception {
        try (var server = new MemcachedServer(spec(11211), launcher, installed(Engine.MEMCACHED), ITEMS_MIB)) {
            server.create();

            assertThat(ask(11211, "set k 0 0 5\r\nhello\r\nget k\r\nquit\r\n")).contains("STORED", "hello", "END");
            assertThat(ask(11211, "stats\r\nquit\r\n")).contains("STAT limit_maxbytes " + ((long) ITEMS_MIB << 20));
        }
        assertThat(ask(11211, "version\r\nquit\r\n")).isEqualTo("refused");
    }

    @Test
    void redisKeepsItsItemsOverAStartAndAnEnd() throws Exception {
        var spec = spec(6379);
        try (var server = redis(spec, cache(6379, false, ""))) {
            server.create();
            assertThat(ask(6379, "SET k hello\r\nQUIT\r\n")).startsWith("+OK");
            assertThat(ask(6379, "INFO memory\r\nQUIT\r\n")).contains("maxmemory:" + ((long) ITEMS_MIB << 20));
        }
        try (var server = redis(spec, cache(6379, false, ""))) {
            server.start();
            assertThat(ask(6379, "GET k\r\nQUIT\r\n")).contains("hello");
        }
    }

    @Test
    void redisRefusesTheCommandsThatAwsTakesAway() throws Exception {
        try (var server = redis(spec(6380), cache(6380, false, ""))) {
            server.create();

            for (String command : List.of("CONFIG GET *", "SHUTDOWN", "SAVE", "REPLICAOF NO ONE", "ACL SAVE")) {
                assertThat(ask(6380, command + "\r\nQUIT\r\n")).as(command).startsWith("-NOPERM");
            }
        }
    }

    @Test
    void redisAsksForItsPassword() throws Exception {
        var sha = MessageDigest.getInstance("SHA-256");
        String digest = HexFormat.of().formatHex(sha.digest("correct-horse-battery".getBytes(StandardCharsets.US_ASCII)));
        try (var server = redis(spec(6381), cache(6381, false, digest))) {
            server.create();

            assertThat(ask(6381, "GET k\r\nQUIT\r\n")).startsWith("-NOAUTH");
            assertThat(ask(6381, "AUTH wrong\r\nQUIT\r\n")).startsWith("-WRONGPASS");
            assertThat(ask(6381, "AUTH correct-horse-battery\r\nGET k\r\nQUIT\r\n")).startsWith("+OK").contains("$-1");
        }
    }

    @Test
    void redisOfOneNodeHasAllSlots() throws Exception {
        var spec = spec(6382);
        try (var server = redis(spec, cache(6382, true, ""))) {
            server.create();
            assertThat(ask(6382, "CLUSTER SLOTS\r\nQUIT\r\n")).contains(":0\r\n:16383", "cache.test", ":6382");
            assertThat(ask(6382, "SET k hello\r\nQUIT\r\n")).startsWith("+OK");
            assertThat(ask(6382, "CLUSTER RESET\r\nQUIT\r\n")).startsWith("-NOPERM");
        }
        try (var server = redis(spec, cache(6382, true, ""))) {
            server.start();
            assertThat(ask(6382, "GET k\r\nQUIT\r\n")).contains("hello");
        }
    }

    /** What a server in the namespace answers until it hangs up. */
    private static String ask(int port, String text) throws Exception {
        return network.call(() -> {
            try (var socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(WAIT_MILLIS);
                socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
                var answer = new ByteArrayOutputStream();
                socket.getInputStream().transferTo(answer);
                return answer.toString(StandardCharsets.UTF_8);
            } catch (ConnectException refused) {
                return "refused";
            }
        });
    }
}
