package dev.remora.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remora.logs.LogKinds.Group;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StreamName;
import dev.remora.store.Streams;
import dev.remora.store.Streams.Direction;
import dev.remora.store.Streams.Entry;
import dev.remora.store.Streams.Position;
import dev.remora.store.Streams.Row;
import dev.remora.store.Streams.Selection;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.RejectedLogEventsInfo;

/** Writing and reading events. */
final class LogEvents {
    /** The largest event and the largest batch, each with 26 bytes an event ("PutLogEvents", "CloudWatch Logs quotas"). */
    static final int MAX_EVENT_BYTES = 1 << 20;

    static final int MAX_BATCH_BYTES = 1 << 20;

    /** An answer ends once its events hold so many bytes. */
    private static final int MAX_PAGE_BYTES = 1 << 20;

    private static final int MAX_PAGE_EVENTS = 10_000;

    /** FilterLogEvents looks at so many events for one page; a page may be empty and still have a token. */
    static final int MAX_SCANNED = 100_000;

    private static final int SCAN_ROWS = 1_000;

    private static final Duration MAX_SPAN = Duration.ofHours(24);
    private static final Duration MAX_AGE = Duration.ofDays(14);
    private static final Duration MAX_AHEAD = Duration.ofHours(2);

    private final Store store;
    private final Streams streams;
    private final LogSink sink;

    LogEvents(Store store, Streams streams, LogSink sink) {
        this.store = store;
        this.streams = streams;
        this.sink = sink;
    }

    PutLogEventsResponse put(PutLogEventsRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = request.logGroupName();
        View view = store.view();
        Group settings = LogGroups.existing(view, scope, group);
        existingStream(view, scope, group, request.logStreamName());
        List<InputLogEvent> events = request.logEvents();
        checkBatch(events);
        Accepted accepted = Accepted.of(events, call.time(), settings);
        var stream = new StreamName(LogKinds.family(scope, group), request.logStreamName());
        streams.appendDurably(events.subList(accepted.from, accepted.until).stream()
                .map(e -> new Entry(stream, Instant.ofEpochMilli(e.timestamp()), e.message().getBytes(UTF_8)))
                .toList());
        return PutLogEventsResponse.builder()
                .nextSequenceToken(LogStreams.SEQUENCE_TOKEN)
                .rejectedLogEventsInfo(accepted.rejected)
                .build();
    }

    private static void existingStream(View view, Scope scope, String group, String stream) {
        if (view.get(LogKinds.STREAMS, scope, LogKinds.id(group, stream)).isEmpty()) {
            throw LogErrors.noStream();
        }
    }

    private static void checkBatch(List<InputLogEvent> events) {
        long bytes = 0;
        for (int i = 0; i < events.size(); i++) {
            long size = events.get(i).message().getBytes(UTF_8).length + (long) LogGroups.EVENT_OVERHEAD_BYTES;
            if (size > MAX_EVENT_BYTES) {
                throw LogErrors.invalid("Log event too large: " + size + " bytes exceeds limit of " + MAX_EVENT_BYTES);
            }
            bytes += size;
            if (i > 0 && events.get(i).timestamp() < events.get(i - 1).timestamp()) {
                throw LogErrors.invalid("Log events in a single PutLogEvents request must be in chronological order.");
            }
        }
        if (bytes > MAX_BATCH_BYTES) {
            throw LogErrors.invalid("Upload too large: " + bytes + " bytes exceeds limit of " + MAX_BATCH_BYTES);
        }
        if (events.getLast().timestamp() - events.getFirst().timestamp() > MAX_SPAN.toMillis()) {
            throw LogErrors.invalid(
                    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
        }
    }

    /** The part of a batch, in chronological order, that is neither too old, expired nor too far ahead. */
    private record Accepted(int from, int until, @Nullable RejectedLogEventsInfo rejected) {
        static Accepted of(List<InputLogEvent> events, Instant now, Group group) {
            int expired = firstNotBefore(events, group.horizon(now));
            int tooOld = firstNotBefore(events, now.minus(MAX_AGE));
            int tooNew = firstNotBefore(events, now.plus(MAX_AHEAD).plusMillis(1));
            int from = Math.max(expired, tooOld);
            if (from == 0 && tooNew == events.size()) {
                return new Accepted(0, tooNew, null);
            }
            var rejected = RejectedLogEventsInfo.builder();
            if (tooOld > 0) {
                rejected.tooOldLogEventEndIndex(tooOld);
            }
            if (expired > tooOld) {
                rejected.expiredLogEventEndIndex(expired);
            }
            if (tooNew < events.size()) {
                rejected.tooNewLogEventStartIndex(tooNew);
            }
            return new Accepted(from, Math.max(from, tooNew), rejected.build());
        }

        private static int firstNotBefore(List<InputLogEvent> events, Instant time) {
            int i = 0;
            while (i < events.size() && events.get(i).timestamp() < time.toEpochMilli()) {
                i++;
            }
            return i;
        }
    }

    GetLogEventsResponse get(GetLogEventsRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = LogArns.named(request.logGroupName(), request.logGroupIdentifier(), call);
        sink.flush();
        View view = store.view();
        Group settings = LogGroups.existing(view, scope, group);
        existingStream(view, scope, group, request.logStreamName());
        Instant from = from(request.startTime(), settings, call);
        Instant until = Instant.ofEpochMilli(request.endTime() == null ? Long.MAX_VALUE : request.endTime());
        EventToken asked = request.nextToken() != null
                ? EventToken.parse(request.nextToken())
                : Boolean.TRUE.equals(request.startFromHead())
                        ? EventToken.forwards(Position.START)
                        : EventToken.backwards(Position.END);
        var selection = Selection.of(new StreamName(LogKinds.family(scope, group), request.logStreamName()), from, until);
        int limit = request.limit() == null ? MAX_PAGE_EVENTS : request.limit();
        List<Row> rows = streams.read(selection, asked.position(), asked.direction(), limit, MAX_PAGE_BYTES);
        List<Row> inOrder = asked.direction() == Direction.FORWARDS ? rows : rows.reversed();
        return GetLogEventsResponse.builder()
                .events(inOrder.stream().map(LogEvents::output).toList())
                .nextForwardToken(forwards(asked, inOrder, from).toString())
                .nextBackwardToken(backwards(asked, inOrder, from).toString())
                .build();
    }

    /** At the end of a stream the token that came is given again; later events are found by it. */
    private static EventToken forwards(EventToken asked, List<Row> rows, Instant from) {
        if (!rows.isEmpty()) {
            return EventToken.forwards(rows.getLast().position());
        }
        Position at = asked.position();
        if (at.equals(Position.START) || at.equals(Position.END)) {
            return EventToken.forwards(new Position(from, 0));
        }
        return asked.direction() == Direction.FORWARDS
                ? asked
                : EventToken.forwards(new Position(at.time(), Math.max(0, at.sequence() - 1)));
    }

    private static EventToken backwards(EventToken asked, List<Row> rows, Instant from) {
        if (!rows.isEmpty()) {
            return EventToken.backwards(rows.getFirst().position());
        }
        Position at = asked.position();
        if (at.equals(Position.START) || at.equals(Position.END)) {
            return EventToken.backwards(new Position(from, 0));
        }
        return asked.direction() == Direction.BACKWARDS
                ? asked
                : EventToken.backwards(new Position(at.time(), at.sequence() + 1));
    }

    /** From the time asked for, but no event that the group's retention has ended, swept already or not. */
    private static Instant from(@Nullable Long startTime, Group group, Call call) {
        long horizon = group.horizon(call.time()).toEpochMilli();
        return Instant.ofEpochMilli(Math.max(horizon, startTime == null ? 0 : startTime));
    }

    private static OutputLogEvent output(Row row) {
        return OutputLogEvent.builder()
                .timestamp(row.time().toEpochMilli())
                .message(new String(row.data(), UTF_8))
                .ingestionTime(row.written().toEpochMilli())
                .build();
    }

    FilterLogEventsResponse filter(FilterLogEventsRequest request, Call call) {
        Scope scope = LogArns.scope(call);
        String group = LogArns.named(request.logGroupName(), request.logGroupIdentifier(), call);
        FilterPattern pattern = FilterPattern.parse(request.filterPattern() == null ? "" : request.filterPattern());
        sink.flush();
        View view = store.view();
        Group settings = LogGroups.existing(view, scope, group);
        Instant from = from(request.startTime(), settings, call);
        boolean open = request.endTime() == null || request.endTime() == Long.MAX_VALUE;
        Instant until = Instant.ofEpochMilli(open ? Long.MAX_VALUE : request.endTime() + 1);
        var selection = new Selection(LogKinds.family(scope, group), chosen(request, view, scope, group), from, until);
        Direction direction = Boolean.FALSE.equals(request.startFromHead()) ? Direction.BACKWARDS : Direction.FORWARDS;
        Tokens tokens = Page.tokens(call);
        Position start = request.nextToken() != null
                ? EventToken.position(tokens.position(request.nextToken()))
                : direction == Direction.FORWARDS ? Position.START : Position.END;
        int limit = request.limit() == null ? MAX_PAGE_EVENTS : request.limit();
        return search(selection, pattern, start, direction, limit, tokens);
    }

    private static Optional<Set<String>> chosen(FilterLogEventsRequest request, View view, Scope scope, String group) {
        String prefix = request.logStreamNamePrefix();
        if (request.hasLogStreamNames() && prefix != null) {
            throw LogErrors.invalid("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
        }
        if (request.hasLogStreamNames()) {
            request.logStreamNames().forEach(name -> existingStream(view, scope, group, name));
            return Optional.of(Set.copyOf(request.logStreamNames().stream().distinct().toList()));
        }
        return prefix == null
                ? Optional.empty()
                : Optional.of(LogKinds.streams(view, scope, group, prefix).stream()
                        .map(LogKinds.Stream::name).collect(Collectors.toSet()));
    }

    private FilterLogEventsResponse search(
            Selection selection, FilterPattern pattern, Position start, Direction direction, int limit, Tokens tokens) {
        var found = new ArrayList<FilteredLogEvent>();
        Position at = start;
        long bytes = 0;
        int scanned = 0;
        boolean more = true;
        while (more && found.size() < limit && bytes < MAX_PAGE_BYTES && scanned < MAX_SCANNED) {
            int batch = Math.min(SCAN_ROWS, limit);
            List<Row> rows = streams.read(selection, at, direction, batch, MAX_PAGE_BYTES);
            more = !rows.isEmpty();
            for (Row row : rows) {
                if (found.size() == limit || bytes >= MAX_PAGE_BYTES) {
                    break;
                }
                scanned++;
                at = row.position();
                String message = new String(row.data(), UTF_8);
                if (pattern.matches(message)) {
                    bytes += row.data().length + LogGroups.EVENT_OVERHEAD_BYTES;
                    found.add(filtered(row, message));
                }
            }
        }
        if (more) {
            more = !streams.read(selection, at, direction, 1, 1).isEmpty();
        }
        return FilterLogEventsResponse.builder()
                .events(found)
                .searchedLogStreams(List.of())
                .nextToken(more ? tokens.behind(EventToken.digits(at)) : null)
                .build();
    }

    private static FilteredLogEvent filtered(Row row, String message) {
        return FilteredLogEvent.builder()
                .logStreamName(row.stream().name())
                .timestamp(row.time().toEpochMilli())
                .message(message)
                .ingestionTime(row.written().toEpochMilli())
                .eventId(EventToken.digits(row.position()))
                .build();
    }
}
