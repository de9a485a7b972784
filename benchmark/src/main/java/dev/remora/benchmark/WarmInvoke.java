package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Functions;
import dev.remora.e2e.Network;
import dev.remora.e2e.Server;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * A signed Invoke of a warm Python function in a VPC, against nothing but the two HTTP requests that hand an event to Python
 * and back. All of it on one CPU: there is never more than one process with something to do.
 */
final class WarmInvoke implements Benchmark {
    private static final int WARM = 3000;
    private static final int SAMPLES = 4000;

    /** A warm invocation follows another one, and finds the processor's caches as that left them. */
    private static final int TURN = 20;

    private static final String EVENT = "{\"key1\": \"value1\", \"key2\": 42}";

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var cpu = OneCpu.bind();
                var server = Server.start("--ephemeral");
                var bare = BareRuntimeLoop.start(EVENT)) {
            var account = Account.fresh(server);
            var functions = Functions.of(account);
            var network = Network.create(account);
            functions.python(
                    "echo",
                    functions.role("r", Functions.VPC_ACCESS),
                    "def handler(event, context):\n    return event\n",
                    f -> f.vpcConfig(Functions.in(network)).memorySize(1769));
            int port = Integer.parseInt(server.endpoint().replaceAll(".*:", ""));
            byte[] request = HttpLine.signed(
                    server.endpoint(),
                    account.id(),
                    "lambda",
                    SdkHttpMethod.POST,
                    "/2015-03-31/functions/echo/invocations",
                    Map.of("Content-Type", "application/json"),
                    EVENT);
            try (var line = new HttpLine(port)) {
                rows.accept(Sampled.alternate(
                        "warm invoke, signed, in a VPC / bare Runtime API loop",
                        "us",
                        "<= 1.5",
                        WARM,
                        SAMPLES,
                        TURN,
                        Sampled.micros(() -> line.exchange(request)),
                        Sampled.micros(bare::event)));
            }
        }
    }
}
