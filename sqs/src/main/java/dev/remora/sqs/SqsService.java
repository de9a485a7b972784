package dev.remora.sqs;

import dev.remora.iam.ResourcePolicies;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import dev.remora.wire.Operations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service SQS, put together. */
public final class SqsService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SqsService.class);

    /** Messages that are too old are never received; that they take room is looked after from time to time. */
    private static final Duration EXPIRE_EVERY = Duration.ofHours(1);

    private final Store store;
    private final Mailbox mailbox;
    private final MoveTasks moves;
    private final QueuePolicies policies;
    private final Operations operations;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("sqs-expiry").factory());

    /** The store was opened with {@link #kinds} among its kinds. Store and streams outlive the service. */
    public SqsService(Store store, Streams streams, InstantSource clock, Ids ids) {
        this.store = store;
        mailbox = new Mailbox(store, streams, clock);
        var queues = new Queues(store, mailbox, ids);
        moves = new MoveTasks(store, mailbox, ids);
        policies = new QueuePolicies(store, queues);
        operations = Operations.later(SqsOperations.SERVICE, () -> new SqsOperations(mailbox)
                .table(queues, policies, new Sending(queues, mailbox, ids), new Receiving(queues, mailbox), moves));
    }

    /** Goes on with what the last run of the server left undone. */
    public void start() {
        moves.start();
        long period = EXPIRE_EVERY.toMillis();
        timer.scheduleWithFixedDelay(this::expire, period, period, TimeUnit.MILLISECONDS);
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(QueueDocument.KIND, MoveTaskDocument.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Where the policies of queues are found. */
    public ResourcePolicies.Finder policies() {
        return policies;
    }

    /** Where another service receives messages. */
    public QueueSource source() {
        return new QueueSource(mailbox);
    }

    private void expire() {
        try {
            var view = store.view();
            view.scopes(QueueDocument.KIND).forEach(scope -> view.all(QueueDocument.KIND, scope).forEach(queue ->
                    mailbox.expire(new Box(new QueueName(scope, queue.name()), queue))));
        } catch (RuntimeException e) {
            LOG.error("old messages cannot be deleted now", e);
        }
    }

    /** Lets waiting receivers go, with nothing. */
    @Override
    public void close() {
        timer.shutdownNow();
        moves.close();
        mailbox.close();
    }
}
