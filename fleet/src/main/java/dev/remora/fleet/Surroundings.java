package dev.remora.fleet;

import dev.remora.ec2.Networks;
import dev.remora.net.Fabric;
import dev.remora.net.Names;
import dev.remora.sandbox.Confinement;
import dev.remora.store.Ids;
import dev.remora.store.Store;
import java.nio.file.Path;

/**
 * What every service with servers of its own is built from.
 *
 * @param data the data folder; each service has folders in it
 */
public record Surroundings(
        Store store,
        Networks networks,
        Fabric fabric,
        Names names,
        Confinement confinement,
        Engines engines,
        Certificates certificates,
        Ids ids,
        Path data) {}
