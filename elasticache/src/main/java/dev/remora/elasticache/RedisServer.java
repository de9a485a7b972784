package dev.remora.elasticache;

import dev.remora.fleet.Certificates;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Keeper;
import dev.remora.fleet.Server;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Program;
import dev.remora.store.Folders;
import dev.remora.store.Ids;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One Redis, or Valkey, which takes the same settings.
 *
 * <p>The folder of the host has {@code data}, which the process owns and sees as {@code /data/cache}, with the log of all
 * changes, and {@code conf}, which it may read, with its settings and its certificate, which are written anew before each start.
 * Its Unix socket in {@code /data/cache} is for us alone, to ask whether it answers.
 *
 * <p>With the cluster protocol one node has all slots. The file that a node of a cluster keeps about itself is written for it
 * before its first start, so that no command has to be sent that its users may not send.
 */
final class RedisServer implements Server {
    private static final int TERMINATE = 15;
    private static final int ANSWER_MAX = 4096;
    /** The user that we ask as, who may do nothing else. */
    private static final String PROBE = "remora";

    private static final int NODE_ID_DIGITS = 40;
    private static final int PROBE_PASSWORD_DIGITS = 32;

    /** What AWS's page "Supported and restricted commands" takes away. */
    private static final String RIGHTS = "~* &* +@all -acl|deluser -acl|load -acl|save -acl|setuser -bgrewriteaof -bgsave -config"
            + " -debug -failover -migrate -module -psync -replicaof -save -shutdown -slaveof -sync";

    private static final String CLUSTER_RIGHTS = " -cluster|addslots -cluster|addslotsrange -cluster|bumpepoch -cluster|delslots"
            + " -cluster|delslotsrange -cluster|failover -cluster|flushslots -cluster|forget -cluster|meet -cluster|replicate"
            + " -cluster|reset -cluster|saveconfig -cluster|set-config-epoch -cluster|setslot";

    private final Spec spec;
    private final Engines.Installed redis;
    private final Cache cache;
    private final int itemsMiB;
    private final Certificates certificates;
    private final Keeper keeper;
    private final String probePassword;

    RedisServer(Spec spec, Confinement confinement, Engines.Installed redis, Cache cache, int itemsMiB, Certificates issuer) {
        this.spec = spec;
        this.redis = redis;
        this.cache = cache;
        this.itemsMiB = itemsMiB;
        this.certificates = issuer;
        this.probePassword = Ids.random().hex(PROBE_PASSWORD_DIGITS);
        this.keeper = new Keeper("cache " + spec.name(), confinement, TERMINATE);
    }

    @Override
    public void create() throws IOException, InterruptedException {
        Folders.remove(spec.folder());
        Files.createDirectories(spec.folder().resolve("data"));
        if (cache.machine().cluster()) {
            String id = (cache.resourceId() + "0".repeat(NODE_ID_DIGITS)).substring(0, NODE_ID_DIGITS);
            Files.writeString(
                    spec.folder().resolve("data/nodes.conf"),
                    id + " :0@0 myself,master - 0 0 1 connected 0-16383\nvars currentEpoch 1 lastVoteEpoch 0\n");
        }
        start();
    }

    @Override
    public void start() throws IOException, InterruptedException {
        Path conf = Files.createDirectories(spec.folder().resolve("conf"));
        if (cache.machine().tls()) {
            var names = new ArrayList<>(List.of(cache.place().endpoint()));
            names.addAll(cache.aliases());
            var issued = certificates.issue(names);
            Files.writeString(conf.resolve("chain.pem"), issued.chain());
            Files.writeString(conf.resolve("key.pem"), issued.key());
        }
        Files.writeString(conf.resolve("redis.conf"), String.join("\n", settings()) + "\n");
        keeper.start(this::program, this::ask);
    }

    private List<String> settings() {
        var machine = cache.machine();
        var lines = new ArrayList<>(List.of(
                "bind " + spec.address(),
                "protected-mode no",
                "unixsocket /data/cache/redis.sock",
                "unixsocketperm 700",
                "dir /data/cache",
                "appendonly yes",
                "appendfsync everysec",
                "save \"\"",
                "maxmemory " + itemsMiB + "mb",
                "maxmemory-policy volatile-lru",
                "databases " + (machine.cluster() ? 1 : 16),
                "user default on " + (machine.tokenDigest().isEmpty() ? "nopass" : "#" + machine.tokenDigest()) + " " + RIGHTS
                        + CLUSTER_RIGHTS,
                "user " + PROBE + " on >" + probePassword + " -@all +ping +quit +cluster|info"));
        if (machine.tls()) {
            lines.addAll(List.of(
                    "port 0",
                    "tls-port " + spec.port(),
                    "tls-cert-file /srv/conf/chain.pem",
                    "tls-key-file /srv/conf/key.pem",
                    "tls-ca-cert-file /srv/conf/chain.pem",
                    "tls-auth-clients no",
                    // Else a cluster tells its clients the port of plain text, which is 0.
                    "tls-cluster yes"));
        } else {
            lines.add("port " + spec.port());
        }
        if (machine.cluster()) {
            lines.addAll(List.of(
                    "cluster-enabled yes",
                    "cluster-config-file nodes.conf",
                    "cluster-announce-ip " + spec.address(),
                    "cluster-announce-hostname " + cache.place().endpoint(),
                    "cluster-preferred-endpoint-type hostname",
                    "cluster-require-full-coverage no"));
        }
        return lines;
    }

    private Program program() throws IOException {
        Files.deleteIfExists(spec.folder().resolve("data/redis.sock"));
        var shown = new HashMap<>(redis.folders());
        shown.put(spec.folder().resolve("conf"), Path.of("/srv/conf"));
        return new Program(
                spec.name(),
                List.of(redis.program(), "/srv/conf/redis.conf"),
                redis.environment(),
                shown,
                Map.of(spec.folder().resolve("data"), Path.of("/data/cache")),
                spec.network(),
                spec.memoryMiB(),
                keeper::line);
    }

    /** It answers when it has read its data and, as a cluster, holds itself for whole, which takes it two seconds. */
    private void ask() throws IOException {
        boolean cluster = cache.machine().cluster();
        String login = "AUTH " + PROBE + " " + probePassword + "\r\n";
        String question = login + "PING\r\n" + (cluster ? "CLUSTER INFO\r\n" : "") + "QUIT\r\n";
        try (var socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(spec.folder().resolve("data/redis.sock")));
            socket.write(ByteBuffer.wrap(question.getBytes(StandardCharsets.US_ASCII)));
            byte[] answer = Channels.newInputStream(socket).readNBytes(ANSWER_MAX);
            String said = new String(answer, StandardCharsets.UTF_8);
            if (!said.contains("+PONG") || cluster && !said.contains("cluster_state:ok")) {
                throw new IOException("it answered: " + said);
            }
        }
    }

    @Override
    public void close() {
        keeper.close();
    }
}
