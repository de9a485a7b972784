package dev.remora.rds;

import dev.remora.fleet.Attendant;
import dev.remora.store.Scope;
import java.io.IOException;

/** Makes the processes and the network what the documents say, and reaches into the servers that run. */
interface Provisioner extends Attendant {
    /** Sets the master user's password in the running server. */
    void password(Scope scope, Database database, String verifier) throws IOException;
}
