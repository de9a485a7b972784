package dev.remora.benchmark;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * One kept-alive connection that sends the same bytes again and again and reads the answer. A client that costs next to
 * nothing, so that a sample is the server's time. The request is signed once, by the SDK's own signer, and sent within the
 * signature's five minutes.
 */
final class HttpLine implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[1 << 16];

    HttpLine(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
    }

    /** A signed request as the bytes on the wire. */
    static byte[] signed(
            String endpoint,
            String account,
            String service,
            SdkHttpMethod method,
            String path,
            Map<String, String> headers,
            String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        var request = SdkHttpFullRequest.builder()
                .uri(URI.create(endpoint + path))
                .method(method)
                .contentStreamProvider(ContentStreamProvider.fromByteArray(content));
        headers.forEach(request::putHeader);
        var signed = AwsV4HttpSigner.create()
                .sign(r -> r.identity(AwsCredentialsIdentity.create(account, "test"))
                        .request(request.build())
                        .payload(ContentStreamProvider.fromByteArray(content))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"))
                .request();
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        signed.headers().forEach((name, values) -> head.append(name)
                .append(": ")
                .append(String.join(",", values))
                .append("\r\n"));
        head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    /** Sends and reads one whole answer; its length in bytes without the head. */
    int exchange(byte[] request) throws IOException {
        return exchange(request, OutputStream.nullOutputStream());
    }

    /** Sends and reads one whole answer. */
    String answer(byte[] request) throws IOException {
        var body = new ByteArrayOutputStream();
        exchange(request, body);
        return body.toString(StandardCharsets.UTF_8);
    }

    private int exchange(byte[] request, OutputStream body) throws IOException {
        out.write(request);
        out.flush();
        String status = line();
        if (!status.contains(" 20")) {
            throw new IOException(status + " " + rest());
        }
        int length = -1;
        boolean chunked = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        if (!chunked) {
            copy(Math.max(length, 0), body);
            return length;
        }
        int total = 0;
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            copy(size, body);
            total += size;
            line();
        }
        line();
        return total;
    }

    private void copy(int length, OutputStream to) throws IOException {
        for (int left = length; left > 0; ) {
            int n = in.read(buffer, 0, Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException();
            }
            to.write(buffer, 0, n);
            left -= n;
        }
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException(text.toString());
            }
            if (b != '\r') {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    private String rest() throws IOException {
        socket.setSoTimeout(200);
        byte[] some = new byte[2000];
        int n = in.read(some);
        return new String(some, 0, Math.max(n, 0), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
