package dev.remora.ssm;

import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.time.InstantSource;
import java.util.List;

/** Parameter Store, put together. */
public final class SsmService {
    private final Operations operations;

    /** The store was opened with {@link #kinds} among its kinds. */
    public SsmService(Store store, Ids ids, InstantSource clock, PublicParameters published) {
        var parameters = new Parameters(store, ids, published, clock.instant());
        this.operations = Operations.later(
                SsmOperations.SERVICE,
                () -> SsmOperations.of(
                        parameters, new ParameterListings(store, parameters), new ParameterTags(store)));
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(ParameterDocument.KIND);
    }

    public Operations operations() {
        return operations;
    }
}
