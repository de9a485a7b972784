package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A bridge puts a port of the host into a subnet")
class BridgeLeadsToTheHostTest {
    private static final String READ = """
            import socket
            def handler(event, context):
                try:
                    with socket.create_connection((event['host'], 5432), timeout=event['seconds']) as s:
                        return s.recv(100).decode()
                except OSError as e:
                    return type(e).__name__
            """;

    @Test
    @DisplayName("functions reach it by name as its groups allow, and its interface goes with it")
    void reach(Account account) throws Exception {
        var network = Network.create(account);
        var functions = Functions.of(account);
        functions.python(
                "reader", functions.role("reader", Functions.VPC_ACCESS), READ,
                f -> f.vpcConfig(Functions.in(network)));
        try (var onHost = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> greet(onHost));
            Process bridge = start(account, network.subnetA(), "5432", "--groups", network.db(), "--to",
                    "" + onHost.getLocalPort(), "--name", "orders.db.internal");
            try (var out = new BufferedReader(new InputStreamReader(bridge.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).contains("10.0.1.", "(orders.db.internal)", "eni-");
                assertThat(read(functions, 20)).contains("hello from the host");
                network.revoke(5432);
                assertThat(read(functions, 1)).contains("imeout");
            } finally {
                bridge.destroy();
                bridge.waitFor();
            }
        }
        assertThat(account.aws("ec2", "describe-network-interfaces", "--filters", "Name=requester-id,Values=remora")
                        .get("NetworkInterfaces"))
                .isEmpty();
    }

    @Test
    @DisplayName("an unknown subnet is refused in one line")
    void unknownSubnet(Account account) {
        Command refused = Command.run(account.environment(),
                List.of(Project.REMORA.toString(), "bridge", "subnet-0123456789abcdef0", "5432"));
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.all().strip()).isEqualTo("remora: The subnet ID 'subnet-0123456789abcdef0' does not exist.");
    }

    private static String read(Functions functions, int seconds) {
        return functions.invoke("reader", "{\"host\":\"orders.db.internal\",\"seconds\":" + seconds + "}").payload();
    }

    private static Process start(Account account, String... words) throws Exception {
        var line = new ArrayList<>(List.of(Project.REMORA.toString(), "bridge"));
        line.addAll(List.of(words));
        var builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(account.environment());
        return builder.start();
    }

    private static void greet(ServerSocket server) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("hello from the host".getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException closed) {
            return;
        }
    }
}
