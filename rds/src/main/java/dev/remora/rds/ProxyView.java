package dev.remora.rds;

import dev.remora.fleet.Attendant;
import dev.remora.store.Scope;
import java.util.Optional;

/** What the operations on proxies ask of the servers. */
interface ProxyView extends Attendant {
    /** How a target is seen by its proxy. */
    enum Health {
        REGISTERING,
        AVAILABLE,
        /** No secret that the role may read has a name and a password. */
        NO_CREDENTIALS,
        /** Its port does not open: it is stopped, or a group is in the way. */
        UNREACHABLE
    }

    /** Lets a running proxy take over what its document says now. */
    void reload(Scope scope, Proxy proxy);

    /** The instance that is the proxy's target, if it is still there. */
    Optional<Database> instance(Scope scope, Proxy proxy);

    /** Asks the network; takes a second if nothing answers. */
    Health health(Scope scope, Proxy proxy, Database instance);
}
