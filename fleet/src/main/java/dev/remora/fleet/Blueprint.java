package dev.remora.fleet;

import dev.remora.ec2.Networks;
import dev.remora.linux.Netns;
import dev.remora.store.Scope;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a service knows of its servers and the fleet does not.
 *
 * @param <D> its documents
 */
public interface Blueprint<D> {
    /** What the service calls one of them, in logs. */
    String noun();

    /** Makes the interface of a document that has none. */
    Place place(Scope scope, D document);

    /** Whether an interface was made for one of this fleet's servers. */
    boolean owns(Networks.Interface found);

    /**
     * The server of a document, not started.
     *
     * @param folder the host's, for this server alone; may not be there yet
     */
    Server server(Scope scope, D document, Netns network, Path folder) throws IOException;
}
