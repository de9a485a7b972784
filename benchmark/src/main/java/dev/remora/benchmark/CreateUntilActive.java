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
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.State;

/** From sending CreateFunction to the state Active, with a new Hyperplane interface and with a shared one. */
final class CreateUntilActive implements Benchmark {
    private static final int SAMPLES = 40;
    private int number;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral");
                var bare = new BareNetwork();
                var disk = new Disk()) {
            var account = Account.fresh(server);
            var functions = Functions.of(account);
            var network = Network.create(account);
            String role = functions.role("r", Functions.VPC_ACCESS);
            byte[] code = Files.readAllBytes(Zips.of(Map.of("index.py", "def handler(event, context): return event")));
            Sampled reference = () -> Sampled.micros(() -> {
                        bare.namespaceWithVeth();
                        disk.sync();
                    })
                    .sample();
            rows.accept(Sampled.alternate(
                    "CreateFunction until Active, new interface / namespace + veth + fdatasync",
                    "us",
                    "<= 3",
                    5,
                    SAMPLES,
                    () -> create(functions, role, code, network, newGroup(network)),
                    reference));
            rows.accept(Sampled.alternate(
                    "CreateFunction until Active, shared interface / fdatasync",
                    "us",
                    "<= 2",
                    5,
                    SAMPLES,
                    () -> create(functions, role, code, network, network.app()),
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

    private double create(Functions functions, String role, byte[] code, Network network, String group) {
        String name = "f" + number++;
        var lambda = functions.lambda();
        long start = System.nanoTime();
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.12")
                .handler("index.handler")
                .role(role)
                .code(c -> c.zipFile(SdkBytes.fromByteArrayUnsafe(code)))
                .vpcConfig(Functions.in(List.of(network.subnetA()), group)));
        while (lambda.getFunctionConfiguration(r -> r.functionName(name)).state() != State.ACTIVE) {
            Thread.onSpinWait();
        }
        return (System.nanoTime() - start) / 1e3;
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
