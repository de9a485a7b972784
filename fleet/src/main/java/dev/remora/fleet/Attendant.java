package dev.remora.fleet;

import dev.remora.store.Scope;

/** Makes the processes and the network what the documents say. */
public interface Attendant {
    /** Looks at a document, soon and on another thread, and does what its status asks for until it is reached. */
    void attend(Scope scope, String id);
}
