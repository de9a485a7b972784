package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    /** More than the buffers of both sockets take. */
    private static final int LONG = 32 << 20;

    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    /** The JDK's own keytool makes the certificate: no file with a key in it lies in the project. */
    private SSLContext context() throws Exception {
        Path file = folder.resolve("keys.p12");
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(
                        tool,
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", store.getCertificate("a"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @Test
    void httpsAnswersAndRequestsAreSecure() throws Exception {
        SSLContext tls = context();
        var dispatcher = new Dispatcher(List.of(), Keys.ALL, Keys.EVERYTHING, InstantSource.system());
        try (var front = new HttpFront(dispatcher);
                var client = HttpClient.newBuilder().sslContext(tls).build()) {
            front.admin(
                    "GET",
                    "/_remora/secure",
                    r -> Response.of(
                            200, "text/plain", (r.secure() + " " + r.peer()).getBytes(StandardCharsets.UTF_8)));
            int port = front.listen("127.0.0.1", 0, Trust.HOST, tls).port();
            var request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/_remora/secure"))
                    .build();
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .isEqualTo("true 127.0.0.1");
            }
        }
    }

    /** Many clients end a connection without TLS's word for it. */
    @Test
    void hangingUpIsQuiet() throws Exception {
        SSLContext tls = context();
        var threads = new LinkedBlockingQueue<Thread>();
        var dispatcher = new Dispatcher(List.of(), Keys.ALL, Keys.EVERYTHING, InstantSource.system());
        try (var front = new HttpFront(dispatcher);
                var logged = new Logged()) {
            front.admin("GET", "/_remora/long", request -> {
                threads.add(Thread.currentThread());
                return Response.of(200, "text/plain", new byte[LONG]);
            });
            int port = front.listen("127.0.0.1", 0, Trust.HOST, tls).port();
            for (boolean reset : List.of(true, false)) {
                for (boolean whole : List.of(true, false)) {
                    hangUp(tls, port, reset, whole);
                    Thread connection = threads.poll(30, TimeUnit.SECONDS);
                    assertThat(connection).isNotNull();
                    assertThat(connection.join(Duration.ofSeconds(30))).isTrue();
                    assertThat(logged.lines()).as("reset: %s, in the middle: %s", reset, !whole).isEmpty();
                }
            }
        }
    }

    /** @param whole whether the answer was read to its end, and the beginning of a next request was sent */
    private static void hangUp(SSLContext tls, int port, boolean reset, boolean whole) throws Exception {
        try (var raw = new Socket("127.0.0.1", port);
                var socket = (SSLSocket) tls.getSocketFactory().createSocket(raw, "127.0.0.1", port, false)) {
            socket.getOutputStream()
                    .write("GET /_remora/long HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            if (whole) {
                assertThat(in.readNBytes(LONG)).hasSize(LONG);
                socket.getOutputStream().write("GET /_remo".getBytes(StandardCharsets.US_ASCII));
            } else {
                assertThat(in.read()).isEqualTo('H');
            }
            if (reset) {
                raw.setSoLinger(true, 0);
            }
            raw.close();
        }
    }
}
