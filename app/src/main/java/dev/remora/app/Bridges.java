package dev.remora.app;

import dev.remora.ec2.Networks;
import dev.remora.net.Fabric;
import dev.remora.net.Names;
import dev.remora.net.Topology;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ports of the host's loopback that stand in a subnet: each has an interface with groups there, and who connects to it is led to
 * the host. A database of a developer's own, say, that functions are to reach as they would reach one in their VPC.
 *
 * <p>An interface is noted before it is used, so that those of a server that was killed are taken away at the next start.
 */
final class Bridges implements AutoCloseable {
    /** How many may be open at once. */
    static final int MAX = 64;

    /** An interface that must not outlive the server. */
    record Interface(String name) {}

    static final Kind<Interface> KIND = Kind.of("app.bridge", Interface.class);

    private static final Duration IN_FORCE = Duration.ofSeconds(10);

    private final Store store;
    private final Networks networks;
    private final Fabric fabric;
    private final Names names;
    private final Map<String, Bridge> byId = new HashMap<>();
    private boolean closed;

    private record Bridge(Scope scope, String name, Relay relay) {}

    Bridges(Store store, Networks networks, Fabric fabric, Names names) {
        this.store = store;
        this.networks = networks;
        this.fabric = fabric;
        this.names = names;
    }

    /**
     * @param port that is open in the subnet
     * @param hostPort that it leads to
     * @param name that the resolvers of VPCs answer with its address; empty for none
     */
    record Wanted(Scope scope, String subnet, Set<String> groups, int port, int hostPort, String name) {}

    /** @param id of the interface, by which it is closed */
    record Opened(String id, String address) {}

    /** Takes away what a killed server left. */
    void start() {
        for (Scope scope : store.view().scopes(KIND)) {
            store.view().all(KIND, scope).forEach(left -> remove(scope, left.name()));
        }
    }

    /**
     * @throws StartFailure if too many are open, or the kernel does not have the interface in time
     * @throws AwsError if there is no such subnet or group
     */
    synchronized Opened open(Wanted wanted) {
        if (closed || byId.size() >= MAX) {
            throw new StartFailure(closed ? "the server is stopping." : "at most " + MAX + " bridges can be open at once.");
        }
        Scope scope = wanted.scope();
        String vpc = networks.subnet(scope, wanted.subnet())
                .map(Networks.Subnet::vpcId)
                .orElseThrow(() -> new AwsError(
                        "InvalidSubnetID.NotFound", 400, "The subnet ID '" + wanted.subnet() + "' does not exist"));
        Set<String> groups = wanted.groups().isEmpty() ? Set.of(networks.defaultGroup(scope, vpc)) : wanted.groups();
        Networks.Interface made = networks.create(scope, new Networks.Wanted(
                wanted.subnet(), groups, "interface", "Remora bridge to 127.0.0.1:" + wanted.hostPort(), "remora", true,
                new Topology.Attachment.Workload()));
        store.write(tx -> {
            tx.put(KIND, scope, made.id(), new Interface(made.id()));
            return made;
        });
        try {
            if (!networks.awaitInForce(scope, made.id(), IN_FORCE)) {
                throw new StartFailure("the interface is not in force after " + IN_FORCE.toSeconds() + " s.");
            }
            // At all addresses of the interface, also of IPv6, which its subnet may have given it.
            var at = new InetSocketAddress(wanted.port());
            Relay relay = Relay.toHost(fabric.workload(networks.router(scope, vpc), made.id()), at, wanted.hostPort());
            byId.put(made.id(), new Bridge(scope, wanted.name(), relay));
        } catch (StartFailure told) {
            remove(scope, made.id());
            throw told;
        } catch (Exception failure) {
            remove(scope, made.id());
            throw new StartFailure("cannot listen in the subnet: " + failure.getMessage() + ".");
        }
        if (!wanted.name().isEmpty()) {
            names.put(wanted.name(), made.address());
        }
        return new Opened(made.id(), made.address().toString());
    }

    /** Closes a bridge and the connections over it, and takes its interface away; does nothing if there is none. */
    synchronized void close(String id) {
        Bridge bridge = byId.remove(id);
        if (bridge != null) {
            bridge.relay().close();
            Optional.of(bridge.name()).filter(name -> !name.isEmpty()).ifPresent(names::remove);
            remove(bridge.scope(), id);
        }
    }

    private void remove(Scope scope, String id) {
        networks.delete(scope, id);
        store.write(tx -> {
            tx.delete(KIND, scope, id);
            return id;
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        Set.copyOf(byId.keySet()).forEach(this::close);
    }
}
