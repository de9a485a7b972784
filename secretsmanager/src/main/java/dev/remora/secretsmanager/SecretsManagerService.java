package dev.remora.secretsmanager;

import dev.remora.iam.ResourcePolicies;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Secrets Manager, put together. */
public final class SecretsManagerService implements SecretValues {
    private final Store store;
    private final InstantSource clock;
    private final Secrets secrets;
    private final SecretPolicies policies;

    /** The store was opened with {@link #kinds} among its kinds. */
    public SecretsManagerService(Store store, Ids ids, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.secrets = new Secrets(store, ids);
        this.policies = new SecretPolicies(store);
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(Secret.KIND);
    }

    public Operations operations() {
        return Operations.later(SecretsManagerOperations.INFO, () -> SecretsManagerOperations.of(secrets, policies));
    }

    /** Where the policies of secrets are found. */
    public ResourcePolicies.Finder policies() {
        return policies;
    }

    @Override
    public Optional<String> current(Scope scope, String arn) {
        return secrets.current(scope, arn, clock.instant());
    }

    @Override
    public AutoCloseable follow(BiConsumer<Scope, String> listener) {
        return store.follow(change -> change.edits().stream()
                .filter(edit -> edit.kind() == Secret.KIND)
                .forEach(edit -> Stream.concat(edit.before().stream(), edit.after().stream())
                        .map(Secret.class::cast)
                        .map(Secret::arn)
                        .distinct()
                        .forEach(arn -> listener.accept(edit.scope(), arn))));
    }
}
