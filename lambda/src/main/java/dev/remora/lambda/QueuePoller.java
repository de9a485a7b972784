package dev.remora.lambda;

import dev.remora.iam.RoleAccess;
import dev.remora.lambda.QueueEvent.Item;
import dev.remora.sqs.QueueSource;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.model.Message;
import tools.jackson.databind.node.ObjectNode;

/**
 * Receives from a queue for one mapping and invokes its function: one thread that waits for messages, and one for each batch at
 * work. It does so with the rights of the function's role, which is asked each time; what is not deleted, because the function
 * failed or the role may not, comes back when its visibility timeout is over.
 *
 * <p>An invocation that cannot be made now (throttled, function not ready) is tried again with longer and longer pauses until the
 * messages are visible again ("Handling errors for an SQS event source in Lambda").
 */
final class QueuePoller {
    /** Batches at work at once where the mapping does not say; AWS begins with so many. */
    static final int CONCURRENCY = 5;

    private static final Duration PROBLEM_PAUSE = Duration.ofSeconds(5);
    private static final Duration RETRY_FIRST = Duration.ofMillis(500);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(QueuePoller.class);

    /** What all pollers work with. */
    record Tools(
            Store store,
            QueueSource queues,
            RoleAccess roles,
            Ids ids,
            ExecutorService workers,
            Function<Invocations.Event, Invocations.Result> invoke) {}

    /** Something that keeps the mapping from working until somebody changes it. */
    private static final class Problem extends Exception {
        Problem(String text) {
            super(text, null, false, false);
        }
    }

    private final Tools tools;
    private final Scope scope;
    private final MappingDocument mapping;
    private final FunctionName function;
    private final List<EventFilter> filters;
    private final Semaphore places;
    private final Thread thread;
    private volatile boolean stopped;
    private String problem;

    QueuePoller(Tools tools, Scope scope, MappingDocument mapping) {
        this.tools = tools;
        this.scope = scope;
        this.mapping = mapping;
        this.function = FunctionName.ofArn(mapping.functionArn());
        this.filters = mapping.filters().stream().flatMap(text -> EventFilter.of(text).stream()).toList();
        this.places = new Semaphore(mapping.concurrencyMax().orElse(CONCURRENCY));
        this.problem = mapping.problem();
        this.thread = Thread.ofVirtual().name("lambda-poller-" + mapping.uuid()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Receives no more; batches at work are finished. */
    void stop() {
        stopped = true;
        thread.interrupt();
    }

    private void run() {
        while (!stopped) {
            try {
                round();
            } catch (Problem p) {
                tell("PROBLEM: " + p.getMessage());
                pause(PROBLEM_PAUSE);
            } catch (InterruptedException | RejectedExecutionException stopping) {
                return;
            } catch (RuntimeException e) {
                if (!stopped) {
                    LOG.error("{} cannot be polled for {}", mapping.sourceArn(), mapping.functionArn(), e);
                    pause(PROBLEM_PAUSE);
                }
            }
        }
    }

    private void round() throws Problem, InterruptedException {
        String role = role().orElseThrow(() -> new Problem("Function not found"));
        if (!may(role, "ReceiveMessage")) {
            throw new Problem("The function's execution role may not call ReceiveMessage on SQS");
        }
        Duration visibility = tools.queues()
                .visibility(mapping.sourceArn())
                .orElseThrow(() -> new Problem("The queue does not exist"));
        tell("");
        places.acquire();
        boolean place = true;
        try {
            var messages = new ArrayList<>(receive(mapping.batchSize(), QueueSource.WAIT_MAX));
            long visibleAt = System.nanoTime() + visibility.toNanos();
            fill(messages);
            List<List<Item>> batches = QueueEvent.batches(wanted(messages), Payloads.SYNCHRONOUS_MAX);
            for (List<List<Item>> together : mapping.fifo() && !batches.isEmpty() ? List.of(batches) : each(batches)) {
                if (!place) {
                    places.acquire();
                }
                place = false;
                tools.workers().execute(() -> work(together, visibleAt));
            }
        } finally {
            if (place) {
                places.release();
            }
        }
    }

    private Optional<String> role() {
        return tools.store()
                .view()
                .get(VersionDocument.KIND, scope, VersionDocument.id(function.name(), function.version()))
                .map(version -> version.settings().role());
    }

    private boolean may(String role, String action) {
        return tools.roles().decide(role, "sqs:" + action, List.of(mapping.sourceArn()), Map.of()).allowed();
    }

    /** Waits for more messages, with a batching window. */
    private void fill(List<Message> batch) {
        long end = System.nanoTime() + Duration.ofSeconds(mapping.windowSeconds()).toNanos();
        while (!batch.isEmpty() && batch.size() < mapping.batchSize() && !stopped) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (!left.isPositive() || bytes(batch) >= Payloads.SYNCHRONOUS_MAX) {
                break;
            }
            batch.addAll(receive(mapping.batchSize() - batch.size(), left));
        }
    }

    private List<Message> receive(int wanted, Duration wait) {
        int max = Math.min(wanted, QueueSource.MESSAGES_MAX);
        Duration bounded = wait.compareTo(QueueSource.WAIT_MAX) > 0 ? QueueSource.WAIT_MAX : wait;
        return tools.queues().receive(mapping.sourceArn(), max, bounded);
    }

    private static long bytes(List<Message> batch) {
        return batch.stream().mapToLong(m -> m.body().length()).sum();
    }

    /** Items of messages that a filter lets through; the others are deleted, as AWS does. */
    private List<Item> wanted(List<Message> messages) {
        var items = new ArrayList<Item>(messages.size());
        var unwanted = new ArrayList<String>();
        for (Message message : messages) {
            ObjectNode record = QueueEvent.record(message, mapping.sourceArn());
            if (filters.isEmpty() || filters.stream().anyMatch(filter -> filter.matches(record))) {
                items.add(QueueEvent.item(message, record));
            } else {
                unwanted.add(message.receiptHandle());
            }
        }
        delete(unwanted);
        return items;
    }

    private static List<List<List<Item>>> each(List<List<Item>> batches) {
        return batches.stream().map(List::of).toList();
    }

    /** Batches one after another; what follows a failure comes back with it, so that the order stays. */
    private void work(List<List<Item>> batches, long visibleAtNanos) {
        try {
            for (List<Item> batch : batches) {
                if (!work(batch, invoke(batch, visibleAtNanos))) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            LOG.error("a batch of {} could not be worked on; it comes back", mapping.sourceArn(), e);
        } finally {
            places.release();
        }
    }

    /** Deletes what went well, and says whether all did. */
    private boolean work(List<Item> batch, Optional<Invocations.Result> result) {
        Set<String> failed = result.map(r -> failed(r, batch)).orElse(ids(batch));
        delete(batch.stream()
                .filter(item -> !failed.contains(item.message().messageId()))
                .map(item -> item.message().receiptHandle())
                .toList());
        return failed.isEmpty();
    }

    private static Set<String> ids(List<Item> batch) {
        return batch.stream().map(item -> item.message().messageId()).collect(Collectors.toSet());
    }

    private Optional<Invocations.Result> invoke(List<Item> batch, long visibleAtNanos) {
        byte[] payload = QueueEvent.payload(batch);
        Duration pause = RETRY_FIRST;
        while (true) {
            try {
                return Optional.of(tools.invoke().apply(new Invocations.Event(
                        scope, function.name(), function.version(), mapping.functionArn(), payload, "", tools.ids().uuid())));
            } catch (AwsError cannotNow) {
                boolean gone = cannotNow.code().equals("ResourceNotFoundException");
                if (gone || stopped || System.nanoTime() + pause.toNanos() >= visibleAtNanos) {
                    return Optional.empty();
                }
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : pause.multipliedBy(2);
        }
    }

    private Set<String> failed(Invocations.Result result, List<Item> batch) {
        if (result.failed()) {
            return ids(batch);
        }
        return mapping.reportsItemFailures() ? QueueEvent.failures(result.payload(), batch).orElse(ids(batch)) : Set.of();
    }

    private void delete(List<String> receiptHandles) {
        if (receiptHandles.isEmpty() || !role().map(role -> may(role, "DeleteMessage")).orElse(false)) {
            return;
        }
        try {
            tools.queues().delete(mapping.sourceArn(), receiptHandles);
        } catch (AwsError queueIsAnother) {
            LOG.debug("{} was made anew meanwhile", mapping.sourceArn());
        }
    }

    /** Notes what keeps the mapping from working, once. */
    private void tell(String text) {
        if (text.equals(problem)) {
            return;
        }
        tools.store().write(tx -> {
            tx.get(MappingDocument.KIND, scope, mapping.uuid())
                    .ifPresent(now -> tx.put(MappingDocument.KIND, scope, mapping.uuid(), now.with(text)));
            return true;
        });
        problem = text;
    }

    private void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stopping) {
            stopped = true;
        }
    }
}
