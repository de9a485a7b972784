package dev.remora.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The least that the Runtime API can cost: a Python process with {@code http.client} asks for the next event and posts its
 * answer, over one connection on the host's loopback, to a loop that only reads and writes bytes.
 */
final class BareRuntimeLoop implements AutoCloseable {
    private static final String CLIENT =
            """
        import http.client, json, sys
        c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))
        while True:
            c.request('GET', '/2018-06-01/runtime/invocation/next')
            r = c.getresponse(); event = json.loads(r.read())
            c.request('POST', '/2018-06-01/runtime/invocation/x/response', json.dumps(event))
            c.getresponse().read()
        """;

    private final ServerSocket listener;
    private final Process python;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] event;
    private static final byte[] ACCEPTED =
            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private BareRuntimeLoop(ServerSocket listener, Process python, Socket socket, String event) throws IOException {
        this.listener = listener;
        this.python = python;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
        this.event = ("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: x\r\nContent-Length: " + event.length()
                        + "\r\n\r\n" + event)
                .getBytes(StandardCharsets.US_ASCII);
    }

    static BareRuntimeLoop start(String event) throws IOException {
        var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(20_000);
        Process python = new ProcessBuilder("/usr/bin/python3", "-c", CLIENT, String.valueOf(listener.getLocalPort()))
                .inheritIO()
                .start();
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        var loop = new BareRuntimeLoop(listener, python, socket, event);
        loop.request();
        return loop;
    }

    /** Hands one event over, takes the answer, and waits for the next question as the Runtime API does. */
    void event() throws IOException {
        out.write(event);
        request();
        out.write(ACCEPTED);
        request();
    }

    private void request() throws IOException {
        int length = 0;
        var line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the client is gone");
            }
            if (b != '\n') {
                line.append((char) b);
                continue;
            }
            String text = line.toString().strip();
            line.setLength(0);
            if (text.isEmpty()) {
                in.skipNBytes(length);
                return;
            }
            if (text.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(text.substring(15).strip());
            }
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        python.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        listener.close();
    }
}
