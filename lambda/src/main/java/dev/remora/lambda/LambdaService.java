package dev.remora.lambda;

import dev.remora.ec2.Networks;
import dev.remora.iam.ResourcePolicies;
import dev.remora.iam.RoleAccess;
import dev.remora.logs.LogSink;
import dev.remora.s3.ObjectStore;
import dev.remora.sandbox.Sandboxes;
import dev.remora.sqs.QueueSource;
import dev.remora.store.Blobs;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.store.Streams;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Operations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service Lambda, put together. */
public final class LambdaService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LambdaService.class);
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    static final Duration CLOSING = Duration.ofSeconds(5);

    /** Requests whose path begins so are for {@link #code}, without a signature. */
    public static final String CODE_PATH = CodeLinks.PATH;

    private final Codes codes;
    private final Runtimes runtimes;
    final Environments environments;
    private final FunctionStates states;
    private final CrowdedEnis crowded;
    private final LayerPolicies layerPolicies;
    private final AsyncEvents events;
    private final Invocations invocations;
    private final QueuePollers pollers;
    private final CodeLinks links;
    private final FunctionPolicies policies;
    private final Operations operations;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lambda-timer").factory());
    private final ExecutorService asynchronous =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("lambda-event-", 0).factory());

    /**
     * @param parts what it stands on
     * @param folder for unpacked code; emptied at each start
     * @param endpoint where clients reach this server, without a final slash, e.g. {@code http://127.0.0.1:4566}
     */
    public LambdaService(Parts parts, Path folder, Supplier<String> endpoint, LambdaOptions options) {
        Store store = parts.store();
        InstantSource clock = parts.clock();
        Ids ids = parts.ids();
        runtimes = new Runtimes(parts.sandboxes(), options.strictRuntimes());
        codes = new Codes(store, parts.blobs(), folder);
        var roles = new ExecutionRoles(parts.roles());
        var vpcs = new VpcConfigs(parts.networks(), parts.authorizer());
        var rules = new ConfigurationRules(runtimes);
        var answers = new Answers(runtimes);
        environments = new Environments(
                store, parts.sandboxes(), codes, runtimes, parts.roles(), parts.logs(), clock, ids, options);
        var enis = new HyperplaneEnis(store, parts.networks(), parts.roles(), roles, ids, clock, options.enisInForce());
        crowded = new CrowdedEnis(store, parts.networks(), enis, options.eniConnections());
        states = new FunctionStates(store, enis, environments, codes, roles, ids);
        links = new CodeLinks(store, codes, clock, ids, endpoint);
        var concurrency = new Concurrency(store);
        events = new AsyncEvents(
                parts.streams(), concurrency, clock, asynchronous, (time, action) -> at(clock, time, action), options);
        invocations = new Invocations(store, environments, concurrency, events, clock, options.initTimeout());
        pollers = new QueuePollers(new QueuePoller.Tools(
                store, parts.queues(), parts.roles(), ids, asynchronous, invocations::run));
        var origin = new CodeOrigin(parts.objects());
        policies = new FunctionPolicies(store, ids);
        layerPolicies = new LayerPolicies(store, ids);
        operations = Operations.later(LambdaOperations.SERVICE, () -> {
            var space = new CodeSpace();
            var versions = new Versions(store, space, states, answers, ids);
            var layers = new LayerChoice(store, parts.authorizer(), codes);
            return new LambdaOperations(store, vpcs)
                    .table(
                            new Functions(
                                    store, rules, vpcs, roles, origin, codes, space, enis, layers, states, answers, links, ids),
                            new FunctionUpdates(
                                    store, rules, vpcs, roles, origin, codes, space, layers, states, versions, answers, ids),
                            versions,
                            invocations,
                            concurrency,
                            policies,
                            new Layers(store, origin, codes, space, links, ids),
                            layerPolicies,
                            new Tags(store),
                            new AccountSettings(store, space, concurrency),
                            new EventSourceMappings(store, parts.queues(), roles, pollers, ids));
        });
    }

    /** What Lambda stands on. */
    public record Parts(
            Store store,
            Blobs blobs,
            Streams streams,
            Networks networks,
            RoleAccess roles,
            Authorizer authorizer,
            LogSink logs,
            QueueSource queues,
            ObjectStore objects,
            Sandboxes sandboxes,
            InstantSource clock,
            Ids ids) {}

    /** The kinds of document that the store must be opened with. */
    public static List<Kind<?>> kinds() {
        return List.of(FunctionDocument.KIND, VersionDocument.KIND, Reclaim.KIND, CodeLinks.Secret.KIND, MappingDocument.KIND,
                LayerVersionDocument.KIND, LayerVersionDocument.Last.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Where the policies of functions and of layers are found. */
    public ResourcePolicies.Finder policies() {
        return (caller, action, arn) -> policies.find(caller, action, arn).or(() -> layerPolicies.find(caller, action, arn));
    }

    /** Goes on with what the last run of the server left undone; EC2 must have been started. */
    public void start() {
        codes.start();
        states.start();
        events.start(invocations::run);
        pollers.start();
        timer.scheduleWithFixedDelay(
                this::sweep, SWEEP_EVERY.toMillis(), SWEEP_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    void look() {
        try {
            crowded.look();
        } catch (RuntimeException e) {
            LOG.error("the connections of network interfaces cannot be counted", e);
        }
    }

    void sweep() {
        try {
            environments.sweep();
        } catch (RuntimeException e) {
            LOG.error("idle environments cannot be closed", e);
        }
    }

    private void at(InstantSource clock, Instant time, Runnable action) {
        long millis = Math.max(0, Duration.between(clock.instant(), time).toMillis());
        try {
            timer.schedule(action, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("closing: what was to happen at {} waits for the next start", time);
        }
    }

    /** The answer to a request for {@link #CODE_PATH} and {@code rest}. */
    public CodeDownload code(String rest) {
        return links.open(rest);
    }

    /** The ARN of the function that a network slot serves, or lately served. */
    public Optional<String> functionOfSlot(String slot) {
        return environments.functionOfSlot(slot);
    }

    /** The interpreters on this host by language, with their versions, for the health page. */
    public Map<String, String> runtimes() {
        return runtimes.versions();
    }

    /** Ends all environments; work that is under way goes on at the next start. */
    @Override
    public void close() {
        pollers.close();
        timer.shutdownNow();
        asynchronous.shutdownNow();
        states.close();
        environments.close();
        try {
            if (!asynchronous.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("asynchronous invocations did not end within {}; they are made again at the next start", CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
