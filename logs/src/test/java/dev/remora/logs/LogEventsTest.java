package dev.remora.logs;

import static dev.remora.logs.LogsFixture.GROUP;
import static dev.remora.logs.LogsFixture.SCOPE;
import static dev.remora.logs.LogsFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutRetentionPolicyRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.RejectedLogEventsInfo;

@Timeout(180)
class LogEventsTest {
    @TempDir
    Path temp;

    private LogsFixture logs;

    @BeforeEach
    void open() {
        logs = new LogsFixture(temp);
        logs.group(GROUP);
        logs.stream(GROUP, "a");
        logs.stream(GROUP, "b");
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private GetLogEventsResponse get(Consumer<GetLogEventsRequest.Builder> request) {
        return logs.events.get(
                GetLogEventsRequest.builder().logGroupName(GROUP).logStreamName("a").applyMutation(request).build(), logs.call());
    }

    private FilterLogEventsResponse filter(Consumer<FilterLogEventsRequest.Builder> request) {
        return logs.events.filter(
                FilterLogEventsRequest.builder().logGroupName(GROUP).applyMutation(request).build(), logs.call());
    }

    private static List<String> messages(GetLogEventsResponse response) {
        return response.events().stream().map(OutputLogEvent::message).toList();
    }

    private static List<String> messages(FilterLogEventsResponse response) {
        return response.events().stream().map(FilteredLogEvent::message).toList();
    }

    private void put(String stream, int first, int count) {
        logs.put(GROUP, stream, IntStream.range(first, first + count)
                .mapToObj(i -> logs.event(Duration.ofMillis(10_000 - i / 2), "e" + i))
                .toArray(InputLogEvent[]::new));
    }

    @Test
    void theEndOfAStreamComesFirstUnlessTheHeadIsAskedFor() {
        put("a", 0, 10);
        assertThat(messages(get(r -> r.limit(3)))).containsExactly("e7", "e8", "e9");
        assertThat(messages(get(r -> r.limit(3).startFromHead(true)))).containsExactly("e0", "e1", "e2");
        assertThat(get(r -> r.limit(1)).events()).containsExactly(OutputLogEvent.builder().message("e9")
                .timestamp(logs.now.toEpochMilli() - 9_996).ingestionTime(logs.now.toEpochMilli()).build());
    }

    @Test
    void forwardTokensEndByRepeatingThemselvesAndFindLaterEvents() {
        put("a", 0, 5);
        var first = get(r -> r.limit(2).startFromHead(true));
        var second = get(r -> r.limit(2).startFromHead(true).nextToken(first.nextForwardToken()));
        assertThat(messages(second)).containsExactly("e2", "e3");
        var third = get(r -> r.limit(2).startFromHead(true).nextToken(second.nextForwardToken()));
        assertThat(messages(third)).containsExactly("e4");
        var end = get(r -> r.startFromHead(true).nextToken(third.nextForwardToken()));
        assertThat(end.events()).isEmpty();
        assertThat(end.nextForwardToken()).isEqualTo(third.nextForwardToken()).matches("f/[0-9]{56}/s");
        put("a", 5, 1);
        assertThat(messages(get(r -> r.startFromHead(true).nextToken(end.nextForwardToken())))).containsExactly("e5");
        assertThat(messages(get(r -> r.nextToken(second.nextBackwardToken())))).containsExactly("e0", "e1");
    }

    @Test
    void backwardTokensEndByRepeatingThemselves() {
        put("a", 0, 5);
        var first = get(r -> r.limit(2));
        var second = get(r -> r.limit(2).nextToken(first.nextBackwardToken()));
        assertThat(messages(second)).containsExactly("e1", "e2");
        var third = get(r -> r.limit(2).nextToken(second.nextBackwardToken()));
        assertThat(messages(third)).containsExactly("e0");
        var end = get(r -> r.nextToken(third.nextBackwardToken()));
        assertThat(end.events()).isEmpty();
        assertThat(end.nextBackwardToken()).isEqualTo(third.nextBackwardToken()).matches("b/[0-9]{56}/s");
        assertThat(messages(get(r -> r.nextToken(end.nextForwardToken())))).containsExactly("e0", "e1", "e2", "e3", "e4");
        assertThat(messages(get(r -> r.nextToken(first.nextForwardToken())))).isEmpty();
    }

    @Test
    void anEmptyStreamHasTokensThatFindItsFirstEvents() {
        var empty = get(r -> {});
        assertThat(empty.events()).isEmpty();
        put("a", 0, 2);
        assertThat(messages(get(r -> r.nextToken(empty.nextForwardToken())))).containsExactly("e0", "e1");
        assertThat(messages(get(r -> r.nextToken(empty.nextBackwardToken())))).isEmpty();
    }

    @Test
    void timesBoundWhatIsRead() {
        logs.put(GROUP, "a", logs.event(Duration.ofMillis(3), "x"), logs.event(Duration.ofMillis(2), "y"),
                logs.event(Duration.ofMillis(1), "z"));
        long y = logs.now.toEpochMilli() - 2;
        assertThat(messages(get(r -> r.startTime(y)))).containsExactly("y", "z");
        assertThat(messages(get(r -> r.endTime(y)))).containsExactly("x");
        assertThat(messages(filter(r -> r.startTime(y)))).containsExactly("y", "z");
        assertThat(messages(filter(r -> r.endTime(y)))).containsExactly("x", "y");
        assertThat(messages(filter(r -> r.startTime(y + 1).endTime(y)))).isEmpty();
        assertThat(messages(filter(r -> r.endTime(Long.MAX_VALUE)))).hasSize(3);
    }

    @Test
    void refusesWhatAwsRefuses() {
        refused("InvalidParameterException", "The specified nextToken is invalid.", () -> get(r -> r.nextToken("f/12/s")));
        refused("InvalidParameterException", "The specified nextToken is invalid.",
                () -> get(r -> r.nextToken("f/" + "9".repeat(56) + "/s")));
        refused("InvalidParameterException", "The specified nextToken is invalid.", () -> filter(r -> r.nextToken("abc")));
        refused("ResourceNotFoundException", "The specified log stream does not exist.", () -> get(r -> r.logStreamName("c")));
        refused("ResourceNotFoundException", "The specified log group does not exist.", () -> get(r -> r.logGroupName("c")));
        refused("ResourceNotFoundException", "The specified log stream does not exist.",
                () -> filter(r -> r.logStreamNames("a", "c")));
        refused("InvalidParameterException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
                () -> filter(r -> r.logGroupIdentifier(GROUP)));
        refused("InvalidParameterException", "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
                () -> filter(r -> r.logStreamNames("a").logStreamNamePrefix("a")));
        refused("InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.",
                () -> logs.put(GROUP, "a", logs.event(Duration.ZERO, "x"), logs.event(Duration.ofMillis(1), "y")));
        refused("InvalidParameterException",
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
                () -> logs.put(GROUP, "a", logs.event(Duration.ofHours(25), "x"), logs.event(Duration.ZERO, "y")));
        refused("InvalidParameterException", "Log event too large: 1048577 bytes exceeds limit of 1048576",
                () -> logs.put(GROUP, "a", logs.event(Duration.ZERO, "x".repeat((1 << 20) - 25))));
        InputLogEvent large = logs.event(Duration.ZERO, "x".repeat(600_000));
        refused("InvalidParameterException", "Upload too large: 1200052 bytes exceeds limit of 1048576",
                () -> logs.put(GROUP, "a", large, large));
        refused("ResourceNotFoundException", "The specified log stream does not exist.",
                () -> logs.put(GROUP, "c", logs.event(Duration.ZERO, "x")));
        assertThat(get(r -> {}).events()).isEmpty();
    }

    @Test
    void eventsTooOldOrTooFarAheadAreRejectedAndTheOthersKept() {
        var old = logs.put(GROUP, "a", logs.event(Duration.ofDays(14).plusMillis(1), "old"),
                logs.event(Duration.ofDays(14), "kept"));
        assertThat(old.rejectedLogEventsInfo()).isEqualTo(RejectedLogEventsInfo.builder().tooOldLogEventEndIndex(1).build());
        var ahead = logs.put(GROUP, "a", logs.event(Duration.ofHours(-2), "kept too"),
                logs.event(Duration.ofMinutes(-121), "new"));
        assertThat(ahead.rejectedLogEventsInfo()).isEqualTo(RejectedLogEventsInfo.builder().tooNewLogEventStartIndex(1).build());
        assertThat(logs.put(GROUP, "a", logs.event(Duration.ZERO, "now")).rejectedLogEventsInfo()).isNull();
        assertThat(messages(get(r -> {}))).containsExactly("kept", "now", "kept too");
    }

    @Test
    void retentionHidesAtOnceRejectsAndSweeps() {
        logs.put(GROUP, "a", logs.event(Duration.ofDays(3), "old"));
        logs.put(GROUP, "a", logs.event(Duration.ZERO, "new"));
        logs.groups.putRetention(
                PutRetentionPolicyRequest.builder().logGroupName(GROUP).retentionInDays(1).build(), logs.call());
        assertThat(messages(get(r -> {}))).containsExactly("new");
        assertThat(messages(filter(r -> {}))).containsExactly("new");
        assertThat(logs.put(GROUP, "a", logs.event(Duration.ofDays(2), "x")).rejectedLogEventsInfo())
                .isEqualTo(RejectedLogEventsInfo.builder().expiredLogEventEndIndex(1).build());
        logs.retention.sweep();
        assertThat(logs.streams.size(LogKinds.family(SCOPE, GROUP)).rows()).isEqualTo(1);
        logs.now = logs.now.plus(Duration.ofDays(2));
        assertThat(logs.retention.sweep()).isEqualTo(1);
    }

    @Test
    void filteringMergesStreamsByTimeAndPages() {
        for (int i = 0; i < 50; i++) {
            String message = "n" + i + (i % 5 == 0 ? " five" : "");
            logs.put(GROUP, i % 2 == 0 ? "a" : "b", logs.event(Duration.ofSeconds(100 - i), message));
        }
        var seen = new ArrayList<String>();
        String token = null;
        int pages = 0;
        do {
            String next = token;
            var page = filter(r -> r.limit(7).nextToken(next).interleaved(true));
            seen.addAll(messages(page));
            token = page.nextToken();
            pages++;
        } while (token != null);
        assertThat(seen).hasSize(50).startsWith("n0 five", "n1", "n2").endsWith("n49");
        assertThat(pages).isEqualTo(8);
        assertThat(messages(filter(r -> r.filterPattern("five").limit(3)))).containsExactly("n0 five", "n5 five", "n10 five");
        assertThat(messages(filter(r -> r.filterPattern("five").logStreamNames("b")))).containsExactly(
                "n5 five", "n15 five", "n25 five", "n35 five", "n45 five");
        assertThat(messages(filter(r -> r.logStreamNamePrefix("b")))).hasSize(25).allMatch(m -> !m.contains("n0"));
        assertThat(messages(filter(r -> r.logStreamNames("a", "b", "a")))).hasSize(50);
        assertThat(messages(filter(r -> r.logStreamNamePrefix("zzz")))).isEmpty();
        assertThat(filter(r -> r.limit(50)).nextToken()).isNull();
        var event = filter(r -> r.limit(1)).events().getFirst();
        assertThat(event.logStreamName()).isEqualTo("a");
        assertThat(event.eventId()).matches("[0-9]{56}");
    }

    @Test
    void aPageEndsWithAMegabyte() {
        for (int i = 0; i < 5; i++) {
            logs.put(GROUP, "a", logs.event(Duration.ofSeconds(10 - i), "x".repeat(400_000)));
        }
        assertThat(get(r -> {}).events()).hasSize(3);
        var first = filter(r -> {});
        assertThat(first.events()).hasSize(3);
        assertThat(filter(r -> r.nextToken(first.nextToken())).events()).hasSize(2);
    }

    @Test
    void theSinkMakesGroupsAndStreamsAndKeepsTheOrderOfLines() {
        for (int i = 0; i < 2_000; i++) {
            logs.sink.write(SCOPE, "/aws/lambda/new", "2026/11/23/[$LATEST]0", logs.now, "line " + i);
        }
        var read = logs.events.get(GetLogEventsRequest.builder().logGroupName("/aws/lambda/new")
                .logStreamName("2026/11/23/[$LATEST]0").startFromHead(true).build(), logs.call());
        assertThat(messages(read)).isEqualTo(IntStream.range(0, 2_000).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void theSinkCutsLongLinesAndSaysWhatItDropped() {
        var idle = new BufferedSink(logs.store, logs.streams, () -> logs.now);
        String longLine = "y".repeat(BufferedSink.MAX_LINE_CHARS + 1);
        int lines = BufferedSink.MAX_QUEUED_BYTES / (2 * BufferedSink.MAX_LINE_CHARS) + 5;
        for (int i = 0; i < lines; i++) {
            idle.write(SCOPE, GROUP, "flood", logs.now, i == lines - 1 ? longLine : "x".repeat(BufferedSink.MAX_LINE_CHARS));
        }
        idle.start();
        idle.flush();
        idle.close();
        var all = filter(r -> r.logStreamNames("flood").filterPattern("-x"));
        assertThat(messages(all)).hasSize(3).first().asString().matches("Remora dropped [0-9]+ lines here: .*");
        assertThat(messages(all).getLast()).isEqualTo("y");
        long kept = logs.streams.size(LogKinds.family(SCOPE, GROUP)).rows() - 1;
        assertThat(messages(all).getFirst()).contains("dropped " + (lines + 1 - kept) + " lines");
    }
}
