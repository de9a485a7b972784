package dev.remora.sqs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remora.sqs.MoveTaskDocument.Status;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.StoreException;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.model.CancelMessageMoveTaskRequest;
import software.amazon.awssdk.services.sqs.model.CancelMessageMoveTaskResponse;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksRequest;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksResponse;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksResultEntry;
import software.amazon.awssdk.services.sqs.model.StartMessageMoveTaskRequest;
import software.amazon.awssdk.services.sqs.model.StartMessageMoveTaskResponse;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Dead letters moved back to where they came from, or elsewhere ("Learn how to configure a dead-letter queue redrive"). A task
 * runs on a thread of its own until no message of the dead-letter queue is visible; it goes on after a restart.
 */
final class MoveTasks implements AutoCloseable {
    static final int PER_SECOND_MAX = 500;

    /** So many tasks of a queue are remembered and listed. */
    static final int LISTED_MAX = 10;

    private static final int CHUNK = 10;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Logger LOG = LoggerFactory.getLogger(MoveTasks.class);

    private final Store store;
    private final Mailbox mailbox;
    private final Ids ids;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();
    private boolean closed;

    MoveTasks(Store store, Mailbox mailbox, Ids ids) {
        this.store = store;
        this.mailbox = mailbox;
        this.ids = ids;
    }

    /**
     * Goes on with the tasks of the last run. What was being moved when that ended is still hidden for a while, so they do not
     * end before that.
     */
    void start() {
        long hiddenUntil = System.nanoTime() + Mailbox.MOVING.toNanos();
        View view = store.view();
        for (Scope scope : view.scopes(MoveTaskDocument.KIND)) {
            view.all(MoveTaskDocument.KIND, scope).stream().filter(MoveTaskDocument::active).forEach(
                    t -> run(scope, t.id(), hiddenUntil));
        }
    }

    StartMessageMoveTaskResponse start(StartMessageMoveTaskRequest request, Call call) {
        Box source = box(request.sourceArn(), "SourceArn");
        Scope scope = source.at().scope();
        if (!store.view().any(QueueDocument.KIND, scope, "target", source.at().arn())) {
            throw Refusal.invalid("Source queue must be configured as a Dead Letter Queue.");
        }
        if (source.fifo()) {
            throw Refusal.unsupported("A task that moves messages of a FIFO queue");
        }
        if (request.destinationArn() != null) {
            box(request.destinationArn(), "DestinationArn");
        }
        Integer perSecond = request.maxNumberOfMessagesPerSecond();
        if (perSecond != null && (perSecond < 1 || perSecond > PER_SECOND_MAX)) {
            throw Refusal.invalid(perSecond, "MaxNumberOfMessagesPerSecond", "Must be between 1 and " + PER_SECOND_MAX + ".");
        }
        var task = new MoveTaskDocument(ids.uuid(), source.at().arn(), Optional.ofNullable(request.destinationArn()),
                Optional.ofNullable(perSecond), Status.RUNNING, 0, mailbox.counts(source).visible(), "", call.time());
        store.write(tx -> {
            List<MoveTaskDocument> others = newestFirst(tx, scope, task.sourceArn());
            if (others.stream().anyMatch(MoveTaskDocument::active)) {
                throw Refusal.invalid("There is already a task running. Only one active task is allowed for a source queue arn"
                        + " at a given time.");
            }
            others.stream().skip(LISTED_MAX - 1L).forEach(old -> tx.delete(MoveTaskDocument.KIND, scope, old.id()));
            tx.put(MoveTaskDocument.KIND, scope, task.id(), task);
            return true;
        });
        run(scope, task.id(), System.nanoTime());
        return StartMessageMoveTaskResponse.builder().taskHandle(handle(task)).build();
    }

    private Box box(String arn, String parameter) {
        return QueueName.ofArn(arn).flatMap(mailbox::find).orElseThrow(() -> Refusal.noResource(parameter));
    }

    private static List<MoveTaskDocument> newestFirst(View view, Scope scope, String sourceArn) {
        return view.find(MoveTaskDocument.KIND, scope, "source", sourceArn).stream()
                .sorted(Comparator.comparing(MoveTaskDocument::started).reversed())
                .toList();
    }

    /** Forgets the tasks of a queue that goes. */
    static void forget(Transaction tx, Scope scope, String sourceArn) {
        tx.find(MoveTaskDocument.KIND, scope, "source", sourceArn)
                .forEach(task -> tx.delete(MoveTaskDocument.KIND, scope, task.id()));
    }

    private static String handle(MoveTaskDocument task) {
        var handle = JSON.createObjectNode().put("taskId", task.id()).put("sourceArn", task.sourceArn());
        return Base64.getEncoder().encodeToString(handle.toString().getBytes(UTF_8));
    }

    private record Handle(String taskId, String sourceArn) {}

    private static Handle read(String text) {
        try {
            JsonNode handle = JSON.readTree(Base64.getDecoder().decode(text));
            if (handle.path("taskId").isString() && handle.path("sourceArn").isString()) {
                return new Handle(handle.get("taskId").stringValue(), handle.get("sourceArn").stringValue());
            }
        } catch (IllegalArgumentException | JacksonException e) {
            throw Refusal.invalid("Value for parameter TaskHandle is invalid.");
        }
        throw Refusal.invalid("Value for parameter TaskHandle is invalid.");
    }

    /** The queue that a handle names, for the question whether the caller may. */
    static String sourceArn(String handle) {
        return read(handle).sourceArn();
    }

    CancelMessageMoveTaskResponse cancel(CancelMessageMoveTaskRequest request, Call call) {
        Handle handle = read(request.taskHandle());
        Scope scope = box(handle.sourceArn(), "SourceArn").at().scope();
        MoveTaskDocument cancelled = store.write(tx -> {
            MoveTaskDocument task = tx.get(MoveTaskDocument.KIND, scope, handle.taskId())
                    .filter(t -> t.sourceArn().equals(handle.sourceArn()))
                    .orElseThrow(Refusal::noTask);
            if (task.status() != Status.RUNNING) {
                throw Refusal.invalid("Only active tasks can be cancelled.");
            }
            tx.put(MoveTaskDocument.KIND, scope, task.id(), task.in(Status.CANCELLING, ""));
            return task;
        });
        return CancelMessageMoveTaskResponse.builder().approximateNumberOfMessagesMoved(cancelled.moved()).build();
    }

    ListMessageMoveTasksResponse list(ListMessageMoveTasksRequest request, Call call) {
        Box source = box(request.sourceArn(), "SourceArn");
        int max = request.maxResults() == null ? 1 : request.maxResults();
        if (max < 1 || max > LISTED_MAX) {
            throw Refusal.invalid(max, "MaxResults", "Must be between 1 and " + LISTED_MAX + ".");
        }
        List<MoveTaskDocument> tasks = newestFirst(store.view(), source.at().scope(), source.at().arn());
        var answer = ListMessageMoveTasksResponse.builder();
        return tasks.isEmpty()
                ? answer.build()
                : answer.results(tasks.stream().limit(max).map(MoveTasks::shown).toList()).build();
    }

    private static ListMessageMoveTasksResultEntry shown(MoveTaskDocument task) {
        return ListMessageMoveTasksResultEntry.builder()
                .taskHandle(task.status() == Status.RUNNING ? handle(task) : null)
                .status(task.status().name())
                .sourceArn(task.sourceArn())
                .destinationArn(task.targetArn().orElse(null))
                .maxNumberOfMessagesPerSecond(task.perSecond().orElse(null))
                .approximateNumberOfMessagesMoved(task.moved())
                .approximateNumberOfMessagesToMove(task.toMove())
                .failureReason(task.failure().isEmpty() ? null : task.failure())
                .startedTimestamp(task.started().toEpochMilli())
                .build();
    }

    private void run(Scope scope, String id, long notDoneBefore) {
        Thread thread = Thread.ofVirtual().name("sqs-move-" + id).unstarted(() -> {
            try {
                Optional<Duration> pause = step(scope, id, notDoneBefore);
                while (pause.isPresent() && goesOn(pause.get())) {
                    pause = step(scope, id, notDoneBefore);
                }
            } catch (StoreException e) {
                LOG.error("dead letters cannot be moved now; they are at the next start", e);
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        running.add(thread);
        thread.start();
    }

    /** Moves some messages; if there may be more, gives the time to wait before them. */
    private Optional<Duration> step(Scope scope, String id, long notDoneBefore) {
        Optional<MoveTaskDocument> found = store.view().get(MoveTaskDocument.KIND, scope, id).filter(MoveTaskDocument::active);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        MoveTaskDocument task = found.get();
        Optional<Box> source = QueueName.ofArn(task.sourceArn()).flatMap(mailbox::find);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        Mailbox.Moved moved = task.status() == Status.CANCELLING
                ? Mailbox.Moved.NONE
                : mailbox.move(source.get(), m -> target(task, m), chunk(task), ids::uuid);
        if (moved.equals(Mailbox.Moved.NONE) && task.status() == Status.RUNNING && System.nanoTime() < notDoneBefore) {
            return Optional.of(PAUSE);
        }
        return store.write(tx -> {
            Optional<MoveTaskDocument> next =
                    tx.get(MoveTaskDocument.KIND, scope, id).map(now -> progress(now.moved(moved.messages()), moved));
            next.ifPresent(now -> tx.put(MoveTaskDocument.KIND, scope, id, now));
            return next.filter(MoveTaskDocument::active).map(MoveTasks::pause);
        });
    }

    private static MoveTaskDocument progress(MoveTaskDocument now, Mailbox.Moved moved) {
        if (!moved.failure().isEmpty()) {
            return now.in(Status.FAILED, moved.failure());
        }
        if (now.status() == Status.CANCELLING) {
            return now.in(Status.CANCELLED, "");
        }
        return moved.messages() == 0 ? now.in(Status.COMPLETED, "") : now;
    }

    private Optional<Box> target(MoveTaskDocument task, Message message) {
        return QueueName.ofArn(task.targetArn().orElse(message.sourceArn())).flatMap(mailbox::find);
    }

    private static int chunk(MoveTaskDocument task) {
        return Math.min(CHUNK, task.perSecond().orElse(CHUNK));
    }

    private static Duration pause(MoveTaskDocument task) {
        return task.perSecond().map(Duration.ofSeconds(chunk(task))::dividedBy).orElse(Duration.ZERO);
    }

    /** Waits, and says whether to go on. */
    private synchronized boolean goesOn(Duration pause) {
        long end = System.nanoTime() + pause.toNanos();
        try {
            for (long left = end - System.nanoTime(); left > 0 && !closed; left = end - System.nanoTime()) {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
        } catch (InterruptedException e) {
            return false;
        }
        return !closed;
    }

    /** Lets the tasks finish what they are moving; they go on at the next start. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            for (Thread thread : running) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
