package dev.remora.lambda;

import dev.remora.store.Kind;
import java.util.List;

/**
 * The intention to take away the interfaces of a key that nothing uses any more; written in the transaction that took the last
 * use away, so that a crash cannot forget it. Stored under the key's text.
 *
 * @param allowed whether the execution role that used the key last could delete interfaces when it stopped using it; if not, the
 *     interfaces are let go and stay, as on AWS
 */
record Reclaim(String subnetId, List<String> groups, boolean allowed) {
    static final Kind<Reclaim> KIND = Kind.of("lambda.reclaim", Reclaim.class);

    Reclaim {
        groups = List.copyOf(groups);
    }

    HyperplaneKey key() {
        return new HyperplaneKey(subnetId, groups);
    }
}
