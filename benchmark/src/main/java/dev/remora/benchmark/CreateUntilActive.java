package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Functions;
import dev.remora.e2e.Network;
import dev.remora.e2e.Server;
import dev.remora.e2e.Zips;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * From sending CreateFunction to the state Active, with a new Hyperplane interface and with a shared one. The client asks for the
 * state a few thousand times a second and costs next to nothing, so that a sample is the server's time.
 */
final class CreateUntilActive implements Benchmark {
    private static final int SAMPLES = 40;
    private static final long PAUSE_NANOS = 200_000;
    private int number;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral");
                var bare = new BareNetwork();
                var disk = new Disk();
                var line = new HttpLine(Integer.parseInt(server.endpoint().replaceAll(".*:", "")))) {
            var account = Account.fresh(server);
            var functions = Functions.of(account);
            var network = Network.create(account);
            String role = functions.role("r", Functions.VPC_ACCESS);
            Path zip = Zips.of(Map.of("index.py", "def handler(event, context): return event"));
            String code = Base64.getEncoder().encodeToString(Files.readAllBytes(zip));
            rows.accept(Sampled.alternate(
                    "CreateFunction until Active, new interface / namespace + veth + fdatasync",
                    "us",
                    "<= 3",
                    5,
                    SAMPLES,
                    () -> create(account, line, role, code, network, newGroup(network)),
                    Sampled.micros(() -> {
                        bare.namespaceWithVeth();
                        disk.sync();
                    })));
            rows.accept(Sampled.alternate(
                    "CreateFunction until Active, shared interface / fdatasync",
                    "us",
                    "<= 2",
                    5,
                    SAMPLES,
                    () -> create(account, line, role, code, network, network.app()),
                    Sampled.micros(disk::sync)));
        }
    }

    private String newGroup(Network network) {
        return network.sdk()
                .ec2()
                .createSecurityGroup(
                        r -> r.vpcId(network.vpc()).groupName("g" + number++).description("one more"))
                .groupId();
    }

    private double create(Account account, HttpLine line, String role, String code, Network network, String group)
            throws IOException {
        String name = "f" + number++;
        byte[] create = signed(
                account,
                SdkHttpMethod.POST,
                "",
                """
                {"FunctionName": "%s", "Runtime": "python3.12", "Handler": "index.handler", "Role": "%s",
                 "Code": {"ZipFile": "%s"}, "VpcConfig": {"SubnetIds": ["%s"], "SecurityGroupIds": ["%s"]}}
                """
                        .formatted(name, role, code, network.subnetA(), group));
        byte[] state = signed(account, SdkHttpMethod.GET, "/" + name + "/configuration", "");
        long start = System.nanoTime();
        line.exchange(create);
        while (!line.answer(state).contains("\"State\":\"Active\"")) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return (System.nanoTime() - start) / 1e3;
    }

    private static byte[] signed(Account account, SdkHttpMethod method, String path, String body) {
        return HttpLine.signed(
                account.server().endpoint(),
                account.id(),
                "lambda",
                method,
                "/2015-03-31/functions" + path,
                Map.of("Content-Type", "application/json"),
                body);
    }

    /** One small durable write, the least that "durable before the answer" can cost. */
    static final class Disk implements AutoCloseable {
        private final Path file = Files.createTempFile("remora-bench-", ".sync");
        private final FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);

        Disk() throws IOException {}

        void sync() throws IOException {
            channel.write(ByteBuffer.allocate(500));
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.delete(file);
        }
    }
}
