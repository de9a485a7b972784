package dev.remora.sqs;

import dev.remora.sqs.Mailbox.Counts;
import dev.remora.sqs.QueueSettings.Redrive;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.CreateQueueResponse;
import software.amazon.awssdk.services.sqs.model.DeleteQueueRequest;
import software.amazon.awssdk.services.sqs.model.DeleteQueueResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlResponse;
import software.amazon.awssdk.services.sqs.model.ListDeadLetterSourceQueuesRequest;
import software.amazon.awssdk.services.sqs.model.ListDeadLetterSourceQueuesResponse;
import software.amazon.awssdk.services.sqs.model.ListQueueTagsRequest;
import software.amazon.awssdk.services.sqs.model.ListQueueTagsResponse;
import software.amazon.awssdk.services.sqs.model.ListQueuesRequest;
import software.amazon.awssdk.services.sqs.model.ListQueuesResponse;
import software.amazon.awssdk.services.sqs.model.PurgeQueueRequest;
import software.amazon.awssdk.services.sqs.model.PurgeQueueResponse;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.TagQueueRequest;
import software.amazon.awssdk.services.sqs.model.TagQueueResponse;
import software.amazon.awssdk.services.sqs.model.UntagQueueRequest;
import software.amazon.awssdk.services.sqs.model.UntagQueueResponse;

/** Queues: made, found, set up, emptied, deleted. */
final class Queues {
    static final int TAGS_MAX = 50;
    static final int LISTED_MAX = 1000;
    private static final Duration BETWEEN_PURGES = Duration.ofSeconds(60);

    /** What GetQueueAttributes knows, in the order in which it answers. */
    private static final List<String> SHOWN = List.of("QueueArn", "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed", "CreatedTimestamp",
            "LastModifiedTimestamp", "VisibilityTimeout", "MaximumMessageSize", "MessageRetentionPeriod", "DelaySeconds",
            "Policy", "RedrivePolicy", "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "FifoQueue",
            "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit");

    /** Known to AWS, and never set here. */
    private static final Set<String> NEVER_SET = Set.of("All", "RedriveAllowPolicy", "KmsMasterKeyId",
            "KmsDataKeyReusePeriodSeconds");

    private final Store store;
    private final Mailbox mailbox;
    private final Ids ids;

    Queues(Store store, Mailbox mailbox, Ids ids) {
        this.store = store;
        this.mailbox = mailbox;
        this.ids = ids;
    }

    /** The queue of a URL, or the error that it does not exist. */
    Box box(@Nullable String url, Call call) {
        QueueName name = QueueName.ofUrl(url, call);
        return mailbox.find(name).orElseThrow(Refusal::noQueue);
    }

    CreateQueueResponse create(CreateQueueRequest request, Call call) {
        Map<String, String> asked = request.attributesAsStrings();
        boolean fifo = "true".equals(asked.get("FifoQueue"));
        QueueName name = QueueName.fresh(request.queueName(), fifo, call);
        QueueSettings settings = QueueAttributes.set(
                name, fifo ? QueueSettings.DEFAULTS.with(QueueSettings.Fifo.DEFAULTS) : QueueSettings.DEFAULTS, asked);
        checkTags(request.tags());
        store.write(tx -> {
            Optional<QueueDocument> there = tx.get(QueueDocument.KIND, name.scope(), name.name());
            if (there.isPresent()) {
                checkSame(there.get().settings(), settings, asked);
                return true;
            }
            checkTarget(tx, name, settings);
            var queue = new QueueDocument(
                    name.name(), ids.hex(32), call.time(), call.time(), settings, request.tags(), Optional.empty());
            tx.put(QueueDocument.KIND, name.scope(), name.name(), queue);
            return true;
        });
        return CreateQueueResponse.builder().queueUrl(name.url(call)).build();
    }

    /** Making a queue again with what it has gives it back; AWS compares the attributes that were given. */
    private static void checkSame(QueueSettings there, QueueSettings wanted, Map<String, String> asked) {
        for (String attribute : asked.keySet()) {
            if (!QueueAttributes.text(there, attribute).equals(QueueAttributes.text(wanted, attribute))) {
                throw Refusal.exists(attribute);
            }
        }
    }

    private static void checkTarget(View view, QueueName source, QueueSettings settings) {
        if (settings.redrive().isEmpty()) {
            return;
        }
        Redrive redrive = settings.redrive().get();
        QueueName target = QueueName.ofArn(redrive.targetArn()).orElseThrow();
        QueueDocument queue = view.get(QueueDocument.KIND, target.scope(), target.name())
                .filter(q -> target.scope().equals(source.scope()))
                .orElseThrow(() -> QueueAttributes.invalidRedrive(redrive.text(), "Dead letter target does not exist."));
        if (queue.settings().fifo().isPresent() != settings.fifo().isPresent()) {
            throw QueueAttributes.invalidRedrive(redrive.text(), "Dead letter target must be of the same type as the source.");
        }
    }

    private static void checkTags(Map<String, String> tags) {
        if (tags.size() > TAGS_MAX) {
            throw Refusal.invalid("Too many tags added for queue. Maximum number of tags is " + TAGS_MAX + ".");
        }
        for (var tag : tags.entrySet()) {
            if (tag.getKey().isEmpty() || tag.getKey().length() > 128 || tag.getValue().length() > 256) {
                throw Refusal.invalid("Tag keys must be between 1 and 128 characters in length, tag values at most 256.");
            }
            if (tag.getKey().startsWith("aws:")) {
                throw Refusal.invalid("Tag keys must not begin with aws:.");
            }
        }
    }

    GetQueueUrlResponse url(GetQueueUrlRequest request, Call call) {
        String owner = request.queueOwnerAWSAccountId() == null ? call.account() : request.queueOwnerAWSAccountId();
        var name = new QueueName(new Scope(owner, call.region()), request.queueName());
        mailbox.find(name).orElseThrow(Refusal::noQueue);
        return GetQueueUrlResponse.builder().queueUrl(name.url(call)).build();
    }

    ListQueuesResponse list(ListQueuesRequest request, Call call) {
        Scope scope = new Scope(call.account(), call.region());
        String prefix = request.queueNamePrefix() == null ? "" : request.queueNamePrefix();
        List<QueueDocument> all = store.view().all(QueueDocument.KIND, scope).stream()
                .filter(q -> q.name().startsWith(prefix))
                .toList();
        Page<QueueDocument> page = page(call, all, request.nextToken(), request.maxResults());
        var answer = ListQueuesResponse.builder().nextToken(page.nextToken().orElse(null));
        return page.items().isEmpty() ? answer.build() : answer.queueUrls(urls(page, scope, call)).build();
    }

    private static Page<QueueDocument> page(
            Call call, List<QueueDocument> all, @Nullable String token, @Nullable Integer asked) {
        if (asked != null && (asked < 1 || asked > LISTED_MAX)) {
            throw Refusal.invalid("Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1"
                    + " and " + LISTED_MAX + ".");
        }
        return Page.of(all, QueueDocument::name, token, asked == null ? LISTED_MAX : asked,
                Tokens.of(call, () -> Refusal.invalid("Invalid or expired next token.")));
    }

    private static List<String> urls(Page<QueueDocument> page, Scope scope, Call call) {
        return page.items().stream().map(q -> new QueueName(scope, q.name()).url(call)).toList();
    }

    ListDeadLetterSourceQueuesResponse sources(ListDeadLetterSourceQueuesRequest request, Call call) {
        Box box = box(request.queueUrl(), call);
        Scope scope = box.at().scope();
        List<QueueDocument> all = store.view().find(QueueDocument.KIND, scope, "target", box.at().arn());
        Page<QueueDocument> page = page(call, all, request.nextToken(), request.maxResults());
        return ListDeadLetterSourceQueuesResponse.builder()
                .queueUrls(urls(page, scope, call))
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    DeleteQueueResponse delete(DeleteQueueRequest request, Call call) {
        Box box = box(request.queueUrl(), call);
        store.write(tx -> {
            tx.delete(QueueDocument.KIND, box.at().scope(), existing(tx, box).name());
            MoveTasks.forget(tx, box.at().scope(), box.at().arn());
            return true;
        });
        mailbox.clear(box);
        mailbox.forget(box);
        return DeleteQueueResponse.builder().build();
    }

    PurgeQueueResponse purge(PurgeQueueRequest request, Call call) {
        Box box = box(request.queueUrl(), call);
        change(box, queue -> {
            if (queue.purged().filter(last -> last.plus(BETWEEN_PURGES).isAfter(call.time())).isPresent()) {
                throw Refusal.purging(queue.name());
            }
            return queue.purged(call.time());
        });
        mailbox.clear(box);
        return PurgeQueueResponse.builder().build();
    }

    GetQueueAttributesResponse attributes(GetQueueAttributesRequest request, Call call) {
        Box box = box(request.queueUrl(), call);
        List<String> asked = request.attributeNamesAsStrings();
        for (String name : asked) {
            if (!SHOWN.contains(name) && !NEVER_SET.contains(name)) {
                throw Refusal.unknownAttribute(name);
            }
        }
        List<String> names = asked.contains("All") ? SHOWN : SHOWN.stream().filter(asked::contains).toList();
        boolean counting = names.stream().anyMatch(name -> name.startsWith("Approximate"));
        Counts counts = counting ? mailbox.counts(box) : new Counts(0, 0, 0);
        var shown = new LinkedHashMap<String, String>();
        names.forEach(name -> attribute(box, counts, name).ifPresent(text -> shown.put(name, text)));
        var answer = GetQueueAttributesResponse.builder();
        return shown.isEmpty() ? answer.build() : answer.attributesWithStrings(shown).build();
    }

    private static Optional<String> attribute(Box box, Counts counts, String name) {
        return switch (name) {
            case "QueueArn" -> Optional.of(box.at().arn());
            case "ApproximateNumberOfMessages" -> Optional.of(Long.toString(counts.visible()));
            case "ApproximateNumberOfMessagesNotVisible" -> Optional.of(Long.toString(counts.inFlight()));
            case "ApproximateNumberOfMessagesDelayed" -> Optional.of(Long.toString(counts.delayed()));
            case "CreatedTimestamp" -> Optional.of(Long.toString(box.queue().created().getEpochSecond()));
            case "LastModifiedTimestamp" -> Optional.of(Long.toString(box.queue().modified().getEpochSecond()));
            default -> QueueAttributes.text(box.queue().settings(), name);
        };
    }

    SetQueueAttributesResponse setAttributes(SetQueueAttributesRequest request, Call call) {
        Box box = box(request.queueUrl(), call);
        QueueAttributes.set(box.at(), box.queue().settings(), request.attributesAsStrings());
        store.write(tx -> {
            QueueDocument queue = existing(tx, box);
            QueueSettings settings = QueueAttributes.set(box.at(), queue.settings(), request.attributesAsStrings());
            if (!Objects.equals(settings.redrive(), queue.settings().redrive())) {
                checkTarget(tx, box.at(), settings);
            }
            tx.put(QueueDocument.KIND, box.at().scope(), queue.name(), queue.with(settings, call.time()));
            return true;
        });
        return SetQueueAttributesResponse.builder().build();
    }

    TagQueueResponse tag(TagQueueRequest request, Call call) {
        change(box(request.queueUrl(), call), queue -> {
            var tags = new TreeMap<>(queue.tags());
            tags.putAll(request.tags());
            checkTags(tags);
            return queue.tagged(tags);
        });
        return TagQueueResponse.builder().build();
    }

    UntagQueueResponse untag(UntagQueueRequest request, Call call) {
        change(box(request.queueUrl(), call), queue -> {
            var tags = new TreeMap<>(queue.tags());
            tags.keySet().removeAll(request.tagKeys());
            return queue.tagged(tags);
        });
        return UntagQueueResponse.builder().build();
    }

    ListQueueTagsResponse tags(ListQueueTagsRequest request, Call call) {
        Map<String, String> tags = box(request.queueUrl(), call).queue().tags();
        var answer = ListQueueTagsResponse.builder();
        return tags.isEmpty() ? answer.build() : answer.tags(tags).build();
    }

    static QueueDocument existing(View view, Box box) {
        return view.get(QueueDocument.KIND, box.at().scope(), box.at().name())
                .filter(queue -> queue.id().equals(box.queue().id()))
                .orElseThrow(Refusal::noQueue);
    }

    private void change(Box box, UnaryOperator<QueueDocument> change) {
        store.write((Transaction tx) -> {
            tx.put(QueueDocument.KIND, box.at().scope(), box.at().name(), change.apply(existing(tx, box)));
            return true;
        });
    }
}
