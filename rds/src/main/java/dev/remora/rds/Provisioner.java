package dev.remora.rds;

import dev.remora.store.Scope;
import java.io.IOException;

/** Makes the processes and the network what the documents say. */
interface Provisioner {
    /** Looks at the instance's document, soon and on another thread, and does what its status asks for until it is reached. */
    void attend(Scope scope, String id);

    /** Sets the master user's password in the running server. */
    void password(Scope scope, Database database, String verifier) throws IOException;
}
