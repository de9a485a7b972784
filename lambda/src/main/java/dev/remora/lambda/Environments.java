package dev.remora.lambda;

import dev.remora.iam.RoleAccess;
import dev.remora.logs.LogSink;
import dev.remora.net.NatKey;
import dev.remora.sandbox.Sandbox;
import dev.remora.sandbox.SandboxSpec;
import dev.remora.sandbox.Sandboxes;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All environments: warm ones by generation, and the making of new ones.
 *
 * <p>A function's interface must not go while a sandbox leaves by it, and no sandbox may be bound to a key whose interface has
 * gone. So a new environment first enters itself as a user of its key and then looks again whether its version still runs with
 * these settings; who takes an interface away first commits the change of the version and then waits until the key has no user.
 * One of the two sees the other.
 *
 * <p>Credentials are issued when an environment starts and are never renewed, as the interpreter has them in its environment: an
 * environment is not used again once they would end within the time that an invocation may take, and a new one takes its place.
 */
final class Environments implements AutoCloseable {
    static final int SLOTS_REMEMBERED = 8192;
    private static final int CPU_SHARE_PER_VCPU_MIB = 1769;

    private static final Logger LOG = LoggerFactory.getLogger(Environments.class);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

    /** The version changed or went while an environment for it was being started: look again. */
    static final class Outdated extends Exception {
        Outdated() {
            super(null, null, false, false);
        }
    }

    private final Store store;
    private final Sandboxes sandboxes;
    private final Codes codes;
    private final Runtimes runtimes;
    private final RoleAccess roles;
    private final LogSink sink;
    private final LogRights logRights;
    private final InstantSource clock;
    private final Ids ids;
    private final LambdaOptions options;

    private final ConcurrentHashMap<String, EnvironmentPool> pools = new ConcurrentHashMap<>();
    private final AtomicInteger idle = new AtomicInteger();
    private final Map<NatKey, Integer> users = new HashMap<>();
    private final Map<String, String> functionsBySlot = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > SLOTS_REMEMBERED;
        }
    });

    Environments(
            Store store,
            Sandboxes sandboxes,
            Codes codes,
            Runtimes runtimes,
            RoleAccess roles,
            LogSink sink,
            InstantSource clock,
            Ids ids,
            LambdaOptions options) {
        this.store = store;
        this.sandboxes = sandboxes;
        this.codes = codes;
        this.runtimes = runtimes;
        this.roles = roles;
        this.sink = sink;
        this.logRights = new LogRights(roles, sink);
        this.clock = clock;
        this.ids = ids;
        this.options = options;
    }

    /** A warm environment of the version's generation, if there is one. */
    Optional<Environment> warm(VersionDocument version) {
        EnvironmentPool pool = pools.get(version.generation());
        if (pool == null) {
            return Optional.empty();
        }
        var dead = new ArrayList<Environment>(0);
        Optional<Environment> found = pool.take(clock.instant(), dead);
        idle.addAndGet(-dead.size() - (found.isPresent() ? 1 : 0));
        dead.forEach(this::close);
        return found;
    }

    /**
     * Starts a new environment; its init phase runs on.
     *
     * @throws Outdated if the version has changed meanwhile
     */
    Environment start(Scope scope, VersionDocument version, Duration initTimeout) throws Outdated {
        Settings settings = version.settings();
        EnvironmentPool pool = pools.computeIfAbsent(version.generation(), EnvironmentPool::new);
        Optional<HyperplaneKey> key = Optional.of(settings.keys()).filter(k -> !k.isEmpty()).map(pool::spread);
        var occupied = new Environment.Occupied(
                key.map(k -> k.nat(scope)).orElse(NatKey.INTERNET), key, codes.hold(settings));
        enter(occupied.nat());
        try {
            checkCurrent(scope, version);
            String id = ids.hex(32);
            Instant now = clock.instant();
            String stream = DAY.format(now) + "/[" + version.version() + "]" + id;
            FunctionLog log = log(scope, version, stream);
            log.platform("INIT_START Runtime Version: " + runtimeVersion(settings) + "\tRuntime Version ARN: "
                    + runtimes.versionArn(settings.runtime(), scope.region()));
            RoleAccess.SessionCredentials credentials = credentials(scope, version);
            Sandbox sandbox = sandboxes.start(spec(scope, version, id, occupied, credentials, log, initTimeout));
            functionsBySlot.put(sandbox.slot(), FunctionName.arn(scope, version.function()));
            Instant lastUse = credentials.expiration().minusSeconds(settings.timeoutSeconds());
            return new Environment(pool, occupied, sandbox, log, now, lastUse);
        } catch (RuntimeException | Outdated e) {
            vacate(pool, occupied);
            throw e;
        }
    }

    private void checkCurrent(Scope scope, VersionDocument version) throws Outdated {
        boolean current = store.view()
                .get(VersionDocument.KIND, scope, version.id())
                .filter(now -> now.generation().equals(version.generation()))
                .isPresent();
        if (!current) {
            pools.remove(version.generation());
            throw new Outdated();
        }
    }

    private String runtimeVersion(Settings settings) {
        String real = runtimes.realVersion(settings.runtime());
        return settings.runtime().replaceFirst("^([a-z]+)", "$1:") + (real.isEmpty() ? "" : " (host interpreter " + real + ")");
    }

    private FunctionLog log(Scope scope, VersionDocument version, String stream) {
        Settings settings = version.settings();
        String arn = FunctionName.arn(scope, version.function());
        return new FunctionLog(
                sink,
                clock,
                scope,
                settings.logGroup(),
                stream,
                () -> logRights.allow(scope, settings.role(), arn, settings.logGroup(), stream));
    }

    private SandboxSpec spec(
            Scope scope,
            VersionDocument version,
            String id,
            Environment.Occupied occupied,
            RoleAccess.SessionCredentials credentials,
            FunctionLog log,
            Duration initTimeout) {
        Settings settings = version.settings();
        return new SandboxSpec(
                id,
                FunctionName.arn(scope, version.function()) + ":" + version.version(),
                runtimes.language(settings.runtime()),
                settings.handler(),
                codes.folder(settings.code()),
                settings.layers().stream().map(layer -> codes.folder(layer.code())).toList(),
                variables(scope, version, credentials, log.stream()),
                settings.memoryMiB(),
                settings.tmpMiB(),
                settings.memoryMiB() * 1000 / CPU_SHARE_PER_VCPU_MIB,
                initTimeout,
                occupied.nat(),
                settings.vpc().map(Settings.Vpc::ipv6).orElse(false),
                log);
    }

    private Map<String, String> variables(
            Scope scope, VersionDocument version, RoleAccess.SessionCredentials credentials, String stream) {
        Settings settings = version.settings();
        var all = new HashMap<String, String>(settings.keys().isEmpty() ? options.sandboxEnvironment() : Map.of());
        settings.environment().ifPresent(all::putAll);
        all.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        all.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        all.put("AWS_SESSION_TOKEN", credentials.sessionToken());
        all.put("AWS_REGION", scope.region());
        all.put("AWS_DEFAULT_REGION", scope.region());
        all.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + settings.runtime());
        all.put("AWS_LAMBDA_FUNCTION_NAME", version.function());
        all.put("AWS_LAMBDA_FUNCTION_VERSION", version.version());
        all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(settings.memoryMiB()));
        all.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
        all.put("AWS_LAMBDA_LOG_GROUP_NAME", settings.logGroup());
        all.put("AWS_LAMBDA_LOG_STREAM_NAME", stream);
        return all;
    }

    private RoleAccess.SessionCredentials credentials(Scope scope, VersionDocument version) {
        Settings settings = version.settings();
        String functionArn = FunctionName.arn(scope, version.function());
        if (!roles.assumableBy(settings.role(), ExecutionRoles.SERVICE, functionArn)) {
            throw Refusal.denied("The role defined for the function cannot be assumed by Lambda.");
        }
        try {
            return roles.issue(settings.role(), version.function(), functionArn, options.credentialsLife());
        } catch (AwsError e) {
            throw Refusal.denied("The role defined for the function cannot be assumed by Lambda.");
        }
    }

    /** Gives an environment back after its event; it stays warm if it is alive and still wanted. */
    void release(Environment environment) {
        Instant now = clock.instant();
        environment.used(now);
        if (!environment.usable(now)) {
            close(environment);
            return;
        }
        idle.incrementAndGet();
        if (!environment.pool().keep(environment)) {
            idle.decrementAndGet();
            close(environment);
        } else if (idle.get() > options.idleMax()) {
            closeOldest();
        }
    }

    private void closeOldest() {
        pools.values().stream()
                .filter(pool -> pool.oldest().isPresent())
                .min(Comparator.comparing(pool -> pool.oldest().orElse(Instant.MAX)))
                .flatMap(EnvironmentPool::takeOldest)
                .ifPresent(oldest -> {
                    idle.decrementAndGet();
                    close(oldest);
                });
    }

    /** Ends an environment that must not be used again. */
    void close(Environment environment) {
        try {
            environment.sandbox().close();
        } catch (RuntimeException e) {
            LOG.error("sandbox {} cannot be closed", environment.sandbox().id(), e);
        } finally {
            vacate(environment.pool(), environment.occupied());
        }
    }

    private void vacate(EnvironmentPool pool, Environment.Occupied occupied) {
        occupied.key().ifPresent(pool::gone);
        leave(occupied.nat());
        occupied.code().close();
    }

    /** A generation is over: its idle environments end now, those at work when they have finished. */
    void retire(String generation) {
        EnvironmentPool pool = pools.remove(generation);
        if (pool != null) {
            List<Environment> all = pool.retire();
            idle.addAndGet(-all.size());
            all.forEach(this::close);
        }
    }

    /** Ends what has been idle for too long. */
    void sweep() {
        Instant since = clock.instant().minus(options.idle());
        for (EnvironmentPool pool : pools.values()) {
            List<Environment> old = pool.takeIdleSince(since);
            idle.addAndGet(-old.size());
            old.forEach(this::close);
        }
    }

    private void enter(NatKey key) {
        synchronized (users) {
            users.merge(key, 1, Integer::sum);
        }
    }

    private void leave(NatKey key) {
        synchronized (users) {
            if (users.computeIfPresent(key, (k, n) -> n == 1 ? null : n - 1) == null) {
                users.notifyAll();
            }
        }
    }

    /** Waits until no sandbox leaves by the key. */
    void awaitUnused(NatKey key) {
        synchronized (users) {
            while (users.containsKey(key)) {
                try {
                    users.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("stopped while waiting for " + key.name(), e);
                }
            }
        }
    }

    /** The ARN of the function that the slot serves or, for the last {@value #SLOTS_REMEMBERED} slots, served. */
    Optional<String> functionOfSlot(String slot) {
        return Optional.ofNullable(functionsBySlot.get(slot));
    }

    @Override
    public void close() {
        List.copyOf(pools.keySet()).forEach(this::retire);
    }
}
