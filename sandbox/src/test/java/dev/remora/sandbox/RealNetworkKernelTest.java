package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.KernelFabric;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes in the slots of the real data plane, cold and prepared. */
@Tag("kernel")
class RealNetworkKernelTest {
    private static final String ASK = """
            import socket
            def refused(host, port):
                try: socket.create_connection((host, port), 0.3).close()
                except OSError as e: return type(e).__name__
            def handler(event, context):
                with socket.create_connection((event['name'], event['port']), 5) as s:
                    answer = s.recv(10).decode()
                return [answer, s.family.name, refused('127.0.0.1', event['port']), refused(event['neighbour'], 9001)]
            """;

    @Test
    void aFunctionReachesWhatItMayAndNothingElse() throws Exception {
        try (Fabric fabric = KernelFabric.open(FabricConfig.defaults(InternetMode.CLOSED));
                Lab lab = new Lab(1, config -> config, fabric.slots());
                ServerSocket server = fabric.internet().call(() -> {
                    ServerSocket listening = new ServerSocket();
                    listening.bind(new InetSocketAddress(fabric.apiAddress().inet(), 0));
                    return listening;
                })) {
            Thread.ofPlatform().daemon().start(() -> greet(server));
            fabric.names(Map.of("api.example.com", List.of(fabric.apiAddress())));
            var addressOf = lab.python("""
                    import socket
                    def handler(event, context):
                        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect((event, 1)); return s.getsockname()[0]
                    """);
            try (Sandbox neighbour = addressOf.start()) {
                neighbour.init();
                String address = Lab.answer(Lab.invoke(neighbour, "\"" + fabric.apiAddress() + "\""));
                assertThat(address).startsWith("\"169.254.");
                String event = "{\"name\": \"api.example.com\", \"port\": %d, \"neighbour\": %s}"
                        .formatted(server.getLocalPort(), address);
                String expected = "[\"hello\", \"AF_INET\", \"ConnectionRefusedError\", \"TimeoutError\"]";
                assertThat(Lab.answer(lab.python(ASK).env("PYTHONUNBUFFERED", "1").once(event))).isEqualTo(expected);
                PreparedKernelTest.await(lab, lab.python("def handler(e, c): pass"));
                assertThat(Lab.answer(lab.python(ASK).once(event))).isEqualTo(expected);
            }
        }
    }

    private static void greet(ServerSocket server) {
        try {
            while (true) {
                try (var connection = server.accept()) {
                    connection.getOutputStream().write("hello".getBytes());
                }
            }
        } catch (IOException closed) {
            Thread.currentThread().interrupt();
        }
    }
}
