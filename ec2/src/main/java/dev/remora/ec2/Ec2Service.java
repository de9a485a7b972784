package dev.remora.ec2;

import dev.remora.net.Drop;
import dev.remora.net.Fabric;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Operations;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The EC2 service: its operations, what other services of ours ask of it, and the data plane that follows its documents. */
public final class Ec2Service implements AutoCloseable {
    private final DataPlane plane;
    private final NatGatewayStates natGateways;
    private final Networks networks;
    private final Operations operations;
    private final DropExplainer drops;
    private final FlowRecorder recorder;
    private final InstanceKeeper instances;

    /** With as much of everything as AWS grants, and without machines. */
    public Ec2Service(Store store, Fabric fabric, Ids ids, InstantSource clock, Gate gate, FlowDelivery delivery) {
        this(store, fabric, ids, clock, gate, delivery, Machines.NONE, InstanceRoles.NONE, Quotas.HIGHEST);
    }

    /**
     * @param gate {@link Gate#OPEN} but in tests
     * @param delivery where flow logs go
     * @param machines what instances run on
     * @param roles of which they have roles
     */
    public Ec2Service(
            Store store,
            Fabric fabric,
            Ids ids,
            InstantSource clock,
            Gate gate,
            FlowDelivery delivery,
            Machines machines,
            InstanceRoles roles,
            Quotas quotas) {
        this.plane = new DataPlane(store, fabric);
        this.natGateways = new NatGatewayStates(store, plane, ids, clock);
        var regions = new AccountRegions(store, quotas);
        this.networks = new ServiceNetworks(store, ids, clock, regions, plane, gate);
        this.drops = new DropExplainer(store);
        this.recorder = new FlowRecorder(store, fabric, clock, delivery);
        this.instances = new InstanceKeeper(store, fabric, plane, machines, roles, ids, clock);
        this.operations = Operations.later(
                Ec2Operations.EC2,
                () -> Ec2Operations.of(
                        store, ids, clock, regions, plane, natGateways, delivery, recorder, instances, roles));
    }

    /** Every kind of document that the service keeps; the store must be opened with them. */
    public static List<Kind<?>> kinds() {
        return Stream.<Kind<?>>concat(
                        Resource.ALL.stream().map(Resource::kind),
                        Stream.of(
                                AccountRegions.KIND,
                                ClientTokens.KIND,
                                AmazonBlocks.KIND,
                                PublicAddresses.HELD,
                                PublicAddresses.CURSOR,
                                InstanceLaunch.COUNT))
                .toList();
    }

    public Operations operations() {
        return operations;
    }

    public Networks networks() {
        return networks;
    }

    /** Where a running instance can be entered, by its id. */
    public Optional<Machines.Door> door(String instanceId) {
        return instances.door(instanceId);
    }

    /** Writes the records of flow logs now, and not when their time comes. */
    void recordFlows() {
        recorder.record();
    }

    /** Waits until the kernel holds a VPC as the store has it now; false if it does not come to that in time. */
    boolean settle(Scope scope, String vpcId) {
        return plane.settle(scope, vpcId, DataPlane.IN_FORCE_WAIT);
    }

    /** Whose rules refused a packet, and why, by what the store holds now. */
    public DropExplanation explain(Drop drop) {
        return drops.explain(drop);
    }

    /** Brings the kernel to what the store holds, and keeps it there; nobody listens where endpoints lead. */
    public void start() {
        start(ServiceDoors.NONE);
    }

    /** @param doors who listens where endpoints lead */
    public void start(ServiceDoors doors) {
        plane.start(doors);
        natGateways.start();
        recorder.start();
        instances.start(doors);
    }

    /** Stops following the store. What the kernel holds is the fabric's to take away. */
    @Override
    public void close() {
        instances.close();
        recorder.close();
        natGateways.close();
        plane.close();
    }
}
