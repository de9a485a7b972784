package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteServerTest {
    private final HttpServer http;
    private int status = 200;
    private String answer = "{\"drops\":[],\"next\":\"0\"}";

    RemoteServerTest() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", exchange -> {
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
    }

    @AfterEach
    void stop() {
        http.stop(0);
    }

    private RemoteServer server() {
        return new RemoteServer(
                Map.of("REMORA_PORT", Integer.toString(http.getAddress().getPort())));
    }

    private String drops(String... args) throws InterruptedException {
        var out = new ByteArrayOutputStream();
        Drops.list(Drops.given(List.of(args)), server(), new PrintStream(out, true));
        return out.toString();
    }

    @Test
    void dropsSaysThatThereAreNone() throws Exception {
        assertThat(drops("orders")).isEqualTo("The network refused 'orders' nothing since the server started.\n");
        assertThat(drops("orders", "--json")).isEmpty();
    }

    @Test
    void dropsHeadsTheLinesThatThereAre() throws Exception {
        answer = "{\"drops\":[{\"connection\":\"tcp 10.0.1.5:1 -> 10.0.1.4:5432\"}],\"next\":\"1\"}";
        assertThat(drops("orders").lines()).hasSize(2).first().asString().startsWith("TIME");
    }

    @Test
    void dropsPrintsNothingWhenRefused() {
        status = 500;
        answer = "";
        assertThatThrownBy(() -> drops("orders"))
                .isInstanceOf(StartFailure.class)
                .hasMessage("the server answered 500");
    }

    @Test
    void saysThatAnotherProgramAnswers() {
        answer = "<html>";
        assertThatThrownBy(() -> server().ask("GET", "/_remora/health", Map.of()))
                .isInstanceOf(StartFailure.class)
                .hasMessageEndingWith("is not a Remora server.");
    }

    @Test
    void saysThatTheEndpointIsNone() {
        for (String wrong : List.of("localhost:4566", "://", "file:///etc", "http://127.0.0.1:many")) {
            var server = new RemoteServer(Map.of("REMORA_ENDPOINT", wrong));
            assertThatThrownBy(() -> server.ask("GET", "/_remora/health", Map.of()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessage("'" + wrong + "' is no endpoint: see $REMORA_ENDPOINT and $REMORA_PORT.");
        }
    }
}
