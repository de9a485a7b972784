package dev.remora.app;

import dev.remora.cloudtrail.CloudTrailService;
import dev.remora.ec2.Ec2Service;
import dev.remora.ec2.Gate;
import dev.remora.ec2.HostImage;
import dev.remora.ec2.Machines;
import dev.remora.elasticache.ElastiCacheService;
import dev.remora.fleet.Engines;
import dev.remora.fleet.Surroundings;
import dev.remora.iam.IamService;
import dev.remora.iam.ResourcePolicies;
import dev.remora.lambda.CodeDownload;
import dev.remora.lambda.LambdaOptions;
import dev.remora.lambda.LambdaService;
import dev.remora.linux.Netns;
import dev.remora.logs.LogsService;
import dev.remora.net.Drop;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.InternetPlan;
import dev.remora.net.KernelFabric;
import dev.remora.net.KernelFeatures;
import dev.remora.net.Names;
import dev.remora.organizations.OrganizationsService;
import dev.remora.rds.RdsService;
import dev.remora.s3.S3Service;
import dev.remora.sandbox.Launcher;
import dev.remora.sandbox.LocalSandboxes;
import dev.remora.sandbox.SandboxConfig;
import dev.remora.secretsmanager.SecretsManagerService;
import dev.remora.sqs.SqsService;
import dev.remora.ssm.SsmService;
import dev.remora.store.Blobs;
import dev.remora.store.DataFolder;
import dev.remora.store.Folders;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.store.StoreException;
import dev.remora.store.Streams;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.HttpFront;
import dev.remora.wire.Operations;
import dev.remora.wire.Trust;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything, built with plain constructors in the order of what needs what, and closed in the reverse order.
 *
 * <p>The port is bound first, because a port that is taken is the likeliest refusal; who connects before the rest is there
 * waits. The store, the data plane and the sandboxes do not need each other, so they are made at the same time. What fails on
 * the way closes what was made before it: a refused start leaves nothing.
 */
final class Server implements AutoCloseable {
    /** Where functions find the API: in the namespace that plays the internet. */
    static final int API_PORT = 4566;

    static final int HTTP_PORT = 80;
    static final int HTTPS_PORT = 443;

    /** Where the API listens inside, at each of its addresses. */
    static final List<Integer> API_PORTS = List.of(HTTP_PORT, HTTPS_PORT, API_PORT);

    private static final int BACKLOG = 1024;
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Settings settings;
    private final InstantSource clock = InstantSource.system();
    private final Ids ids = Ids.random();
    private final Deque<Part> parts = new ArrayDeque<>();
    private final List<Operations> operations = new ArrayList<>();
    private int port;
    private boolean closed;

    @SuppressWarnings("NullAway.Init") // set by build(), before anyone else has the server
    private Fabric fabric;

    @SuppressWarnings("NullAway.Init")
    private Ec2Service ec2;

    @SuppressWarnings("NullAway.Init")
    private RdsService rds;

    @SuppressWarnings("NullAway.Init")
    private LambdaService lambda;

    @SuppressWarnings("NullAway.Init")
    private DropList dropList;
    private final CloudTrailService cloudTrail = new CloudTrailService();

    @SuppressWarnings("NullAway.Init")
    private Forwards forwards;

    @SuppressWarnings("NullAway.Init")
    private Bridges bridges;

    @SuppressWarnings("NullAway.Init")
    private Names names;

    /** Something that was made and must be closed. */
    private record Part(String name, AutoCloseable closeable) {}

    /** @throws StartFailure for what its user can change */
    static Server start(Settings settings) {
        var server = new Server(settings);
        try {
            server.build();
            return server;
        } catch (StoreException refused) {
            server.close();
            throw new StartFailure(refused.getMessage() + ".");
        } catch (RuntimeException | Error failure) {
            server.close();
            throw failure;
        }
    }

    private Server(Settings settings) {
        this.settings = settings;
    }

    /** Every kind of document that a data folder may hold. */
    static List<Kind<?>> kinds() {
        return Stream.of(
                        List.<Kind<?>>of(Bridges.KIND),
                        IamService.kinds(),
                        Ec2Service.kinds(),
                        RdsService.kinds(),
                        ElastiCacheService.kinds(),
                        SecretsManagerService.kinds(),
                        OrganizationsService.kinds(),
                        LogsService.kinds(),
                        SqsService.kinds(),
                        S3Service.kinds(),
                        SsmService.kinds(),
                        LambdaService.kinds())
                .<Kind<?>>flatMap(Collection::stream)
                .toList();
    }

    private void build() {
        requireRoot();
        if (settings.ephemeral()) {
            made("data folder", () -> Folders.remove(settings.data()));
        }
        ServerSocketChannel channel = made("port", bound("127.0.0.1", settings.port()));
        port = channel.socket().getLocalPort();
        DataFolder data = made("lock", DataFolder.open(settings.data()));

        var network = inParallel("data plane", this::openFabric);
        var trust = inParallel("authority", () -> Authority.in(data.path().resolve("ca"), clock));
        var launching = inParallel("sandboxes", () -> openLauncher(sandboxConfig(data.path(), result(trust))));
        Store store = made("store", SqliteStore.open(data, kinds()));
        Streams streams = made("streams", Streams.open(data, clock));
        fabric = made("data plane", result(network));
        names = new Names(fabric);
        Launcher launcher = made("launcher", result(launching));
        var sandboxes = made(
                "sandboxes",
                new LocalSandboxes(launcher, sandboxConfig(data.path(), result(trust)), fabric.slots(), clock));

        var iam = new IamService(store, ids, clock, settings.listen().isEmpty(), settings.enforcement());
        var logs = made("logs", new LogsService(store, streams, clock));
        var organizations = new OrganizationsService(store, ids, iam::createAdministrator);
        organizations.tell(iam);
        var s3 = new S3Service(store, data.path().resolve("objects"), ids, clock, iam.authorizer());
        var flows = new FlowDestinations(iam.roles(), logs.sink(), s3);
        var machines = new HostMachines(launcher, data.path().resolve("instances"));
        var profiles = new ProfileRoles(iam.profiles(), iam.roles());
        ec2 = made("ec2", new Ec2Service(store, fabric, ids, clock, Gate.OPEN, flows, machines, profiles, settings.quotas()));
        var around = surroundings(store, launcher, result(trust), data.path());
        var secrets = new SecretsManagerService(store, ids, clock);
        rds = made("rds", new RdsService(around, iam.roles(), secrets));
        var sqs = made("sqs", new SqsService(store, streams, clock, ids));
        var elasticache = made("elasticache", new ElastiCacheService(around));
        lambda = made(
                "lambda",
                new LambdaService(
                        new LambdaService.Parts(
                                store,
                                Blobs.open(data),
                                streams,
                                ec2.networks(),
                                iam.roles(),
                                iam.authorizer(),
                                logs.sink(),
                                sqs.source(),
                                s3,
                                sandboxes,
                                clock,
                                ids),
                        data.path().resolve("code"),
                        () -> "http://127.0.0.1:" + port,
                        lambdaOptions()));
        register(iam.resourcePolicies(), s3, sqs, secrets, lambda);
        forwards = made("forwards", new Forwards());
        bridges = made("bridges", new Bridges(store, ec2.networks(), fabric, names));
        dropList = new DropList(fabric::drops, ec2::explain, lambda::functionOfSlot);
        operations.addAll(List.of(iam.iamOperations(), iam.stsOperations(), ec2.operations()));
        operations.addAll(List.of(rds.operations(), elasticache.operations(), secrets.operations()));
        var ssm = new SsmService(store, ids, clock, new PublicImages(region -> Optional.of(HostImage.ID)));
        operations.addAll(List.of(logs.operations(), sqs.operations(), lambda.operations(), ssm.operations()));
        operations.add(s3.operations());
        operations.add(organizations.operations());
        operations.add(cloudTrail.operations());

        var dispatcher = new Dispatcher(operations, iam.accessKeys(), iam.authorizer(), iam.authorizationMessages(), clock);
        dispatcher.tell(cloudTrail.audit());
        var front = made("listeners", new HttpFront(dispatcher));
        new Admin(this).routes(front);
        ec2.start(new EndpointDoors(front, result(trust), iam.endpointPolicies()));
        bridges.start();
        rds.recover();
        elasticache.recover();
        sqs.start();
        lambda.start();
        front.serve(channel, Trust.HOST, null);
        listenInside(front, result(trust));
        settings.listen().ifPresent(address -> front.serve(bound(address, port), Trust.NONE, null));
    }

    private static void register(
            ResourcePolicies policies, S3Service s3, SqsService sqs, SecretsManagerService secrets, LambdaService lambda) {
        policies.register("s3", s3.buckets());
        policies.register("sqs", sqs.policies());
        policies.register("secretsmanager", secrets.policies());
        policies.register("lambda", lambda.policies());
    }

    private static void requireRoot() {
        try {
            if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
                throw new StartFailure("the server needs root, because it makes network namespaces.");
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Fabric openFabric() {
        List<String> missing = KernelFeatures.check();
        if (!missing.isEmpty()) {
            throw new StartFailure(
                    "this kernel lacks what the networks are made of: " + String.join("; ", missing) + ".");
        }
        if (settings.internet() == InternetMode.HOST && !onPath("pasta")) {
            throw new StartFailure("--internet=host needs the program pasta (Debian's package passt):"
                    + " install it, or start with --internet=closed.");
        }
        return KernelFabric.open(new FabricConfig(clock, FabricConfig.READY_SLOTS, settings.internet()));
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static SandboxConfig sandboxConfig(Path data, Authority authority) {
        var config = SandboxConfig.in(data.resolve("sandboxes"))
                .withCertificateAuthority(authority.certificateFile())
                .withJavaTrustStore(authority.trustStoreFile());
        Path modules = Path.of(System.getProperty("remora.home", "")).resolve("node/node_modules");
        return Files.isDirectory(modules) ? config.withNodeModules(modules) : config;
    }

    private Surroundings surroundings(Store store, Launcher launcher, Authority authority, Path data) {
        var engines = new Engines(Path.of(System.getProperty("remora.home", "")).resolve("engines"));
        return new Surroundings(
                store,
                ec2.networks(),
                fabric,
                names,
                launcher,
                engines,
                hosts -> authority.issue(hosts, List.of()).pem(),
                ids,
                data);
    }

    private LambdaOptions lambdaOptions() {
        return LambdaOptions.DEFAULTS
                .withStrictRuntimes(settings.strictRuntimes())
                .withCredentialsLife(settings.credentialsLife())
                .withEniConnections(settings.interfaceConnections())
                .withSandboxEnvironment(Map.of("AWS_ENDPOINT_URL", "http://" + fabric.apiAddress() + ":" + API_PORT));
    }

    private static Launcher openLauncher(SandboxConfig config) {
        try {
            return Launcher.open(config);
        } catch (IllegalStateException lacks) {
            throw new StartFailure(lacks.getMessage() + ".");
        }
    }

    static ServerSocketChannel bound(String address, int port) {
        try {
            var channel = ServerSocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                return channel.bind(new InetSocketAddress(address, port), BACKLOG);
            } catch (IOException | UnresolvedAddressException failure) {
                channel.close();
                throw failure;
            }
        } catch (UnresolvedAddressException unknown) {
            throw new StartFailure("--listen needs an address of this machine; '" + address + "' is none.");
        } catch (BindException taken) {
            throw new StartFailure(
                    "port " + port + " of " + address + " is in use by another program: choose another with --port.");
        } catch (IOException failure) {
            throw new StartFailure("cannot listen on " + address + " port " + port + ": " + failure.getMessage() + ".");
        }
    }

    /** The API as functions reach it. The sockets are opened inside and served from here: a socket stays where it was opened. */
    private void listenInside(HttpFront front, Authority authority) {
        Netns internet = fabric.internet();
        List<String> addresses =
                Stream.of(InternetPlan.API, InternetPlan.S3_API, InternetPlan.API6).map(Object::toString).toList();
        var tls = new ServerNames(authority, Stream.concat(addresses.stream(), Stream.of("127.0.0.1")).toList()).context();
        try {
            for (String address : addresses) {
                for (int port : API_PORTS) {
                    front.serve(internet.call(() -> bound(address, port)), Trust.NONE, port == HTTPS_PORT ? tls : null);
                }
            }
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new IllegalStateException("the API does not listen inside", failure);
        }
    }

    private <T extends AutoCloseable> T made(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    private static <T> FutureTask<T> inParallel(String name, Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("start " + name).start(task);
        return task;
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException told) {
                throw told;
            }
            throw new IllegalStateException(failure.getCause());
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(told);
        }
    }

    Settings settings() {
        return settings;
    }

    int port() {
        return port;
    }

    List<Operations> operations() {
        return operations;
    }

    CloudTrailService cloudTrail() {
        return cloudTrail;
    }

    DropList dropList() {
        return dropList;
    }

    Map<Drop.Cause, Long> dropCounts() {
        return fabric.dropCounts();
    }

    /** The services by name, all running: one that cannot run stops the start. */
    Map<String, String> services() {
        var running = new TreeMap<String, String>();
        operations.forEach(service -> running.put(service.service().signingName(), "running"));
        return running;
    }

    /** The interpreters of this host by language, with their versions. */
    Map<String, String> runtimes() {
        return lambda.runtimes();
    }

    CodeDownload code(String link) {
        return lambda.code(link);
    }

    Optional<RdsService.Listener> database(Scope scope, String id) {
        return rds.listener(scope, id);
    }

    Forwards forwards() {
        return forwards;
    }

    /** Where a running instance can be entered. */
    Optional<Machines.Door> door(String instanceId) {
        return ec2.door(instanceId);
    }

    Bridges bridges() {
        return bridges;
    }

    /** The line that says where it serves and what it lets out. */
    String modeLine() {
        String internet =
                switch (settings.internet()) {
                    case HOST -> "internet through this host";
                    case CLOSED -> "internet closed";
                };
        String kept = settings.ephemeral() ? "nothing is kept" : "data in " + settings.data();
        return "Remora " + Version.TEXT + " on http://127.0.0.1:" + port + "; " + kept + "; " + internet + ".";
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.closeable().close();
            } catch (Exception failure) {
                LOG.warn("{} did not close well", part.name(), failure);
            }
        }
    }
}
