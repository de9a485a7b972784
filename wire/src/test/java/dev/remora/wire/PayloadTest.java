package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadTest {
    private static final String HELLO_CRC32 = "NhCmhg==";
    private static final String TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static Body body(String content, ChunkSignatures signatures, String... headers) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        var request = new Request("PUT", "/b/k", "", Headers.of(headers), new byte[0], "127.0.0.1", false, true);
        return Payload.of(request.streaming(new ByteArrayInputStream(bytes)), signatures, true);
    }

    private static String read(String content, String... headers) throws IOException {
        return new String(body(content, null, headers).bytes().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void refused(String code, String content, String... headers) {
        assertThatThrownBy(() -> read(content, headers))
                .isInstanceOfSatisfying(AwsError.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void unsignedChunksEndWithTheirChecksum() throws IOException {
        String[] headers = {
            "X-Amz-Content-Sha256", TRAILER, "X-Amz-Trailer", "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length", "5"
        };
        Body body = body("3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:" + HELLO_CRC32 + "\r\n\r\n", null, headers);
        assertThat(body.length()).isEqualTo(5);
        assertThat(body.bytes().readAllBytes()).asString().isEqualTo("hello");
        assertThat(body.checksum()).contains(new Checksum.Value(Checksum.CRC32, HELLO_CRC32));
        refused("BadDigest", "5\r\nhallo\r\n0\r\nx-amz-checksum-crc32:" + HELLO_CRC32 + "\r\n\r\n", headers);
        refused("MalformedTrailerError", "5\r\nhello\r\n0\r\n\r\n", headers);
        refused("IncompleteBody", "5\r\nhel", headers);
        refused("IncompleteBody", "6\r\nhello!\r\n0\r\nx-amz-checksum-crc32:" + HELLO_CRC32 + "\r\n\r\n", headers);
        refused("InvalidChunk", "zz\r\nhello\r\n0\r\n\r\n", headers);
        refused("InvalidChunk", "-5\r\nhello\r\n0\r\n\r\n", headers);
    }

    /** The example of "Signature calculations for the Authorization header: transferring payload in multiple chunks". */
    @Test
    void signedChunksAreVerifiedInTheirOrder() throws IOException {
        var claim = new Claim(
                "AKIAIOSFODNN7EXAMPLE",
                "20130524",
                "us-east-1",
                "s3",
                List.of("host"),
                "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
                "20130524T000000Z",
                "",
                -1);
        var keys = new SigV4();
        String secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        String first = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                + "a".repeat(65536);
        String second = "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                + "a".repeat(1024);
        String last = "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
        String[] headers = {
            "X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "X-Amz-Decoded-Content-Length", "66560"
        };
        Body good = body(first + second + last, keys.chunks(claim, secret), headers);
        assertThat(good.bytes().readAllBytes()).hasSize(66560).containsOnly('a');

        for (String bad : List.of(
                (first + second + last).replace("aaaa\r", "aaab\r"),
                second.substring(2) + first.replace("10000;", "\r\n10000;") + last,
                first + second + last.replace("b6c6", "b6c7"))) {
            Body body = body(bad, keys.chunks(claim, secret), headers);
            assertThatThrownBy(() -> body.bytes().readAllBytes())
                    .isInstanceOfSatisfying(AwsError.class, e -> assertThat(e.code()).isEqualTo("SignatureDoesNotMatch"));
        }
    }

    @Test
    void whatIsDeclaredOfAPlainBodyMustHold() throws IOException {
        String sha256 = SigV4.sha256("hello".getBytes(StandardCharsets.UTF_8));
        assertThat(read("hello", "X-Amz-Content-Sha256", sha256, "Content-Length", "5")).isEqualTo("hello");
        assertThat(read("hello", "Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==", "x-amz-checksum-crc32", HELLO_CRC32))
                .isEqualTo("hello");
        refused("XAmzContentSHA256Mismatch", "hallo", "X-Amz-Content-Sha256", sha256);
        refused("IncompleteBody", "hell", "Content-Length", "5");
        refused("BadDigest", "hallo", "Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==");
        refused("InvalidDigest", "hallo", "Content-MD5", "XUFA");
        refused("BadDigest", "hallo", "x-amz-checksum-crc32", HELLO_CRC32);
        refused("InvalidRequest", "hello", "x-amz-checksum-crc32", "AA==");
        refused("InvalidRequest", "hello", "x-amz-checksum-crc32", HELLO_CRC32, "x-amz-checksum-crc32c", HELLO_CRC32);
        refused("InvalidRequest", "hello", "x-amz-sdk-checksum-algorithm", "CRC32");
        refused("InvalidArgument", "hello", "X-Amz-Content-Sha256", "STREAMING-SOMETHING");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "127.0.0.1:4566 | /b/k | b | k",
        "localhost:4566 | /b/a%2Fb//c/../d%20e+f | b | a/b//c/../d e+f",
        "s3.eu-west-1.amazonaws.com | /b/ | b | ''",
        "b.c.s3.eu-west-1.amazonaws.com | /k | b.c | k",
        "b.s3.amazonaws.com | / | b | ''",
        "b.s3.localhost:4566 | //k | b | /k",
        "b.s3-us-west-2.amazonaws.com | /k | b | k",
        "b.localhost:4566 | /k | b | k",
        "s3.localhost | / | '' | ''",
        "[::1]:4566 | /b | b | ''"
    })
    void bucketAndKeyStandInHostOrPath(String host, String path, String bucket, String key) {
        var request = new Request("GET", path, "", Headers.of("Host", host), new byte[0], "", false, true);
        assertThat(S3Address.of(request)).isEqualTo(new S3Address(bucket, key));
    }
}
