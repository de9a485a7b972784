package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.linux.Netns;
import dev.remora.net.Fabric;
import dev.remora.net.Names;
import dev.remora.sandbox.Confinement;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The RDS service, put together. */
public final class RdsService implements AutoCloseable {
    private final Store store;
    private final Fleet fleet;
    private final Operations operations;

    /** @param data the data folder; {@code engines} and {@code databases} in it are this service's */
    public RdsService(
            Store store, Networks networks, Fabric fabric, Names names, Confinement confinement, Ids ids, Path data) {
        this.store = store;
        this.fleet = new Fleet(store, networks, fabric, names, confinement, data);
        this.operations = RdsOperations.of(store, networks, fleet, ids);
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(SubnetGroup.KIND, Database.KIND);
    }

    public Operations operations() {
        return operations;
    }

    /** Starts the databases that there are. To be called once, when the interfaces are on their way into the kernel. */
    public void recover() {
        fleet.recover();
    }

    /** Where an instance's server listens, for a way in from the host that passes by the groups. */
    public Optional<Listener> listener(Scope scope, String id) {
        return store.view()
                .get(Database.KIND, scope, id.toLowerCase(Locale.ROOT))
                .filter(d -> d.status() == Database.Status.AVAILABLE)
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
        fleet.close();
    }
}
