package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** Bodies of S3 through the HTTP front: read while they come, or not read at all. */
@Timeout(60)
class StreamedBodiesTest {
    private static final String HEAD = "PUT /b/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: AWS4-HMAC-SHA256 Credential="
            + "test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\nX-Amz-Date: 20260101T000000Z\r\n";

    private final AtomicLong read = new AtomicLong();
    private final CompletableFuture<AwsError> fault = new CompletableFuture<>();
    private final HttpFront front;
    private final int port;

    StreamedBodiesTest() {
        var s3 = new Operations(Infos.S3);
        s3.receiving(PutObjectRequest.class, (in, call, body) -> {
            if (in.key().equals("refused")) {
                throw new AwsError("NoSuchBucket", 404, "The specified bucket does not exist");
            }
            try {
                read.set(length(body.bytes()));
            } catch (AwsError broken) {
                fault.complete(broken);
                throw broken;
            }
            return PutObjectResponse.builder().eTag("\"e\"").build();
        });
        s3.sending(GetObjectRequest.class, (in, call) -> new Sender.Sent<>(
                GetObjectResponse.builder().contentLength(5L).build(),
                new Content(5, new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)))));
        s3.on(HeadObjectRequest.class, (in, call) -> {
            if (in.key().equals("none")) {
                throw new AwsError("NoSuchKey", 404, "The specified key does not exist.");
            }
            return HeadObjectResponse.builder().contentLength(123_456_789_012L).build();
        });
        front = new HttpFront(new Dispatcher(List.of(s3), Keys.ALL, Keys.EVERYTHING, InstantSource.system()));
        port = front.listen("127.0.0.1", 0, Trust.HOST, null).port();
    }

    @AfterEach
    void close() {
        front.close();
    }

    private static long length(InputStream in) {
        try {
            return in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
    }

    @Test
    void theSdksChunksArriveAndAnswersAreStreams() {
        try (var client = client()) {
            assertThat(client.putObject(r -> r.bucket("b").key("k/x y+z"), RequestBody.fromBytes(new byte[3_000_000])).eTag())
                    .isEqualTo("\"e\"");
            assertThat(read).hasValue(3_000_000);
            assertThat(client.getObjectAsBytes(r -> r.bucket("b").key("k")).asUtf8String()).isEqualTo("hello");
            assertThat(client.headObject(r -> r.bucket("b").key("k")).contentLength()).isEqualTo(123_456_789_012L);
        }
    }

    @Test
    void aBodyThatBreaksOffIsIncomplete() throws Exception {
        long until = System.currentTimeMillis() / 1000 + 60;
        var mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec("test".getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        byte[] signature = mac.doFinal(("PUT\n\n\n" + until + "\n/b/k").getBytes(StandardCharsets.UTF_8));
        String query = "AWSAccessKeyId=test&Expires=" + until + "&Signature="
                + Percent.encode(Base64.getEncoder().encodeToString(signature), false);
        try (Socket socket = connected()) {
            socket.getOutputStream().write(("PUT /b/k?" + query + " HTTP/1.1\r\nHost: localhost\r\nContent-Length:"
                    + " 1000\r\n\r\nhalf")
                    .getBytes(StandardCharsets.UTF_8));
        }
        assertThat(fault.get(50, TimeUnit.SECONDS).code()).isEqualTo("IncompleteBody");
        assertThat(read).hasValue(0);
    }

    private Socket connected() throws IOException {
        var socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) Duration.ofSeconds(50).toMillis());
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        var text = new StringBuilder();
        InputStream in = socket.getInputStream();
        for (int b = in.read(); b >= 0 && text.indexOf("\r\n\r\n") < 0; b = in.read()) {
            text.append((char) b);
        }
        return text.toString();
    }

    @Test
    void whoWaitsForTheWordToGoOnIsRefusedWithoutIt() throws IOException {
        try (Socket socket = connected()) {
            socket.getOutputStream().write((HEAD.formatted("refused") + "Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(answer(socket)).startsWith("HTTP/1.1 403").containsIgnoringCase("Connection: close");
        }
    }

    @Test
    void aBodyThatNobodyReadsDoesNotKeepTheAnswerBack() throws IOException {
        try (Socket socket = connected()) {
            socket.getOutputStream().write((HEAD.formatted("refused") + "Content-Length: 100000000000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            try {
                socket.getOutputStream().write(new byte[HttpLimits.MAX_DRAINED_BYTES + 200_000]);
            } catch (IOException hungUp) {
                // It may have answered and hung up before all is sent.
            }
            assertThat(answer(socket)).startsWith("HTTP/1.1 403").containsIgnoringCase("Connection: close");
        }
    }
}
