package dev.remora.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.model.Message;

@Timeout(180)
class LongPollTest {
    private SqsLab lab;
    private String url;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new SqsLab(folder);
        lab.timeOfDay();
        url = lab.queue("q");
    }

    @AfterEach
    void close() {
        lab.close();
    }

    private CompletableFuture<List<String>> waiting(int seconds) {
        return CompletableFuture.supplyAsync(
                () -> lab.client().receiveMessage(r -> r.queueUrl(url).waitTimeSeconds(seconds)).messages().stream()
                        .map(Message::body).toList(),
                Executors.newVirtualThreadPerTaskExecutor());
    }

    @Test
    void wakesWhenAMessageComes() throws Exception {
        var waiting = waiting(20);
        lab.send(url, "now");
        assertThat(waiting.get(60, TimeUnit.SECONDS)).containsExactly("now");
    }

    @Test
    void wakesWhenADelayOrATimeoutIsOver() throws Exception {
        lab.client().sendMessage(r -> r.queueUrl(url).messageBody("delayed").delaySeconds(1));
        assertThat(waiting(20).get(60, TimeUnit.SECONDS)).containsExactly("delayed");
        var waiting = waiting(20);
        lab.client().sendMessage(r -> r.queueUrl(url).messageBody("delayed while somebody waits").delaySeconds(1));
        assertThat(waiting.get(60, TimeUnit.SECONDS)).containsExactly("delayed while somebody waits");
    }

    @Test
    void everyMessageWakesSomebody() throws Exception {
        var all = List.of(waiting(20), waiting(20), waiting(20));
        lab.send(url, "a");
        lab.send(url, "b");
        lab.send(url, "c");
        assertThat(List.of(all.get(0).get().getFirst(), all.get(1).get().getFirst(), all.get(2).get().getFirst()))
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void givesUpWhenTheTimeIsOver() throws Exception {
        long began = System.nanoTime();
        assertThat(waiting(1).get(60, TimeUnit.SECONDS)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(1000));
    }

    @Test
    void isLetGoWhenTheQueueOrTheServerGoes() throws Exception {
        var waiting = waiting(20);
        lab.client().deleteQueue(r -> r.queueUrl(url));
        assertThat(settled(waiting)).isTrue();
        url = lab.queue("second");
        waiting = waiting(20);
        lab.service().close();
        assertThat(waiting.get(60, TimeUnit.SECONDS)).isEmpty();
    }

    /** With nothing, or with the error that there is no queue, whichever came first. */
    private static boolean settled(CompletableFuture<List<String>> waiting) throws Exception {
        return waiting.handle((got, failure) -> failure != null || got.isEmpty()).get(60, TimeUnit.SECONDS);
    }

    @Test
    void aBellThatNobodyHearsIsNotKept() throws Exception {
        try (var bells = new Bells()) {
            bells.ring("q");
            try (var listener = bells.listen("q"); var second = bells.listen("q")) {
                long seen = listener.rings();
                bells.ring("q");
                listener.await(seen, Duration.ofSeconds(20));
                assertThat(second.rings()).isEqualTo(seen + 1);
            }
            try (var fresh = bells.listen("q")) {
                assertThat(fresh.rings()).isZero();
            }
        }
    }
}
