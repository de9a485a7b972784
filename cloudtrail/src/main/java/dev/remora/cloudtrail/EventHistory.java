package dev.remora.cloudtrail;

import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Tokens;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudtrail.model.Event;
import software.amazon.awssdk.services.cloudtrail.model.LookupAttribute;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsRequest;
import software.amazon.awssdk.services.cloudtrail.model.LookupEventsResponse;

/** The event history of an account in a region, newest first; events of global services are in us-east-1. */
final class EventHistory {
    private static final int MOST = 50;
    private static final String GLOBAL_REGION = "us-east-1";
    private static final List<String> GLOBAL = List.of("iam", "sts", "organizations");

    private final Trail trail;

    EventHistory(Trail trail) {
        this.trail = trail;
    }

    LookupEventsResponse lookup(LookupEventsRequest request, Call call) {
        Instant from = request.startTime() == null ? Instant.EPOCH : request.startTime();
        Instant to = request.endTime() == null ? call.time() : request.endTime();
        if (from.isAfter(to)) {
            throw new AwsError("InvalidTimeRangeException", 400, "Start time is after end time.");
        }
        if (request.lookupAttributes().size() > 1) {
            throw new AwsError("InvalidLookupAttributesException", 400, "You can specify only one lookup attribute.");
        }
        int size = request.maxResults() == null ? MOST : request.maxResults();
        Tokens tokens = Tokens.of(call, EventHistory::badToken);
        long before = before(request.nextToken(), tokens);
        var found = new ArrayList<TrailEvent>();
        for (TrailEvent event : trail.management()) {
            if (event.number() < before
                    && found.size() <= size
                    && event.principal().account().equals(call.account())
                    && region(event).equals(call.region())
                    && !event.time().isBefore(from)
                    && !event.time().truncatedTo(ChronoUnit.SECONDS).isAfter(to)
                    && request.lookupAttributes().stream().allMatch(attribute -> fits(event, attribute))) {
                found.add(event);
            }
        }
        List<TrailEvent> page = found.subList(0, Math.min(size, found.size()));
        return LookupEventsResponse.builder()
                .events(page.stream().map(EventHistory::shape).toList())
                .nextToken(found.size() > size ? tokens.behind(Long.toString(page.getLast().number())) : null)
                .build();
    }

    private static long before(@Nullable String token, Tokens tokens) {
        if (token == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(tokens.position(token));
        } catch (NumberFormatException e) {
            throw badToken();
        }
    }

    private static AwsError badToken() {
        return new AwsError("InvalidNextTokenException", 400, "Invalid NextToken.");
    }

    private static String region(TrailEvent event) {
        return GLOBAL.contains(event.service()) ? GLOBAL_REGION : event.answered().call().region();
    }

    private static boolean fits(TrailEvent event, LookupAttribute attribute) {
        String value = attribute.attributeValue() == null ? "" : attribute.attributeValue();
        return switch (attribute.attributeKey()) {
            case EVENT_ID -> value.equals(event.id());
            case EVENT_NAME -> value.equals(event.operation());
            case READ_ONLY -> value.equals(Boolean.toString(event.readOnly()));
            case USERNAME -> value.equals(event.user());
            case EVENT_SOURCE -> value.equals(event.source());
            case ACCESS_KEY_ID -> value.equals(event.answered().accessKey());
            case RESOURCE_NAME, RESOURCE_TYPE, UNKNOWN_TO_SDK_VERSION -> throw new AwsError(
                    "InvalidLookupAttributesException", 400, "Remora's events name no resources: look up by another attribute"
                            + " than " + attribute.attributeKeyAsString() + ".");
        };
    }

    private static Event shape(TrailEvent event) {
        return Event.builder()
                .eventId(event.id())
                .eventName(event.operation())
                .readOnly(Boolean.toString(event.readOnly()))
                .accessKeyId(event.answered().accessKey())
                .eventTime(event.time().truncatedTo(ChronoUnit.SECONDS))
                .eventSource(event.source())
                .username(event.user())
                .resources(List.of())
                .cloudTrailEvent(EventText.of(event))
                .build();
    }
}
