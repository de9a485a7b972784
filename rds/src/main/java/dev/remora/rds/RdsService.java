package dev.remora.rds;

import dev.remora.fleet.Member;
import dev.remora.fleet.Surroundings;
import dev.remora.iam.RoleAccess;
import dev.remora.linux.Netns;
import dev.remora.secretsmanager.SecretValues;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The RDS service, put together. */
public final class RdsService implements AutoCloseable {
    private final Store store;
    private final InstanceFleet fleet;
    private final ProxyFleet proxies;
    private final Operations operations;

    /**
     * Its folders of the data folder are {@code engines}, {@code databases} and {@code proxies}.
     *
     * @param secrets where proxies find passwords
     */
    public RdsService(Surroundings around, RoleAccess roles, SecretValues secrets) {
        this.store = around.store();
        this.fleet = new InstanceFleet(around);
        this.proxies = new ProxyFleet(around, new ProxyCredentials(secrets, roles), secrets);
        this.operations = Operations.later(
                RdsOperations.INFO,
                () -> RdsOperations.of(around, fleet, proxies, new ProxyRole(roles)));
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(DbSubnetGroups.KIND, Database.KIND, Proxy.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Starts what there is. To be called once, when the interfaces are on their way into the kernel. */
    public void recover() {
        fleet.recover();
        proxies.recover();
    }

    /** Where an instance's server listens, for a way in from the host that passes by the groups. */
    public Optional<Listener> listener(Scope scope, String id) {
        return store.view()
                .get(Database.KIND, scope, id.toLowerCase(Locale.ROOT))
                .filter(d -> d.status() == Member.Status.AVAILABLE)
                .map(d -> new Listener(
                        fleet.namespace(scope, d),
                        d.place().address(),
                        d.server().port(),
                        d.place().endpoint()));
    }

    /**
     * @param network the namespace of the server, owned by the data plane
     * @param endpoint the server's name inside its VPC
     */
    public record Listener(Netns network, String address, int port, String endpoint) {}

    /** Stops the database servers; they start again with the next {@link #recover}. */
    @Override
    public void close() {
        proxies.close();
        fleet.close();
    }
}
