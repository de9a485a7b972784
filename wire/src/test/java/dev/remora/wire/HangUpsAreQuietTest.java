package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that goes away is nothing that a server's log should tell of. */
@Timeout(60)
class HangUpsAreQuietTest {
    /** More than the buffers of both sockets take. */
    private static final int LONG = 64 << 20;

    private final Logged logged = new Logged();
    private final AtomicReference<Thread> connection = new AtomicReference<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final HttpFront front =
            new HttpFront(new Dispatcher(List.of(), Keys.ALL, Keys.EVERYTHING, InstantSource.system()));

    @BeforeEach
    void listen() {
        front.admin("GET", "/_remora/hello", request -> {
            connection.set(Thread.currentThread());
            return text("hello");
        });
        front.admin("GET", "/_remora/long", request -> text("x".repeat(LONG)));
        front.admin("GET", "/_remora/stream", request -> new Response(200, new Headers(), Response.EMPTY, endless()));
        front.admin("GET", "/_remora/broken", request -> new Response(200, new Headers(), Response.EMPTY, broken()));
        front.admin("POST", "/_remora/body", request -> text("read"));
        front.admin("GET", "/_remora/late", request -> {
            asked.countDown();
            await(gone);
            return text("x".repeat(LONG));
        });
    }

    @AfterEach
    void close() {
        front.close();
        logged.close();
    }

    private static Response text(String text) {
        return Response.of(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Content endless() {
        return new Content(Long.MAX_VALUE, new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        });
    }

    private static Content broken() {
        var end = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the disk is broken");
            }
        };
        var beginning = new ByteArrayInputStream("beginning".getBytes(StandardCharsets.US_ASCII));
        return new Content(LONG, new SequenceInputStream(beginning, end));
    }

    /** A connection that has had one answer, so that its thread is known. */
    private Socket connected() throws IOException {
        var socket = new Socket("127.0.0.1", front.listen("127.0.0.1", 0, Trust.HOST, null).port());
        send(socket, "GET /_remora/hello HTTP/1.1\r\nHost: x\r\n\r\n");
        var answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\nhello")) {
            answer.append((char) socket.getInputStream().read());
        }
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Closes at once, and whatever the server still sends gets a reset. */
    private static void hangUp(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void assertQuiet() throws InterruptedException {
        assertThat(connection.get().join(Duration.ofSeconds(30))).as("the connection ended").isTrue();
        assertThat(logged.lines()).isEmpty();
    }

    @Test
    void inTheMiddleOfAnAnswer() throws Exception {
        Socket socket = connected();
        send(socket, "GET /_remora/long HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(socket.getInputStream().read()).isEqualTo('H');
        hangUp(socket);
        assertQuiet();
    }

    @Test
    void inTheMiddleOfAStream() throws Exception {
        Socket socket = connected();
        send(socket, "GET /_remora/stream HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(socket.getInputStream().readNBytes(LONG)).hasSize(LONG);
        hangUp(socket);
        assertQuiet();
    }

    @Test
    void beforeTheAnswer() throws Exception {
        Socket socket = connected();
        send(socket, "GET /_remora/late HTTP/1.1\r\nHost: x\r\n\r\n");
        asked.await();
        hangUp(socket);
        gone.countDown();
        assertQuiet();
    }

    @Test
    void inTheMiddleOfARequest() throws Exception {
        for (String request : List.of(
                "POST /_remora/body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort",
                "POST /_remora/body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort",
                "POST /_remora/body HTTP/1.1\r\nHost:",
                "POST /_rem")) {
            try (Socket socket = connected()) {
                send(socket, request);
                socket.shutdownOutput();
                assertThat(socket.getInputStream().readAllBytes()).as(request).isEmpty();
                assertQuiet();
            }
        }
    }

    @Test
    void anAnswerThatWeCannotFinishIsCutOff() throws Exception {
        try (Socket socket = connected()) {
            send(socket, "GET /_remora/broken HTTP/1.1\r\nHost: x\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nbeginning");
            assertQuiet();
        }
    }
}
