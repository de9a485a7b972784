package dev.remora.lambda;

import dev.remora.net.NatKey;
import dev.remora.store.Scope;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What a Hyperplane interface belongs to within an account and region: one subnet and one set of groups. All functions and
 * versions that use the same pair share its interfaces, whatever their role; the order of the groups does not matter.
 */
record HyperplaneKey(String subnetId, List<String> groups) {
    static HyperplaneKey of(String subnetId, Collection<String> groups) {
        return new HyperplaneKey(subnetId, groups.stream().distinct().sorted().toList());
    }

    /** Unique within the account and region. */
    String text() {
        return subnetId + "/" + String.join(",", groups);
    }

    Set<String> groupSet() {
        return Set.copyOf(groups);
    }

    /** What the data plane knows the key as. */
    NatKey nat(Scope scope) {
        return new NatKey(scope.account() + "/" + scope.region() + "/" + text());
    }
}
