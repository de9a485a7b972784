package dev.remora.logs;

import dev.remora.logs.LogKinds.Stream;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Summary;
import dev.remora.wire.Call;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogStreamResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DeleteLogStreamResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;

/** Log streams: their life, and what is in them. */
final class LogStreams {
    /** Since 2023 the token has no meaning, but it is still there ("PutLogEvents"). */
    static final String SEQUENCE_TOKEN = "49039859582188193148231230115842094817346286395481047042";

    private final Store store;
    private final Streams streams;
    private final LogSink sink;

    LogStreams(Store store, Streams streams, LogSink sink) {
        this.store = store;
        this.streams = streams;
        this.sink = sink;
    }

    CreateLogStreamResponse create(CreateLogStreamRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = request.logGroupName();
        String id = LogKinds.id(group, request.logStreamName());
        var stream = new Stream(group, request.logStreamName(), call.time());
        var events = new StreamName(LogKinds.family(scope, group), stream.name());
        if (store.view().get(LogKinds.STREAMS, scope, id).isEmpty() && streams.summary(events).rows() > 0) {
            streams.drop(events);
        }
        store.write(t -> {
            LogGroups.existing(t, scope, group);
            if (t.get(LogKinds.STREAMS, scope, id).isPresent()) {
                throw LogErrors.streamExists();
            }
            t.put(LogKinds.STREAMS, scope, id, stream);
            return id;
        });
        return CreateLogStreamResponse.builder().build();
    }

    DeleteLogStreamResponse delete(DeleteLogStreamRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = request.logGroupName();
        String id = LogKinds.id(group, request.logStreamName());
        store.write(t -> {
            LogGroups.existing(t, scope, group);
            if (t.get(LogKinds.STREAMS, scope, id).isEmpty()) {
                throw LogErrors.noStream();
            }
            t.delete(LogKinds.STREAMS, scope, id);
            return id;
        });
        streams.drop(new StreamName(LogKinds.family(scope, group), request.logStreamName()));
        return DeleteLogStreamResponse.builder().build();
    }

    DescribeLogStreamsResponse describe(DescribeLogStreamsRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = LogArns.named(request.logGroupName(), request.logGroupIdentifier(), call);
        boolean byTime = request.orderBy() == OrderBy.LAST_EVENT_TIME;
        if (byTime && request.logStreamNamePrefix() != null) {
            throw LogErrors.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        sink.flush();
        var view = store.view();
        LogGroups.existing(view, scope, group);
        String prefix = request.logStreamNamePrefix() == null ? "" : request.logStreamNamePrefix();
        List<Stream> all = LogKinds.streams(view, scope, group, prefix);
        var family = LogKinds.family(scope, group);
        Map<String, Summary> summaries = byTime ? streams.summaries(family) : Map.of();
        Function<Stream, String> key = byTime ? s -> timeKey(s, summaries.get(s.name())) : Stream::name;
        var order = Comparator.comparing(key);
        boolean descending = Boolean.TRUE.equals(request.descending());
        Page<Stream> page = Page.of(call, all.stream().sorted(descending ? order.reversed() : order).toList(), key, descending,
                request.nextToken(), request.limit());
        return DescribeLogStreamsResponse.builder()
                .logStreams(page.items().stream()
                        .map(s -> describe(scope, s, byTime
                                ? summaries.getOrDefault(s.name(), Summary.EMPTY)
                                : streams.summary(new StreamName(family, s.name()))))
                        .toList())
                .nextToken(page.token())
                .build();
    }

    /** Sorts as the time of the last event does; a stream without events comes first. */
    private static String timeKey(Stream stream, @Nullable Summary summary) {
        long last = summary == null ? 0 : summary.last().map(Instant::toEpochMilli).orElse(0L);
        return "%019d:%s".formatted(last, stream.name());
    }

    private static LogStream describe(Scope scope, Stream stream, Summary summary) {
        return LogStream.builder()
                .logStreamName(stream.name())
                .creationTime(stream.created().toEpochMilli())
                .firstEventTimestamp(summary.first().map(Instant::toEpochMilli).orElse(null))
                .lastEventTimestamp(summary.last().map(Instant::toEpochMilli).orElse(null))
                .lastIngestionTime(summary.lastWritten().map(Instant::toEpochMilli).orElse(null))
                .uploadSequenceToken(SEQUENCE_TOKEN)
                .arn(LogArns.stream(scope, stream.group(), stream.name()))
                .storedBytes(0L)
                .build();
    }
}
