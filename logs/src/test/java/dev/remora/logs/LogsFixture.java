package dev.remora.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.store.DataFolder;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Streams;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;

/** The operations on real streams and a store in memory, at a time that the test sets. */
final class LogsFixture implements AutoCloseable {
    static final Scope SCOPE = new Scope("123456789012", "eu-west-1");
    static final String GROUP = "/aws/lambda/f";

    Instant now = Instant.parse("2026-11-23T08:00:00Z");
    final DataFolder folder;
    final SqliteStore store = SqliteStore.inMemory(LogsService.kinds());
    final Streams streams;
    final BufferedSink sink;
    final Retention retention;
    final LogGroups groups;
    final LogStreams logStreams;
    final LogEvents events;

    LogsFixture(Path temp) {
        folder = DataFolder.open(temp.resolve("data"));
        streams = Streams.open(folder, () -> now);
        sink = new BufferedSink(store, streams, () -> now);
        retention = new Retention(store, streams, () -> now);
        groups = new LogGroups(store, streams, retention);
        logStreams = new LogStreams(store, streams, sink);
        events = new LogEvents(store, streams, sink);
        sink.start();
    }

    Call call() {
        return new Call("request", SCOPE.region(), new Principal.Root(SCOPE.account()), "127.0.0.1", now);
    }

    void group(String name) {
        groups.create(CreateLogGroupRequest.builder().logGroupName(name).build(), call());
    }

    void stream(String group, String name) {
        logStreams.create(CreateLogStreamRequest.builder().logGroupName(group).logStreamName(name).build(), call());
    }

    InputLogEvent event(Duration ago, String message) {
        return InputLogEvent.builder().timestamp(now.minus(ago).toEpochMilli()).message(message).build();
    }

    PutLogEventsResponse put(String group, String stream, InputLogEvent... events) {
        var request = PutLogEventsRequest.builder().logGroupName(group).logStreamName(stream).logEvents(List.of(events)).build();
        return this.events.put(request, call());
    }

    static void refused(String code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, e -> {
            assertThat(e.toString()).isEqualTo(code + ": " + message);
            assertThat(e.status()).isEqualTo(400);
        });
    }

    @Override
    public void close() {
        sink.close();
        retention.close();
        streams.close();
        store.close();
        folder.close();
    }
}
