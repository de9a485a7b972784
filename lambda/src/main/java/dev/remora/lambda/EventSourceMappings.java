package dev.remora.lambda;

import dev.remora.lambda.MappingDocument.State;
import dev.remora.sqs.QueueSource;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FilterCriteria;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsResponse;
import software.amazon.awssdk.services.lambda.model.ScalingConfig;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingResponse;

/** Event source mappings: queues whose messages a function is invoked with. */
final class EventSourceMappings {
    static final int FILTERS_MAX = 5;
    private static final int BATCH = 10;
    private static final List<String> NEEDED = List.of("ReceiveMessage", "DeleteMessage", "GetQueueAttributes");

    private final Store store;
    private final QueueSource queues;
    private final ExecutionRoles roles;
    private final QueuePollers pollers;
    private final Ids ids;

    EventSourceMappings(Store store, QueueSource queues, ExecutionRoles roles, QueuePollers pollers, Ids ids) {
        this.store = store;
        this.queues = queues;
        this.roles = roles;
        this.pollers = pollers;
        this.ids = ids;
    }

    CreateEventSourceMappingResponse create(CreateEventSourceMappingRequest request, Call call) {
        FunctionName function = function(request.functionName(), call, "lambda:CreateEventSourceMapping");
        Scope scope = function.scope();
        String source = source(request);
        boolean enabled = !Boolean.FALSE.equals(request.enabled());
        var mapping = new MappingDocument(
                ids.uuid(),
                function.asked(),
                source,
                State.CREATING,
                enabled,
                request.batchSize() == null ? BATCH : request.batchSize(),
                request.maximumBatchingWindowInSeconds() == null ? 0 : request.maximumBatchingWindowInSeconds(),
                concurrency(request.scalingConfig()),
                request.functionResponseTypesAsStrings().contains("ReportBatchItemFailures"),
                filters(request.filterCriteria()),
                call.time(),
                "");
        checkBatch(mapping);
        check(function, source);
        store.write(tx -> {
            for (MappingDocument other : tx.find(MappingDocument.KIND, scope, "source", source)) {
                if (other.functionArn().equals(mapping.functionArn())) {
                    throw exists(mapping, function, other.uuid());
                }
            }
            tx.put(MappingDocument.KIND, scope, mapping.uuid(), mapping);
            return true;
        });
        pollers.settleSoon(scope, mapping.uuid());
        return Answers.as(shown(scope, mapping), CreateEventSourceMappingResponse.builder()).build();
    }

    private static AwsError exists(MappingDocument mapping, FunctionName function, String uuid) {
        return Refusal.conflict("An event source mapping with SQS arn (\" " + mapping.sourceArn() + " \") and function (\" "
                + function.name() + function.qualifier().map(q -> ":" + q).orElse("")
                + " \") already exists. Please update or delete the existing mapping with UUID " + uuid);
    }

    private static String source(CreateEventSourceMappingRequest request) {
        String arn = request.eventSourceArn();
        if (arn == null) {
            throw Refusal.invalid("Unrecognized event source.");
        }
        if (!QueueSource.isQueue(arn)) {
            throw Refusal.invalid("The event source " + arn + " is not supported by Remora: only queues of SQS are.");
        }
        if (request.startingPositionAsString() != null || request.startingPositionTimestamp() != null) {
            throw Refusal.invalid("StartingPosition is not valid for SQS event sources.");
        }
        return arn;
    }

    private static FunctionName function(@Nullable String given, Call call, String action) {
        return FunctionName.own(given, call, action);
    }

    private static Optional<Integer> concurrency(@Nullable ScalingConfig scaling) {
        return scaling == null ? Optional.empty() : Optional.ofNullable(scaling.maximumConcurrency());
    }

    private static List<String> filters(@Nullable FilterCriteria criteria) {
        if (criteria == null || !criteria.hasFilters()) {
            return List.of();
        }
        List<String> patterns = criteria.filters().stream().map(f -> f.pattern() == null ? "" : f.pattern()).toList();
        if (patterns.size() > FILTERS_MAX) {
            throw Refusal.invalid("Maximum number of filters per event source mapping is " + FILTERS_MAX + ".");
        }
        for (String pattern : patterns) {
            if (EventFilter.of(pattern).isEmpty()) {
                throw Refusal.invalid("Invalid filter pattern definition.");
            }
        }
        return patterns;
    }

    private static void checkBatch(MappingDocument mapping) {
        if (mapping.fifo() && mapping.windowSeconds() > 0) {
            throw Refusal.invalid("Batching window is not supported for FIFO queues.");
        }
        if (mapping.fifo() && mapping.batchSize() > QueueSource.MESSAGES_MAX) {
            throw Refusal.invalid("Batch size must not exceed " + QueueSource.MESSAGES_MAX + " for FIFO queues.");
        }
        if (mapping.batchSize() > QueueSource.MESSAGES_MAX && mapping.windowSeconds() == 0) {
            throw Refusal.invalid(
                    "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10");
        }
    }

    /** What must be so between a function, its role and a queue. */
    private void check(FunctionName function, String source) {
        Settings settings = store.view()
                .get(VersionDocument.KIND, function.scope(), VersionDocument.id(function.name(), function.version()))
                .map(VersionDocument::shown)
                .orElseThrow(() -> Refusal.invalid("Function does not exist"));
        roles.checkQueue(settings.role(), source, NEEDED);
        Duration visibility = queues.visibility(source)
                .orElseThrow(() -> Refusal.invalid("Error occurred while ReceiveMessage. SQS Error Code:"
                        + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."));
        if (visibility.toSeconds() < settings.timeoutSeconds()) {
            throw Refusal.invalid("Queue visibility timeout: " + visibility.toSeconds()
                    + " seconds is less than Function timeout: " + settings.timeoutSeconds() + " seconds");
        }
    }

    GetEventSourceMappingResponse get(GetEventSourceMappingRequest request, Call call) {
        Scope scope = scope(call);
        return Answers.as(shown(scope, existing(store.view(), scope, request.uuid())), GetEventSourceMappingResponse.builder())
                .build();
    }

    private static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }

    private static MappingDocument existing(View view, Scope scope, String uuid) {
        return view.get(MappingDocument.KIND, scope, uuid)
                .orElseThrow(() -> new AwsError(
                        "ResourceNotFoundException", 404, "The resource you requested does not exist."));
    }

    ListEventSourceMappingsResponse list(ListEventSourceMappingsRequest request, Call call) {
        Scope scope = scope(call);
        String source = request.eventSourceArn();
        String function = request.functionName() == null
                ? null
                : function(request.functionName(), call, "lambda:ListEventSourceMappings").asked();
        View view = store.view();
        List<MappingDocument> all = source == null
                ? view.all(MappingDocument.KIND, scope)
                : view.find(MappingDocument.KIND, scope, "source", source);
        List<MappingDocument> chosen =
                all.stream().filter(m -> function == null || m.functionArn().equals(function)).toList();
        Page<MappingDocument> page = Listing.page(call, chosen, MappingDocument::uuid, request.marker(), request.maxItems());
        return ListEventSourceMappingsResponse.builder()
                .eventSourceMappings(page.items().stream().map(m -> shown(scope, m)).toList())
                .nextMarker(page.nextToken().orElse(null))
                .build();
    }

    UpdateEventSourceMappingResponse update(UpdateEventSourceMappingRequest request, Call call) {
        Scope scope = scope(call);
        MappingDocument before = existing(store.view(), scope, request.uuid());
        MappingDocument wanted = changed(before, request, call);
        checkBatch(wanted);
        FunctionName function = FunctionName.ofArn(wanted.functionArn());
        check(function, wanted.sourceArn());
        store.write(tx -> {
            checkRests(existing(tx, scope, request.uuid()), "update");
            tx.put(MappingDocument.KIND, scope, wanted.uuid(), wanted);
            return true;
        });
        pollers.settleSoon(scope, wanted.uuid());
        return Answers.as(shown(scope, wanted), UpdateEventSourceMappingResponse.builder()).build();
    }

    private static void checkRests(MappingDocument mapping, String what) {
        if (!mapping.rests()) {
            throw new AwsError(
                    "ResourceInUseException", 400, "Cannot " + what + " the event source mapping because it is in use.");
        }
    }

    private static MappingDocument changed(MappingDocument before, UpdateEventSourceMappingRequest request, Call call) {
        boolean enabled = request.enabled() == null ? before.enabled() : request.enabled();
        State state = enabled == before.enabled() ? State.UPDATING : enabled ? State.ENABLING : State.DISABLING;
        return new MappingDocument(
                before.uuid(),
                request.functionName() == null
                        ? before.functionArn()
                        : function(request.functionName(), call, "lambda:UpdateEventSourceMapping").asked(),
                before.sourceArn(),
                state,
                enabled,
                request.batchSize() == null ? before.batchSize() : request.batchSize(),
                request.maximumBatchingWindowInSeconds() == null
                        ? before.windowSeconds()
                        : request.maximumBatchingWindowInSeconds(),
                request.scalingConfig() == null ? before.concurrencyMax() : concurrency(request.scalingConfig()),
                request.hasFunctionResponseTypes()
                        ? request.functionResponseTypesAsStrings().contains("ReportBatchItemFailures")
                        : before.reportsItemFailures(),
                request.filterCriteria() == null ? before.filters() : filters(request.filterCriteria()),
                call.time(),
                before.problem());
    }

    DeleteEventSourceMappingResponse delete(DeleteEventSourceMappingRequest request, Call call) {
        Scope scope = scope(call);
        MappingDocument going = store.write(tx -> {
            MappingDocument mapping = existing(tx, scope, request.uuid());
            checkRests(mapping, "delete");
            tx.put(MappingDocument.KIND, scope, mapping.uuid(), mapping.in(State.DELETING));
            return mapping.in(State.DELETING);
        });
        pollers.settleSoon(scope, going.uuid());
        return Answers.as(shown(scope, going), DeleteEventSourceMappingResponse.builder()).build();
    }

    static String arn(Scope scope, String uuid) {
        return "arn:aws:lambda:" + scope.region() + ":" + scope.account() + ":event-source-mapping:" + uuid;
    }

    private static EventSourceMappingConfiguration shown(Scope scope, MappingDocument mapping) {
        var answer = EventSourceMappingConfiguration.builder()
                .uuid(mapping.uuid())
                .batchSize(mapping.batchSize())
                .maximumBatchingWindowInSeconds(mapping.windowSeconds())
                .eventSourceArn(mapping.sourceArn())
                .functionArn(mapping.functionArn())
                .lastModified(mapping.modified())
                .state(mapping.state().text)
                .stateTransitionReason("USER_INITIATED")
                .functionResponseTypesWithStrings(mapping.reportsItemFailures() ? List.of("ReportBatchItemFailures") : List.of())
                .eventSourceMappingArn(arn(scope, mapping.uuid()));
        mapping.concurrencyMax().ifPresent(max -> answer.scalingConfig(s -> s.maximumConcurrency(max)));
        if (!mapping.filters().isEmpty()) {
            answer.filterCriteria(c -> c.filters(mapping.filters().stream()
                    .map(pattern -> Filter.builder().pattern(pattern).build())
                    .toList()));
        }
        if (!mapping.problem().isEmpty()) {
            answer.lastProcessingResult(mapping.problem());
        }
        return answer.build();
    }
}
