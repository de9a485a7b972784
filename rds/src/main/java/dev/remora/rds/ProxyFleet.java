package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Attendant;
import dev.remora.fleet.Blueprint;
import dev.remora.fleet.Door;
import dev.remora.fleet.Engine;
import dev.remora.fleet.Fleet;
import dev.remora.fleet.Member.Status;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Server;
import dev.remora.fleet.Surroundings;
import dev.remora.linux.Netns;
import dev.remora.secretsmanager.SecretValues;
import dev.remora.store.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of all proxies. A secret that changes is taken over by those that use it. */
final class ProxyFleet implements Attendant, Blueprint<Proxy>, ProxyView, AutoCloseable {
    static final Placement PLACEMENT = new Placement("Network interface for DBProxy", "amazon-rds");
    private static final Logger LOG = LoggerFactory.getLogger(ProxyFleet.class);
    private static final int MEMORY_MIB = 256;
    private static final int REACH_MILLIS = 1000;

    private final Surroundings around;
    private final ProxyCredentials credentials;
    private final Fleet<Proxy> fleet;
    private final AutoCloseable following;
    private final ExecutorService reloads =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("proxies-", 0).factory());

    ProxyFleet(Surroundings around, ProxyCredentials credentials, SecretValues secrets) {
        this.around = around;
        this.credentials = credentials;
        this.fleet = new Fleet<>(Proxy.KIND, around, this, "proxies");
        this.following = secrets.follow((scope, arn) -> reloads.execute(() -> secretChanged(scope, arn)));
    }

    private void secretChanged(Scope scope, String arn) {
        for (Proxy proxy : around.store().view().all(Proxy.KIND, scope)) {
            if (proxy.settings().auth().stream().anyMatch(a -> a.secretArn().equals(arn))) {
                reload(scope, proxy);
            }
        }
    }

    @Override
    public String noun() {
        return "DB proxy";
    }

    @Override
    public Place place(Scope scope, Proxy proxy) {
        return PLACEMENT.take(
                around.networks(),
                scope,
                proxy.place(),
                proxy.subnetIds(),
                Optional.empty(),
                RdsErrors.noSubnetInZone());
    }

    @Override
    public boolean owns(Networks.Interface found) {
        return found.description().equals(PLACEMENT.description());
    }

    @Override
    public Server server(Scope scope, Proxy proxy, Netns network, Path folder) throws IOException {
        var pgbouncer = around.engines()
                .find(Engine.PGBOUNCER)
                .orElseThrow(() -> new IOException(
                        "Debian's package " + Engine.PGBOUNCER.debianPackage() + " is not on this host any more"));
        var spec = new Server.Spec(proxy.id(), folder, network, proxy.place().address(), Proxy.PORT, MEMORY_MIB);
        return new PgBouncerServer(
                spec,
                around.confinement(),
                pgbouncer,
                around.certificates(),
                proxy.place().endpoint(),
                plan(scope, proxy));
    }

    private PgBouncerServer.Plan plan(Scope scope, Proxy proxy) {
        var settings = proxy.settings();
        var target = instance(scope, proxy)
                .map(d -> new PgBouncerServer.Target(d.place().address(), d.server().port()));
        return new PgBouncerServer.Plan(
                target,
                credentials.of(scope, proxy),
                proxy.pool(),
                settings.requireTls(),
                settings.idleSeconds(),
                settings.debugLogging());
    }

    @Override
    public Optional<Database> instance(Scope scope, Proxy proxy) {
        return proxy.target().flatMap(target -> around.store()
                .view()
                .get(Database.KIND, scope, target.instanceId())
                .filter(d -> d.resourceId().equals(target.resourceId())));
    }

    @Override
    public void reload(Scope scope, Proxy proxy) {
        fleet.running(scope, proxy).ifPresent(server -> {
            try {
                ((PgBouncerServer) server).change(plan(scope, proxy));
            } catch (IOException failure) {
                LOG.error("DB proxy {} could not take its new settings", proxy.id(), failure);
            }
        });
    }

    @Override
    public Health health(Scope scope, Proxy proxy, Database instance) {
        if (proxy.status() != Status.AVAILABLE) {
            return Health.REGISTERING;
        }
        if (credentials.of(scope, proxy).isEmpty()) {
            return Health.NO_CREDENTIALS;
        }
        try {
            new Door(
                            fleet.namespace(scope, proxy),
                            instance.place().address(),
                            instance.server().port())
                    .open(REACH_MILLIS);
            return Health.AVAILABLE;
        } catch (IOException unreachable) {
            return Health.UNREACHABLE;
        }
    }

    @Override
    public void attend(Scope scope, String id) {
        fleet.attend(scope, id);
    }

    /** Starts the proxies that there are. To be called once. */
    void recover() {
        fleet.recover();
    }

    @Override
    public void close() {
        try {
            following.close();
        } catch (Exception failure) {
            LOG.warn("secrets are still followed", failure);
        }
        reloads.shutdownNow();
        fleet.close();
    }
}
