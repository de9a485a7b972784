package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A port of the host's loopback that leads into a real namespace. */
@Tag("kernel")
class RelayKernelTest {
    private static final int PORT = 5432;

    @Test
    void carriesBytesBothWaysAndTheirEnd() throws Exception {
        try (Netns network = Netns.create();
                ServerSocket inside = network.call(() -> new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress()));
                var relay = Relay.intoNetwork(0, network, new InetSocketAddress("127.0.0.1", PORT))) {
            Thread.ofPlatform().daemon().start(() -> answerInCapitals(inside));
            try (var client = new Socket("127.0.0.1", relay.port())) {
                client.getOutputStream().write("from outside".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();

                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("FROM OUTSIDE");
            }
        }
    }

    @Test
    void isNotThereOnceItIsClosed() throws Exception {
        try (Netns network = Netns.create()) {
            // One that closes while its thread is on the way into or out of the kernel shows only now and then.
            for (int round = 0; round < 200; round++) {
                var relay = Relay.intoNetwork(0, network, new InetSocketAddress("127.0.0.1", PORT));
                int port = relay.port();
                relay.close();

                assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void refusesAPortThatIsTaken() throws Exception {
        try (Netns network = Netns.create();
                var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var target = new InetSocketAddress("127.0.0.1", PORT);

            assertThatThrownBy(() -> Relay.intoNetwork(taken.getLocalPort(), network, target))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void leadsFromANamespaceToTheHost() throws Exception {
        try (Netns network = Netns.create();
                ServerSocket onHost = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var relay = Relay.toHost(network, new InetSocketAddress("127.0.0.1", PORT), onHost.getLocalPort())) {
            Thread.ofPlatform().daemon().start(() -> answerInCapitals(onHost));
            try (var client = network.call(() -> new Socket("127.0.0.1", relay.port()))) {
                client.getOutputStream().write("from inside".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();

                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("FROM INSIDE");
            }
        }
    }

    private static void answerInCapitals(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            socket.getOutputStream().write(text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            throw new UncheckedIOException(ended);
        }
    }
}
