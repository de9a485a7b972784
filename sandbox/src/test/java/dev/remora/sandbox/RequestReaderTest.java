package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.sandbox.RequestReader.Malformed;
import dev.remora.sandbox.RequestReader.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestReaderTest {
    private static List<Request> read(String text, int step, long keep) throws Malformed {
        RequestReader reader = new RequestReader(head -> keep);
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        List<Request> requests = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            byte[] buffer = reader.buffer();
            int n = Math.min(step, Math.min(bytes.length - at, buffer.length - reader.position()));
            System.arraycopy(bytes, at, buffer, reader.position(), n);
            reader.filled(n);
            at += n;
            for (Optional<Request> next; (next = reader.next()).isPresent(); ) {
                requests.add(next.get());
            }
        }
        return requests;
    }

    private static String body(Request request) {
        return new String(request.body(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void readsRequestsHoweverTheyArrive() throws Malformed {
        String text = "POST /a HTTP/1.1\r\nHost: r\r\nContent-Length: 3\r\n\r\nxyzGET /b HTTP/1.1\r\nX-Y:  z \r\n\r\n"
                + "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;e=1\r\nab\r\n3\r\ncde\r\n0\r\nT: u\r\n\r\n"
                + "POST /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /e HTTP/1.1\r\n\r\n";
        for (int step : new int[] {1, 2, 3, 7, 50, 4096}) {
            List<Request> requests = read(text, step, 100);
            assertThat(requests).extracting(r -> r.head().method() + r.head().target())
                    .containsExactly("POST/a", "GET/b", "POST/c", "POST/d", "GET/e");
            assertThat(requests).extracting(RequestReaderTest::body).containsExactly("xyz", "", "abcde", "", "");
            assertThat(requests.get(1).head().header("x-y")).isEqualTo("z");
            assertThat(requests.get(2).trailers()).containsEntry("t", "u");
        }
    }

    @Test
    void countsButDoesNotKeepWhatIsTooLong() throws Malformed {
        String body = "x".repeat(100_000);
        Request plain = read("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + body, 5000, 99_999).getFirst();
        assertThat(plain.body()).isEmpty();
        assertThat(plain.size()).isEqualTo(100_000);
        Request chunked = read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + body + "\r\n0\r\n\r\n", 5000,
                10).getFirst();
        assertThat(chunked.body()).isEmpty();
        assertThat(chunked.size()).isEqualTo(100_000);
        assertThat(read("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + body, 5000, 100_000).getFirst().body())
                .hasSize(100_000);
    }

    @Test
    void noticesWhoWaitsToSendABody() throws Malformed {
        RequestReader reader = new RequestReader(head -> 10);
        byte[] head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(head, 0, reader.buffer(), 0, head.length);
        reader.filled(head.length);
        assertThat(reader.next()).isEmpty();
        assertThat(reader.continueWanted()).isTrue();
        assertThat(reader.continueWanted()).isFalse();
    }

    @Test
    void refusesWhatIsNoHttp() {
        for (String wrong : List.of(
                "hello\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "GET  / HTTP/1.1\r\n\r\n",
                "GET relative HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nName : x\r\n\r\n",
                "GET / HTTP/1.1\r\nnothing\r\n\r\n",
                "GET / HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
                "GET /" + "x".repeat(RequestReader.MAX_HEAD),
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + "1".repeat(1000))) {
            assertThatThrownBy(() -> read(wrong, 4096, 100)).as(wrong.substring(0, Math.min(60, wrong.length())))
                    .isInstanceOf(Malformed.class);
        }
    }
}
