package dev.remora.ec2;

import dev.remora.store.Store;
import dev.remora.wire.Operation;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;

/** What operations need of IAM. */
final class Access {
    private final Store store;
    private final AccountRegions regions;
    private final InstanceRoles roles;

    Access(Store store, AccountRegions regions, InstanceRoles roles) {
        this.store = store;
        this.regions = regions;
        this.roles = roles;
    }

    /** Says what an operation touches. */
    <I extends AwsRequest, O extends AwsResponse> Operation<I, O> to(
            Operation<I, O> operation, BiConsumer<I, Touched> touches) {
        return operation.permissions((r, call) -> {
            var touched = new Touched(operation.action(), regions.enter(call), store.view(), roles);
            touches.accept(r, touched);
            return touched.permissions();
        });
    }

    /** All actions of EC2 know the region. */
    void everywhere(Iterable<Operation<?, ?>> operations) {
        operations.forEach(o -> o.context((r, call) -> Map.of("ec2:Region", List.of(call.region()))));
    }
}
