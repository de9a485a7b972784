package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Sdk;
import dev.remora.e2e.Server;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.http.SdkHttpMethod;

/** DescribeNetworkInterfaces among 10,000, against writing as many bytes over the loopback. */
final class DescribeInterfaces implements Benchmark {
    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral");
                var pipe = new Pipe()) {
            var account = Account.fresh(server);
            String one = ManyInterfaces.create(Sdk.of(account));
            int port = Integer.parseInt(server.endpoint().replaceAll(".*:", ""));
            try (var line = new HttpLine(port)) {
                row(rows, line, pipe, "all of 10,000", request(server, account, ""), "<= 4", 5, 15);
                row(
                        rows,
                        line,
                        pipe,
                        "one by id of 10,000",
                        request(server, account, "&NetworkInterfaceId.1=" + one),
                        "",
                        500,
                        1000);
                row(
                        rows,
                        line,
                        pipe,
                        "a page of 100 of 10,000",
                        request(server, account, "&MaxResults=100"),
                        "",
                        100,
                        300);
            }
        }
    }

    private static byte[] request(Server server, Account account, String more) {
        return HttpLine.signed(
                server.endpoint(),
                account.id(),
                "ec2",
                SdkHttpMethod.POST,
                "/",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "Action=DescribeNetworkInterfaces&Version=2016-11-15" + more);
    }

    private static void row(
            Consumer<Row> rows, HttpLine line, Pipe pipe, String what, byte[] request, String goal, int warm, int n)
            throws Exception {
        int size = line.exchange(request);
        rows.accept(Sampled.alternate(
                "DescribeNetworkInterfaces, " + what + " / as many bytes over the loopback",
                "us",
                goal,
                warm,
                n,
                Sampled.micros(() -> line.exchange(request)),
                Sampled.micros(() -> pipe.carry(size))));
    }

    /** Asks a thread for so many bytes over a socket and reads them. */
    private static final class Pipe implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Socket near = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        private final Socket far = listener.accept();

        Pipe() throws IOException {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Thread.ofPlatform().daemon().start(this::serve);
        }

        private void serve() {
            byte[] block = new byte[1 << 16];
            try (var in = new DataInputStream(far.getInputStream());
                    var out = far.getOutputStream()) {
                while (true) {
                    for (int left = in.readInt(); left > 0; left -= block.length) {
                        out.write(block, 0, Math.min(left, block.length));
                    }
                }
            } catch (IOException closed) {
                // the benchmark is over
            }
        }

        void carry(int bytes) throws IOException {
            new DataOutputStream(near.getOutputStream()).writeInt(bytes);
            near.getInputStream().skipNBytes(bytes);
        }

        @Override
        public void close() throws IOException {
            near.close();
            far.close();
            listener.close();
        }
    }
}
