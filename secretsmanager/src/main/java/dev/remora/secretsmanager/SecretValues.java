package dev.remora.secretsmanager;

import dev.remora.store.Scope;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What other services of ours ask about secrets; whether they may is for them to find out. */
public interface SecretValues {
    /** The current text of a secret, by its ARN; empty if there is none, or if it is to be deleted. */
    Optional<String> current(Scope scope, String arn);

    /** Calls the listener with the scope and the ARN of each secret that changes from now on, on the store's own thread. */
    AutoCloseable follow(BiConsumer<Scope, String> listener);
}
