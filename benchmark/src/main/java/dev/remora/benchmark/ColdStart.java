package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Eventually;
import dev.remora.e2e.Functions;
import dev.remora.e2e.Network;
import dev.remora.e2e.Server;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** From sending an Invoke that needs a new environment to the handler's first line, against spawning the same interpreter. */
final class ColdStart implements Benchmark {
    private static final int SAMPLES = 25;
    private static final String PYTHON =
            "import time\nfirst = None\ndef handler(event, context):\n    return time.time_ns()\n";
    private static final String NODE =
            "exports.handler = async () => String(BigInt(Math.round((performance.timeOrigin + performance.now()) *"
                    + " 1000)) * 1000n);\n";

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral")) {
            var account = Account.fresh(server);
            var functions = Functions.of(account);
            var network = Network.create(account);
            String role = functions.role("r", Functions.VPC_ACCESS);
            functions.python("python", role, PYTHON, f -> f.vpcConfig(Functions.in(network))
                    .memorySize(1769));
            functions.node(
                    "node", role, NODE, f -> f.vpcConfig(Functions.in(network)).memorySize(1769));
            rows.accept(Sampled.alternate(
                    "cold start in a VPC, python (prepared) / spawning python3",
                    "us",
                    "<= 1.5",
                    3,
                    SAMPLES,
                    () -> cold(functions, "python", Map.of()),
                    () -> spawn("/usr/bin/python3", "-c", "import time; print(time.time_ns())")));
            rows.accept(Sampled.alternate(
                    "cold start in a VPC, python (from nothing) / spawning python3",
                    "us",
                    "",
                    3,
                    SAMPLES,
                    () -> cold(functions, "python", Map.of("PYTHONHASHSEED", "0")),
                    () -> spawn("/usr/bin/python3", "-c", "import time; print(time.time_ns())")));
            rows.accept(Sampled.alternate(
                    "cold start in a VPC, node (prepared) / spawning node",
                    "us",
                    "<= 1.5",
                    3,
                    SAMPLES,
                    () -> cold(functions, "node", Map.of()),
                    () -> spawn(
                            "node",
                            "-e",
                            "console.log(String(BigInt(Math.round((performance.timeOrigin + performance.now())"
                                    + " * 1000)) * 1000n))")));
        }
    }

    private int round;

    private double cold(Functions functions, String name, Map<String, String> variables) {
        var environment = new HashMap<>(variables);
        environment.put("ROUND", String.valueOf(round++));
        functions.lambda().updateFunctionConfiguration(r -> r.functionName(name)
                .environment(e -> e.variables(environment)));
        Eventually.holds("the new configuration is in use", () -> "Successful"
                .equals(functions
                        .lambda()
                        .getFunctionConfiguration(r -> r.functionName(name))
                        .lastUpdateStatusAsString()));
        pause();
        long sent = nanos();
        return (Long.parseLong(functions.invoke(name, "{}").payload().replace("\"", "")) - sent) / 1e3;
    }

    /** Lets the pool fill again: a benchmark of starts one after another, not of a flood. */
    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
    }

    private static double spawn(String... command) throws IOException {
        long start = nanos();
        Process process = new ProcessBuilder(command).start();
        try (var out = process.inputReader()) {
            return (Long.parseLong(out.readLine().strip()) - start) / 1e3;
        }
    }

    private static long nanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
