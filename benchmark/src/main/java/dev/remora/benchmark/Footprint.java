package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Sdk;
import dev.remora.e2e.Server;
import dev.remora.store.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Start to the first signed answer, and the memory of the idle server; with an empty store and with 10,000 resources. */
final class Footprint implements Benchmark {
    private static final int STARTS = 7;
    private static final double MEMORY_GOAL_MIB = 150;
    private static final double START_GOAL_MS = 1000;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        Path data = Files.createTempDirectory("remora-bench-");
        try {
            String account = "111122223333";
            try (var first = Server.start("--data", data.toString())) {
                new Account(first, account).boto3("");
            }
            measure(rows, "empty", data, account);
            try (var server = Server.start("--data", data.toString())) {
                ManyInterfaces.create(Sdk.of(new Account(server, account)));
            }
            measure(rows, "10,000 resources", data, account);
        } finally {
            Folders.remove(data);
        }
    }

    private static void measure(Consumer<Row> rows, String what, Path data, String account) throws Exception {
        double[] starts = new double[STARTS];
        double[] memory = new double[STARTS];
        for (int i = 0; i < STARTS; i++) {
            long begin = System.nanoTime();
            try (var server = Server.start("--data", data.toString())) {
                byte[] request = HttpLine.signed(
                        server.endpoint(),
                        account,
                        "ec2",
                        SdkHttpMethod.POST,
                        "/",
                        Map.of("Content-Type", "application/x-www-form-urlencoded"),
                        "Action=DescribeVpcs&Version=2016-11-15");
                try (var line = new HttpLine(Integer.parseInt(server.endpoint().replaceAll(".*:", "")))) {
                    line.exchange(request);
                }
                starts[i] = (System.nanoTime() - begin) / 1e6;
                LockSupport.parkNanos(1_500_000_000L);
                memory[i] = residentMiB(server.pid());
            }
        }
        rows.accept(Row.of(
                "start to the first signed answer, " + what + " / goal",
                starts,
                new double[] {START_GOAL_MS},
                "ms",
                "<= 1"));
        rows.accept(Row.of(
                "resident memory of the idle server, " + what + " / goal",
                memory,
                new double[] {MEMORY_GOAL_MIB},
                "MiB",
                "<= 1"));
    }

    private static double residentMiB(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS:"))
                            .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
                            .findFirst()
                            .orElseThrow()
                    / 1024.0;
        }
    }
}
