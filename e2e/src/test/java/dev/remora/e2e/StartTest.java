package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Starting Remora")
class StartTest {
    private static Command remora(String... words) {
        var line = new ArrayList<>(List.of(Project.REMORA.toString()));
        line.addAll(List.of(words));
        return Command.run(Map.of(), line);
    }

    @Test
    @DisplayName("a taken port is one clear line")
    void portTaken() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Command start =
                    remora("start", "--ephemeral", "--internet=closed", "--port", String.valueOf(taken.getLocalPort()));
            assertThat(start.exit()).isEqualTo(1);
            assertThat(start.all())
                    .contains(String.valueOf(taken.getLocalPort()))
                    .contains("in use")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    @DisplayName("a data folder of another version is refused and left as it is")
    void otherVersion(@TempDir Path data) throws IOException {
        try (var server = Server.start("--data", data.toString())) {
            assertThat(server.output()).contains("Ready.").contains("closed");
        }
        Path format = data.resolve("format");
        Files.writeString(format, "999\n");
        Command start = remora("start", "--internet=closed", "--port", "0", "--data", data.toString());
        assertThat(start.exit()).isEqualTo(1);
        assertThat(start.all()).contains("999").contains(data.toString()).doesNotContain("\tat ");
        assertThat(Files.readString(format)).isEqualTo("999\n");
    }

    @Test
    @DisplayName("not root is one clear line")
    void notRoot() {
        Command start = Command.run(Map.of(),
                List.of(
                        "setpriv",
                        "--reuid",
                        "65534",
                        "--clear-groups",
                        Project.REMORA.toString(),
                        "start",
                        "--port",
                        "0"));
        assertThat(start.exit()).isNotZero();
        assertThat(start.all()).contains("root").doesNotContain("\tat ");
    }

    @Test
    @DisplayName("wrong words are answered with usage")
    void wrongWords() {
        assertThat(remora("start", "--prot", "1").exit()).isEqualTo(2);
        assertThat(remora("strat").all()).contains("start");
        assertThat(remora("start", "--internet=open").exit()).isEqualTo(2);
        assertThat(remora("--help").mustSucceed().out())
                .contains("quickstart", "start", "drops", "forward", "aws", "env");
    }

    @Test
    @DisplayName("health is told to peers on the loopback, in Remora's form and in LocalStack's")
    void health(Server server) throws Exception {
        assertThat(get(server, "/_remora/health")).contains("\"lambda\"", "python");
        assertThat(get(server, "/_localstack/health")).contains("\"services\"", "\"lambda\"", "running");
    }

    @Test
    @DisplayName("remora env prints what to export and remora aws runs the AWS CLI against it")
    void clients(Server server) {
        var environment = Map.of("REMORA_ENDPOINT", server.endpoint());
        assertThat(Command.run(environment, List.of(Project.REMORA.toString(), "env"))
                        .mustSucceed()
                        .out())
                .contains("export AWS_ENDPOINT_URL=" + server.endpoint(), "AWS_ACCESS_KEY_ID=test");
        assertThat(Command.run(environment,
                                List.of(Project.REMORA.toString(), "aws", "sts", "get-caller-identity"))
                        .mustSucceed()
                        .out())
                .contains("000000000000");
        assertThat(Command.run(environment, List.of(Project.REMORA.toString(), "status"))
                        .mustSucceed()
                        .out())
                .contains("python");
    }

    private static String get(Server server, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(server.endpoint() + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
