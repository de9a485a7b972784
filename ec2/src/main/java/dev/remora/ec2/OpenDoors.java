package dev.remora.ec2;

import static dev.remora.ec2.Resource.ENDPOINT;

import dev.remora.ec2.ServiceDoors.Door;
import dev.remora.net.Fabric;
import dev.remora.net.Ip;
import dev.remora.net.Topology;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.VpcContents;
import dev.remora.vpc.VpcEndpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors that are open for the endpoints of one VPC. They are closed before the kernel takes away what they are in, since a
 * socket would keep its namespace, and opened after it has made it. Used by one thread at a time.
 */
final class OpenDoors {
    private static final Logger LOG = LoggerFactory.getLogger(OpenDoors.class);

    /** @param place the interface or, of a gateway endpoint, the endpoint itself */
    private record Where(String endpointId, String place, List<Ip> addresses) {}

    private final Map<Where, AutoCloseable> open = new HashMap<>();
    private final Store store;
    private final Fabric fabric;
    private final Scope scope;
    private final String router;

    OpenDoors(Store store, Fabric fabric, Scope scope, String router) {
        this.store = store;
        this.fabric = fabric;
        this.scope = scope;
        this.router = router;
    }

    /** Closes those that the topology has no place for. */
    void closeBut(VpcContents contents, Topology topology) {
        Set<Where> wanted = wanted(contents, topology);
        Set.copyOf(open.keySet()).stream().filter(where -> !wanted.contains(where)).forEach(this::close);
    }

    void closeAll() {
        Set.copyOf(open.keySet()).forEach(this::close);
    }

    private void close(Where where) {
        AutoCloseable door = open.remove(where);
        try {
            if (door != null) {
                door.close();
            }
        } catch (Exception e) {
            LOG.warn("the door of {} does not close", where, e);
        }
    }

    /** Opens those that are missing, in what the fabric has made. */
    void open(ServiceDoors doors, VpcContents contents, Topology topology) {
        for (VpcEndpoint e : contents.endpoints().values()) {
            for (Where where : wanted(e, topology)) {
                if (!open.containsKey(where)) {
                    var door = new Door(e.vpcId(), e.id(), e.serviceName(), () -> policy(e.id()));
                    open.put(
                            where,
                            doors.open(
                                    () -> where.place().equals(e.id())
                                            ? fabric.services(router, e.id())
                                            : fabric.workload(router, where.place()),
                                    where.addresses(),
                                    door));
                }
            }
        }
    }

    private String policy(String endpointId) {
        return store.view().get(ENDPOINT.kind(), scope, endpointId).map(EndpointServices::policy).orElse(EndpointServices.CLOSED);
    }

    private static Set<Where> wanted(VpcContents contents, Topology topology) {
        var wanted = new HashSet<Where>();
        contents.endpoints().values().forEach(e -> wanted.addAll(wanted(e, topology)));
        return wanted;
    }

    private static Set<Where> wanted(VpcEndpoint e, Topology topology) {
        var wanted = new HashSet<Where>();
        if (topology.gateways().get(e.id()) instanceof Topology.Gateway.Services services && !services.addresses().isEmpty()) {
            wanted.add(new Where(e.id(), e.id(), services.addresses()));
        }
        for (String id : e.interfaceIds()) {
            Topology.Port port = topology.ports().get(id);
            if (port != null) {
                wanted.add(new Where(e.id(), id, port.addresses()));
            }
        }
        return wanted;
    }
}
