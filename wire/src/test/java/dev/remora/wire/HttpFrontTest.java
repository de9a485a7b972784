package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

class HttpFrontTest {
    private final Operations lambda = new Operations(Infos.LAMBDA);
    private final HttpFront front;

    HttpFrontTest() {
        lambda.on(
                        InvokeRequest.class,
                        (in, call) -> InvokeResponse.builder()
                                .statusCode(200)
                                .executedVersion("$LATEST")
                                .payload(in.payload())
                                .build())
                .action("lambda:InvokeFunction");
        front = new HttpFront(new Dispatcher(List.of(lambda), Keys.ALL, Keys.EVERYTHING, InstantSource.system()));
        front.admin(
                "GET",
                "/_remora/health",
                r -> Response.of(200, "application/json", "{}".getBytes(StandardCharsets.UTF_8)));
        front.admin(
                "POST",
                "/_remora/state/*",
                r -> Response.of(200, "text/plain", r.rawPath().getBytes(StandardCharsets.UTF_8)));
    }

    @AfterEach
    void close() {
        front.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void unsignedRequestGetsAnAwsErrorWithARequestId() throws Exception {
        int port = front.listen("127.0.0.1", 0, Trust.HOST, null).port();
        var answer = send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/2015-03-31/functions/f/invocations"))
                        .POST(HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("x-amzn-requestid")).isPresent();
        assertThat(answer.headers().firstValue("x-amzn-errortype")).contains("MissingAuthenticationTokenException");
        assertThat(answer.body()).isEqualTo("{\"message\":\"Missing Authentication Token\"}");
    }

    @Test
    void adminRoutesAnswerOnlyTheHost() throws Exception {
        int host = front.listen("127.0.0.1", 0, Trust.HOST, null).port();
        int inside = front.listen("127.0.0.1", 0, Trust.NONE, null).port();
        URI health = URI.create("http://127.0.0.1:" + host + "/_remora/health");
        assertThat(send(HttpRequest.newBuilder(health)).body()).isEqualTo("{}");
        assertThat(send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host + "/_remora/state/a/b"))
                                .POST(HttpRequest.BodyPublishers.noBody()))
                        .body())
                .isEqualTo("/_remora/state/a/b");
        assertThat(send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + inside + "/_remora/health")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(HttpRequest.newBuilder(health).header("Origin", "https://evil.example"))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void portInUseIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> front.listen("127.0.0.1", port, Trust.HOST, null))
                    .isInstanceOf(PortInUseException.class)
                    .hasMessageContaining(String.valueOf(port));
        }
    }

    @Test
    void bodyAboveTheLimitIsRefusedUnread() throws Exception {
        int port = front.listen("127.0.0.1", 0, Trust.HOST, null).port();
        try (var socket = new Socket("127.0.0.1", port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            + (HttpLimits.MAX_BODY_BYTES + 1L)
                            + "\r\n"
                            + "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request,"
                            + " SignedHeaders=host, Signature=00\r\n"
                            + "X-Amz-Date: 20260101T000000Z\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 413").contains("RequestEntityTooLargeException");
            assertThat(answer).contains("Request must be smaller than 70167211 bytes for the Invoke operation");
        }
    }

    @Test
    void malformedChunkIsRefusedWithoutWaitingForTheRest() throws Exception {
        int port = front.listen("127.0.0.1", 0, Trust.HOST, null).port();
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void closingAListenerEndsItsConnections() throws Exception {
        Listening listening = front.listen("127.0.0.1", 0, Trust.HOST, null);
        try (var socket = new Socket("127.0.0.1", listening.port())) {
            socket.getOutputStream()
                    .write("GET /_remora/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            listening.close();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("200");
        }
        assertThatThrownBy(() -> new Socket("127.0.0.1", listening.port()).close())
                .isInstanceOf(Exception.class);
    }
}
