package dev.remora.rds;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Blueprint;
import dev.remora.fleet.Engine;
import dev.remora.fleet.Fleet;
import dev.remora.fleet.Place;
import dev.remora.fleet.Placement;
import dev.remora.fleet.Server;
import dev.remora.fleet.Surroundings;
import dev.remora.linux.Netns;
import dev.remora.store.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The database servers of all instances. */
final class InstanceFleet implements Provisioner, Blueprint<Database>, AutoCloseable {
    static final Placement PLACEMENT = new Placement("RDSNetworkInterface", "amazon-rds");

    private final Surroundings around;
    private final PostgresBinaries postgres;
    private final DbSubnetGroups subnetGroups;
    private final Fleet<Database> fleet;

    InstanceFleet(Surroundings around) {
        this.around = around;
        this.postgres = new PostgresBinaries(around.data().resolve("engines"));
        this.subnetGroups = new DbSubnetGroups(around.store(), around.networks());
        this.fleet = new Fleet<>(Database.KIND, around, this, "databases");
    }

    @Override
    public String noun() {
        return "DB instance";
    }

    @Override
    public Place place(Scope scope, Database database) {
        var group = subnetGroups.require(scope, database.place().subnetGroup());
        return PLACEMENT.take(
                around.networks(),
                scope,
                database.place(),
                group.subnetIds(),
                Optional.empty(),
                RdsErrors.noSubnetInZone());
    }

    @Override
    public boolean owns(Networks.Interface found) {
        return found.description().equals(PLACEMENT.description());
    }

    @Override
    public Server server(Scope scope, Database database, Netns network, Path folder) throws IOException {
        var asked = database.server();
        var spec = new Server.Spec(
                database.id(),
                folder,
                network,
                database.place().address(),
                asked.port(),
                InstanceClass.memoryMiB(asked.instanceClass()));
        var first = FirstStatements.of(database);
        return switch (asked.engine()) {
            case POSTGRES -> new PostgresServer(spec, around.confinement(), postgres.unpacked(), first);
            case MYSQL, MARIADB -> {
                var mariadb = around.engines()
                        .find(Engine.MARIADB)
                        .orElseThrow(() -> new IOException(
                                "Debian's package " + Engine.MARIADB.debianPackage() + " is not on this host any more"));
                yield new MariaDbServer(spec, around.confinement(), mariadb, first);
            }
        };
    }

    @Override
    public void attend(Scope scope, String id) {
        fleet.attend(scope, id);
    }

    @Override
    public void password(Scope scope, Database database, String verifier) throws IOException {
        Server server = fleet.running(scope, database)
                .orElseThrow(() -> new IOException("the server of " + database.id() + " does not run"));
        ((DatabaseServer) server).execute(FirstStatements.password(database, verifier));
    }

    /** Starts the databases that there are. To be called once. */
    void recover() {
        fleet.recover();
    }

    Netns namespace(Scope scope, Database database) {
        return fleet.namespace(scope, database);
    }

    @Override
    public void close() {
        fleet.close();
    }
}
