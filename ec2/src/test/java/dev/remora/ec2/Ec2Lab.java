package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.Compiler;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import dev.remora.wire.Principal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.Assertions;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;

/** EC2 over a real store, with known ids, a clock that stands still until it is set, and a fabric that only takes notes. */
final class Ec2Lab implements AutoCloseable {
    static final String ACCOUNT = "000000000000";
    static final String REGION = "eu-west-1";
    static final Scope SCOPE = new Scope(ACCOUNT, REGION);
    static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    final Store store;
    final NotedFabric fabric = new NotedFabric();
    final NotedDoors doors = new NotedDoors();
    final NotedDelivery delivery = new NotedDelivery();
    final NotedMachines machines = new NotedMachines();
    final KnownRoles roles = new KnownRoles();

    /** What the clock shows. */
    volatile Instant now = NOW;

    final Ec2Service service;

    Ec2Lab() {
        this(SqliteStore.inMemory(Ec2Service.kinds()), Gate.OPEN);
    }

    Ec2Lab(Store store, Gate gate) {
        this(store, gate, Quotas.HIGHEST);
    }

    Ec2Lab(Quotas quotas) {
        this(SqliteStore.inMemory(Ec2Service.kinds()), Gate.OPEN, quotas);
    }

    private Ec2Lab(Store store, Gate gate, Quotas quotas) {
        this.store = store;
        this.service = new Ec2Service(store, fabric, counting(), () -> now, gate, delivery, machines, roles, quotas);
        service.start(doors);
    }

    /** Ids that count up: the order of creation is the order of the ids. */
    private static Ids counting() {
        var next = new AtomicLong();
        return digits -> ("%0" + digits + "x").formatted(next.incrementAndGet());
    }

    <O> O call(AwsRequest request, Class<O> response) {
        return call(REGION, request, response);
    }

    <O> O call(String region, AwsRequest request, Class<O> response) {
        return response.cast(handle(operation(request), request, call(region)));
    }

    <O> O call(Scope scope, AwsRequest request, Class<O> response) {
        return response.cast(handle(operation(request), request, call(scope)));
    }

    static Call call(String region) {
        return call(new Scope(ACCOUNT, region));
    }

    private static Call call(Scope scope) {
        return new Call("request", scope.region(), new Principal.Root(scope.account()), "127.0.0.1", NOW);
    }

    Operation<?, ?> operation(AwsRequest request) {
        Operation<?, ?> found = service.operations().byName(request.getClass().getSimpleName().replaceAll("Request$", ""));
        if (found == null) {
            throw new AssertionError("no operation for " + request);
        }
        return found;
    }

    private static <I extends AwsRequest> Object handle(Operation<I, ?> operation, AwsRequest request, Call call) {
        return operation.handler().handle(operation.request().cast(request), call);
    }

    /** The refusal of a request, as {@code Code: message}. */
    String refusal(AwsRequest request) {
        return refusal(SCOPE, request);
    }

    String refusal(Scope scope, AwsRequest request) {
        AwsError error = Assertions.catchThrowableOfType(AwsError.class, () -> call(scope, request, Object.class));
        if (error == null) {
            throw new AssertionError("not refused: " + request);
        }
        return error.toString();
    }

    String vpc(String block) {
        return call(CreateVpcRequest.builder().cidrBlock(block).build(), CreateVpcResponse.class).vpc().vpcId();
    }

    String subnet(String vpc, String block) {
        var request = CreateSubnetRequest.builder().vpcId(vpc).cidrBlock(block).build();
        return call(request, CreateSubnetResponse.class).subnet().subnetId();
    }

    /** The id of an attached internet gateway. */
    String internetGateway(String vpc) {
        String id = call(CreateInternetGatewayRequest.builder().build(), CreateInternetGatewayResponse.class)
                .internetGateway()
                .internetGatewayId();
        call(
                AttachInternetGatewayRequest.builder().internetGatewayId(id).vpcId(vpc).build(),
                AttachInternetGatewayResponse.class);
        return id;
    }

    /** The allocation of an Elastic IP. */
    String elasticIp() {
        return call(AllocateAddressRequest.builder().build(), AllocateAddressResponse.class).allocationId();
    }

    /** A NAT gateway that moves on by itself. */
    String natGateway(String subnet, String allocation) {
        var request = CreateNatGatewayRequest.builder().subnetId(subnet).allocationId(allocation).build();
        return call(request, CreateNatGatewayResponse.class).natGateway().natGatewayId();
    }

    /** What the kernel was last told of a VPC. */
    Topology held(String vpc) {
        return fabric.held(service.networks().router(SCOPE, vpc));
    }

    String group(String vpc, String name) {
        var request = CreateSecurityGroupRequest.builder().vpcId(vpc).groupName(name).description(name + " group").build();
        return call(request, CreateSecurityGroupResponse.class).groupId();
    }

    /** An interface that a service of ours makes. */
    Networks.Interface serviceInterface(
            String subnet, Topology.Attachment attachment, String type, String... groups) {
        return service.networks()
                .create(
                        SCOPE,
                        new Networks.Wanted(
                                subnet,
                                Set.copyOf(Arrays.asList(groups)),
                                type,
                                "made for a test",
                                type.equals("lambda") ? "AROATEST:session" : "amazon-rds",
                                !type.equals("lambda"),
                                attachment));
    }

    @Override
    public void close() {
        fabric.held().keySet().forEach(this::checkHeld);
        service.close();
        store.close();
    }

    /** Whatever was done: what the kernel was told, change by change, is what the documents alone say. */
    private void checkHeld(String router) {
        String[] path = router.split("/");
        var scope = new Scope(path[0], path[1]);
        View view = store.view();
        boolean settled = service.settle(scope, path[2]);
        Topology held = fabric.held().get(router);
        if (settled && held != null && store.view().revision() == view.revision()) {
            assertThat(Optional.of(held)).isEqualTo(Contents.of(view, scope, path[2]).map(Compiler::compile));
        }
    }
}
