package dev.remora.lambda;

import dev.remora.ec2.Networks;
import dev.remora.net.NatKey;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a key another Hyperplane interface when all that it has carry as many connections as one may, and leads new connections
 * past those that are full. Known connections keep the interface that they have; interfaces go all together, with the key's last
 * function. ("Understanding Hyperplane Elastic Network Interfaces": 65,000 connections each, then Lambda scales their number.)
 *
 * <p>Looks now and then, so an interface may carry somewhat more than that: nothing in the kernel ends at this number.
 */
final class CrowdedEnis {
    /** A key has no more interfaces than the data plane can spread its connections over. */
    static final int INTERFACES_PER_KEY = 16;

    private static final Logger LOG = LoggerFactory.getLogger(CrowdedEnis.class);

    private final Store store;
    private final Networks networks;
    private final HyperplaneEnis enis;
    private final int connections;

    /** What was said of each key whose interfaces are not all alike. */
    private final Map<NatKey, Set<String>> spared = new HashMap<>();

    private final Set<NatKey> refused = new HashSet<>();

    /** @param connections that one interface carries before another is made */
    CrowdedEnis(Store store, Networks networks, HyperplaneEnis enis, int connections) {
        this.store = store;
        this.networks = networks;
        this.enis = enis;
        this.connections = connections;
    }

    synchronized void look() {
        Set<NatKey> seen = new HashSet<>();
        for (Scope scope : store.view().scopes(VersionDocument.KIND)) {
            networks.interfaces(scope, HyperplaneEnis.TYPE).stream()
                    .collect(Collectors.groupingBy(i -> HyperplaneKey.of(i.subnetId(), i.groups())))
                    .forEach((key, own) -> {
                        seen.add(key.nat(scope));
                        look(scope, key, own);
                    });
        }
        spared.keySet().retainAll(seen);
        refused.retainAll(seen);
    }

    private void look(Scope scope, HyperplaneKey key, List<Networks.Interface> own) {
        Set<String> full = own.stream()
                .filter(i -> networks.connections(scope, i, connections) >= connections)
                .map(Networks.Interface::id)
                .collect(Collectors.toCollection(TreeSet::new));
        NatKey nat = key.nat(scope);
        if (!full.equals(spared.getOrDefault(nat, Set.of()))) {
            networks.spare(nat, full);
            spared.put(nat, full);
        }
        if (full.size() == own.size() && own.size() < INTERFACES_PER_KEY) {
            try {
                enis.another(scope, key, own.size());
                refused.remove(nat);
            } catch (HyperplaneEnis.Unavailable e) {
                if (refused.add(nat)) {
                    LOG.warn("{} cannot have another network interface: {}", nat.name(), e.getMessage());
                }
            }
        }
    }
}
