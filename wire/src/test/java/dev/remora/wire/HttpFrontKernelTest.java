package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A listener belongs to the network namespace of the thread that opened it. */
@Tag("kernel")
class HttpFrontKernelTest {
    private static final String UNSIGNED =
            "POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    private static final String HEALTH = "GET /_remora/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private final HttpFront front = new HttpFront(
                    new Dispatcher(List.of(), Keys.ALL, Keys.EVERYTHING, InstantSource.system()))
            .admin("GET", "/_remora/health", r -> Response.of(200, "text/plain", new byte[0]));

    private static String ask(int port, String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aListenerOpenedInsideANamespaceAnswersThereAndNowhereElse() throws Exception {
        try (Netns internet = Netns.create();
                front) {
            // A port that nothing of the host has.
            int port = internet.call(() -> front.listen("127.0.0.1", 4, Trust.NONE, null))
                    .port();
            assertThat(internet.call(() -> ask(port, UNSIGNED)))
                    .startsWith("HTTP/1.1 403")
                    .contains("MissingAuthenticationToken");
            assertThat(internet.call(() -> ask(port, HEALTH))).startsWith("HTTP/1.1 403");
            assertThatThrownBy(() -> ask(port, HEALTH)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void aChannelOpenedEarlierInsideANamespaceIsServed() throws Exception {
        try (Netns internet = Netns.create();
                front) {
            ServerSocketChannel channel =
                    internet.call(() -> ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 443)));
            assertThat(front.serve(channel, Trust.NONE, null).port()).isEqualTo(443);
            assertThat(internet.call(() -> ask(443, UNSIGNED))).startsWith("HTTP/1.1 403");
        }
    }
}
